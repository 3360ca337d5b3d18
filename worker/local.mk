# worker: its part of the Makefile.

# --- the worker ------------------------------------------------------------
noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = \
	worker/audit_files.c worker/audit_files.h \
	worker/audit_local.c worker/audit_local.h \
	worker/audit_work.c worker/audit_work.h \
	worker/collect.c worker/collect.h \
	worker/declared.c worker/declared.h \
	worker/engine.c worker/engine.h \
	worker/environment.c worker/environment.h \
	worker/evidence.c worker/evidence.h \
	worker/export.c worker/export.h \
	worker/finish.c worker/finish.h \
	worker/guest_spec.c worker/guest_spec.h \
	worker/history.c worker/history.h \
	worker/keyring.c worker/keyring.h \
	worker/identity.c worker/identity.h \
	worker/inspect_run.c worker/inspect_run.h \
	worker/import.c worker/import.h worker/import_file.c \
	worker/import_file.h worker/import_registry.c \
	worker/import_run.c \
	worker/inputs.c worker/inputs.h \
	worker/loop.c worker/loop.h \
	worker/lost.c worker/lost.h \
	worker/preparing.c worker/preparing.h \
	worker/publish.c worker/publish.h worker/publish_decisions.c \
	worker/publish_audit.c \
	worker/publish_file.c worker/publish_file.h \
	worker/publish_audit.h worker/publish_task.h \
	worker/registry_give.c worker/registry_give.h \
	worker/registry_record.c worker/registry_record.h \
	worker/registry_work.c worker/registry_work.h \
	worker/runner.c worker/runner.h \
	worker/sched.c worker/sched.h \
	worker/side.c worker/side.h \
	worker/signer/frame.c worker/signer/frame.h \
	worker/signer/keys.c worker/signer/keys.h \
	worker/signer/signer.c worker/signer/signer.h \
	worker/sync_work.c worker/sync_work.h \
	worker/target.c worker/target.h \
	worker/work.c worker/work.h

pkglibexec_PROGRAMS += bin/bpfcompat-worker
bin_bpfcompat_worker_SOURCES = worker/main.c
bin_bpfcompat_worker_LDADD = libworker.a $(SHARED_LIBS)

pkglibexec_PROGRAMS += bin/bpfcompat-signer
bin_bpfcompat_signer_SOURCES = worker/signer/main.c
bin_bpfcompat_signer_LDADD = libworker.a $(SHARED_LIBS)

# --- the command line ------------------------------------------------------
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	worker/cli/cli.c worker/cli/cli.h \
	worker/cli/flags.c worker/cli/flags.h \
	worker/cli/progress.c worker/cli/progress.h \
	worker/cli/test_cause.c worker/cli/test_cause.h \
	worker/cli/test_show.c worker/cli/test_show.h

# --- kernel provisioning -----------------------------------------------------
noinst_LIBRARIES += libkernels.a
libkernels_a_SOURCES = \
	worker/kernels/apt.c worker/kernels/apt.h \
	worker/kernels/apt_source.c \
	worker/kernels/fetch.c worker/kernels/fetch.h \
	worker/kernels/fetch_file.c \
	worker/kernels/keep.c \
	worker/kernels/kernels.c worker/kernels/kernels.h \
	worker/kernels/record.c worker/kernels/record.h \
	worker/kernels/resolve.c worker/kernels/resolve.h \
	worker/kernels/unpack.c worker/kernels/unpack.h \
	worker/kernels/vmlinuz.c worker/kernels/vmlinuz.h

