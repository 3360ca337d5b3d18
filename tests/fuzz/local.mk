# tests/fuzz: one program a parser.  "make check" replays the seeds with
# main.c; "make fuzz" (FUZZ_SECONDS=60, FUZZ="json conf") lets libFuzzer at
# them in its own tree.  A new target is a line in FUZZERS, its
# _SOURCES and _LDADD, and a folder X.seeds.

FUZZERS = \
	tests/fuzz/fuzz_body \
	tests/fuzz/fuzz_bundle \
	tests/fuzz/fuzz_compare \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_console \
	tests/fuzz/fuzz_explain \
	tests/fuzz/fuzz_fields \
	tests/fuzz/fuzz_grants \
	tests/fuzz/fuzz_guard \
	tests/fuzz/fuzz_headers \
	tests/fuzz/fuzz_history \
	tests/fuzz/fuzz_inspect \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_kernel \
	tests/fuzz/fuzz_manifest \
	tests/fuzz/fuzz_multipart \
	tests/fuzz/fuzz_reloc \
	tests/fuzz/fuzz_report \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_result \
	tests/fuzz/fuzz_timefmt \
	tests/fuzz/fuzz_token \
	tests/fuzz/fuzz_utf8 \
	tests/fuzz/fuzz_verlog \
	tests/fuzz/fuzz_vmlinuz \
	tests/fuzz/fuzz_wire \
	tests/fuzz/fuzz_yaml
FUZZ_SEEDS = \
	tests/fuzz/body.seeds \
	tests/fuzz/bundle.seeds \
	tests/fuzz/compare.seeds \
	tests/fuzz/conf.seeds \
	tests/fuzz/console.seeds \
	tests/fuzz/explain.seeds \
	tests/fuzz/fields.seeds \
	tests/fuzz/grants.seeds \
	tests/fuzz/guard.seeds \
	tests/fuzz/headers.seeds \
	tests/fuzz/history.seeds \
	tests/fuzz/inspect.seeds \
	tests/fuzz/json.seeds \
	tests/fuzz/kernel.seeds \
	tests/fuzz/manifest.seeds \
	tests/fuzz/multipart.seeds \
	tests/fuzz/reloc.seeds \
	tests/fuzz/report.seeds \
	tests/fuzz/request.seeds \
	tests/fuzz/result.seeds \
	tests/fuzz/timefmt.seeds \
	tests/fuzz/token.seeds \
	tests/fuzz/utf8.seeds \
	tests/fuzz/verlog.seeds \
	tests/fuzz/vmlinuz.seeds \
	tests/fuzz/wire.seeds \
	tests/fuzz/yaml.seeds

if WITH_FUZZER
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/main.c
endif

tests_fuzz_fuzz_compare_SOURCES = tests/fuzz/fuzz_compare.c $(FUZZ_MAIN)
tests_fuzz_fuzz_compare_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_console_SOURCES = tests/fuzz/fuzz_console.c $(FUZZ_MAIN)
tests_fuzz_fuzz_console_LDADD = $(FUZZ_LIBS) libvm.a $(SHARED_LIBS)
tests_fuzz_fuzz_explain_SOURCES = tests/fuzz/fuzz_explain.c $(FUZZ_MAIN) \
	$(EXPLAIN_SOURCES)
tests_fuzz_fuzz_explain_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_fields_SOURCES = tests/fuzz/fuzz_fields.c $(FUZZ_MAIN)
tests_fuzz_fuzz_fields_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS) \
	$(FCGI_LIBS)
tests_fuzz_fuzz_inspect_SOURCES = tests/fuzz/fuzz_inspect.c $(FUZZ_MAIN)
tests_fuzz_fuzz_inspect_LDADD = $(FUZZ_LIBS) libinspect.a $(SHARED_LIBS)
tests_fuzz_fuzz_multipart_SOURCES = tests/fuzz/fuzz_multipart.c $(FUZZ_MAIN)
tests_fuzz_fuzz_multipart_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_reloc_SOURCES = tests/fuzz/fuzz_reloc.c $(FUZZ_MAIN) \
	worker/guest/reloc.c worker/guest/symbols_scan.c \
	worker/guest/target.c
