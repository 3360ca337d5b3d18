# --- evidence that is taken away, files that are published ------------------
check_PROGRAMS += tests/lib/flip_bundle
tests_lib_flip_bundle_SOURCES = tests/lib/flip_bundle.c
tests_lib_flip_bundle_LDADD = $(SHARED_LIBS)
PUBLISH_TESTS = tests/it/bundle.sh tests/it/import.sh \
	tests/it/history_signer.sh tests/it/publish.sh \
	tests/it/registry_sync.sh
TESTS += $(PUBLISH_TESTS)
EXTRA_DIST += $(PUBLISH_TESTS)
