# worker/guest: the programs that run inside a guest.  They are static: the
# guest has no libraries.  So no PIE and no sanitizers here, and libbpf is
# built from source (libbpf.sh says why).

pkglibexec_PROGRAMS += bin/bpfcompat-validator bin/bpfcompat-init

LIBBPF_DIR = guest-libbpf
LIBBPF_STAMP = $(LIBBPF_DIR)/lib/libbpf.a
GUEST_CPPFLAGS = -D_GNU_SOURCE -I$(top_srcdir)/shared \
	-I$(top_srcdir)/worker/guest
GUEST_CFLAGS = $(WARN_CFLAGS) $(HARDEN_CFLAGS) -fno-pie
guest_ldflags = $(HARDEN_LDFLAGS) -static -no-pie

GUEST_BASE = \
	shared/base/buf.c shared/base/buf.h \
	shared/base/cursor.h \
	shared/base/err.c shared/base/err.h \
	shared/base/json_out.c shared/base/json_out.h \
	shared/base/timefmt.c shared/base/timefmt.h \
	shared/base/utf8.c shared/base/utf8.h

bin_bpfcompat_validator_SOURCES = $(GUEST_BASE) \
	worker/guest/args.c worker/guest/args.h \
	worker/guest/attach.c worker/guest/attach.h \
	worker/guest/attach_declared.c \
	worker/guest/attach_check.c \
	worker/guest/attach_net.c \
	worker/guest/attach_ops.c \
	worker/guest/attach_route.c \
	worker/guest/attach_sock.c \
	worker/guest/attach_sys.c \
	worker/guest/attach_tc.c \
	worker/guest/attach_undo.c \
	worker/guest/bench.c worker/guest/bench.h \
	worker/guest/capture.c worker/guest/capture.h \
	worker/guest/elfinfo.c worker/guest/elfinfo.h \
	worker/guest/environ.c worker/guest/environ.h \
	worker/guest/experiment.c worker/guest/experiment.h \
	worker/guest/experiment_attach.c \
	worker/guest/experiment_insn.c \
	worker/guest/experiment_kernel.c \
	worker/guest/experiment_load.c \
	worker/guest/experiment_map.c \
	worker/guest/experiment_memory.c \
	worker/guest/experiment_policy.c \
	worker/guest/explain.c worker/guest/explain.h \
	worker/guest/explain_first.c \
	worker/guest/explain_impl.h \
	worker/guest/explain_line.c worker/guest/explain_line.h \
	worker/guest/explain_map.c \
	worker/guest/explain_report.c \
	worker/guest/explain_source.c \
	worker/guest/explain_walk.c \
	worker/guest/explain_whole.c \
	worker/guest/explain_write.c \
	worker/guest/externs.c worker/guest/externs.h \
	worker/guest/facts.c worker/guest/facts.h \
	worker/guest/freplace.c \
	worker/guest/files.c worker/guest/files.h \
	worker/guest/functional.c worker/guest/functional.h \
	worker/guest/helpers.c worker/guest/helpers.h \
	worker/guest/insns.c worker/guest/insns.h \
	worker/guest/isolated.c \
	worker/guest/kmods.c worker/guest/kmods.h \
	worker/guest/kmods_match.c \
	worker/guest/kmsg.c worker/guest/kmsg.h \
	worker/guest/landmark.c worker/guest/landmark.h \
	worker/guest/load.c \
	worker/guest/loadhook.c worker/guest/loadhook.h \
	worker/guest/object.c \
	worker/guest/options.c worker/guest/options.h \
	worker/guest/plan.c \
	worker/guest/probes.c \
	worker/guest/probes_attach.c worker/guest/probes_helpers.c \
	worker/guest/probes_types.c \
	worker/guest/reloc.c worker/guest/reloc.h \
	worker/guest/result.c worker/guest/result.h \
	worker/guest/result_attach.c worker/guest/result_attach.h \
	worker/guest/result_discovery.c \
	worker/guest/result_relocs.c \
	worker/guest/rtnl.c worker/guest/rtnl.h \
	worker/guest/run.h \
	worker/guest/setup.c \
	worker/guest/sink.c worker/guest/sink.h \
	worker/guest/steps.h \
	worker/guest/symbols.c worker/guest/symbols.h \
	worker/guest/symbols_scan.c \
	worker/guest/target.c worker/guest/target.h \
	worker/guest/tryload.c worker/guest/tryload.h \
	worker/guest/validator.c \
	worker/guest/variants.c \
	worker/guest/verlog.c worker/guest/verlog.h \
	worker/guest/wire.h \
	worker/guest/wire_io.c worker/guest/wire_io.h
bin_bpfcompat_validator_CPPFLAGS = $(GUEST_CPPFLAGS) \
	-I$(LIBBPF_DIR)/include
bin_bpfcompat_validator_CFLAGS = $(GUEST_CFLAGS)
# kmsg.h and loadhook.h say why.
bin_bpfcompat_validator_LDFLAGS = $(guest_ldflags) \
	-Wl,--wrap=syscall,--wrap=bpf_prog_load,--wrap=bpf_map_create
bin_bpfcompat_validator_LDADD = $(LIBBPF_STAMP) \
	-lelf -lzstd -lz

bin_bpfcompat_init_SOURCES = \
	worker/guest/init.c worker/guest/init.h \
	worker/guest/init_ctl.c \
	worker/guest/init_env.c \
	worker/guest/init_port.c \
	worker/guest/init_serial.c \
	worker/guest/init_server.c \
	worker/guest/init_setup.c \
	worker/guest/wire.h
bin_bpfcompat_init_CPPFLAGS = -D_GNU_SOURCE -I$(top_srcdir)/worker/guest
bin_bpfcompat_init_CFLAGS = $(GUEST_CFLAGS)
bin_bpfcompat_init_LDFLAGS = $(guest_ldflags)

# What this host's kernel has, asked in a process that can be ended.
pkglibexec_PROGRAMS += bin/bpfcompat-hostprobe
bin_bpfcompat_hostprobe_SOURCES = $(GUEST_BASE) \
	worker/guest/facts.c worker/guest/facts.h \
	worker/guest/hostprobe.c \
	worker/guest/probes_types.c
bin_bpfcompat_hostprobe_CPPFLAGS = $(bin_bpfcompat_validator_CPPFLAGS)
bin_bpfcompat_hostprobe_CFLAGS = $(GUEST_CFLAGS)
bin_bpfcompat_hostprobe_LDFLAGS = $(guest_ldflags)
bin_bpfcompat_hostprobe_LDADD = $(bin_bpfcompat_validator_LDADD)
$(bin_bpfcompat_hostprobe_OBJECTS): | $(LIBBPF_STAMP)

# Built once; "make clean" keeps it, "make distclean" does not.
$(LIBBPF_STAMP):
	$(AM_V_GEN)BPFCOMPAT_LIBBPF_TARBALL='$(BPFCOMPAT_LIBBPF_TARBALL)' \
	    CC='$(CC)' AR='$(AR)' \
	    $(SHELL) $(top_srcdir)/worker/guest/libbpf.sh $(LIBBPF_DIR)
$(bin_bpfcompat_validator_OBJECTS): | $(LIBBPF_STAMP)

validator-static: bin/bpfcompat-validator bin/bpfcompat-init

distclean-local: guest-distclean
guest-distclean:
	rm -rf $(LIBBPF_DIR)
.PHONY: guest-distclean

EXTRA_DIST += worker/guest/libbpf.sh
