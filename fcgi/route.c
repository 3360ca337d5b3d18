#include "route.h"

#include <string.h>

#include "handlers.h"
#include "paging.h"

static const struct route routes[] = {
	{ METHOD_GET, "/livez", ACTION_NONE, BODY_NONE, ROUTE_FIXED, NULL,
	    h_livez },
	{ METHOD_GET, "/readyz", ACTION_NONE, BODY_NONE, ROUTE_FIXED, NULL,
	    h_readyz },
	{ METHOD_GET, "/metrics", ACTION_METRICS, BODY_NONE,
	    ROUTE_FIXED | ROUTE_METRICS, NULL, h_metrics },
	{ METHOD_GET, "/livez", ACTION_NONE, BODY_NONE, 0, NULL, h_livez },
	{ METHOD_GET, "/readyz", ACTION_NONE, BODY_NONE, 0, NULL, h_readyz },
	{ METHOD_GET, "/health", ACTION_NONE, BODY_NONE, 0, NULL, h_health },
	{ METHOD_GET, "/config", ACTION_NONE, BODY_NONE, 0, NULL, h_config },
	{ METHOD_GET, "/profiles", ACTION_NONE, BODY_NONE, 0, NULL,
	    h_profiles },
	/* Anybody who has the id of a run may show its counts, as a README. */
	{ METHOD_GET, "/badge", ACTION_NONE, BODY_NONE, 0, badge_fields,
	    h_badge },
	{ METHOD_GET, "/server", ACTION_METRICS, BODY_NONE, 0, NULL,
	    h_server },
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
	{ METHOD_GET, "/history/artifact", ACTION_HISTORY_ARTIFACTS,
	    BODY_NONE, 0, artifact_fields, h_artifact },
	/* Seeing two reports side by side is seeing reports. */
	{ METHOD_GET, "/compare", ACTION_RUN_REPORT, BODY_NONE, 0,
	    compare_fields, h_compare },
	{ METHOD_POST, "/compare", ACTION_COMPARE, BODY_JSON, 0,
	    compare_fields, h_compare },
	{ METHOD_GET, "/registry/projects", ACTION_REGISTRY_PROJECT_LIST,
	    BODY_NONE, 0, projects_fields, h_projects },
	{ METHOD_POST, "/registry/projects", ACTION_REGISTRY_PROJECT_UPSERT,
	    BODY_JSON, 0, project_put_fields, h_project_put },
	{ METHOD_POST, "/registry/artifacts/upload",
	    ACTION_REGISTRY_ARTIFACT_UPLOAD, BODY_FORM,
	    ROUTE_WAIT | ROUTE_STORES, registry_upload_fields,
	    h_registry_upload },
	{ METHOD_POST, "/registry/artifacts/yank",
	    ACTION_REGISTRY_ARTIFACT_YANK, BODY_JSON, ROUTE_WAIT,
	    registry_yank_fields, h_registry_yank },
	{ METHOD_GET, "/registry/artifacts", ACTION_REGISTRY_ARTIFACT_LIST,
	    BODY_NONE, 0, registry_list_fields, h_registry_list },
	{ METHOD_GET, "/registry/artifacts/download",
	    ACTION_REGISTRY_ARTIFACT_DOWNLOAD, BODY_NONE, 0,
	    registry_download_fields, h_registry_download },
	{ METHOD_GET, "/registry/artifacts/report",
	    ACTION_REGISTRY_ARTIFACT_DOWNLOAD, BODY_NONE, 0,
	    registry_download_fields, h_registry_report },
	{ METHOD_GET, "/registry/history/verify",
	    ACTION_REGISTRY_HISTORY_VERIFY, BODY_NONE, 0,
	    registry_verify_fields, h_registry_verify },
	{ METHOD_GET, "/registry/audit/events", ACTION_REGISTRY_AUDIT_LIST,
	    BODY_NONE, 0, audit_fields, h_audit },
	{ METHOD_GET, "/runtime/probe", ACTION_RUNTIME_PROBE, BODY_NONE, 0,
	    probe_fields, h_probe },
	{ METHOD_POST, "/runtime/select", ACTION_RUNTIME_SELECT, BODY_JSON,
	    0, select_fields, h_select },
	{ METHOD_GET, "/runtime/decisions", ACTION_RUNTIME_DECISIONS,
	    BODY_NONE, 0, decisions_fields, h_decisions },
};

#define NROUTES	(sizeof(routes) / sizeof(routes[0]))

const struct route *
route_at(size_t i)
{
	return i < NROUTES ? &routes[i] : NULL;
}

size_t
route_index(const struct route *r)
{
	return (size_t)(r - routes);
}

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
		*allow = e == ERR_METHOD ? "GET, HEAD, POST" :
		    r->method == METHOD_GET ? "GET, HEAD" :
		    method_name(r->method);
		e = ERR_METHOD;
	}
	return e;
}
