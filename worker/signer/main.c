/*
 * bpfcompat-signer: the only process that holds the private key.  It signs
 * what comes in on its standard input (a socket to the worker) and nothing
 * but history records, the statements of a chain's end, of keys and of the
 * audit's end, and in-toto statements (encoded for DSSE), so that it is no
 * use for signing anything else.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "domain/audit_chain.h"
#include "domain/bundle.h"
#include "domain/dsse.h"
#include "domain/history_head.h"
#include "domain/history_ring.h"
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
		"{\"schema_version\":\"" HISTORY_KEYS_SCHEMA "\",",
	};

	if (may_sign_dsse(p, len))
		return true;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (len > strlen(begins[i]) &&
		    memcmp(p, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

struct	keeper {
	const char		*keydir;
	struct stat		 seen;	/* the active key's file, as loaded */
	struct ed25519_key	*active, *coming;
};

static void
forget(struct ed25519_key **key)
{
	ed25519_free(*key);
	*key = NULL;
}

/* Loads the key, and again when somebody has changed it. */
static void
open_active(struct keeper *k, struct diag *d)
{
	char		 path[PATH_MAX];
	struct stat	 st;

	if (path_join(path, sizeof(path), k->keydir, KEYS_PRIVATE, NULL) !=
	    ERR_OK || stat(path, &st) == -1 || st.st_ino != k->seen.st_ino ||
	    st.st_mtim.tv_sec != k->seen.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != k->seen.st_mtim.tv_nsec)
		forget(&k->active);
	if (k->active == NULL && keys_open(k->keydir, KEYS_ACTIVE, NULL,
	    &k->active, d) == ERR_OK)
		(void)stat(path, &k->seen);
}

/*
 * The key that the first line of a request means; moves *p behind the line.
 * NULL with the reason.
 */
static struct ed25519_key *
key_meant(struct keeper *k, const char **p, size_t *len, struct diag *d)
{
	char		 pub64[64] = "";
	const char	*nl = memchr(*p, '\n', *len);
	bool		 next = *len >= 5 && memcmp(*p, "next\n", 5) == 0;
	bool		 use = *len > 4 && memcmp(*p, "use ", 4) == 0;
	size_t		 n;

	if (!next && !use) {
		open_active(k, d);
		return k->active;
	}
	n = nl == NULL ? 0 : (size_t)(nl - *p);
	if (next) {
		if (k->coming == NULL)
			(void)keys_open(k->keydir, KEYS_COMING, NULL,
			    &k->coming, d);
	} else if (n > 4 && n - 4 < sizeof(pub64)) {
		memcpy(pub64, *p + 4, n - 4);
		forget(&k->active);
		forget(&k->coming);
		(void)keys_open(k->keydir, KEYS_NAMED, pub64, &k->active, d);
	} else {
		diag_set(d, ERR_INVAL, NULL, "unknown request");
		return NULL;
	}
	*p += n + 1;
	*len -= n + 1;
	return pub64[0] == '\0' ? k->coming : k->active;
}

static enum err
tell_key(const struct ed25519_key *key, struct history_seal *seal)
{
	struct buf	 b = BUF_INIT(sizeof(seal->public_key) - 1);
	enum err	 e;

	ed25519_key_id(ed25519_public(key), seal->key_id);
	seal->signature[0] = '\0';
	if ((e = b64_encode(ed25519_public(key), ED25519_PUBLIC_LEN, &b)) ==
	    ERR_OK)
		memcpy(seal->public_key, buf_str(&b), b.len + 1);
	buf_clear(&b);
	return e;
}

static void
answer(struct keeper *k, const struct buf *request, struct buf *out)
{
	const char		*p = buf_str(request);
	size_t			 len = request->len;
	struct history_seal	 seal = { .want = NULL };
	struct diag		 d = DIAG_INIT;
	struct ed25519_key	*key;
	struct jsonw		 w;
	enum err		 e = ERR_OK;

	if ((key = key_meant(k, &p, &len, &d)) == NULL)
		e = ERR_UNAVAILABLE;
	else if (len == 0 && request->len > 0)
		e = tell_key(key, &seal);
	else if (!may_sign(p, len))
		e = diag_set(&d, ERR_INVAL, NULL, "this is "
		    "neither a history record nor a statement about one");
	else
		e = history_sign_local(key, p, len, &seal, &d);
	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	if (e != ERR_OK)
		jsonw_str(&w, "error", diag_text(&d));
	else {
		jsonw_str(&w, "signature_alg", "ed25519");
		jsonw_str(&w, "signature_key_id", seal.key_id);
		jsonw_str(&w, "signature_public_key", seal.public_key);
		jsonw_str_opt(&w, "signature", seal.signature);
	}
	jsonw_end(&w);
}

int
main(int argc, char **argv)
{
	/* "use KEY" and a line end fit in front of the longest record. */
	struct buf	 in = BUF_INIT(HISTORY_LINE_MAX + 128);
	struct buf	 out = BUF_INIT(ANSWER_MAX);
	struct keeper	 k = { .keydir = NULL };
	enum err	 e;

	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: bpfcompat-signer KEY_FOLDER\n"
		    "Started by the worker; see doc/architecture.md.\n");
		return 1;
	}
	k.keydir = argv[1];
	lock_down();
	/* Without a key it still answers: with the reason. */
	while ((e = frame_recv(STDIN_FILENO, &in, -1)) == ERR_OK) {
		answer(&k, &in, &out);
		if ((e = frame_send(STDIN_FILENO, buf_str(&out), out.len,
		    -1)) != ERR_OK)
			break;
		buf_reset(&in);
		buf_reset(&out);
	}
	forget(&k.active);
	forget(&k.coming);
	buf_clear(&in);
	buf_clear(&out);
	return e == ERR_NOTFOUND ? 0 : 1;
}
