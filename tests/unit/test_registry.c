#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/audit_chain.h"
#include "domain/registry.h"

#define SHA	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER	"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"

Test(registry, names_have_one_rule)
{
	static const char *const good[] = { "a", "0", "A.b_c-d",
	    "a123456789012345678901234567890123456789012345678901234567890123" };
	static const char *const bad[] = { "", ".", "..", "-a", "_a", ".a",
	    "a/b", "a b", "a\n", "\xc3\xa9", "a%2f",
	    "a1234567890123456789012345678901234567890123456789012345678901234" };
	struct diag	 d;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_assert(registry_id_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(registry_id_ok(bad[i]), "%s", bad[i]);
	cr_assert_eq(registry_id("tenant", "", &d), ERR_INVAL);
	cr_assert_str_eq(d.msg, "tenant is required");
	cr_assert_eq(registry_id("project", "a/b", &d), ERR_INVAL);
	cr_assert_str_eq(d.msg, "project must match " REGISTRY_ID_RULE);
	cr_assert_str_eq(d.field, "project");
	TEST_END();
}

Test(registry, names_that_join_alike_have_files_of_their_own)
{
	const struct version_key a = { "t", "p", "a-b", "c" };
	const struct version_key b = { "t", "p", "a", "b-c" };
	char			 one[256], two[256];

	cr_assert_eq(registry_report_path(&a, SHA, one, sizeof(one)), ERR_OK);
	cr_assert_eq(registry_report_path(&b, SHA, two, sizeof(two)), ERR_OK);
	cr_assert_str_neq(one, two);
	cr_assert_eq(registry_artifact_path(&a, SHA, one, sizeof(one)),
	    ERR_OK);
	cr_assert_str_eq(one, "cloud-registry/tenants/t/projects/p/artifacts/"
	    "a-b/c/" SHA ".bpf.o");
	TEST_END();
}

static enum err
compat(const char *report, struct registry_compat *c, struct diag *d)
{
	return registry_compat_read(report, strlen(report), SHA, c, d);
}

Test(registry, a_report_is_counted_by_its_targets)
{
	struct registry_compat	 c;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(compat("{\"artifact\":{\"sha256\":\"" SHA "\"},"
	    "\"summary\":{\"status\":\" FAIL \"},\"targets\":["
	    "{\"profile_id\":\"b\",\"required\":true,\"status\":\"pass\"},"
	    "{\"profile_id\":\"a\",\"required\":false,\"status\":\"pass\"},"
	    "{\"profile_id\":\"c\",\"required\":true,\"status\":\"infra_error\","
	    "\"classification_code\":\"X\"},"
	    "{\"profile_id\":\"d\",\"required\":true,\"status\":\"Pass\","
	    "\"classification\":{\"code\":\"X\"}}]}", &c, &d), ERR_OK, "%s",
	    d.msg);
	cr_assert_str_eq(c.status, "fail");
	cr_assert_eq(c.required_passed, 1);
	cr_assert_eq(c.required_failed, 2);
	cr_assert_eq(c.total, 4);
	cr_assert_eq(c.supported.n, 2);
	cr_assert_str_eq(c.supported.v[0], "a");
	cr_assert_eq(c.failed.n, 2);
	cr_assert_eq(c.codes.n, 1);
	registry_compat_clear(&c);
	TEST_END();
}

Test(registry, a_report_has_to_name_these_bytes)
{
	static const char *const bad[] = {
		"{\"artifact\":{\"sha256\":\"" OTHER "\"}}",
		"{\"artifact\":{}}", "{}",
		"{\"artifact\":{\"sha256\":\"ba78\"}}",
	};
	struct registry_compat	 c;
	struct diag		 d;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(compat(bad[i], &c, &d), ERR_INVAL, "%s", bad[i]);
	TEST_END();
}

Test(registry, what_is_no_report_is_refused)
{
	static const char *const bad[] = { "", "[]", "1", "{\"a\":1,\"a\":2}",
	    "{\"artifact\":{\"sha256\":\"" SHA "\"},\"targets\":{}}",
	    "{} x" };
	struct registry_compat	 c;
	struct diag		 d;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(compat(bad[i], &c, &d), ERR_SYNTAX, "%s",
		    bad[i]);
	TEST_END();
}

Test(registry, a_report_without_status_is_unknown)
{
	struct registry_compat	 c;
	struct diag		 d;

	cr_assert_eq(compat("{\"artifact\":{\"sha256\":\"" SHA "\"}}", &c,
	    &d), ERR_OK);
	cr_assert_str_eq(c.status, "unknown");
	cr_assert_eq(c.total, 0);
	registry_compat_clear(&c);
	cr_assert_eq(compat("{\"artifact\":{\"sha256\":\"" SHA "\"},"
	    "\"summary\":{\"status\":\"a-b\"}}", &c, &d), ERR_INVAL);
	TEST_END();
}

Test(registry, a_claim_says_that_it_is_one)
{
	const struct version_key k = { "t", "p", "n", "v" };
	const char		*profiles[] = { "a", "b" };
	const struct registry_claim c = { .status = "pass",
	    .required_passed = 2, .required_failed = 1,
	    .supported = { profiles, 2 } };
	struct buf		 b = BUF_INIT(4096);

	cr_assert_eq(registry_claim_write(&k, SHA, 7, &c, &b), ERR_OK);
	cr_assert_not_null(strstr(b.data, "\"verified\": false"));
	cr_assert_not_null(strstr(b.data, "\"total_profiles\": 3"));
	cr_assert_null(strstr(b.data, "failed_profiles"));
	buf_clear(&b);
	TEST_END();
}

Test(registry, quotas_count_what_is_there)
{
	const struct registry_limits max = { 2, 100 };
	const struct registry_limits none = { 0, 0 };
	struct diag		 d;

	cr_assert_null(registry_quota(&max, 1, 90, 10, &d));
	cr_assert_str_eq(registry_quota(&max, 2, 0, 1, &d), REFUSE_VERSIONS);
	cr_assert_str_eq(registry_quota(&max, 0, 90, 11, &d),
	    REFUSE_STORAGE);
	cr_assert_null(registry_quota(&none, 1000, INT64_MAX / 2,
	    INT64_MAX / 2, &d));
	TEST_END();
}

Test(registry, a_version_is_the_same_by_bytes_and_report)
{
	char			 sha[] = SHA, other[] = OTHER, none[] = "";
	char			 at[] = "2026-01-01T00:00:00Z";
	struct registry_version	 v = { .sha256 = sha, .report_sha256 = other,
	    .yanked_at = none };
	struct diag		 d;

	cr_assert_null(registry_same(&v, SHA, OTHER, &d));
	cr_assert_str_eq(registry_same(&v, OTHER, OTHER, &d), REFUSE_EXISTS);
	cr_assert_str_eq(registry_same(&v, SHA, SHA, &d), REFUSE_EXISTS);
	v.yanked_at = at;
	cr_assert_str_eq(registry_same(&v, SHA, OTHER, &d), REFUSE_YANKED);
	TEST_END();
}

Test(registry, every_refusal_has_a_row)
{
	static const char *const words[] = { REFUSE_PROJECT, REFUSE_EXISTS,
	    REFUSE_YANKED, REFUSE_VERSIONS, REFUSE_STORAGE, REFUSE_REPORT,
	    REFUSE_MISMATCH, REFUSE_UNKNOWN, REFUSE_DAMAGED, REFUSE_RECORD,
	    REFUSE_HISTORY };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_assert_str_eq(registry_refusal(words[i])->code, words[i]);
	cr_assert_eq(registry_refusal("nonsense")->err, ERR_INTERNAL);
	TEST_END();
}

/* --- rows ----------------------------------------------------------------------*/

static char		 dir[64];
static struct db	*db;

static void
setup(void)
{
	struct diag	 d = DIAG_INIT;

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-reg-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WEB, &db, &d), ERR_OK, "%s", d.msg);
}

