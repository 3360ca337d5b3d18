# tests/san: the same tests in other builds, each below build/.

# Everything but virtual machines, browsers and other builds.
FAST_TESTS = $(filter tests/unit/% tests/fuzz/% tests/it/%,$(TESTS))
.PHONY: check-fast check-programs coverage analyze
check-fast:
	@$(MAKE) --no-print-directory check TESTS='$(FAST_TESTS)'
check-programs: all
	@$(MAKE) --no-print-directory $(check_PROGRAMS) $(check_SCRIPTS) \
	    $(check_DATA)

# A second build makes no third one.
if PLAIN_TREE
TESTS += tests/it/install.sh tests/san/asan.sh tests/san/valgrind.sh
else
check_PROGRAMS += tests/san/canary
endif
tests_san_canary_SOURCES = tests/san/canary.c
TESTS += tests/it/admin_recipes.sh tests/it/docs.sh
EXTRA_DIST += tests/it/admin_recipes.sh tests/it/docs.sh tests/it/install.sh
EXTRA_DIST += tests/san/asan.sh tests/san/valgrind.sh tests/san/lib.sh \
	tests/san/coverage.sh tests/san/analyze.sh

coverage:
	@$(SHELL) $(top_srcdir)/tests/san/coverage.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
analyze:
	@$(SHELL) $(top_srcdir)/tests/san/analyze.sh '$(abs_top_srcdir)' \
	    '$(abs_top_builddir)'
