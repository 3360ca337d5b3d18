# tests/: unit (Criterion), integration, real kernels, browser, lint.

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_base
TESTS += tests/unit/test_base
endif
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/unit/test.h
tests_unit_test_base_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_base_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_object
TESTS += tests/unit/test_object
endif
tests_unit_test_object_SOURCES = tests/unit/test_object.c tests/unit/test.h
tests_unit_test_object_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_object_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

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

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_store tests/unit/test_page
TESTS += tests/unit/test_store tests/unit/test_page
endif
tests_unit_test_page_SOURCES = tests/unit/test_page.c tests/unit/test.h
tests_unit_test_page_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_page_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_store_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_store_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_history tests/unit/test_history_trust
check_PROGRAMS += tests/unit/test_history_ring
TESTS += tests/unit/test_history tests/unit/test_history_trust
TESTS += tests/unit/test_history_ring
endif
tests_unit_test_history_ring_SOURCES = tests/unit/test_history_ring.c \
	tests/unit/test.h
tests_unit_test_history_ring_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_history_ring_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_history_SOURCES = tests/unit/test_history.c tests/unit/test.h
tests_unit_test_history_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_history_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_history_trust_SOURCES = tests/unit/test_history_trust.c \
	tests/unit/test.h
tests_unit_test_history_trust_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_history_trust_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

# --- who may do what -------------------------------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_auth tests/unit/test_jose
TESTS += tests/unit/test_auth tests/unit/test_jose
endif
tests_unit_test_auth_SOURCES = tests/unit/test_auth.c tests/unit/test.h
tests_unit_test_jose_SOURCES = tests/unit/test_jose.c tests/unit/test.h
tests_unit_test_jose_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_jose_LDADD = libfcgiapp.a $(SHARED_LIBS) $(FCGI_LIBS) \
	$(CRITERION_LIBS)
tests_unit_test_auth_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_auth_LDADD = libfcgiapp.a $(SHARED_LIBS) $(FCGI_LIBS) \
	$(CRITERION_LIBS)

TESTS += tests/it/access.sh tests/it/oidc.sh
EXTRA_DIST += tests/it/access.sh tests/it/oidc.sh tests/lib/issuer.mjs
.PHONY: access
access: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    ACCESS_WRITE=1 $(SHELL) '$(srcdir)/tests/it/access.sh'

