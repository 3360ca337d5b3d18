/*
 * bpfcompat-signer: the only process that holds the private key.  It signs
 * what comes in on its standard input (a socket to the worker) and nothing
 * but history records, the statement of a chain's end or of the audit's, and
 * in-toto statements (encoded for DSSE), so that it is no use for signing anything else.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/json_out.h"
#include "domain/audit_chain.h"
#include "domain/bundle.h"
#include "domain/dsse.h"
#include "domain/history_head.h"
#include "worker/signer/frame.h"
#include "worker/signer/keys.h"

#define ANSWER_MAX	8192

/* No core file, no debugger: the key stays in here. */
static void
lock_down(void)
{
	const struct rlimit	 none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* "DSSEv1", both lengths, and a body that is an in-toto statement. */
static bool
may_sign_dsse(const char *p, size_t len)
{
	static const char	 begin[] = "{\"_type\":\""
				    BUNDLE_STATEMENT_TYPE "\",\"subject\":[";
	struct buf		 pae = BUF_INIT(HISTORY_LINE_MAX);
	const char		*body;
	bool			 good;

	body = memmem(p, len, begin, strlen(begin));
	good = body != NULL && dsse_pae(DSSE_INTOTO, body, len -
	    (size_t)(body - p), &pae) == ERR_OK && pae.len == len &&
	    memcmp(pae.data, p, len) == 0;
	buf_clear(&pae);
	return good;
}

static bool
may_sign(const char *p, size_t len)
{
	static const char *const begins[] = {
		"{\"schema_version\":\"" HISTORY_SCHEMA "\",",
		"{\"schema_version\":\"" HISTORY_HEAD_SCHEMA "\",",
		"{\"schema_version\":\"" AUDIT_SEAL_SCHEMA "\",",
	};

	if (may_sign_dsse(p, len))
		return true;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (len > strlen(begins[i]) &&
		    memcmp(p, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void
answer(struct ed25519_key *key, const struct buf *request,
    const struct diag *no_key, struct buf *out)
{
	struct history_seal	 seal;
	struct diag		 d = DIAG_INIT;
	struct jsonw		 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	if (key == NULL)
		jsonw_str(&w, "error", diag_text(no_key));
	else if (!may_sign(buf_str(request), request->len))
		jsonw_str(&w, "error", "this is neither a "
		    "history record nor a statement about one");
	else if (history_sign_local(key, request->data, request->len, &seal,
	    &d) != ERR_OK)
		jsonw_str(&w, "error", diag_text(&d));
	else {
		jsonw_str(&w, "signature_alg", "ed25519");
		jsonw_str(&w, "signature_key_id", seal.key_id);
		jsonw_str(&w, "signature_public_key", seal.public_key);
		jsonw_str(&w, "signature", seal.signature);
	}
	jsonw_end(&w);
}

int
main(int argc, char **argv)
{
	struct buf		 in = BUF_INIT(HISTORY_LINE_MAX);
	struct buf		 out = BUF_INIT(ANSWER_MAX);
	struct diag		 d = DIAG_INIT;
	struct ed25519_key	*key = NULL;
	enum err		 e;

	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: bpfcompat-signer KEY_FOLDER\n"
		    "Started by the worker; see doc/architecture.md.\n");
		return 1;
	}
	lock_down();
	while ((e = frame_recv(STDIN_FILENO, &in, -1)) == ERR_OK) {
		/* Without a key it still answers: with the reason. */
		if (key == NULL)
			(void)keys_open(argv[1], &key, &d);
		answer(key, &in, &d, &out);
		if ((e = frame_send(STDIN_FILENO, buf_str(&out), out.len,
		    -1)) != ERR_OK)
			break;
		buf_reset(&in);
		buf_reset(&out);
	}
	ed25519_free(key);
	buf_clear(&in);
	buf_clear(&out);
	return e == ERR_NOTFOUND ? 0 : 1;
}
