/*
 * Guard policies, in both spellings and of both kinds, and approvals.  What
 * is not known never allows; no made-up approval is one.
 */
#include "tests/fuzz/fuzz.h"

#include "domain/approval.h"
#include "domain/guard.h"

#define SECRET	"0123456789abcdef0123456789abcdef"
#define DIGEST	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
decides(const struct guard *g)
{
	static const char *const	 host[] = { "debian-12-6.1" };
	static const struct guard_prog	 kprobe = { "KPROBE", "KPROBE" };
	struct guard_facts		 f = { "agent-7", "acme", "edge",
					    "tcpconn", host, 1, "6.1.0",
					    &kprobe, 1, true };
	struct guard_decision		 d;

	guard_decide(g, &f, &d);
	MUST(d.rule[0] != '\0' && d.reason[0] != '\0');
	MUST(strcmp(d.action, d.allowed ? "allow" : "deny") == 0);
	f = (struct guard_facts){ .artifact = "tcpconn" };
	guard_decide(g, &f, &d);
	MUST(d.rule[0] != '\0');
	MUST(strlen(guard_sha256(g)) == 64);
}

static void
policy(const char *label, const char *text, size_t len, enum guard_kind kind)
{
	struct guard	*g = NULL;
	struct diag	 d = DIAG_INIT;

	if (guard_parse(label, text, len, kind, &g, &d) == ERR_OK)
		decides(g);
	else
		MUST(d.msg[0] != '\0');
	guard_free(g);
}

static void
approval(const char *text)
{
	const struct approval_ask	 ask = { "acme", "edge", DIGEST, "1",
					    "node", "bob", 1780000000000 };
	struct approval			 a;
	struct buf			 b = BUF_INIT(APPROVAL_MAX);
	struct diag			 d = DIAG_INIT;

	MUST(approval_check(SECRET, text, &ask, &a, &d) == ERR_DENIED);
	MUST(d.word != NULL && d.msg[0] != '\0');
	/* What can be read is spelt in one way only. */
	if (approval_read(text, &a, NULL) == ERR_OK) {
		MUST(approval_make(SECRET, &a, &b, NULL) == ERR_OK);
		MUST(strncmp(buf_str(&b), text, (size_t)(strrchr(text, '.') -
		    text)) == 0);
	}
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char	*text = fuzz_string(p, len);

	policy("policy.yaml", text, len, GUARD_EXECUTE);
	policy("policy.json", text, len, GUARD_EXECUTE);
	policy("policy.yml", text, len, GUARD_AGENT);
	approval(text);
	free(text);
	return 0;
}
