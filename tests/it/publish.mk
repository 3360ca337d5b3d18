# --- evidence that is taken away, files that are published ------------------
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_bundle
TESTS += tests/unit/test_bundle
endif
tests_unit_test_bundle_SOURCES = tests/unit/test_bundle.c tests/unit/test.h
tests_unit_test_bundle_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_bundle_LDADD = $(SHARED_LIBS) $(CRITERION_LIBS)
check_PROGRAMS += tests/lib/flip_bundle
tests_lib_flip_bundle_SOURCES = tests/lib/flip_bundle.c
tests_lib_flip_bundle_LDADD = $(SHARED_LIBS)
if HAVE_CRITERION
check_PROGRAMS += tests/unit/test_publish
TESTS += tests/unit/test_publish
endif
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c tests/unit/test.h
tests_unit_test_publish_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_publish_LDADD = libworker.a $(SHARED_LIBS) $(CRITERION_LIBS)
PUBLISH_TESTS = tests/it/bundle.sh tests/it/import.sh \
	tests/it/publish.sh
TESTS += $(PUBLISH_TESTS)
EXTRA_DIST += $(PUBLISH_TESTS)
