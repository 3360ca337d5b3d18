# tests/bench: speed as ratios, and endurance; for people, not make check.
check_PROGRAMS += tests/bench/bench_store
tests_bench_bench_store_SOURCES = tests/bench/bench_store.c
tests_bench_bench_store_LDADD = $(SHARED_LIBS)
check_PROGRAMS += tests/bench/bench_history
tests_bench_bench_history_SOURCES = tests/bench/bench_history.c
tests_bench_bench_history_LDADD = $(SHARED_LIBS)
EXTRA_DIST += tests/bench/history.sh tests/bench/soak_history.sh \
	tests/bench/soak_publish.sh
EXTRA_DIST += tests/bench/select.sh
EXTRA_DIST += tests/bench/bench.sh tests/bench/soak.sh
EXTRA_DIST += tests/bench/vm.sh tests/bench/vng.sh tests/bench/soak_vm.sh
EXTRA_DIST += tests/vm/twins.sh tests/vm/shared_templates.sh

bench: check-programs
	@$(SHELL) $(top_srcdir)/tests/bench/bench.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
	@$(MAKE) --no-print-directory bench-vm
	@$(SHELL) $(top_srcdir)/tests/bench/history.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    $(SHELL) $(top_srcdir)/tests/bench/select.sh
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    FLOOD_STRICT=1 FLOOD_ROUNDS=7 FLOOD_SECONDS=4 \
	    $(SHELL) $(top_srcdir)/tests/it/flood.sh
soak: check-programs
	@$(SHELL) $(top_srcdir)/tests/bench/soak.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
	@$(SHELL) $(top_srcdir)/tests/bench/soak_history.sh \
	    '$(abs_top_srcdir)' '$(abs_top_builddir)'
soak: soak-vm soak-twins soak-shared soak-suite
bench-vm soak-vm soak-twins soak-shared soak-suite: check-programs
# Virtual machines alone.
.PHONY: bench-vm soak-vm soak-twins soak-shared soak-suite
bench-vm:
	@$(SHELL) $(top_srcdir)/tests/bench/vm.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
soak-vm:
	@$(SHELL) $(top_srcdir)/tests/bench/soak_vm.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
soak-twins:
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    $(SHELL) $(top_srcdir)/tests/vm/twins.sh
soak-shared:
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    $(SHELL) $(top_srcdir)/tests/vm/shared_templates.sh
soak-suite:
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    $(SHELL) $(top_srcdir)/tests/vm/suite_big.sh
CLEANFILES += history.json vm.json
