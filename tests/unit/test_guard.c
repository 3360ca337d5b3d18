/* What may be executed: the rules of a policy, and what an approval binds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/approval.h"
#include "domain/guard.h"
#include "tests/unit/test.h"

#define HEAD	"schema_version: runtime_execute_policy.v0.1\n"
#define AGENT	"schema_version: agent_load_policy.v0.1\n"

static struct diag		 d;
static struct guard_decision	 said;

static const char *const	 host[] = { "debian-12-6.1" };
static const struct guard_prog	 kprobe = { "KPROBE", "KPROBE" };
static const struct guard_prog	 both[] = {
	{ "TRACEPOINT", "" }, { "KPROBE", "KPROBE" } };

static struct guard_facts
facts(void)
{
	return (struct guard_facts){ .tenant = "acme", .project = "edge",
	    .artifact = "tcpconn", .profiles = host, .nprofiles = 1,
	    .kernel = "6.1.0-13-amd64", .progs = &kprobe, .nprogs = 1,
	    .verified = true };
}

static enum err
reads(const char *label, const char *text, enum guard_kind kind)
{
	struct guard	*g = NULL;
	enum err	 e;

	memset(&d, 0, sizeof(d));
	e = guard_parse(label, text, strlen(text), kind, &g, &d);
	guard_free(g);
	return e;
}

static bool
allows(const char *text, const struct guard_facts *f)
{
	struct guard	*g = NULL;

	memset(&d, 0, sizeof(d));
	cr_assert_eq(guard_parse("p.yaml", text, strlen(text), f->agent !=
	    NULL ? GUARD_AGENT : GUARD_EXECUTE, &g, &d), ERR_OK, "%s", d.msg);
	guard_decide(g, f, &said);
	cr_assert_str_eq(said.action, said.allowed ? "allow" : "deny");
	guard_free(g);
	return said.allowed;
}

/* One allow rule with this condition, and one deny rule. */
static bool
allow_if(const char *condition, const struct guard_facts *f)
{
	char	 text[512];

	snprintf(text, sizeof(text), HEAD "rules:\n- action: allow\n  %s\n",
	    condition);
	return allows(text, f);
}

static bool
deny_if(const char *condition, const struct guard_facts *f)
{
	char	 text[512];

	snprintf(text, sizeof(text), HEAD "default_action: allow\nrules:\n"
	    "- action: deny\n  %s\n", condition);
	return !allows(text, f);
}

Test(guard, without_a_rule_nothing_is_allowed)
{
	struct guard_facts	 f = facts();

	cr_assert(!allows(HEAD, &f));
	cr_assert_str_eq(said.rule, "default");
	cr_assert(allows(HEAD "default_action: Allow\n", &f));
	TEST_END();
}

Test(guard, the_first_rule_that_holds_decides)
{
	struct guard_facts	 f = facts();

	cr_assert(!allows(HEAD "rules:\n- {action: allow, tenants: [other]}\n"
	    "- {action: deny, artifacts: [TCPCONN], name: no-tcp}\n"
	    "- {action: allow}\n", &f));
	cr_assert_str_eq(said.rule, "no-tcp");
	cr_assert(allows(HEAD "rules:\n- {action: deny, projects: [core]}\n"
	    "- {action: allow, tenants: ['*']}\n", &f));
	cr_assert_str_eq(said.rule, "rule-2");
	TEST_END();
}

Test(guard, kernel_bounds_are_inclusive_and_a_bound_without_patch_is_any)
{
	struct guard_facts	 f = facts();

	f.kernel = "6.12.9-custom";
	cr_assert(allow_if("kernel_max: '6.12'", &f));
	cr_assert(allow_if("kernel_min: '6.12'", &f));
	cr_assert(allow_if("kernel_max: 6.12.9", &f));
	cr_assert(!allow_if("kernel_max: 6.12.8", &f));
	cr_assert(!allow_if("kernel_min: '6.13'", &f));
	cr_assert(!allow_if("kernel_max: '6.1'", &f));
	f.kernel = "6.12-rc1";
	cr_assert(!allow_if("kernel_min: 6.12.1", &f));
	TEST_END();
}

Test(guard, what_is_not_known_does_not_help)
{
	static const char *const	 conditions[] = {
		"kernel_max: '9.0'", "profiles: ['*']",
		"program_types: ['*']", "attach_kinds: ['*']",
		"tenants: [acme]", "artifacts: ['*']" };
	struct guard_facts		 f = { .project = "edge" };

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]);
	    i++) {
		cr_assert(!allow_if(conditions[i], &f), "%s", conditions[i]);
		cr_assert(deny_if(conditions[i], &f), "%s", conditions[i]);
	}
	f.kernel = "next";
	cr_assert(deny_if("kernel_max: '5.9'", &f));
	TEST_END();
}

