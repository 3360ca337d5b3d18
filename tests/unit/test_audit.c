#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "store/audit_line.h"
#include "store/store_audit.h"

static char		 dir[64];
static struct db	*db;

static void
setup(void)
{
	struct diag	 d = DIAG_INIT;

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-audit-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WEB, &db, &d), ERR_OK, "%s", d.msg);
}

static void
teardown(void)
{
	db_close(db);
	fsio_rmtree(dir, NULL);
}

static const struct audit_event upload = {
	.action = "artifact_upload", .actor = "ci", .tenant = "acme",
	.project = "demo", .artifact_name = "execsnoop",
	.artifact_version = "v1", .metadata = "{\"sha256\": \"ab<c\"}",
	.request_id = "r1", .address = "192.0.2.1", .known = true,
	.http_status = 200,
};

static const struct audit_event refused = {
	.action = "artifact_list_denied", .status = "denied",
	.actor = "anonymous", .tenant = "acme", .project = "demo",
	.message = "no token", .fold = true,
};

static void
add(const struct audit_event *ev)
{
	cr_assert_eq(audit_append(db, ev), ERR_OK, "%s", db_errmsg(db));
}

static struct audit_row *
rows(size_t *n)
{
	struct audit_row	*r;

	cr_assert_eq(audit_from(db, 1, -1, &r, n), ERR_OK);
	return r;
}

static size_t
count_rows(void)
{
	size_t			 n;
	struct audit_row	*r = rows(&n);

	audit_rows_free(r, n);
	return n;
}

TestSuite(audit, .init = setup, .fini = teardown);

Test(audit, an_event_is_written_as_clients_know_it)
{
	struct audit_row	*r;
	size_t			 n;

	add(&upload);
	r = rows(&n);
	cr_assert_eq(n, 1);
	cr_assert_not_null(strstr(r[0].line, "\"action\":\"artifact_upload\","
	    "\"actor\":\"ci\",\"tenant\":\"acme\",\"project\":\"demo\","
	    "\"artifact_name\":\"execsnoop\",\"artifact_version\":\"v1\","
	    "\"status\":\"success\",\"metadata\":{\"sha256\":"
	    "\"ab\\u003cc\"},\"request_id\":\"r1\","
	    "\"address\":\"192.0.2.1\",\"http_status\":200,\"seq\":1,"
	    "\"event_sha256\":\""), "%s", r[0].line);
	cr_assert_eq(strncmp(r[0].line, "{\"schema_version\":\"" AUDIT_SCHEMA
	    "\",\"event_id\":\"2", 60), 0, "%s", r[0].line);
	audit_rows_free(r, n);
	TEST_END();
}

Test(audit, each_event_names_the_one_before)
{
	struct audit_row	*r;
	char			 computed[SHA256_HEX_SIZE];
	char			 claimed[SHA256_HEX_SIZE];
	size_t			 n;

	for (int i = 0; i < 3; i++)
		add(&upload);
	r = rows(&n);
	cr_assert_eq(n, 3);
	cr_assert_str_eq(r[0].prev_sha256, "");
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(audit_line_digest(r[i].line, strlen(r[i].line),
		    computed, claimed), ERR_OK);
		cr_assert_str_eq(computed, claimed);
		cr_assert_str_eq(computed, r[i].event_sha256);
		if (i > 0)
			cr_assert_str_eq(r[i].prev_sha256,
			    r[i - 1].event_sha256);
	}
	audit_rows_free(r, n);
	TEST_END();
}

Test(audit, any_changed_byte_of_a_line_shows)
{
	struct audit_row	*r;
	char			 computed[SHA256_HEX_SIZE];
	char			 claimed[SHA256_HEX_SIZE];
	size_t			 n, len;

	add(&upload);
	r = rows(&n);
	len = strlen(r[0].line);
	for (size_t i = 0; i < len; i++) {
		r[0].line[i] ^= 1;
		cr_assert(audit_line_digest(r[0].line, len, computed,
		    claimed) != ERR_OK || strcmp(computed, claimed) != 0,
		    "byte %zu", i);
		r[0].line[i] ^= 1;
	}
	audit_rows_free(r, n);
	TEST_END();
}