static void
teardown(void)
{
	db_close(db);
	fsio_rmtree(dir, NULL);
}

TestSuite(registry_rows, .init = setup, .fini = teardown);

Test(registry_rows, the_web_role_cannot_write_a_version)
{
	const struct version_new v = { .key = { "t", "p", "n", "v" },
	    .sha256 = SHA, .report_sha256 = OTHER, .evidence = "run",
	    .record_sha256 = SHA, .actor = "x", .created_at = "now" };

	cr_assert_eq(store_version_add(db, &v), ERR_DENIED);
	cr_assert_eq(store_registry_done(db, "x", false), ERR_DENIED);
	TEST_END();
}

Test(registry_rows, an_answered_request_cannot_be_taken_back)
{
	const struct registry_ask ask = { .kind = "yank",
	    .key = { "t", "p", "n", "v" } };
	char			 id[REGISTRY_REQUEST_ID_SIZE];

	cr_assert_eq(store_registry_ask(db, &ask, id), ERR_OK);
	cr_assert_eq(store_registry_withdraw(db, id), ERR_OK);
	cr_assert_eq(store_registry_withdraw(db, id), ERR_WRONGSTATE);
	TEST_END();
}

Test(registry_rows, an_object_is_needed_while_somebody_asks_for_it)
{
	const struct registry_ask ask = { .kind = "upload",
	    .key = { "t", "p", "n", "v" }, .sha256 = SHA,
	    .report_sha256 = OTHER };
	char			 id[REGISTRY_REQUEST_ID_SIZE];
	bool			 needed = true;

	cr_assert_eq(store_object_needed(db, SHA, &needed), ERR_OK);
	cr_assert_not(needed);
	cr_assert_eq(store_registry_ask(db, &ask, id), ERR_OK);
	cr_assert_eq(store_object_needed(db, OTHER, &needed), ERR_OK);
	cr_assert(needed);
	cr_assert_eq(store_registry_withdraw(db, id), ERR_OK);
	cr_assert_eq(store_object_needed(db, OTHER, &needed), ERR_OK);
	cr_assert_not(needed);
	TEST_END();
}