Test(guard, an_allow_rule_wants_every_program_and_a_deny_rule_one)
{
	struct guard_facts	 f = facts();

	f.progs = both;
	f.nprogs = 2;
	cr_assert(!allow_if("program_types: [TRACEPOINT]", &f));
	cr_assert(allow_if("program_types: [tracepoint, kprobe]", &f));
	cr_assert(deny_if("program_types: [KPROBE]", &f));
	cr_assert(!allow_if("attach_kinds: [KPROBE]", &f));
	cr_assert(deny_if("attach_kinds: [KPROBE]", &f));
	cr_assert(!deny_if("program_types: [LSM]", &f));
	TEST_END();
}

Test(guard, a_profile_is_the_hosts)
{
	struct guard_facts	 f = facts();

	cr_assert(allow_if("profiles: [debian-13-6.12, debian-12-6.1]", &f));
	cr_assert(!allow_if("profiles: [ubuntu-22.04-5.15]", &f));
	TEST_END();
}

Test(guard, verified_history_is_asked_for_as_it_was)
{
	struct guard_facts	 f = facts();

	cr_assert(allow_if("require_verified_history: true", &f));
	f.verified = false;
	cr_assert(!allow_if("require_verified_history: true", &f));
	TEST_END();
}

Test(guard, lists_of_agents_come_first)
{
	struct guard_facts	 f = facts();

	f.agent = "agent-7";
	cr_assert(!allows(AGENT "revoked_agents: [AGENT-7]\n"
	    "rules: [{action: allow}]\n", &f));
	cr_assert_str_eq(said.rule, "revoked_agents");
	cr_assert(!allows(AGENT "allowed_agents: [agent-8]\n"
	    "rules: [{action: allow}]\n", &f));
	cr_assert_str_eq(said.rule, "allowed_agents");
	cr_assert(allows(AGENT "allowed_agents: [agent-7]\n"
	    "rules: [{action: allow, agents: [agent-7]}]\n", &f));
	TEST_END();
}

Test(guard, a_file_that_is_not_right_is_refused_with_its_line)
{
	static const char *const	 wrong[] = {
		"", "rules: []\n", "schema_version: other\n",
		HEAD "default_action: maybe\n", HEAD "odd: 1\n",
		HEAD "rules:\n- {name: x}\n",
		HEAD "rules:\n- {action: permit}\n",
		HEAD "rules:\n- {action: allow, kernel_min: latest}\n",
		HEAD "rules:\n- {action: allow, kernel_max: 6.1.x}\n",
		HEAD "rules:\n- {action: allow, kernel_min: '6.2', "
		    "kernel_max: '6.1'}\n",
		HEAD "rules:\n- {action: allow, tenants: []}\n",
		HEAD "rules:\n- {action: allow, agents: [a]}\n",
		HEAD HEAD,
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cr_assert_neq(reads("p.yaml", wrong[i], GUARD_EXECUTE),
		    ERR_OK, "%s", wrong[i]);
		cr_assert(strncmp(d.msg, "p.yaml:", 7) == 0, "%s", d.msg);
	}
	TEST_END();
}

Test(guard, json_is_json)
{
	const char	*ok = "{\"schema_version\":"
	    "\"runtime_execute_policy.v0.1\",\"rules\":[{\"action\":"
	    "\"allow\",\"kernel_min\":\"6.1\"}]}";

	cr_assert_eq(reads("p.json", ok, GUARD_EXECUTE), ERR_OK, "%s", d.msg);
	cr_assert_neq(reads("p.json", HEAD, GUARD_EXECUTE), ERR_OK);
	cr_assert_neq(reads("policy", "{} {}", GUARD_EXECUTE), ERR_OK);
	cr_assert_neq(reads("p.json", ok, GUARD_AGENT), ERR_OK);
	TEST_END();
}

/* --- approvals ------------------------------------------------------------------ */

#define SECRET	"0123456789abcdef0123456789abcdef"
#define NOON	1780000000000LL
#define DIGEST	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct approval		 made;
static char			 token[APPROVAL_MAX + 1];
static struct approval_ask	 ask;