Test(audit, a_repeated_refusal_is_counted_not_written)
{
	int64_t	 next = -1;

	for (int i = 0; i < 50; i++)
		add(&refused);
	cr_assert_eq(count_rows(), 1);
	cr_assert_eq(audit_floods_close(db, &next), ERR_OK);
	cr_assert(next > 0 && next <= AUDIT_FOLD_MS);
	cr_assert_eq(count_rows(), 1);
	TEST_END();
}

Test(audit, made_up_names_share_one_counter)
{
	struct audit_event	 ev = refused;
	char			 name[32];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "tenant-%d", i);
		ev.tenant = name;
		ev.actor = name;
		add(&ev);
	}
	cr_assert_eq(count_rows(), 1);
	TEST_END();
}

Test(audit, known_actors_are_counted_apart)
{
	struct audit_event	 ev = refused;

	add(&ev);
	ev.known = true;
	ev.actor = "alice";
	add(&ev);
	ev.actor = "bob";
	add(&ev);
	add(&ev);
	cr_assert_eq(count_rows(), 3);
	TEST_END();
}

Test(audit, a_flood_does_not_touch_other_events)
{
	for (int i = 0; i < 30; i++) {
		add(&refused);
		if (i % 10 == 0)
			add(&upload);
	}
	cr_assert_eq(count_rows(), 4);
	TEST_END();
}

Test(audit, a_name_that_is_none_leaves_a_trace_and_no_path)
{
	struct audit_event	 ev = refused;
	struct audit_row	*r;
	size_t			 n;

	ev.tenant = "../../x\n";
	add(&ev);
	r = rows(&n);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(r[0].tenant, "..?..?x?");
	audit_rows_free(r, n);
	TEST_END();
}

Test(audit, metadata_has_to_be_an_object)
{
	struct audit_event	 ev = upload;

	ev.metadata = "[1]";
	cr_assert_eq(audit_append(db, &ev), ERR_INVAL);
	ev.metadata = "{\"a\":1,\"a\":2}";
	cr_assert_eq(audit_append(db, &ev), ERR_INVAL);
	cr_assert_eq(count_rows(), 0);
	TEST_END();
}

Test(audit, a_list_is_newest_first_filtered_and_continues)
{
	struct audit_query	 q = { .tenant = "acme", .limit = 2 };
	struct audit_event	 ev = upload;
	struct audit_row	*r;
	size_t			 n;

	add(&ev);
	ev.project = "other";
	add(&ev);
	ev.tenant = "foreign";
	add(&ev);
	ev = upload;
	add(&ev);
	cr_assert_eq(audit_list(db, &q, &r, &n), ERR_OK);
	cr_assert_eq(n, 2);
	cr_assert_eq(r[0].seq, 4);
	cr_assert_eq(r[1].seq, 2);
	audit_rows_free(r, n);
	q.before = 2;
	cr_assert_eq(audit_list(db, &q, &r, &n), ERR_OK);
	cr_assert_eq(n, 1);
	cr_assert_eq(r[0].seq, 1);
	audit_rows_free(r, n);
	q = (struct audit_query){ .tenant = "acme", .project = "demo",
	    .action = "artifact_upload", .actor = "ci" };
	cr_assert_eq(audit_list(db, &q, &r, &n), ERR_OK);
	cr_assert_eq(n, 2);
	audit_rows_free(r, n);
	q.since = "2100-01-01T00:00:00Z";
	cr_assert_eq(audit_list(db, &q, &r, &n), ERR_OK);
	cr_assert_eq(n, 0);
	audit_rows_free(r, n);
	TEST_END();
}

Test(audit, a_fingerprint_differs_between_servers)
{
	char		 a[AUDIT_ACTOR_SIZE], b[AUDIT_ACTOR_SIZE];
	char		 plain[SHA256_HEX_SIZE];

	cr_assert_eq(audit_token_actor(db, "weak", a), ERR_OK);
	cr_assert_eq(audit_token_actor(db, "weak", b), ERR_OK);
	cr_assert_str_eq(a, b);
	cr_assert_eq(sha256_mem("weak", 4, plain), ERR_OK);
	cr_assert_neq(strncmp(a + 6, plain, 12), 0);
	teardown();
	setup();
	cr_assert_eq(audit_token_actor(db, "weak", b), ERR_OK);
	cr_assert_str_neq(a, b);
	TEST_END();
}
