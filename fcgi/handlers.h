/* What the route table calls; each file of handlers is one resource. */
#ifndef FCGI_HANDLERS_H
#define FCGI_HANDLERS_H

#include "route.h"

/* h_meta.c */
enum err	 h_health(struct app *, struct call *);
enum err	 h_livez(struct app *, struct call *);
enum err	 h_config(struct app *, struct call *);
enum err	 h_openapi(struct app *, struct call *);
/* h_metrics.c */
enum err	 h_metrics(struct app *, struct call *);
/* h_profiles.c */
enum err	 h_profiles(struct app *, struct call *);
/* h_ready.c */
enum err	 h_readyz(struct app *, struct call *);
/* h_server.c */
extern const struct field badge_fields[];
enum err	 h_badge(struct app *, struct call *);
enum err	 h_server(struct app *, struct call *);
/* h_validate.c */
extern const struct field validate_fields[];
enum err	 h_validate(struct app *, struct call *);
enum err	 h_validate_start(struct app *, struct call *);
/* h_job.c */
extern const struct field status_fields[];
extern const struct field cancel_fields[];
enum err	 h_status(struct app *, struct call *);
enum err	 h_cancel(struct app *, struct call *);
/* h_history.c */
extern const struct field run_report_fields[];
extern const struct field evidence_fields[];
extern const struct field artifact_fields[];
enum err	 h_runs(struct app *, struct call *);
enum err	 h_history_artifacts(struct app *, struct call *);
enum err	 h_run_report(struct app *, struct call *);
enum err	 h_evidence(struct app *, struct call *);
enum err	 h_artifact(struct app *, struct call *);
/* h_compare.c */
extern const struct field compare_fields[];
enum err	 h_compare(struct app *, struct call *);
/* h_registry.c */
extern const struct field projects_fields[];
extern const struct field project_put_fields[];
extern const struct field registry_list_fields[];
extern const struct field registry_download_fields[];
enum err	 h_projects(struct app *, struct call *);
enum err	 h_project_put(struct app *, struct call *);
enum err	 h_registry_list(struct app *, struct call *);
enum err	 h_registry_download(struct app *, struct call *);
enum err	 h_registry_report(struct app *, struct call *);
/* h_registry_upload.c */
extern const struct field registry_upload_fields[];
extern const struct field registry_yank_fields[];
enum err	 h_registry_upload(struct app *, struct call *);
enum err	 h_registry_yank(struct app *, struct call *);
/* registry_verify.c */
extern const struct field registry_verify_fields[];
enum err	 h_registry_verify(struct app *, struct call *);
/* h_audit.c */
extern const struct field audit_fields[];
enum err	 h_audit(struct app *, struct call *);
/* h_runtime.c */
extern const struct field probe_fields[];
extern const struct field select_fields[];
extern const struct field decisions_fields[];
enum err	 h_probe(struct app *, struct call *);
enum err	 h_select(struct app *, struct call *);
enum err	 h_decisions(struct app *, struct call *);

#endif /* !FCGI_HANDLERS_H */