Test(registry_rows, an_upsert_changes_what_it_names)
{
	struct project_put	 put = { .tenant = "t", .project = "p",
	    .visibility = "public", .matrix_path = "m.yaml" };
	struct registry_project	 p;

	cr_assert_eq(store_project_put(db, &put, NULL, NULL, &p), ERR_OK);
	project_clear(&p);
	put.visibility = put.matrix_path = NULL;
	cr_assert_eq(store_project_put(db, &put, NULL, NULL, &p), ERR_OK);
	cr_assert_str_eq(p.visibility, "public");
	cr_assert_str_eq(p.matrix_path, "m.yaml");
	project_clear(&p);
	put.tenant = "../t";
	cr_assert_eq(store_project_put(db, &put, NULL, NULL, &p), ERR_INVAL);
	TEST_END();
}

/* --- seals ----------------------------------------------------------------------*/

Test(audit_seal, counts_only_as_it_was_signed)
{
	struct audit_seal	 s = { .count = 3, .event_sha256 = SHA }, got;
	struct history_trust	*t = NULL, *nobody = NULL;
	struct ed25519_key	*key = NULL;
	struct buf		 line = BUF_INIT(4096);
	struct diag		 d;
	char			*copy;

	cr_assert_eq(ed25519_new(&key), ERR_OK);
	cr_assert_eq(audit_seal_sign(&s, history_sign_local, key, &line,
	    &d), ERR_OK);
	cr_assert_eq(history_trust_new(&t), ERR_OK);
	cr_assert_eq(history_trust_new(&nobody), ERR_OK);
	cr_assert_eq(history_trust_inline(t, s.seal.public_key, "test", &d),
	    ERR_OK);
	cr_assert_eq(audit_seal_read(line.data, line.len, t, &got, &d),
	    ERR_OK, "%s", d.msg);
	cr_assert_eq(got.count, 3);
	cr_assert_eq(audit_seal_read(line.data, line.len, nobody, &got, &d),
	    ERR_CORRUPT);
	copy = strdup(line.data);
	for (size_t i = 0; i < line.len; i++) {
		copy[i] ^= 1;
		cr_assert_eq(audit_seal_read(copy, line.len, t, &got, &d),
		    ERR_CORRUPT, "byte %zu", i);
		copy[i] ^= 1;
	}
	free(copy);
	buf_clear(&line);
	history_trust_free(t);
	history_trust_free(nobody);
	ed25519_free(key);
	TEST_END();
}
