#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "domain/audit_chain.h"
#include "domain/decision.h"
#include "store/store_registry.h"

#define CORRELATION	"0123456789abcdef0123456789abcdef"
#define SHA		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
			"aaaaaaaaaaaaaaaa"

static char		 dir[64];
static struct db	*db;

static void
setup(void)
{
	struct diag	 d = DIAG_INIT;

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-decision-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WEB, &db, &d), ERR_OK, "%s", d.msg);
}

static void
teardown(void)
{
	db_close(db);
	fsio_rmtree(dir, NULL);
}

TestSuite(decision, .init = setup, .fini = teardown);

static struct decision
select_decision(void)
{
	return (struct decision){ .kind = DECISION_SELECT,
	    .source = DECISION_API, .outcome = DECISION_ALLOW,
	    .correlation_id = CORRELATION, .artifact_name = "execsnoop",
	    .requested_version = "v2", .version = "v2", .chain = "",
	    .record_seq = 7, .record_sha256 = SHA, .sha256 = SHA,
	    .run_id = "20260527T120001Z-a1b2c3", .actor = "ci",
	    .known = true, .identity_type = "api_key",
	    .policy = "{\"require_summary_pass\":true}",
	    .selection = "{\"score\":190}",
	    .host_probe = "{\"schema_version\":\"runtime_probe.v0.1\"}",
	    .metadata = "{\"approved_by\":\"ann\",\"correlation_id\":\"x\"}" };
}

static void
record(const struct decision *d, struct decision_row *r)
{
	struct decision_done	 done;
	struct diag		 dg = DIAG_INIT;

	cr_assert_eq(decision_record(db, d, &done, &dg), ERR_OK, "%s %s",
	    dg.msg, db_errmsg(db));
	cr_assert_eq(decision_find(db, done.id, r), ERR_OK);
	decision_done_clear(&done);
}

Test(decision, is_found_by_its_id_with_the_record_that_was_judged)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct diag		 dg = DIAG_INIT;

	record(&d, &r);
	cr_assert_str_eq(r.status, "success");
	cr_assert_str_eq(r.run_id, d.run_id);
	cr_assert_str_eq(r.record_sha256, SHA);
	cr_assert_eq(r.record_seq, 7);
	cr_assert_eq(decision_check(db, &r, &dg), ERR_OK, "%s", dg.msg);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, has_the_keys_of_the_trace_that_clients_know)
{
	static const char *const keys[] = { "schema_version", "decision_id",
		"created_at", "source", "operation", "workdir",
		"artifact_name", "requested_version", "policy", "host_probe",
		"selection", "status", "correlation_id", "selected_record" };
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct jval		*doc = NULL;

	record(&d, &r);
	cr_assert_eq(jval_parse(r.trace, strlen(r.trace), &doc, NULL),
	    ERR_OK);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		cr_assert_not_null(jval_get(doc, keys[i]), "%s", keys[i]);
	cr_assert_str_eq(jval_get_str(doc, "schema_version", ""),
	    DECISION_TRACE_SCHEMA);
	cr_assert_null(jval_get(doc, "fetch"));
	jval_free(doc);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, event_names_actor_object_and_trace)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct jval		*doc = NULL;

	record(&d, &r);
	cr_assert_eq(jval_parse(r.event, strlen(r.event), &doc, NULL),
	    ERR_OK);
	cr_assert_str_eq(jval_get_str(doc, "schema_version", ""),
	    DECISION_EVENT_SCHEMA);
	cr_assert_str_eq(jval_get_str(doc, "actor", ""), "ci");
	cr_assert_str_eq(jval_get_str(doc, "artifact_sha256", ""), SHA);
	cr_assert_not_null(strstr(jval_get_str(doc, "trace_path", ""),
	    r.id));
	jval_free(doc);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, audit_names_it_by_digest_and_correlation)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct audit_row	*a;
	struct jval		*doc = NULL;
	const struct jval	*m;
	size_t			 n;

	record(&d, &r);
	cr_assert_eq(audit_from(db, 1, 10, &a, &n), ERR_OK);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(a[0].action, "runtime_select");
	cr_assert_eq(jval_parse(a[0].line, strlen(a[0].line), &doc, NULL),
	    ERR_OK);
	m = jval_get(doc, "metadata");
	cr_assert_str_eq(jval_get_str(m, "correlation_id", ""), CORRELATION);
	cr_assert_str_eq(jval_get_str(m, "decision_sha256", ""),
	    r.event_sha256);
	cr_assert_str_eq(jval_get_str(m, "approved_by", ""), "ann");
	jval_free(doc);
	audit_rows_free(a, n);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, refusal_is_one_and_says_why)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct audit_row	*a;
	size_t			 n;

	d.outcome = DECISION_DENY;
	d.code = "no_acceptable_candidate";
	d.reason = "no version is acceptable";
	d.record_sha256 = d.version = d.run_id = d.sha256 = NULL;
	d.record_seq = 0;
	record(&d, &r);
	cr_assert_str_eq(r.status, "denied");
	cr_assert_str_eq(r.code, "no_acceptable_candidate");
	cr_assert_eq(audit_from(db, 1, 10, &a, &n), ERR_OK);
	cr_assert_str_eq(a[0].action, "runtime_select_denied");
	cr_assert_str_eq(a[0].status, "denied");
	audit_rows_free(a, n);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, that_of_an_execute_has_its_correlation_id)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;

	d.kind = DECISION_EXECUTE;
	record(&d, &r);
	cr_assert_str_eq(r.id, CORRELATION);
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, with_an_id_that_is_taken_does_not_replace_the_first)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	struct decision_done	 done;
	struct diag		 dg = DIAG_INIT;
	struct audit_row	*a;
	size_t			 n;

	d.id = "plan-1";
	record(&d, &r);
	decision_row_clear(&r);
	d.outcome = DECISION_DENY;
	cr_assert_eq(decision_record(db, &d, &done, &dg), ERR_EXISTS);
	cr_assert_eq(decision_find(db, "plan-1", &r), ERR_OK);
	cr_assert_str_eq(r.status, "success");
	decision_row_clear(&r);
	/* And nothing of it is in the audit. */
	cr_assert_eq(audit_from(db, 1, 10, &a, &n), ERR_OK);
	cr_assert_eq(n, 1);
	audit_rows_free(a, n);
	TEST_END();
}