bin_PROGRAMS += bin/bpfcompat
bin_bpfcompat_SOURCES = \
	worker/cli/main.c \
	worker/cli/verb_admin.c worker/cli/verb_admin.h \
	worker/cli/verb_admin_audit.c \
	worker/cli/verb_admin_approval.c \
	worker/cli/verb_admin_doctor.c worker/cli/verb_admin_token.c \
	worker/cli/verb_compare.c \
	worker/cli/verb_completion.c worker/cli/verb_completion.h \
	worker/cli/verb_admin_import.c worker/cli/verb_admin_publish.c \
	worker/cli/verb_env.c \
	worker/cli/verb_history.c worker/cli/verb_history.h \
	worker/cli/verb_history_bundle.c \
	worker/cli/verb_history_sign.c worker/cli/verb_history_keys.c \
	worker/cli/verb_inspect.c \
	worker/cli/compile_show.c worker/cli/compile_show.h \
	worker/cli/fetch_show.c worker/cli/fetch_show.h \
	worker/cli/serve.h \
	worker/cli/serve_nginx.c \
	worker/cli/serve_probe.c worker/cli/serve_probe.h \
	worker/cli/serve_run.c \
	worker/cli/elfdeps.c worker/cli/elfdeps.h \
	worker/cli/job_report.c worker/cli/job_report.h \
	worker/cli/parcel.c worker/cli/parcel.h \
	worker/cli/saved.c worker/cli/saved.h \
	worker/cli/suite_job.c worker/cli/suite_run.c \
	worker/cli/suite_run.h worker/cli/suite_show.c \
	worker/cli/suite_show.h worker/cli/suite_state.c \
	worker/cli/remote.c worker/cli/remote.h worker/cli/remote_job.c \
	worker/cli/verb_suite.c worker/cli/verb_report.c \
	worker/cli/outputs.c worker/cli/outputs.h \
	worker/cli/submit.c worker/cli/submit.h \
	worker/cli/test_run.c worker/cli/test_run.h \
	worker/cli/verb_kernels.c worker/cli/verb_kernels.h \
	worker/cli/verb_kernels_keep.c \
	worker/cli/verb_registry.c \
	worker/cli/verb_runtime.c worker/cli/verb_runtime.h \
	worker/cli/verb_runtime_select.c \
	worker/cli/verb_runtime_load.c \
	worker/cli/verb_serve.c \
	worker/cli/verb_test.c \
	worker/cli/verb_test_command.c \
	worker/cli/verb_version.c
nodist_bin_bpfcompat_SOURCES = worker/cli/build_info.h
bin_bpfcompat_LDADD = libcli.a libworker.a libkernels.a $(SHARED_LIBS) \
	$(CURL_LIBS)

EXTRA_DIST += worker/cli/build_info.sh
BUILT_SOURCES += worker/cli/build_info.h
CLEANFILES += worker/cli/build_info.h
worker/cli/build_info.h: FORCE
	@$(SHELL) $(top_srcdir)/worker/cli/build_info.sh $(top_srcdir) $@
.PHONY: FORCE
FORCE:

# --- the runner: one VM, one target, one attempt ---------------------------
noinst_LIBRARIES += libvm.a
libvm_a_CFLAGS = $(AM_CFLAGS) $(LIBSSH_CFLAGS) $(ZSTD_CFLAGS)
libvm_a_SOURCES = \
	worker/vm/accel.c worker/vm/accel.h \
	worker/vm/attempt.c worker/vm/attempt.h \
	worker/vm/boot.c \
	worker/vm/check.c \
	worker/vm/collect.c worker/vm/collect.h \
	worker/vm/conclude.c \
	worker/vm/cpio.c worker/vm/cpio.h \
	worker/vm/end.c \
	worker/vm/hostlibs.c worker/vm/hostlibs.h \
	worker/vm/initramfs.c worker/vm/initramfs.h \
	worker/vm/kevent.c worker/vm/kevent.h \
	worker/vm/look.c worker/vm/look.h \
	worker/vm/modules.c worker/vm/modules.h \
	worker/vm/prepare.c \
	worker/vm/qemu.c worker/vm/qemu.h \
	worker/vm/qmp.c worker/vm/qmp.h \
	worker/vm/session.c \
	worker/vm/spec.c worker/vm/spec.h \
	worker/vm/splat.c worker/vm/splat.h \
	worker/vm/ssh.c worker/vm/ssh.h \
	worker/vm/sshkey.c worker/vm/sshkey.h \
	worker/vm/template.c worker/vm/template.h \
	worker/vm/template_impl.h worker/vm/template_keep.c \
	worker/vm/tsc.c worker/vm/tsc.h \
	worker/vm/twin.c worker/vm/twin.h \
	worker/vm/vm.c worker/vm/vm.h \
	worker/vm/wire_in.c worker/vm/wire_in.h \
	worker/vm/zlog.c worker/vm/zlog.h

pkglibexec_PROGRAMS += bin/bpfcompat-runner
bin_bpfcompat_runner_SOURCES = worker/vm/runner_main.c
bin_bpfcompat_runner_CFLAGS = $(AM_CFLAGS) $(LIBSSH_CFLAGS)
bin_bpfcompat_runner_LDADD = libvm.a $(SHARED_LIBS) $(LIBSSH_LIBS) \
	$(ZSTD_LIBS)