# --- profiles, matrices, kernels, the command line ---------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_matrix
TESTS += tests/unit/test_matrix
endif
tests_unit_test_matrix_SOURCES = tests/unit/test_matrix.c tests/unit/test.h
tests_unit_test_matrix_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_matrix_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_variant
TESTS += tests/unit/test_variant
endif
tests_unit_test_variant_SOURCES = tests/unit/test_variant.c tests/unit/test.h
tests_unit_test_variant_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_variant_LDADD = libworker.a $(SHARED_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_kernel tests/unit/test_cli
TESTS += tests/unit/test_kernel tests/unit/test_cli
endif
tests_unit_test_kernel_SOURCES = tests/unit/test_kernel.c tests/unit/test.h
tests_unit_test_kernel_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_kernel_LDADD = libkernels.a $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_cli_SOURCES = tests/unit/test_cli.c tests/unit/test.h
tests_unit_test_cli_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_cli_LDADD = libcli.a $(SHARED_LIBS) $(CRITERION_LIBS)
TESTS += tests/it/kernels.sh
EXTRA_DIST += tests/it/kernels.sh

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_manifest
TESTS += tests/unit/test_manifest
endif
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c \
	tests/unit/test.h
tests_unit_test_manifest_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_manifest_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

# --- registry, audit ---------------------------------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_audit tests/unit/test_registry
TESTS += tests/unit/test_audit tests/unit/test_registry
endif
tests_unit_test_registry_SOURCES = tests/unit/test_registry.c \
	tests/unit/test.h
tests_unit_test_registry_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_registry_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c tests/unit/test.h
tests_unit_test_audit_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_audit_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

# --- worker, report ----------------------------------------------------------
check_PROGRAMS += tests/lib/fake_runner
tests_lib_fake_runner_SOURCES = tests/lib/fake_runner.c
tests_lib_fake_runner_LDADD = $(SHARED_LIBS)
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_boundary tests/unit/test_caution \
	tests/unit/test_causes \
	tests/unit/test_classify tests/unit/test_classify_object \
	tests/unit/test_collect \
	tests/unit/test_report tests/unit/test_sched tests/unit/test_verifier
TESTS += tests/unit/test_boundary tests/unit/test_caution \
	tests/unit/test_causes \
	tests/unit/test_classify tests/unit/test_classify_object \
	tests/unit/test_collect \
	tests/unit/test_report tests/unit/test_sched tests/unit/test_verifier
endif
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_compare
TESTS += tests/unit/test_compare
endif
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c tests/unit/test.h
tests_unit_test_compare_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_compare_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
EXTRA_DIST += tests/unit/golden/compare-base.json \
	tests/unit/golden/compare-head.json tests/unit/golden/compare.json \
	tests/unit/golden/compare.md tests/unit/golden/compare.txt
tests_unit_test_boundary_SOURCES = tests/unit/test_boundary.c
tests_unit_test_boundary_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_boundary_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_caution_SOURCES = tests/unit/test_caution.c
tests_unit_test_caution_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_caution_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_causes_SOURCES = tests/unit/test_causes.c
tests_unit_test_causes_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_causes_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_verifier_SOURCES = tests/unit/test_verifier.c
tests_unit_test_verifier_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_verifier_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_collect_SOURCES = tests/unit/test_collect.c
tests_unit_test_collect_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_collect_LDADD = libworker.a $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_classify_SOURCES = tests/unit/test_classify.c
tests_unit_test_classify_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_classify_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_classify_object_SOURCES = tests/unit/test_classify_object.c
tests_unit_test_classify_object_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_classify_object_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_report_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_sched_SOURCES = tests/unit/test_sched.c
tests_unit_test_sched_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_sched_LDADD = libworker.a $(SHARED_LIBS) $(CRITERION_LIBS)
EXTRA_DIST += tests/unit/consoles
EXTRA_DIST += tests/unit/golden/report.json tests/unit/golden/report.md \
	tests/unit/golden/summary.txt

WORKER_TESTS = tests/vm/crash.sh tests/it/history.sh tests/it/serve.sh \
	tests/it/worker_cancel.sh tests/it/worker_crash.sh \
	tests/it/worker_disk.sh tests/it/worker_drain.sh tests/it/worker_lease.sh \
	tests/it/worker_manifest.sh \
	tests/it/worker_queue.sh \
	tests/it/versions.sh tests/it/worker_verdicts.sh
TESTS += $(WORKER_TESTS)
EXTRA_DIST += $(WORKER_TESTS) tests/lib/fake_world.sh

include tests/it/api.mk
include tests/it/publish.mk
include tests/bpf/local.mk
include tests/corpus/local.mk

# --- guest programs ----------------------------------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_guest
TESTS += tests/unit/test_guest
endif
tests_unit_test_guest_SOURCES = tests/unit/test_guest.c tests/unit/test.h \
	worker/guest/args.c worker/guest/elfinfo.c worker/guest/files.c \
	worker/guest/functional.c worker/guest/plan.c \
	worker/guest/rtnl.c worker/guest/rtnl.h \
	worker/guest/verlog.c worker/guest/wire_io.c
tests_unit_test_guest_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_guest_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_evidence
TESTS += tests/unit/test_evidence
endif
tests_unit_test_evidence_SOURCES = tests/unit/test_evidence.c \
	tests/unit/test.h worker/guest/insns.c worker/guest/kmods_match.c \
	worker/guest/reloc.c \
	worker/guest/symbols_scan.c worker/guest/target.c
tests_unit_test_evidence_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_evidence_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
TESTS += tests/vm/evidence.sh tests/vm/variants.sh
EXTRA_DIST += tests/vm/evidence.sh tests/vm/variants.sh
TESTS += tests/it/guest_programs.sh
EXTRA_DIST += tests/it/guest_programs.sh

# --- why the verifier refused a program --------------------------------------
EXPLAIN_SOURCES = worker/guest/explain.c worker/guest/explain_line.c \
	worker/guest/explain_first.c worker/guest/explain_map.c \
	worker/guest/explain_report.c \
	worker/guest/explain_walk.c worker/guest/explain_whole.c \
	worker/guest/explain_write.c
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_explain
TESTS += tests/unit/test_explain
endif
tests_unit_test_explain_SOURCES = tests/unit/test_explain.c \
	tests/unit/test.h $(EXPLAIN_SOURCES)
tests_unit_test_explain_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_explain_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
EXTRA_DIST += tests/unit/verlogs/5.10.logs tests/unit/verlogs/6.1.logs \
	tests/unit/verlogs/6.12.logs tests/unit/verlogs/7.2.logs \
	tests/unit/verlogs/7.3.logs tests/unit/verlogs/README.md \
	tests/unit/verlogs/reject.bpf.c

# --- the runner --------------------------------------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_kevent tests/unit/test_kevent_forms \
	tests/unit/test_vm
TESTS += tests/unit/test_kevent tests/unit/test_kevent_forms \
	tests/unit/test_vm
endif
tests_unit_test_kevent_SOURCES = tests/unit/test_kevent.c tests/unit/test.h
tests_unit_test_kevent_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_kevent_LDADD = libvm.a $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_kevent_forms_SOURCES = tests/unit/test_kevent_forms.c \
	tests/unit/test.h
tests_unit_test_kevent_forms_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_kevent_forms_LDADD = libvm.a $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_vm_SOURCES = tests/unit/test_vm.c tests/unit/test.h
tests_unit_test_vm_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_vm_LDADD = libvm.a $(SHARED_LIBS) $(LIBSSH_LIBS) \
	$(ZSTD_LIBS) $(CRITERION_LIBS)
RUNNER_TESTS = tests/it/runner.sh tests/vm/runner.sh
TESTS += $(RUNNER_TESTS)
EXTRA_DIST += $(RUNNER_TESTS) tests/lib/runner.sh
check_PROGRAMS += tests/lib/fake_validator
tests_lib_fake_validator_SOURCES = tests/lib/fake_validator.c
tests_lib_fake_validator_CFLAGS = $(WARN_CFLAGS) -fno-pie
tests_lib_fake_validator_LDFLAGS = -static -no-pie

# --- the inspector, and what an object needs --------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_inspect
TESTS += tests/unit/test_inspect
endif
tests_unit_test_inspect_SOURCES = tests/unit/test_inspect.c tests/unit/test.h
tests_unit_test_inspect_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)

