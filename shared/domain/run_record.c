#include "domain/run_record.h"

#include "base/timefmt.h"

enum err
run_record(const struct run *r, enum jsonw_style style, struct buf *out)
{
	struct jsonw	 w;
	char		 started[TIME_RFC3339_SIZE] = "";
	int64_t		 ms;

	if (time_parse_rfc3339(r->started_at, &ms) == ERR_OK)
		time_rfc3339(ms, started);	/* whole seconds */
	jsonw_init(&w, out, style);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", RUN_RECORD_SCHEMA);
	jsonw_str(&w, "run_id", r->run_id);
	jsonw_str(&w, "started_at", started);
	jsonw_str_opt(&w, "artifact_name", r->name);
	jsonw_str_opt(&w, "artifact_version", r->version);
	jsonw_str_opt(&w, "artifact_variant", r->variant);
	jsonw_str(&w, "artifact_path", r->path);
	jsonw_str_opt(&w, "artifact_uri", r->uri);
	jsonw_str(&w, "artifact_sha256", r->sha256);
	jsonw_str(&w, "matrix_path", r->matrix_path);
	jsonw_str_opt(&w, "matrix_name", r->matrix_name);
	jsonw_str(&w, "summary_status", r->status);
	jsonw_str(&w, "json_report_path", r->report_path);
	jsonw_str_opt(&w, "markdown_path", r->markdown_path);
	jsonw_end(&w);
	return buf_addc(out, '\n');
}
