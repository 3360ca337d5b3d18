#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "domain/features.h"
#include "domain/history_next.h"
#include "domain/select.h"
#include "domain/select_match.h"
#include "domain/select_weights.h"

#define SHA_A	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char			 dir[64];
static struct db		*db;
static struct ed25519_key	*key;
static struct profile_set	 profiles;
static int			 made;

static void
setup(void)
{
	struct diag	 d = DIAG_INIT;
	const char	*top = getenv("top_srcdir");
	char		 path[512];

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-select-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WORKER, &db, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(ed25519_new(&key), ERR_OK);
	snprintf(path, sizeof(path), "%s/matrices/profiles",
	    top == NULL ? "." : top);
	cr_assert_eq(profile_set_load(path, &profiles, &d), ERR_OK, "%s",
	    d.msg);
}

static void
teardown(void)
{
	profile_set_clear(&profiles);
	ed25519_free(key);
	db_close(db);
	fsio_rmtree(dir, NULL);
}

TestSuite(select, .init = setup, .fini = teardown);

/* --- histories ---------------------------------------------------------------*/

/* Lists are words with blanks between them. */
struct	rec {
	const char	*version, *sha, *status, *passed, *failed, *codes;
	int64_t		 required_passed, required_failed;
	const char	*variant;
};

struct	making {
	const struct rec	*r;
	struct history_next	 next;
	struct diag		 d;
	char			 run_id[40], text[3][512];
	const char		*v[3][16];
};

