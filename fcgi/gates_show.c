/* How the gates of runtime execute stand, for "bpfcompat admin doctor". */
#include <pwd.h>
#include <string.h>

#include "gates.h"

static void
policy_state(const struct conf *c, struct buf *b)
{
	struct guard	*g = NULL;
	struct diag	 d = DIAG_INIT;

	if (c->execute_policy[0] == '\0') {
		buf_adds(b, c->execute_need_policy ?
		    "required and there is none: 503" :
		    "none: everything is allowed");
		return;
	}
	if (guard_load(c->execute_policy, GUARD_EXECUTE, &g, &d) != ERR_OK) {
		buf_addf(b, "cannot be used: 503 (%s)", diag_text(&d));
		return;
	}
	buf_addf(b, "%s, else %s (sha256 %.12s)", c->execute_policy,
	    guard_default_allows(g) ? "allow" : "deny", guard_sha256(g));
	guard_free(g);
}

static void
worker_state(const struct conf *c, struct buf *b)
{
	if (c->execute_user[0] == '\0')
		buf_adds(b, c->execute_need_user ?
		    "required and there is none: 503" :
		    "none: the service's own user");
	else
		buf_addf(b, "%s%s", c->execute_user,
		    getpwnam(c->execute_user) != NULL ? "" :
		    ", who does not exist: 503");
}

static void
limit_state_show(const struct conf *c, struct buf *b)
{
	if (c->registry_rate_max <= 0)
		buf_adds(b, "none");
	else
		buf_addf(b, "%lld requests in %lld s",
		    (long long)c->registry_rate_max,
		    (long long)(c->registry_rate_window > 0 ?
		    c->registry_rate_window : 60));
}

void
gates_show(const struct app *app, struct buf *b)
{
	const struct conf	*c = app->conf;
	size_t			 n = strlen(c->execute_approval);

	buf_addf(b, "\n%-16s %s\n", "EXECUTE GATE", "STATE");
	buf_addf(b, "%-16s %s\n", "enabled", c->execute_enabled ? "yes" :
	    "no: 403");
	buf_addf(b, "%-16s %s\n", "kill_switch", c->execute_kill ?
	    "on: 503" : "off");
	buf_addf(b, "%-16s %s\n", "write_identity", c->require_identity ?
	    "identity that writes" : "key or identity that writes");
	buf_addf(b, "%-16s %s\n", "registry_scope", "registry token that "
	    "writes there, and the identity within its tenant");
	buf_addf(b, "%-16s ", "rate_limit");
	limit_state_show(c, b);
	buf_addf(b, "\n%-16s %s\n", "approval", n == 0 ? "no secret: 503" :
	    n < APPROVAL_SECRET_MIN ? "the secret is too short: 503" :
	    "one for each execution");
	buf_addf(b, "%-16s ", "guard_policy");
	policy_state(c, b);
	buf_addf(b, "\n%-16s ", "worker_identity");
	worker_state(c, b);
	buf_addc(b, '\n');
}
