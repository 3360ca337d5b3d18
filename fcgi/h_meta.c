/* Routes about the server itself that need no database. */
#include <limits.h>

#include "base/paths.h"
#include "config.h"
#include "handlers.h"
#include "identity.h"

enum err
h_health(struct app *app, struct call *c)
{
	struct jsonw	*w = reply_json(c->rp);

	(void)app;
	jsonw_obj(w, NULL);
	jsonw_str(w, "status", "ok");
	jsonw_end(w);
	return ERR_OK;
}

enum err
h_livez(struct app *app, struct call *c)
{
	(void)app;
	c->rp->type = "text/plain; charset=utf-8";
	return buf_adds(&c->rp->body, "ok\n");
}

enum err
h_openapi(struct app *app, struct call *c)
{
	c->rp->type = "application/yaml; charset=utf-8";
	c->rp->cache = CACHE_PUBLIC_5MIN;
	return buf_add(&c->rp->body, app->openapi.data, app->openapi.len);
}

/* What is open and what a client has to bring; never a secret or a path. */
static void
access_members(const struct app *app, struct jsonw *w)
{
	const struct conf	*c = app->conf;
	bool			 keys = c->api_key[0] != '\0';

	jsonw_bool(w, "write_api_key_configured", keys);
	jsonw_bool(w, "read_api_key_configured", c->api_read_key[0] != '\0');
	jsonw_bool(w, "write_identity_verifier_enabled",
	    identity_configured(app->identity));
	jsonw_bool(w, "client_certificates_enabled", app->mtls != NULL);
	jsonw_bool(w, "write_require_identity", c->require_identity);
	jsonw_bool(w, "allow_anonymous_validate", c->anon_validate ||
	    c->anon_write);
	jsonw_bool(w, "allow_anonymous_read", c->anon_read || c->anon_write);
	jsonw_bool(w, "allow_anonymous_write", c->anon_write);
	jsonw_bool(w, "allow_anonymous_runtime_delivery",
	    c->anon_runtime || c->anon_write);
	jsonw_bool(w, "registry_require_identity", c->registry_identity);
	jsonw_bool(w, "runtime_execute_enabled", c->execute_enabled);
	jsonw_bool(w, "runtime_execute_kill_switch", c->execute_kill);
	jsonw_bool(w, "runtime_execute_approval_configured",
	    c->execute_approval[0] != '\0');
}

enum err
h_config(struct app *app, struct call *c)
{
	const struct conf	*conf = app->conf;
	struct jsonw		*w = reply_json(c->rp);
	char			 sdk[PATH_MAX];

	c->rp->cache = CACHE_REVALIDATE;
	jsonw_obj(w, NULL);
	access_members(app, w);
	jsonw_str(w, "version", PACKAGE_VERSION);
	jsonw_obj(w, "default_matrix");
	jsonw_str(w, "name", app->matrix.name);
	jsonw_int(w, "profiles", (int64_t)app->matrix.n);
	jsonw_end(w);
	jsonw_obj(w, "limits");
	jsonw_int(w, "max_artifact_bytes", conf->max_artifact);
	jsonw_int(w, "max_profiles", conf->max_profiles);
	jsonw_int(w, "max_timeout_ms", conf->max_timeout);
	jsonw_int(w, "default_timeout_ms", conf->target_timeout);
	jsonw_int(w, "max_concurrency", conf->max_concurrency);
	jsonw_int(w, "default_concurrency", conf->concurrency);
	jsonw_int(w, "max_queued_jobs", conf->max_queued_jobs);
	jsonw_int(w, "max_source_bytes", conf->max_source);
	jsonw_end(w);
	jsonw_obj(w, "features");
	jsonw_bool(w, "compile", paths_sdk(conf, sdk, sizeof(sdk), NULL) ==
	    ERR_OK);
	jsonw_end(w);
	jsonw_end(w);
	return ERR_OK;
}