static struct history_list
words(struct making *m, int i, const char *s)
{
	struct history_list	 l = { m->v[i], 0 };
	char			*save = NULL, *w;

	snprintf(m->text[i], sizeof(m->text[i]), "%s", s == NULL ? "" : s);
	for (w = strtok_r(m->text[i], " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save))
		m->v[i][l.n++] = w;
	return l;
}

static enum err
make(const struct history_end *end, void *arg, struct history_new *out)
{
	struct making		*m = arg;
	const struct rec	*r = m->r;
	struct history_record	 h = { .run_id = m->run_id,
		.run_started_at = "2026-05-27T12:00:00Z",
		.created_at = "2026-05-27T12:00:00Z",
		.artifact_name = "probe", .artifact_version = r->version,
		.artifact_variant = r->variant == NULL ? "" : r->variant,
		.artifact_path = "probe.bpf.o",
		.artifact_sha256 = r->sha == NULL ? SHA_A : r->sha,
		.summary_status = r->status == NULL ? "pass" : r->status,
		.required_passed = r->required_passed,
		.required_failed = r->required_failed,
		.supported_profiles = words(m, 0, r->passed),
		.failed_profiles = words(m, 1, r->failed),
		.classification_codes = words(m, 2, r->codes),
		.json_report_path = "runs/x/report.json" };

	return history_next_sign(end, &h, history_sign_local, key, &m->next,
	    out, &m->d);
}

static void
add_to(const char *chain, struct rec r)
{
	struct making	*m = calloc(1, sizeof(*m));

	cr_assert_not_null(m);
	m->r = &r;
	snprintf(m->run_id, sizeof(m->run_id), "20260527T120000Z-%06d",
	    ++made);
	history_next_init(&m->next);
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(store_history_append(db, chain, make, m), ERR_OK,
	    "%s %s", m->d.msg, db_errmsg(db));
	cr_assert_eq(db_commit(db), ERR_OK);
	history_next_clear(&m->next);
	free(m);
}

#define ADD(...)	add_to("", (struct rec){ __VA_ARGS__ })

/* --- asking --------------------------------------------------------------------*/

static const struct host debian12 = { .arch = "amd64", .os_id = "debian",
	.os_version = "12", .release = "6.1.0-28-amd64",
	.kernel = KVER(6, 1), .btf = HOST_YES, .lockdown = "none",
	.unprivileged_disabled = 2 };

static enum err
ask(const struct host *h, const char *policy, const char *version,
    const char *target, struct selection **s)
{
	struct select_policy	 p;
	struct jval		*doc = NULL;
	struct diag		 d = DIAG_INIT;
	struct select_query	 q = { .chain = "", .name = "probe",
		.version = version, .target_profile = target, .host = h,
		.policy = &p, .profiles = &profiles };
	enum err		 e;

	if (policy != NULL)
		cr_assert_eq(jval_parse(policy, strlen(policy), &doc, NULL),
		    ERR_OK);
	cr_assert_eq(select_policy_read(doc, "policy", &p, &d), ERR_OK, "%s",
	    d.msg);
	e = select_run(db, &q, s, &d);
	if (e != ERR_OK && e != ERR_WRONGSTATE && e != ERR_NOTFOUND)
		cr_log_warn("%s: %s", err_text(e), d.msg);
	select_policy_clear(&p);
	jval_free(doc);
	return e;
}

/* The version that is selected, or "" with a code in "why". */
static void
expect(const struct host *h, const char *policy, const char *version)
{
	struct selection	*s;

	cr_assert_eq(ask(h, policy, NULL, NULL, &s), ERR_OK);
	cr_expect_str_eq(selection_chosen(s)->version, version);
	selection_free(s);
}

static void
expect_rejected(const struct host *h, const char *policy, const char *code)
{
	struct selection	*s = NULL;
	struct buf		 b = BUF_INIT(65536);
	struct jsonw		 w;

	cr_assert_eq(ask(h, policy, NULL, NULL, &s), ERR_WRONGSTATE);
	jsonw_init(&w, &b, JSONW_COMPACT);
	selection_json(&w, NULL, s);
	cr_expect_not_null(strstr(buf_str(&b), code), "%s not in %s", code,
	    buf_str(&b));
	buf_clear(&b);
	selection_free(s);
}

static int64_t
score_of(const struct host *h, const char *target)
{
	struct selection	*s;
	int64_t			 score;

	cr_assert_eq(ask(h, NULL, NULL, target, &s), ERR_OK);
	score = selection_chosen(s)->score;
	selection_free(s);
	return score;
}

/* --- who is found ----------------------------------------------------------------*/

Test(select, knows_no_artifact_and_no_version)
{
	struct selection	*s;

	cr_assert_eq(ask(&debian12, NULL, NULL, NULL, &s), ERR_NOTFOUND);
	ADD("v1", .passed = "debian-12-6.1");
	cr_assert_eq(ask(&debian12, NULL, "v9", NULL, &s), ERR_NOTFOUND);
	cr_assert_eq(ask(&debian12, NULL, "v1", NULL, &s), ERR_OK);
	selection_free(s);
	TEST_END();
}

Test(select, takes_the_newest_of_equals)
{
	ADD("v1", .passed = "debian-12-6.1");
	ADD("v2", .passed = "debian-12-6.1");
	expect(&debian12, NULL, "v2");
	TEST_END();
}

Test(select, exact_evidence_beats_a_large_matrix_elsewhere)
{
	/* The peer's defect: 16 kernels elsewhere outweighed this one. */
	ADD("v1", .passed = "debian-12-6.1", .required_passed = 1);
	ADD("v2", .passed = "ubuntu-20.04-5.4 fedora-40-6.8",
	    .required_passed = 16);
	expect(&debian12, NULL, "v1");
	TEST_END();
}

Test(select, an_unrelated_failure_does_not_erase_a_match)
{
	ADD("v1", .status = "fail", .passed = "debian-12-6.1",
	    .failed = "debian-11-5.10 ubuntu-18.04-4.15",
	    .required_passed = 1);
	ADD("v2", .passed = "ubuntu-20.04-5.4", .required_passed = 1);
	expect(&debian12, NULL, "v1");
	TEST_END();
}

Test(select, a_failure_on_the_kernel_number_elsewhere_does_not_erase_a_match)
{
	ADD("v1", .passed = "debian-12-6.1", .required_passed = 1);
	cr_assert_eq(score_of(&debian12, NULL), W_EXACT + W_SUMMARY_PASS +
	    W_REQUIRED_PASSED);
	ADD("v1", .passed = "debian-12-6.1", .required_passed = 1,
	    .failed = "amazon-linux-2023-6.1");
	cr_assert_eq(score_of(&debian12, NULL), W_EXACT + W_SUMMARY_PASS +
	    W_REQUIRED_PASSED);
	TEST_END();
}

Test(select, what_failed_on_this_kernel_is_rejected)
{
	ADD("v1", .status = "fail", .failed = "debian-12-6.1",
	    .passed = "debian-11-5.10");
	expect_rejected(&debian12, NULL, "failed_on_host");
	TEST_END();
}

Test(select, each_rejected_version_has_its_reason)
{
	struct selection	*s;
	struct buf		 b = BUF_INIT(65536);
	struct jsonw		 w;

	ADD("v1", .status = "fail", .failed = "debian-12-6.1");
	ADD("v2", .status = "fail", .passed = "debian-12-6.1",
	    .codes = "VERIFIER_REJECTED");
	ADD("v3", .passed = "debian-12-6.1");
	cr_assert_eq(ask(&debian12, "{\"require_summary_pass\":true}", NULL,
	    NULL, &s), ERR_OK);
	cr_assert_str_eq(selection_chosen(s)->version, "v3");
	jsonw_init(&w, &b, JSONW_COMPACT);
	selection_json(&w, NULL, s);
	cr_assert_not_null(strstr(buf_str(&b), "\"candidates_reviewed\":3"));
	cr_assert_not_null(strstr(buf_str(&b), "\"candidates_accepted\":1"));
	cr_assert_not_null(strstr(buf_str(&b), "\"candidates_rejected\":2"));
	cr_assert_not_null(strstr(buf_str(&b), "failed_on_host"));
	cr_assert_not_null(strstr(buf_str(&b), "summary_not_pass"));
	buf_clear(&b);
	selection_free(s);
	TEST_END();
}

Test(select, lists_as_many_as_were_asked_for)
{
	struct select_policy	 p;
	struct select_query	 q = { .chain = "", .name = "probe",
		.limit = 2, .host = &debian12, .policy = &p,
		.profiles = &profiles };
	struct selection	*s;
	struct buf		 b = BUF_INIT(65536);
	struct jsonw		 w;

	select_policy_init(&p);
	for (int i = 0; i < 5; i++)
		ADD("v1", .passed = "debian-12-6.1");
	cr_assert_eq(select_run(db, &q, &s, NULL), ERR_OK);
	jsonw_init(&w, &b, JSONW_COMPACT);
	selection_json(&w, NULL, s);
	cr_assert_not_null(strstr(buf_str(&b), "\"candidates_accepted\":5"));
	cr_assert_not_null(strstr(buf_str(&b), "20260527T120000Z-000004"));
	cr_assert_null(strstr(buf_str(&b), "20260527T120000Z-000003"));
	buf_clear(&b);
	selection_free(s);
	TEST_END();
}

/* --- the record that was judged ----------------------------------------------*/

Test(select, a_label_does_not_get_past_the_policy)
{
	struct selection		*s;
	const struct select_candidate	*c;
	struct history_row		*rows;
	size_t				 n;

	/* The same label twice: the newer one is another object and fails. */
	ADD("v1", .sha = SHA_A, .passed = "debian-12-6.1");
	ADD("v1", .sha = SHA_B, .status = "fail",
	    .failed = "debian-12-6.1");
	cr_assert_eq(ask(&debian12, "{\"require_summary_pass\":true}", "v1",
	    NULL, &s), ERR_OK);
	c = selection_chosen(s);
	cr_assert_str_eq(c->ref.artifact_sha256, SHA_A);
	cr_assert_eq(select_resolve(db, &c->ref, &rows, &n, NULL), ERR_OK);
	cr_assert_str_eq(rows[0].sha256, SHA_A);
	cr_assert_str_eq(rows[0].run_id, "20260527T120000Z-000001");
	history_rows_free(rows, n);
	selection_free(s);
	TEST_END();
}

Test(select, resolves_nothing_but_the_record_that_was_judged)
{
	struct selection	*s;
	struct select_ref	 ref;
	struct history_row	*rows;
	size_t			 n;

	ADD("v1", .passed = "debian-12-6.1");
	ADD("v1", .passed = "debian-12-6.1");
	cr_assert_eq(ask(&debian12, NULL, NULL, NULL, &s), ERR_OK);
	ref = selection_chosen(s)->ref;
	ref.seq = 1;
	cr_assert_eq(select_resolve(db, &ref, &rows, &n, NULL), ERR_CORRUPT);
	ref.seq = 3;
	cr_assert_eq(select_resolve(db, &ref, &rows, &n, NULL),
	    ERR_NOTFOUND);
	ref = selection_chosen(s)->ref;
	ref.artifact_sha256[0] = 'b';
	cr_assert_eq(select_resolve(db, &ref, &rows, &n, NULL), ERR_CORRUPT);
	selection_free(s);
	TEST_END();
}

Test(select, an_object_that_failed_here_later_is_not_taken)
{
	ADD("v1", .passed = "debian-12-6.1");
	ADD("v1", .status = "fail", .failed = "debian-12-6.1");
	expect_rejected(&debian12, NULL, "failed_since");
	ADD("v2", .sha = SHA_B, .passed = "debian-12-6.1");
	expect(&debian12, NULL, "v2");
	TEST_END();
}

Test(select, a_version_that_was_taken_back_is_not_taken)
{
	struct select_policy	 p;
	struct select_query	 q = { .chain = "acme/edge", .name = "probe",
		.host = &debian12, .policy = &p, .profiles = &profiles };
	struct selection	*s;

	select_policy_init(&p);
	add_to("acme/edge", (struct rec){ "v1", .passed = "debian-12-6.1" });
	add_to("acme/edge", (struct rec){ "v2", .passed = "debian-12-6.1" });
	cr_assert_eq(select_run(db, &q, &s, NULL), ERR_OK);
	cr_assert_str_eq(selection_chosen(s)->version, "v2");
	selection_free(s);
	add_to("acme/edge", (struct rec){ "v2", .status = "yanked",
	    .codes = "YANKED" });
	cr_assert_eq(select_run(db, &q, &s, NULL), ERR_OK);
	cr_assert_str_eq(selection_chosen(s)->version, "v1");
	selection_free(s);
	TEST_END();
}

/* --- kernels ---------------------------------------------------------------------*/

Test(select, another_architecture_is_no_evidence)
{
	struct host	 h = debian12;

	snprintf(h.arch, sizeof(h.arch), "arm64");
	ADD("v1", .passed = "debian-12-6.1");
	cr_assert_eq(score_of(&h, NULL), W_SUMMARY_PASS);
	ADD("v2", .passed = "ubuntu-22.04-arm64-6.1");
	expect(&h, NULL, "v2");
	TEST_END();
}

Test(select, failing_on_another_architecture_rejects_nothing)
{
	struct host	 h = debian12;

	snprintf(h.arch, sizeof(h.arch), "arm64");
	ADD("v1", .status = "fail", .failed = "debian-12-6.1");
	expect(&h, NULL, "v1");
	TEST_END();
}

Test(select, takes_the_nearest_tested_kernel_when_none_is_exact)
{
	struct selection	*s;
	struct host		 h = debian12;

	h.kernel = KVER(6, 5);
	ADD("v1", .passed = "debian-11-5.10");
	ADD("v2", .passed = "debian-12-6.1 debian-13-6.12");
	ADD("v3", .passed = "debian-11-5.10",
	    .failed = "debian-13-bpo-6.16");
	snprintf(h.os_id, sizeof(h.os_id), "fedora");
	cr_assert_eq(ask(&h, NULL, NULL, NULL, &s), ERR_OK);
	cr_assert_str_eq(selection_chosen(s)->version, "v2");
	cr_assert_str_eq(selection_chosen(s)->evidence, "nearest");
	cr_assert_str_eq(selection_chosen(s)->evidence_profile,
	    "debian-12-6.1");
	selection_free(s);
	TEST_END();
}

Test(select, the_names_of_os_release_are_those_of_the_catalogue)
{
	static const struct {
		const char	*os, *version, *kernel, *profile;
	} rows[] = {
		{ "centos", "9", "5.14.0-427.el9", "centos-stream-9-5.14" },
		{ "ol", "9.4", "5.15.0-206", "oracle-linux-9-uek7-5.15" },
		{ "amzn", "2023", "6.1.90", "amazon-linux-2023-6.1" },
		{ "rocky", "9.4", "5.14.0-427", "rocky-9-5.14" },
		{ "rhel", "8.10", "4.18.0-553", "rhel-8-4.18" },
		{ "ubuntu", "22.04", "5.15.0-100-generic",
		    "ubuntu-22.04-5.15" },
		{ "ubuntu", "22.04.3", "5.15.0-181-generic",
		    "ubuntu-22.04-5.15-k5.15.0-181" },
		{ "sles", "15.5", "5.14.21", "suse-15-5.14" },
		{ "debian", "12", "6.1.0-28-amd64", "debian-12-6.1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host		 h = debian12;
		struct profile_facts	 f;

		snprintf(h.os_id, sizeof(h.os_id), "%s", rows[i].os);
		snprintf(h.os_version, sizeof(h.os_version), "%s",
		    rows[i].version);
		h.kernel = kver_parse(rows[i].kernel);
		profile_facts(&profiles, rows[i].profile, &h, &f);
		cr_expect_eq(profile_match(&f, &h, false), MATCH_EXACT, "%s",
		    rows[i].profile);
	}
	TEST_END();
}

Test(select, a_policy_of_the_host_is_matched_by_its_variant)
{
	struct host	 h = debian12;

	snprintf(h.os_version, sizeof(h.os_version), "13");
	h.kernel = KVER(6, 12);
	ADD("v1", .passed = "debian-13-6.12",
	    .failed = "debian-13-6.12-lockdown-integrity");
	/* Not locked down: what fails under lockdown says nothing. */
	expect(&h, NULL, "v1");
	snprintf(h.lockdown, sizeof(h.lockdown), "integrity");
	expect_rejected(&h, NULL, "failed_on_host");
	ADD("v2", .passed = "debian-13-6.12-lockdown-integrity");
	expect(&h, NULL, "v2");
	TEST_END();
}

Test(select, an_unrelated_profile_gives_nothing)
{
	struct host		 h = debian12;
	struct profile_facts	 f;

	profile_facts(&profiles, "not-a-kernel", &h, &f);
	cr_assert_eq(profile_match(&f, &h, false), MATCH_NONE);
	profile_facts(&profiles, "ubuntu-22.04-5.15", &h, &f);
	cr_assert_eq(profile_match(&f, &h, false), MATCH_NONE);
	profile_facts(&profiles, "debian-11-6.1", &h, &f);
	cr_assert_eq(profile_match(&f, &h, false), MATCH_DISTRO_KERNEL);
	profile_facts(&profiles, "debian-12-6.12", &h, &f);
	cr_assert_eq(profile_match(&f, &h, false), MATCH_DISTRO_VERSION);
	profile_facts(&profiles, "ubuntu-23.04-6.1", &h, &f);
	cr_assert_eq(profile_match(&f, &h, false), MATCH_KERNEL);
	TEST_END();
}

/* --- a target, weights --------------------------------------------------------*/

Test(select, a_target_that_was_asked_for_decides)
{
	ADD("v1", .passed = "debian-11-5.10");
	cr_assert_eq(score_of(&debian12, "debian-11-5.10"),
	    W_TARGET + W_SUMMARY_PASS);
	cr_assert_eq(score_of(&debian12, "debian-13-6.12"),
	    W_TARGET_UNTESTED + W_SUMMARY_PASS);
	TEST_END();
}

Test(select, what_failed_on_the_target_is_rejected)
{
	struct selection	*s;

	ADD("v1", .status = "fail", .failed = "debian-11-5.10",
	    .passed = "debian-12-6.1");
	cr_assert_eq(ask(&debian12, NULL, NULL, "debian-11-5.10", &s),
	    ERR_WRONGSTATE);
	selection_free(s);
	TEST_END();
}

Test(select, counts_and_risks_have_their_weights)
{
	struct host	 h = debian12;

	h.btf = HOST_NO;
	h.feature[HOST_MAP_RINGBUF] = HOST_NO;
	ADD("v1", .status = "fail", .required_passed = 2,
	    .required_failed = 1, .codes = "MISSING_BTF "
	    "UNSUPPORTED_MAP_TYPE");
	cr_assert_eq(score_of(&h, NULL), 2 * W_REQUIRED_PASSED +
	    W_REQUIRED_FAILED + W_BTF_RISK + W_RINGBUF_RISK);
	h.restricted[HOST_MAP_RINGBUF] = true;
	cr_assert_eq(score_of(&h, NULL), 2 * W_REQUIRED_PASSED +
	    W_REQUIRED_FAILED + W_BTF_RISK);
	TEST_END();
}

Test(select, an_old_kernel_whose_ring_buffers_are_unknown_looks_without)
{
	struct host	 h = debian12;

	h.kernel = KVER(5, 4);
	ADD("v1", .codes = "UNSUPPORTED_MAP_TYPE");
	cr_assert_eq(score_of(&h, NULL), W_SUMMARY_PASS + W_RINGBUF_RISK);
	TEST_END();
}

/* --- the policy ------------------------------------------------------------------*/

Test(select, each_rule_of_a_policy_rejects)
{
	static const struct {
		const char	*policy, *code;
	} rows[] = {
		{ "{\"require_summary_pass\":true}", "summary_not_pass" },
		{ "{\"min_required_passed\":2}", "too_few_passed" },
		{ "{\"max_required_failed\":0}", "too_many_failed" },
		{ "{\"require_kernel_btf\":true}", "no_kernel_btf" },
		{ "{\"require_attach_support\":true}",
		    "attach_unsupported" },
		{ "{\"require_ringbuf_support\":true}", "no_ringbuf" },
		{ "{\"require_perf_event_array_support\":true}",
		    "no_perf_event_array" },
		{ "{\"deny_classification_codes\":[\" missing_btf \"]}",
		    "code_denied" },
		{ "{\"allow_classification_codes\":[\"UNKNOWN\"]}",
		    "code_not_allowed" },
	};
	struct host	 h = debian12;

	h.btf = HOST_NO;
	ADD("v1", .status = "fail", .required_passed = 1,
	    .required_failed = 1, .codes = "MISSING_BTF "
	    "UNSUPPORTED_ATTACH_TYPE UNSUPPORTED_MAP_TYPE");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_rejected(&h, rows[i].policy, rows[i].code);
	expect(&h, "{\"allow_classification_codes\":[\"MISSING_BTF\","
	    "\"UNSUPPORTED_ATTACH_TYPE\",\"unsupported_map_type\"]}", "v1");
	expect(&h, "{\"allow_classification_codes\":[]}", "v1");
	expect(&h, "{\"min_required_passed\":0}", "v1");
	TEST_END();
}

Test(select, map_rules_look_at_the_host)
{
	struct host	 h = debian12;

	/* Codes of other kernels do not count where the host has it. */
	ADD("v1", .codes = "UNSUPPORTED_MAP_TYPE");
	h.feature[HOST_MAP_RINGBUF] = HOST_YES;
	expect(&h, "{\"require_ringbuf_support\":true}", "v1");
	h.feature[HOST_MAP_RINGBUF] = HOST_NO;
	expect_rejected(&h, "{\"require_ringbuf_support\":true}",
	    "no_ringbuf");
	TEST_END();
}

Test(select, an_attach_that_failed_elsewhere_rejects_nothing_here)
{
	ADD("v1", .status = "fail", .passed = "debian-12-6.1",
	    .failed = "debian-11-5.10", .codes = "UNSUPPORTED_ATTACH_TYPE");
	expect(&debian12, "{\"require_attach_support\":true}", "v1");
	TEST_END();
}

Test(select, codes_can_be_those_of_the_host)
{
	ADD("v1", .status = "fail", .passed = "debian-12-6.1",
	    .failed = "debian-11-5.10", .codes = "UNKNOWN");
	expect_rejected(&debian12,
	    "{\"deny_classification_codes\":[\"UNKNOWN\"]}", "code_denied");
	expect(&debian12, "{\"deny_classification_codes\":[\"UNKNOWN\"],"
	    "\"classification_codes_scope\":\"host\"}", "v1");
	TEST_END();
}

Test(select, a_policy_is_read_strictly)
{
	static const char *const bad[] = { "[]", "{\"x\":1}",
		"{\"max_required_failed\":-1}",
		"{\"require_summary_pass\":1}",
		"{\"min_required_passed\":\"1\"}",
		"{\"deny_classification_codes\":\"A\"}",
		"{\"deny_classification_codes\":[1]}",
		"{\"classification_codes_scope\":\"all\"}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct select_policy	 p;
		struct jval		*doc = NULL;
		struct diag		 d = DIAG_INIT;

		jval_parse(bad[i], strlen(bad[i]), &doc, NULL);
		cr_expect_eq(select_policy_read(doc, "policy", &p, &d),
		    ERR_INVAL, "%s", bad[i]);
		cr_expect_eq(strncmp(d.field, "policy", 6), 0, "%s",
		    d.field);
		jval_free(doc);
	}
	TEST_END();
}

Test(select, a_policy_is_shown_normalised)
{
	static const char	 text[] = "{\"max_required_failed\":0,"
		"\"deny_classification_codes\":[\"b\",\" a \",\"B\",\"\"]}";
	struct select_policy	 p;
	struct jval		*doc = NULL;
	struct buf		 b = BUF_INIT(4096);
	struct jsonw		 w;

	cr_assert_eq(jval_parse(text, strlen(text), &doc, NULL), ERR_OK);
	cr_assert_eq(select_policy_read(doc, "policy", &p, NULL), ERR_OK);
	cr_assert(select_policy_constrains(&p));
	jsonw_init(&w, &b, JSONW_COMPACT);
	select_policy_json(&w, NULL, &p);
	cr_assert_str_eq(buf_str(&b), "{\"max_required_failed\":0,"
	    "\"deny_classification_codes\":[\"A\",\"B\"]}");
	buf_clear(&b);
	select_policy_clear(&p);
	cr_assert_not(select_policy_constrains(&p));
	jval_free(doc);
	TEST_END();
}

/* --- the host ----------------------------------------------------------------------*/

Test(select, a_probe_of_a_newer_agent_is_read)
{
	static const char	 text[] = "{\"schema_version\":"
		"\"runtime_probe.v0.9\",\"new\":[1],\"host\":{\"arch\":"
		"\"amd64\"},\"os\":{\"id\":\"Ubuntu\",\"version_id\":"
		"\"22.04.3\"},\"kernel\":{\"release\":\"5.15.0-100\"},"
		"\"btf\":{\"kernel_available\":true},\"features\":"
		"{\"map_ringbuf\":{\"status\":\"supported\"},\"prog_xdp\":"
		"{\"status\":\"unknown\"}},\"facts\":{\"lockdown\":{"
		"\"value\":\"integrity\"}}}";
	struct jval		*doc = NULL;
	struct host		 h;
	char			 hint[HOST_HINT_SIZE];

	cr_assert_eq(jval_parse(text, strlen(text), &doc, NULL), ERR_OK);
	cr_assert_eq(hostprobe_read(doc, "host_probe", &h, NULL), ERR_OK);
	host_hint(&h, hint);
	cr_assert_str_eq(hint, "ubuntu-22.04-5.15");
	cr_assert_eq(h.btf, HOST_YES);
	cr_assert_eq(h.feature[HOST_MAP_RINGBUF], HOST_YES);
	cr_assert_eq(h.feature[HOST_PROG_XDP], HOST_UNKNOWN);
	cr_assert_str_eq(h.lockdown, "integrity");
	jval_free(doc);
	TEST_END();
}

Test(select, a_probe_without_schema_is_refused)
{
	struct jval	*doc = NULL;
	struct host	 h;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(jval_parse("{}", 2, &doc, NULL), ERR_OK);
	cr_assert_eq(hostprobe_read(doc, "host_probe", &h, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "host_probe");
	jval_free(doc);
	TEST_END();
}

Test(select, a_hint_needs_all_its_parts)
{
	struct host	 h = debian12;
	char		 hint[HOST_HINT_SIZE];

	h.os_version[0] = '\0';
	host_hint(&h, hint);
	cr_assert_str_eq(hint, "");
	TEST_END();
}
