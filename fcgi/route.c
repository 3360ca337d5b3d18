#include "route.h"

#include <string.h>

#include "handlers.h"
#include "paging.h"

static const struct route routes[] = {
	{ METHOD_GET, "/livez", ACTION_NONE, BODY_NONE, ROUTE_FIXED, NULL,
	    h_livez },
	{ METHOD_GET, "/readyz", ACTION_NONE, BODY_NONE, ROUTE_FIXED, NULL,
	    h_readyz },
	{ METHOD_GET, "/livez", ACTION_NONE, BODY_NONE, 0, NULL, h_livez },
	{ METHOD_GET, "/readyz", ACTION_NONE, BODY_NONE, 0, NULL, h_readyz },
	{ METHOD_GET, "/health", ACTION_NONE, BODY_NONE, 0, NULL, h_health },
	{ METHOD_GET, "/config", ACTION_NONE, BODY_NONE, 0, NULL, h_config },
	{ METHOD_GET, "/profiles", ACTION_NONE, BODY_NONE, 0, NULL,
	    h_profiles },
	{ METHOD_GET, "/openapi.yaml", ACTION_NONE, BODY_NONE, 0, NULL,
	    h_openapi },
	{ METHOD_POST, "/validate", ACTION_VALIDATE, BODY_FORM, ROUTE_WAIT,
	    validate_fields, h_validate },
	{ METHOD_POST, "/validate/start", ACTION_VALIDATE, BODY_FORM, 0,
	    validate_fields, h_validate_start },
	{ METHOD_GET, "/validate/status", ACTION_VALIDATE_STATUS, BODY_NONE,
	    0, status_fields, h_status },
	{ METHOD_POST, "/validate/cancel", ACTION_VALIDATE, BODY_NONE, 0,
	    cancel_fields, h_cancel },
	{ METHOD_GET, "/history/runs", ACTION_HISTORY_RUNS, BODY_NONE, 0,
	    paging_fields, h_runs },
	{ METHOD_GET, "/history/artifacts", ACTION_HISTORY_ARTIFACTS,
	    BODY_NONE, 0, paging_fields, h_history_artifacts },
	{ METHOD_GET, "/history/run-report", ACTION_RUN_REPORT, BODY_NONE, 0,
	    run_report_fields, h_run_report },
	{ METHOD_GET, "/history/evidence", ACTION_RUN_REPORT, BODY_NONE, 0,
	    evidence_fields, h_evidence },
};

#define NROUTES	(sizeof(routes) / sizeof(routes[0]))

/* The path below the prefix, and which prefix; NULL when there is none. */
static const char *
below(const char *path, const char **prefix)
{
	static const char *const prefixes[] = { "/api/v1", "/api" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t	 n = strlen(prefixes[i]);

		if (strncmp(path, prefixes[i], n) == 0 && path[n] == '/') {
			*prefix = prefixes[i];
			return path + n;
		}
	}
	return NULL;
}

enum err
route_find(enum method m, const char *path, const struct route **out,
    const char **prefix, const char **allow)
{
	const char	*api_prefix = "", *api = below(path, &api_prefix);
	enum method	 want = m == METHOD_HEAD ? METHOD_GET : m;
	enum err	 e = ERR_NOTFOUND;

	for (size_t i = 0; i < NROUTES; i++) {
		const struct route	*r = &routes[i];
		bool			 fixed = (r->flags & ROUTE_FIXED) != 0;
		const char		*p = fixed ? path : api;

		if (p == NULL || strcmp(p, r->path) != 0)
			continue;
		if (r->method == want) {
			*out = r;
			*prefix = fixed ? "" : api_prefix;
			return ERR_OK;
		}
		*allow = r->method == METHOD_GET ? "GET, HEAD" :
		    method_name(r->method);
		e = ERR_METHOD;
	}
	return e;
}
