# tests/unit/: one Criterion program per file test_NAME.c.  A test takes from
# the libraries what it calls; what is built into the guest's own programs
# only is named below.

UNIT_TESTS = \
	tests/unit/test_audit \
	tests/unit/test_auth \
	tests/unit/test_base \
	tests/unit/test_boundary \
	tests/unit/test_bundle \
	tests/unit/test_causes \
	tests/unit/test_caution \
	tests/unit/test_classify \
	tests/unit/test_classify_object \
	tests/unit/test_cli \
	tests/unit/test_collect \
	tests/unit/test_command \
	tests/unit/test_compare \
	tests/unit/test_declared \
	tests/unit/test_decision \
	tests/unit/test_evidence \
	tests/unit/test_explain \
	tests/unit/test_fcgi \
	tests/unit/test_gates \
	tests/unit/test_grants \
	tests/unit/test_guard \
	tests/unit/test_guest \
	tests/unit/test_history \
	tests/unit/test_history_ring \
	tests/unit/test_history_trust \
	tests/unit/test_http \
	tests/unit/test_inspect \
	tests/unit/test_jose \
	tests/unit/test_kernel \
	tests/unit/test_kevent \
	tests/unit/test_kevent_forms \
	tests/unit/test_limit \
	tests/unit/test_manifest \
	tests/unit/test_matrix \
	tests/unit/test_migrate \
	tests/unit/test_object \
	tests/unit/test_page \
	tests/unit/test_publish \
	tests/unit/test_registry \
	tests/unit/test_report \
	tests/unit/test_sched \
	tests/unit/test_select \
	tests/unit/test_store \
	tests/unit/test_stored \
	tests/unit/test_tamper \
	tests/unit/test_template \
	tests/unit/test_variant \
	tests/unit/test_verifier \
	tests/unit/test_vm
if HAVE_CRITERION
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
EXTRA_DIST += tests/unit/test.h
AM_CPPFLAGS += $(CRITERION_CFLAGS)
AM_DEFAULT_SOURCE_EXT = .c
LDADD = libfcgiapp.a libcli.a libkernels.a libcompile.a libworker.a \
	libinspect.a libvm.a $(SHARED_LIBS) $(FCGI_LIBS) $(LIBSSH_LIBS) \
	$(ZSTD_LIBS) $(CRITERION_LIBS)

tests_unit_test_http_SOURCES = tests/unit/test_http.c tests/unit/test.h
tests_unit_test_http_LDADD = $(LDADD) $(CURL_LIBS)

EXPLAIN_SOURCES = worker/guest/explain.c worker/guest/explain_line.c \
	worker/guest/explain_first.c worker/guest/explain_map.c \
	worker/guest/explain_report.c \
	worker/guest/explain_walk.c worker/guest/explain_whole.c \
	worker/guest/explain_write.c
tests_unit_test_command_SOURCES = tests/unit/test_command.c \
	tests/unit/test.h worker/cli/elfdeps.c
tests_unit_test_evidence_SOURCES = tests/unit/test_evidence.c \
	tests/unit/test.h worker/guest/insns.c worker/guest/kmods_match.c \
	worker/guest/reloc.c \
	worker/guest/symbols_scan.c worker/guest/target.c
tests_unit_test_explain_SOURCES = tests/unit/test_explain.c \
	tests/unit/test.h $(EXPLAIN_SOURCES)
tests_unit_test_tamper_SOURCES = tests/unit/test_tamper.c tests/unit/test.h \
	tests/unit/tamper_world.c tests/unit/tamper_world.h
tests_unit_test_guest_SOURCES = tests/unit/test_guest.c tests/unit/test.h \
	worker/guest/args.c worker/guest/elfinfo.c worker/guest/files.c \
	worker/guest/functional.c worker/guest/plan.c \
	worker/guest/rtnl.c worker/guest/rtnl.h \
	worker/guest/verlog.c worker/guest/wire_io.c
EXTRA_DIST += tests/unit/golden/compare-base.json \
	tests/unit/golden/compare-head.json tests/unit/golden/compare.json \
	tests/unit/golden/compare.md tests/unit/golden/compare.txt
EXTRA_DIST += tests/unit/consoles
EXTRA_DIST += tests/unit/golden/report.json tests/unit/golden/report.md \
	tests/unit/golden/summary.txt
EXTRA_DIST += tests/unit/verlogs/5.10.logs tests/unit/verlogs/6.1.logs \
	tests/unit/verlogs/6.12.logs tests/unit/verlogs/7.2.logs \
	tests/unit/verlogs/7.3.logs tests/unit/verlogs/README.md \
	tests/unit/verlogs/reject.bpf.c
EXTRA_DIST += tests/unit/old/schema-3.sql tests/unit/old/schema-11.sql