# --- the inspector: reads objects in a sandbox -----------------------------
noinst_LIBRARIES += libinspect.a
libinspect_a_SOURCES = \
	worker/inspect/btfin.c worker/inspect/btfin.h \
	worker/inspect/code.c worker/inspect/code.h \
	worker/inspect/corein.c worker/inspect/corein.h \
	worker/inspect/elfobj.c worker/inspect/elfobj.h \
	worker/inspect/facts.c worker/inspect/facts.h \
	worker/inspect/flow.c worker/inspect/flow.h \
	worker/inspect/mapsin.c worker/inspect/mapsin.h \
	worker/inspect/uses.c worker/inspect/uses.h

# Of libshared.a it takes what needs no library: less code that a hostile
# object could turn against us, and no start-up of libraries it never calls.
pkglibexec_PROGRAMS += bin/bpfcompat-inspect
bin_bpfcompat_inspect_SOURCES = worker/inspect/main.c \
	worker/inspect/sandbox.c worker/inspect/sandbox.h
bin_bpfcompat_inspect_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
bin_bpfcompat_inspect_LDADD = libinspect.a libshared.a $(SECCOMP_LIBS)

# --- from a job to its object: compiler and inspector ------------------------
noinst_LIBRARIES += libcompile.a
libcompile_a_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
libcompile_a_SOURCES = \
	worker/compile/box.c worker/compile/box.h \
	worker/compile/cdiag.c worker/compile/cdiag.h \
	worker/compile/compile.c worker/compile/compile.h \
	worker/compile/prepare.c worker/compile/prepare.h

pkglibexec_PROGRAMS += bin/bpfcompat-prepare
bin_bpfcompat_prepare_SOURCES = worker/compile/main.c
bin_bpfcompat_prepare_LDADD = libcompile.a libworker.a $(SHARED_LIBS) \
	$(SECCOMP_LIBS)

# Headers for sources: fetched once; "make clean" keeps them.
SDK_STAMP = sdk/stamp
$(SDK_STAMP): worker/compile/sdk.sh | $(LIBBPF_STAMP)
	$(AM_V_GEN)$(SHELL) $(top_srcdir)/worker/compile/sdk.sh sdk \
	    $(LIBBPF_DIR)/include
bin/sdk: | $(SDK_STAMP)
	@$(MKDIR_P) bin
	$(AM_V_GEN)ln -sfn ../sdk $@
all-local: bin/sdk
.PHONY: sdk
sdk:
	@rm -f $(SDK_STAMP)
	@$(MAKE) --no-print-directory $(SDK_STAMP)
install-data-hook: sdk-install
sdk-install:
	$(MKDIR_P) '$(DESTDIR)$(pkgdatadir)/sdk'
	for d in include x86_64 arm64; do \
	    test ! -d sdk/$$d || \
	    cp -r sdk/$$d '$(DESTDIR)$(pkgdatadir)/sdk/' || exit 1; done
uninstall-hook: sdk-uninstall
sdk-uninstall:
	rm -rf '$(DESTDIR)$(pkgdatadir)/sdk'
distclean-local: sdk-distclean
sdk-distclean:
	rm -rf sdk
.PHONY: sdk-install sdk-uninstall sdk-distclean
EXTRA_DIST += worker/compile/sdk.sh
CLEANFILES += bin/sdk

# --- the loader: an object into this host's kernel -------------------------------
if RUNTIME_EXECUTE
pkglibexec_PROGRAMS += bin/bpfcompat-execute
endif
bin_bpfcompat_execute_SOURCES = \
	worker/execute/load.c worker/execute/load.h \
	worker/execute/main.c \
	worker/execute/privilege.c worker/execute/privilege.h \
	worker/execute/records.c worker/execute/records.h \
	worker/execute/request.c worker/execute/request.h
bin_bpfcompat_execute_CPPFLAGS = $(AM_CPPFLAGS) -I$(LIBBPF_DIR)/include
bin_bpfcompat_execute_LDADD = libshared.a $(LIBBPF_STAMP) $(JSONC_LIBS) \
	$(CRYPTO_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) -lelf -lz
$(bin_bpfcompat_execute_OBJECTS): | $(LIBBPF_STAMP)

# --- what is fetched for somebody else ---------------------------------------------
pkglibexec_PROGRAMS += bin/bpfcompat-fetch
bin_bpfcompat_fetch_SOURCES = worker/fetch/main.c
bin_bpfcompat_fetch_LDADD = libshared.a $(CRYPTO_LIBS) $(CURL_LIBS)