if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_command tests/unit/test_declared
TESTS += tests/unit/test_command tests/unit/test_declared
endif
tests_unit_test_declared_SOURCES = tests/unit/test_declared.c \
	tests/unit/test.h
tests_unit_test_declared_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_declared_LDADD = libworker.a $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_command_SOURCES = tests/unit/test_command.c \
	tests/unit/test.h worker/cli/elfdeps.c
tests_unit_test_command_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_command_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)

# --- keys of the history -----------------------------------------------------
TESTS += tests/it/history_keys.sh
EXTRA_DIST += tests/it/history_keys.sh

# --- manifests and commands on real kernels ------------------------------------
TESTS += tests/vm/loaders.sh tests/vm/manifest.sh
EXTRA_DIST += tests/vm/loaders.sh tests/vm/loaders_guest.sh tests/vm/manifest.sh

# --- sources ------------------------------------------------------------------
tests_unit_test_inspect_LDADD = libinspect.a libcompile.a $(SHARED_LIBS) \
	$(CRITERION_LIBS)
SOURCE_TESTS = tests/it/source.sh tests/it/api_source.sh tests/it/floor.sh \
	tests/vm/source.sh
TESTS += $(SOURCE_TESTS)
EXTRA_DIST += $(SOURCE_TESTS)

# --- grants and limits --------------------------------------------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_grants tests/unit/test_limit
TESTS += tests/unit/test_grants tests/unit/test_limit
endif
tests_unit_test_grants_SOURCES = tests/unit/test_grants.c tests/unit/test.h
tests_unit_test_grants_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_grants_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
tests_unit_test_limit_SOURCES = tests/unit/test_limit.c tests/unit/test.h
tests_unit_test_limit_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_limit_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
TESTS += tests/it/admin_token.sh tests/it/flood.sh tests/it/limits.sh
EXTRA_DIST += tests/it/admin_token.sh tests/it/flood.sh tests/it/limits.sh \
	tests/lib/promtext.awk
