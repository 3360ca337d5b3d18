/* The gates of runtime execute: their order, and what each refuses. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "fcgi/gates.h"
#include "fcgi/req.h"
#include "fcgi/route.h"
#include "tests/unit/test.h"

#define SECRET	"0123456789abcdef0123456789abcdef"
#define DIGEST	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TOKEN	"a-registry-token-of-the-operator"
#define POLICY	"schema_version: runtime_execute_policy.v0.1\n"

static char			 dir[64], policy[PATH_MAX];
static struct conf		 conf;
static struct app		 app;
static struct req		 rq;
static struct reply		 rp;
static struct call		 c;
static struct gate_request	 want;
static struct gate_basis	 basis;
static struct gate_refusal	 no;
static char			 approval[APPROVAL_MAX + 1];

static void
approve(const char *by)
{
	struct approval	 a = { .tenant = "acme", .project = "edge",
			    .digest = DIGEST, .version = "1", .host = "node",
			    .not_before = want.now,
			    .expires_at = want.now + 60000 };
	struct buf	 b = BUF_INIT(APPROVAL_MAX);

	snprintf(a.approved_by, sizeof(a.approved_by), "%s", by);
	cr_assert_eq(approval_make(SECRET, &a, &b, NULL), ERR_OK);
	snprintf(approval, sizeof(approval), "%s", buf_str(&b));
	buf_clear(&b);
}

static void
put_policy(const char *text)
{
	cr_assert_eq(fsio_write_atomic(policy, text, strlen(text), 0600,
	    NULL), ERR_OK);
}

/* A request that every gate lets through. */
static void
setup(void)
{
	snprintf(dir, sizeof(dir), "%s", "/tmp/bpfcompat-gates.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(policy, sizeof(policy), "%s/policy.yaml", dir);
	cr_assert_eq(conf_load(&conf, NULL), ERR_OK);
	conf.workdir = dir;
	conf.execute_enabled = true;
	conf.execute_approval = SECRET;
	conf.execute_policy = policy;
	conf.execute_user = "root";
	conf.registry_token = TOKEN;
	put_policy(POLICY "rules: [{action: allow, tenants: [acme]}]\n");
	memset(&c, 0, sizeof(c));
	memset(&rq, 0, sizeof(rq));
	app.conf = &conf;
	cr_assert_eq(grants_new(&conf, &app.grants, NULL), ERR_OK);
	snprintf(rq.bearer, sizeof(rq.bearer), "%s", TOKEN);
	reply_init(&rp);
	c.rq = &rq;
	c.rp = &rp;
	principal_init(&c.who, "192.0.2.7");
	c.who.kind = PRINCIPAL_API_KEY;
	snprintf(c.who.subject, sizeof(c.who.subject), "%s", "bob");
	c.who.can_read = c.who.can_write = true;
	want = (struct gate_request){ "acme", "edge", DIGEST, "tcp", "1",
	    NULL, 0, true, "node", "6.1.0", NULL, 0, approval, time_now_ms(),
	    false };
	approve("eve");
	basis = (struct gate_basis)GATE_BASIS_INIT;
}

static void
teardown(void)
{
	db_close(app.db);
	grants_free(app.grants);
	reply_clear(&rp);
	fsio_rmtree(dir, NULL);
}

TestSuite(gates, .init = setup, .fini = teardown);

static const char *
refused_by(const struct gate_request *r)
{
	memset(&c.d, 0, sizeof(c.d));
	return gates_decide(&app, &c, r, &basis, &no) == ERR_OK ? "" :
	    no.gate;
}

Test(gates, who_has_everything_passes_once)
{
	cr_assert_str_eq(refused_by(&want), "", "%s", c.d.msg);
	cr_assert_str_eq(basis.approved_by, "eve");
	cr_assert_str_eq(basis.registry_subject, GRANTS_BOOTSTRAP);
	cr_assert_str_eq(basis.policy.rule, "rule-1");
	cr_assert_str_eq(basis.worker, "root");
	cr_assert_eq(strlen(basis.policy_sha256), 64);
	cr_assert_str_eq(c.who.subject, "bob");
	cr_assert_str_eq(refused_by(&want), "approval");
	cr_assert_str_eq(no.code, "approval_used");
	cr_assert_eq(no.status, 403);
	TEST_END();
}

Test(gates, a_rehearsal_uses_nothing_up)
{
	want.dry_run = true;
	cr_assert_str_eq(refused_by(&want), "");
	cr_assert_str_eq(refused_by(&want), "");
	want.dry_run = false;
	cr_assert_str_eq(refused_by(&want), "");
	TEST_END();
}

/* Everything is wrong; mended from the first gate on, the next one speaks. */
Test(gates, the_cheapest_refusal_comes_first)
{
	conf.execute_enabled = false;
	conf.execute_kill = true;
	c.who.can_write = false;
	rq.bearer[0] = '\0';
	conf.registry_rate_max = 1;
	want.approval = "";
	put_policy("nothing");
	conf.execute_user = "";
	conf.execute_need_user = true;

	cr_assert_str_eq(refused_by(&want), "enabled");
	cr_assert_eq(no.status, 403);
	conf.execute_enabled = true;
	cr_assert_str_eq(refused_by(NULL), "kill_switch");
	cr_assert_eq(no.status, 503);
	conf.execute_kill = false;
	cr_assert_str_eq(refused_by(NULL), "");
	cr_assert_str_eq(refused_by(&want), "write_identity");
	cr_assert_eq(no.status, 401);
	c.who.can_write = true;
	cr_assert_str_eq(refused_by(&want), "registry_scope");
	cr_assert_eq(no.status, 401);
	snprintf(rq.bearer, sizeof(rq.bearer), "%s", TOKEN);
	cr_assert_str_eq(refused_by(&want), "approval");
	cr_assert_str_eq(no.code, "approval_missing");
	c.granted = false;
	cr_assert_str_eq(refused_by(&want), "rate_limit");
	cr_assert_eq(no.status, 429);
	conf.registry_rate_max = 0;
	want.approval = approval;
	cr_assert_str_eq(refused_by(&want), "guard_policy");
	cr_assert_str_eq(no.code, "policy_load_failed");
	cr_assert_null(strstr(no.text, dir));
	put_policy(POLICY);
	cr_assert_str_eq(refused_by(&want), "guard_policy");
	cr_assert_str_eq(no.code, "policy_denied");
	put_policy(POLICY "default_action: allow\n");
	cr_assert_str_eq(refused_by(&want), "worker_identity");
	cr_assert_str_eq(no.code, "worker_identity_required");
	conf.execute_user = "nobody-has-this-name";
	cr_assert_str_eq(refused_by(&want), "worker_identity");
	cr_assert_str_eq(no.code, "worker_user_unknown");
	conf.execute_user = "root";
	cr_assert_str_eq(refused_by(&want), "");
	TEST_END();
}

/* Before it is known what would be loaded, all but the last word is said. */
Test(gates, what_is_wrong_in_any_case_is_told_before_anything_is_looked_up)
{
	want.digest = want.version = NULL;
	cr_assert_str_eq(refused_by(&want), "", "%s", c.d.msg);
	conf.execute_policy = "";
	conf.execute_need_policy = true;
	cr_assert_str_eq(refused_by(&want), "guard_policy");
	cr_assert_str_eq(no.code, "policy_required_missing");
	want.host = "another";
	cr_assert_str_eq(refused_by(&want), "approval");
	cr_assert_str_eq(no.code, "approval_other_host");
	TEST_END();
}

Test(gates, an_identity_stays_within_its_tenant)
{
	c.who.kind = PRINCIPAL_IDENTITY;
	snprintf(c.who.tenant, sizeof(c.who.tenant), "%s", "other");
	cr_assert_str_eq(refused_by(&want), "registry_scope");
	cr_assert_eq(no.status, 403);
	TEST_END();
}

Test(gates, an_approval_by_the_requester_is_none)
{
	approve("bob");
	cr_assert_str_eq(refused_by(&want), "approval");
	cr_assert_str_eq(no.code, "approval_by_requester");
	TEST_END();
}

Test(gates, without_a_record_of_its_use_an_approval_is_not_used)
{
	c.granted = true;
	conf.workdir = policy;	/* no folder */
	cr_assert_str_eq(refused_by(&want), "approval");
	cr_assert_str_eq(no.code, "approval_not_recorded");
	cr_assert_eq(no.status, 503);
	TEST_END();
}