static void
make(void)
{
	struct buf	 b = BUF_INIT(APPROVAL_MAX);

	made = (struct approval){ .tenant = "acme", .project = "edge",
	    .digest = DIGEST, .version = "1.2", .host = "node-1",
	    .approved_by = "eve", .not_before = NOON,
	    .expires_at = NOON + 3600000 };
	cr_assert_eq(approval_make(SECRET, &made, &b, &d), ERR_OK, "%s",
	    d.msg);
	snprintf(token, sizeof(token), "%s", buf_str(&b));
	buf_clear(&b);
	ask = (struct approval_ask){ "acme", "edge", DIGEST, "1.2", "node-1",
	    "bob", NOON };
}

static const char *
refused(const char *what)
{
	struct approval	 a;

	memset(&d, 0, sizeof(d));
	return approval_check(SECRET, what, &ask, &a, &d) == ERR_OK ? "" :
	    d.word;
}

TestSuite(approval, .init = make);

Test(approval, what_was_made_is_accepted_for_what_it_says)
{
	struct approval	 a;

	cr_assert_eq(approval_check(SECRET, token, &ask, &a, &d), ERR_OK,
	    "%s", d.msg);
	cr_assert_str_eq(a.approved_by, "eve");
	cr_assert_str_eq(a.id, made.id);
	ask.digest = ask.version = NULL;
	cr_assert_str_eq(refused(token), "");
	TEST_END();
}

Test(approval, it_is_bound_to_artifact_version_project_host_and_time)
{
	ask.now = NOON + 3600000;
	cr_assert_str_eq(refused(token), "approval_expired");
	ask.now = NOON - 60000;
	cr_assert_str_eq(refused(token), "approval_not_yet");
	make();
	ask.host = "node-2";
	cr_assert_str_eq(refused(token), "approval_other_host");
	make();
	ask.tenant = "other";
	cr_assert_str_eq(refused(token), "approval_other_project");
	make();
	ask.project = "core";
	cr_assert_str_eq(refused(token), "approval_other_project");
	make();
	ask.version = "1.3";
	cr_assert_str_eq(refused(token), "approval_other_artifact");
	make();
	ask.digest = "0000000000000000000000000000000000000000"
	    "000000000000000000000000";
	cr_assert_str_eq(refused(token), "approval_other_artifact");
	TEST_END();
}

Test(approval, the_requester_is_not_the_approver)
{
	ask.requested_by = "eve";
	cr_assert_str_eq(refused(token), "approval_by_requester");
	TEST_END();
}

Test(approval, a_changed_byte_makes_it_none)
{
	char	 t[sizeof(token)];

	for (size_t i = 0; i < strlen(token); i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(t, token, sizeof(t));
			t[i] = (char)(t[i] ^ 1 << bit);
			cr_assert_str_eq(refused(t), t[0] == '\0' ?
			    "approval_missing" : "approval_invalid",
			    "byte %zu", i);
		}
	TEST_END();
}

Test(approval, the_secret_itself_approves_nothing)
{
	cr_assert_str_eq(refused(SECRET), "approval_invalid");
	cr_assert_str_eq(refused(""), "approval_missing");
	cr_assert_str_eq(refused(APPROVAL_PREFIX "."), "approval_invalid");
	TEST_END();
}

Test(approval, another_secret_or_none_is_no_secret)
{
	struct approval	 a;

	cr_assert_eq(approval_check("fedcba9876543210fedcba9876543210", token,
	    &ask, &a, &d), ERR_DENIED);
	cr_assert_str_eq(d.word, "approval_invalid");
	cr_assert_eq(approval_check("", token, &ask, &a, &d),
	    ERR_UNAVAILABLE);
	cr_assert_str_eq(d.word, "approval_not_configured");
	cr_assert_eq(approval_check("short", token, &ask, &a, &d),
	    ERR_UNAVAILABLE);
	TEST_END();
}

Test(approval, what_is_missing_or_lasts_too_long_is_not_made)
{
	struct buf	 b = BUF_INIT(APPROVAL_MAX);
	struct approval	 a = made;

	a.host[0] = '\0';
	cr_assert_eq(approval_make(SECRET, &a, &b, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "host");
	a = made;
	a.digest[0] = 'X';
	cr_assert_eq(approval_make(SECRET, &a, &b, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "digest");
	a = made;
	a.expires_at = a.not_before + APPROVAL_LIFE_MAX_MS + 1000;
	cr_assert_eq(approval_make(SECRET, &a, &b, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "expires_at");
	cr_assert_eq(b.len, 0);
	buf_clear(&b);
	TEST_END();
}
