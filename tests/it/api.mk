# Tests of the HTTP API: bpfcompat-fcgi for itself and behind real nginx.
check_PROGRAMS += tests/lib/fcgi_client
tests_lib_fcgi_client_SOURCES = tests/lib/fcgi_client.c
tests_lib_fcgi_client_LDADD = $(SHARED_LIBS)

check_PROGRAMS += tests/lib/http_load
tests_lib_http_load_SOURCES = tests/lib/http_load.c
tests_lib_http_load_LDADD = $(SHARED_LIBS)

# The document of the API against the table of routes and live answers.
check_PROGRAMS += tests/lib/routes_json tests/lib/yaml2json
tests_lib_routes_json_SOURCES = tests/lib/routes_json.c
tests_lib_routes_json_LDADD = libfcgiapp.a $(SHARED_LIBS) $(FCGI_LIBS)
tests_lib_yaml2json_SOURCES = tests/lib/yaml2json.c
tests_lib_yaml2json_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
tests_lib_yaml2json_LDADD = $(SHARED_LIBS)
TESTS += tests/it/openapi.sh
EXTRA_DIST += tests/it/openapi.sh tests/lib/openapi.jq

API_TESTS = tests/it/api_basic.sh tests/it/api_input.sh \
	tests/it/api_wait.sh tests/it/api_disk.sh tests/it/fcgi_proto.sh \
	tests/it/compare.sh tests/it/nginx_snippet.sh tests/it/registry.sh tests/it/registry_audit.sh
TESTS += $(API_TESTS)
EXTRA_DIST += $(API_TESTS) tests/lib/api.sh tests/lib/registry.sh

