# fcgi: the HTTP API.  Everything but main() is a library, for the tests.

noinst_LIBRARIES += libfcgiapp.a

libfcgiapp_a_SOURCES = \
	fcgi/action.c fcgi/action.h fcgi/action.def \
	fcgi/app.c fcgi/app.h \
	fcgi/auth.c fcgi/auth.h fcgi/auth_registry.c \
	fcgi/audited.c fcgi/audited.h \
	fcgi/body.c fcgi/body.h \
	fcgi/claims.c fcgi/claims.h \
	fcgi/compile_json.c fcgi/compile_json.h \
	fcgi/field.c fcgi/field.h fcgi/field_check.c \
	fcgi/field_registry.c fcgi/field_registry.h \
	fcgi/form.c fcgi/form.h \
	fcgi/gates.c fcgi/gates.h fcgi/gates_show.c \
	fcgi/given.c fcgi/given.h \
	fcgi/h_audit.c fcgi/h_registry.c fcgi/h_registry_upload.c \
	fcgi/h_runtime.c \
	fcgi/h_compare.c fcgi/h_history.c fcgi/h_job.c fcgi/h_meta.c fcgi/h_profiles.c \
	fcgi/h_ready.c fcgi/h_server.c fcgi/h_validate.c fcgi/handlers.h \
	fcgi/identity.c fcgi/identity.h \
	fcgi/job_json.c fcgi/job_json.h \
	fcgi/job_wait.c fcgi/job_wait.h \
	fcgi/json_body.c fcgi/json_body.h \
	fcgi/limits.c fcgi/limits.h \
	fcgi/metrics.c fcgi/metrics.h fcgi/h_metrics.c \
	fcgi/jwks.c fcgi/jwks.h \
	fcgi/jws.c fcgi/jws.h \
	fcgi/keycache.c fcgi/keycache.h \
	fcgi/keyset.c fcgi/keyset.h \
	fcgi/mtls.c fcgi/mtls.h \
	fcgi/multipart.c fcgi/multipart.h \
	fcgi/paging.c fcgi/paging.h \
	fcgi/policy.c fcgi/policy.h \
	fcgi/prefork.c fcgi/prefork.h \
	fcgi/range.c fcgi/range.h \
	fcgi/principal.c fcgi/principal.h \
	fcgi/registry_ask.c fcgi/registry_ask.h \
	fcgi/registry_json.c fcgi/registry_json.h \
	fcgi/proxies.c fcgi/proxies.h \
	fcgi/registry_verify.c fcgi/registry_verify.h \
	fcgi/reply.c fcgi/reply.h \
	fcgi/req.c fcgi/req.h \
	fcgi/request_manifest.c fcgi/request_manifest.h \
	fcgi/route.c fcgi/route.h \
	fcgi/serve.c fcgi/serve.h \
	fcgi/stored.c fcgi/stored.h \
	fcgi/transport.c fcgi/transport.h

pkglibexec_PROGRAMS += bin/bpfcompat-fcgi
bin_bpfcompat_fcgi_SOURCES = fcgi/main.c
bin_bpfcompat_fcgi_LDADD = libfcgiapp.a $(SHARED_LIBS) $(FCGI_LIBS)

pkglibexec_PROGRAMS += bin/bpfcompat-keys
bin_bpfcompat_keys_SOURCES = fcgi/keys_main.c
bin_bpfcompat_keys_LDADD = libfcgiapp.a $(SHARED_LIBS) $(FCGI_LIBS) \
	$(CURL_LIBS)