tests_fuzz_fuzz_reloc_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_timefmt_SOURCES = tests/fuzz/fuzz_timefmt.c $(FUZZ_MAIN)
tests_fuzz_fuzz_timefmt_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c $(FUZZ_MAIN)
tests_fuzz_fuzz_token_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS) \
	$(FCGI_LIBS)
tests_fuzz_fuzz_utf8_SOURCES = tests/fuzz/fuzz_utf8.c $(FUZZ_MAIN)
tests_fuzz_fuzz_utf8_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_verlog_SOURCES = tests/fuzz/fuzz_verlog.c $(FUZZ_MAIN) \
	worker/guest/elfinfo.c worker/guest/verlog.c
tests_fuzz_fuzz_verlog_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(FUZZ_MAIN) \
	worker/guest/wire_io.c
tests_fuzz_fuzz_wire_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)

tests_fuzz_fuzz_kernel_SOURCES = tests/fuzz/fuzz_kernel.c $(FUZZ_MAIN)
tests_fuzz_fuzz_kernel_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c $(FUZZ_MAIN) \
	worker/guest/args.c worker/guest/plan.c
tests_fuzz_fuzz_manifest_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_vmlinuz_SOURCES = tests/fuzz/fuzz_vmlinuz.c $(FUZZ_MAIN)
tests_fuzz_fuzz_vmlinuz_LDADD = $(FUZZ_LIBS) libkernels.a $(SHARED_LIBS)
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_yaml_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)

tests_fuzz_fuzz_body_SOURCES = tests/fuzz/fuzz_body.c $(FUZZ_MAIN)
tests_fuzz_fuzz_body_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS) \
	$(FCGI_LIBS)
tests_fuzz_fuzz_bundle_SOURCES = tests/fuzz/fuzz_bundle.c $(FUZZ_MAIN)
tests_fuzz_fuzz_bundle_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_grants_SOURCES = tests/fuzz/fuzz_grants.c $(FUZZ_MAIN)
tests_fuzz_fuzz_grants_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_guard_SOURCES = tests/fuzz/fuzz_guard.c $(FUZZ_MAIN)
tests_fuzz_fuzz_guard_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_headers_SOURCES = tests/fuzz/fuzz_headers.c $(FUZZ_MAIN)
tests_fuzz_fuzz_headers_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS) \
	$(FCGI_LIBS)
tests_fuzz_fuzz_history_SOURCES = tests/fuzz/fuzz_history.c $(FUZZ_MAIN)
tests_fuzz_fuzz_history_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c $(FUZZ_MAIN)
tests_fuzz_fuzz_report_LDADD = $(FUZZ_LIBS) $(SHARED_LIBS)
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_LIBS) libfcgiapp.a $(SHARED_LIBS) \
	$(FCGI_LIBS)
tests_fuzz_fuzz_result_SOURCES = tests/fuzz/fuzz_result.c $(FUZZ_MAIN)
tests_fuzz_fuzz_result_LDADD = $(FUZZ_LIBS) libworker.a $(SHARED_LIBS)

check_PROGRAMS += $(FUZZERS)
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/replay.sh tests/fuzz/run.sh tests/fuzz/fuzz.h \
	tests/fuzz/main.c $(FUZZ_SEEDS)

FUZZ_SECONDS = 60
.PHONY: fuzz-programs
fuzz-programs: $(BUILT_SOURCES)
	@$(MAKE) --no-print-directory $(FUZZERS)
fuzz:
	@$(SHELL) $(top_srcdir)/tests/fuzz/run.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)' '$(FUZZ_SECONDS)' $(FUZZ)
