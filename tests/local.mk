# tests/: unit (Criterion), integration, real kernels, browser, lint.

EXTRA_DIST += tests/lib/criterion.sh tests/lib/tap.sh

# Rules that a machine can check; selftest.sh proves that each can fail.
LINT_TESTS = tests/lint/includes.sh tests/lint/sizes.sh \
	tests/lint/banned.sh tests/lint/sql.sh tests/lint/text.sh \
	tests/lint/shell.sh tests/lint/selftest.sh
TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS) tests/lint/lib.sh tests/lint/strip.awk

# Appends to the history as the worker does; for tests and measurements.
check_PROGRAMS += tests/lib/history_writer
tests_lib_history_writer_SOURCES = tests/lib/history_writer.c
tests_lib_history_writer_LDADD = libworker.a $(SHARED_LIBS)

# "make lint": the same, in a few seconds, for before a commit.
.PHONY: lint
lint:
	@$(MAKE) --no-print-directory check TESTS='$(LINT_TESTS)' \
	    check_PROGRAMS= check_SCRIPTS=

# --- who may do what -------------------------------------------------------

TESTS += tests/it/access.sh tests/it/oidc.sh tests/it/serve_tls.sh
EXTRA_DIST += tests/it/access.sh tests/it/oidc.sh tests/it/serve_tls.sh \
	tests/lib/issuer.mjs
.PHONY: access
access: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    ACCESS_WRITE=1 $(SHELL) '$(srcdir)/tests/it/access.sh'

# --- profiles, matrices, kernels, the command line ---------------------------

TESTS += tests/it/kernels.sh
EXTRA_DIST += tests/it/kernels.sh

# --- suites --------------------------------------------------------------------
SUITE_TESTS = tests/it/completion.sh tests/it/outputs.sh tests/it/suite.sh \
	tests/vm/suite.sh
TESTS += $(SUITE_TESTS)
EXTRA_DIST += $(SUITE_TESTS) tests/vm/suite_big.sh tests/lib/junit.xsd tests/lib/sarif.jq

# --- worker, report ----------------------------------------------------------
check_PROGRAMS += tests/lib/fake_runner
tests_lib_fake_runner_SOURCES = tests/lib/fake_runner.c
tests_lib_fake_runner_LDADD = $(SHARED_LIBS)

WORKER_TESTS = tests/vm/crash.sh tests/it/history.sh tests/it/serve.sh \
	tests/it/worker_cancel.sh tests/it/worker_crash.sh \
	tests/it/worker_disk.sh tests/it/worker_drain.sh tests/it/worker_lease.sh \
	tests/it/worker_manifest.sh \
	tests/it/worker_queue.sh \
	tests/it/worker_side.sh \
	tests/it/versions.sh tests/it/worker_verdicts.sh
TESTS += $(WORKER_TESTS)
EXTRA_DIST += $(WORKER_TESTS) tests/lib/fake_world.sh

include tests/unit/local.mk
include tests/it/api.mk
include tests/it/publish.mk
include tests/bpf/local.mk
include tests/corpus/local.mk

# --- guest programs ----------------------------------------------------------
TESTS += tests/vm/evidence.sh tests/vm/variants.sh
EXTRA_DIST += tests/vm/evidence.sh tests/vm/variants.sh
TESTS += tests/it/guest_programs.sh
EXTRA_DIST += tests/it/guest_programs.sh

# --- the runner --------------------------------------------------------------
RUNNER_TESTS = tests/it/runner.sh tests/vm/runner.sh
TESTS += $(RUNNER_TESTS)
EXTRA_DIST += $(RUNNER_TESTS) tests/lib/runner.sh
check_PROGRAMS += tests/lib/fake_validator
tests_lib_fake_validator_SOURCES = tests/lib/fake_validator.c
tests_lib_fake_validator_LDADD =
tests_lib_fake_validator_CFLAGS = $(WARN_CFLAGS) -fno-pie
tests_lib_fake_validator_LDFLAGS = -static -no-pie

# --- keys of the history -----------------------------------------------------
TESTS += tests/it/history_keys.sh
EXTRA_DIST += tests/it/history_keys.sh

# --- manifests and commands on real kernels ------------------------------------
TESTS += tests/vm/loaders.sh tests/vm/manifest.sh
EXTRA_DIST += tests/vm/loaders.sh tests/vm/loaders_guest.sh tests/vm/manifest.sh

# --- sources ------------------------------------------------------------------
SOURCE_TESTS = tests/it/source.sh tests/it/api_source.sh tests/it/floor.sh \
	tests/vm/source.sh
TESTS += $(SOURCE_TESTS)
EXTRA_DIST += $(SOURCE_TESTS)

# --- grants and limits --------------------------------------------------------
TESTS += tests/it/admin_token.sh tests/it/flood.sh tests/it/limits.sh
EXTRA_DIST += tests/it/admin_token.sh tests/it/flood.sh tests/it/limits.sh \
	tests/lib/promtext.awk

# --- into this host's kernel ---------------------------------------------------
TESTS += tests/it/execute.sh
EXTRA_DIST += tests/it/execute.sh

# --- the runtime: probe, select, decisions -----------------------------------
TESTS += tests/it/runtime.sh
EXTRA_DIST += tests/it/runtime.sh
