/* bpfcompat admin: what only whoever runs the server does. */
#include "worker/cli/verb_admin.h"

#include "worker/cli/cli.h"

static const struct verb verbs[] = {
	{ "token", "registry tokens: create, hash, list, revoke",
	    admin_token },
	{ "approval", "approvals of runtime execute: create, show",
	    admin_approval },
	{ "list-tokens", "the same as \"token list\"", admin_list_tokens },
	{ "revoke-token", "the same as \"token revoke\"",
	    admin_revoke_token },
	{ "import", "take over a work folder of another server",
	    admin_import },
	{ "publish", "bring the published files up to date, or check them",
	    admin_publish },
	{ "audit-export", "write the audit stream, and sign it",
	    admin_audit_export },
	{ "audit-verify", "check the audit stream, or an export",
	    admin_audit_verify },
	{ "verify-chain", "check the history of the server's own runs",
	    admin_verify_chain },
	{ "doctor", "who gets through on each route, and what is unsafe",
	    admin_doctor },
	{ NULL, NULL, NULL },
};

int
verb_admin(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat admin",
	    "For whoever runs the server; needs its work folder.", c, argc,
	    argv);
}