Test(decision, id_cannot_leave_the_folder_of_traces)
{
	static const char *const bad[] = { "", "../x", "a/b", ".", "a.b",
		"-a", "a\n", "0123456789012345678901234567890123456789"
		"01234567890123456789012345" };
	struct decision		 d = select_decision();
	struct decision_done	 done;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d.id = bad[i];
		cr_assert_eq(decision_record(db, &d, &done, NULL), ERR_INVAL,
		    "%s", bad[i]);
	}
	TEST_END();
}

Test(decision, parts_that_are_no_json_are_refused)
{
	struct decision		 d = select_decision();
	struct decision_done	 done;
	struct diag		 dg = DIAG_INIT;

	d.selection = "{\"score\":";
	cr_assert_eq(decision_record(db, &d, &done, &dg), ERR_INVAL);
	cr_assert_str_eq(dg.field, "selection");
	TEST_END();
}

Test(decision, of_a_project_is_published_with_it)
{
	const struct project_put p = { .tenant = "acme", .project = "edge" };
	struct registry_project	 made;
	struct decision		 d = select_decision();
	struct decision_done	 done;
	struct decision_row	 r;

	cr_assert_eq(store_project_put(db, &p, NULL, NULL, &made), ERR_OK);
	project_clear(&made);
	d.tenant = "acme";
	d.project = "edge";
	cr_assert_eq(decision_record(db, &d, &done, NULL), ERR_OK);
	cr_assert_not_null(strstr(buf_str(&done.event), "cloud-registry/"
	    "tenants/acme/projects/edge/runtime-audit/decisions/"));
	decision_done_clear(&done);
	/* What nobody has made stays with the server. */
	d.project = "../edge";
	record(&d, &r);
	cr_assert_str_eq(r.root, "");
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, is_over_when_it_expires)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;
	int64_t			 now = time_now_ms() / 1000 * 1000;

	d.expires_at = now + 5000;
	record(&d, &r);
	cr_assert_not(decision_expired(&r, now + 4999));
	cr_assert(decision_expired(&r, now + 5000));
	decision_row_clear(&r);
	TEST_END();
}

Test(decision, that_was_changed_shows)
{
	struct decision		 d = select_decision();
	struct decision_row	 r;

	record(&d, &r);
	free(r.trace);
	r.trace = strdup("{}");
	cr_assert_eq(decision_check(db, &r, NULL), ERR_CORRUPT);
	decision_row_clear(&r);
	record(&d, &r);
	r.record_seq++;
	cr_assert_eq(decision_check(db, &r, NULL), ERR_CORRUPT);
	decision_row_clear(&r);
	TEST_END();
}
