/*
 * bpfcompat admin audit-export and audit-verify: the audit stream as a file
 * that can be signed and checked elsewhere, and the check of the stream
 * itself where it lies.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ed25519.h"
#include "base/fsio.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "domain/audit_chain.h"
#include "domain/history_view.h"
#include "worker/audit_files.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"

#define EXPORT_MAX	((size_t)1024 * 1024 * 1024)
#define KEY_FILE_MAX	4096
#define ENVELOPE_MAX	4096
#define PAGE		1000
/* Problems of one stream that are told one by one. */
#define TOLD_MAX	100

/* --- export -------------------------------------------------------------------*/

struct	export {
	const char	*tenant, *project, *out, *key, *sig;
	int64_t		 limit;
};

/* Newest first, one event a line. */
static enum err
collect(struct db *db, const struct export *x, struct buf *b, int64_t *n)
{
	struct audit_query	 q = { .tenant = x->tenant,
		.project = x->project };
	int64_t			 left = x->limit > 0 ? x->limit : INT64_MAX;
	struct audit_row	*r = NULL;
	size_t			 got;
	enum err		 e;

	do {
		q.limit = left < PAGE ? left : PAGE;
		if ((e = audit_list(db, &q, &r, &got)) != ERR_OK)
			return e;
		for (size_t i = 0; i < got; i++) {
			buf_adds(b, r[i].line);
			buf_addc(b, '\n');
			q.before = r[i].seq;
		}
		audit_rows_free(r, got);
		left -= (int64_t)got;
		*n += (int64_t)got;
	} while (got == (size_t)q.limit && left > 0);
	return buf_err(b);
}

/* The envelope that existing tools check: over the digest, not the bytes. */
static enum err
sign_export(const struct export *x, const struct buf *b, struct buf *out,
    struct diag *d)
{
	unsigned char		 digest[SHA256_LEN], sig[ED25519_SIG_LEN];
	char			 hex[SHA256_HEX_SIZE];
	struct buf		 text = BUF_INIT(KEY_FILE_MAX);
	struct buf		 pub = BUF_INIT(64), sig64 = BUF_INIT(128);
	struct ed25519_key	*key = NULL;
	struct jsonw		 w;
	enum err		 e;

	if ((e = fsio_read(x->key, &text, d)) != ERR_OK ||
	    (e = ed25519_from_text(buf_str(&text), text.len, &key, d)) !=
	    ERR_OK || (e = sha256_mem(b->data, b->len, hex)) != ERR_OK ||
	    (e = hex_decode(hex, digest, sizeof(digest))) != ERR_OK ||
	    (e = ed25519_sign(key, digest, sizeof(digest), sig)) != ERR_OK ||
	    (e = b64_encode(ed25519_public(key), ED25519_PUBLIC_LEN, &pub)) !=
	    ERR_OK || (e = b64_encode(sig, sizeof(sig), &sig64)) != ERR_OK)
		goto out;
	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "algorithm", "ed25519");
	jsonw_str(&w, "public_key", buf_str(&pub));
	jsonw_str(&w, "sha256", hex);
	jsonw_str(&w, "signature", buf_str(&sig64));
	jsonw_end(&w);
	buf_addc(out, '\n');
	e = buf_err(out);
out:
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	ed25519_free(key);
	buf_clear(&text);
	buf_clear(&pub);
	buf_clear(&sig64);
	return e;
}

static enum err
check_export(const struct export *x, struct diag *d)
{
	if ((x->key == NULL) != (x->sig == NULL) ||
	    (x->key != NULL && x->out == NULL))
		return diag_set(d, ERR_INVAL, "sign-key", "signing needs "
		    "--sign-key, --sig-out and --out together");
	if (x->project != NULL && x->tenant == NULL)
		return diag_set(d, ERR_INVAL, "project",
		    "--project needs --tenant");
	return ERR_OK;
}

static enum err
export(const struct conf *c, const struct export *x, int64_t *n,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(EXPORT_MAX), env = BUF_INIT(ENVELOPE_MAX);
	struct db	*db = NULL;
	enum err	 e;

	if ((e = check_export(x, d)) != ERR_OK ||
	    (e = cli_open_db(c, DB_WEB, &db, d)) != ERR_OK)
		return e;
	if ((e = collect(db, x, &b, n)) != ERR_OK)
		diag_set(d, e, NULL, "cannot read the audit stream: %s",
		    e == ERR_TOOBIG ? "it is larger than 1 GiB; use --limit" :
		    db_errmsg(db));
	/* Signed before anything is written: both files or none. */
	if (e == ERR_OK && x->key != NULL)
		e = sign_export(x, &b, &env, d);
	if (e == ERR_OK && x->out == NULL)
		e = cli_print(&b) == CLI_OK ? ERR_OK : ERR_IO;
	else if (e == ERR_OK)
		e = fsio_write_atomic(x->out, buf_str(&b), b.len,
		    FSIO_FILE_MODE, d);
	if (e == ERR_OK && x->sig != NULL)
		e = fsio_write_atomic(x->sig, buf_str(&env), env.len,
		    FSIO_FILE_MODE, d);
	buf_clear(&b);
	buf_clear(&env);
	db_close(db);
	return e;
}

int
admin_audit_export(struct conf *c, int argc, char **argv)
{
	struct export		 x = { 0 };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("tenant", &x.tenant, "NAME", "of this tenant only"),
		FLAG_S("project", &x.project, "NAME", "of this project only"),
		FLAG_N("limit", &x.limit, 0, INT64_MAX, "N", "the newest N; "
		    "0: all"),
		FLAG_S("out", &x.out, "FILE", "file; standard output "
		    "without it"),
		FLAG_S("sign-key", &x.key, "FILE", "private key, base64 of 32 "
		    "or 64 bytes"),
		FLAG_S("sig-out", &x.sig, "FILE", "where the signature goes"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin audit-export", "", "Writes the "
	    "audit stream, one JSON event a line, newest first.", 0, table };
	struct diag		 d = DIAG_INIT;
	int64_t			 events = 0;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (export(c, &x, &events, &d) != ERR_OK)
		return cli_error("admin audit-export", false, &d);
	if (x.out != NULL)
		fprintf(stderr, "%lld events in %s\n", (long long)events,
		    x.out);
	return CLI_OK;
}

/* --- verify an export -------------------------------------------------------------*/

struct	verify {
	const char	*input, *sig, *pubkey, *files;
	bool		 trust_envelope;
};

/* "KEY", or "KEY_ID KEY" as our own .pub files have it. */
static enum err
read_pubkey(const char *path, struct buf *raw, struct diag *d)
{
	struct buf	 b = BUF_INIT(KEY_FILE_MAX);
	const char	*s, *blank;
	size_t		 n;
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK) {
		s = buf_str(&b);
		s += strspn(s, " \t\r\n");
		n = strcspn(s, "\r\n");
		while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
			n--;
		blank = memrchr(s, ' ', n);
		if (blank != NULL) {
			n -= (size_t)(blank + 1 - s);
			s = blank + 1;
		}
		e = b64_decode(s, n, raw);
		if (e != ERR_OK || raw->len != ED25519_PUBLIC_LEN)
			e = diag_set(d, ERR_SYNTAX, "pubkey", "%s holds no "
			    "Ed25519 public key in base64", path);
	}
	buf_clear(&b);
	return e;
}

static enum err
read_envelope(const char *path, struct jval **doc, struct diag *d)
{
	struct buf	 b = BUF_INIT(ENVELOPE_MAX);
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK &&
	    (e = jval_parse(buf_str(&b), b.len, doc, d)) != ERR_OK)
		diag_set(d, ERR_SYNTAX, "sig", "%s is no signature envelope",
		    path);
	buf_clear(&b);
	return e;
}

static enum err
check_envelope(const struct verify *v, const struct jval *env,
    struct diag *d)
{
	const char	*sig64 = jval_get_str(env, "signature", "");
	const char	*pub64 = jval_get_str(env, "public_key", "");
	struct buf	 raw = BUF_INIT(64), sig = BUF_INIT(128);
	unsigned char	 digest[SHA256_LEN];
	char		 hex[SHA256_HEX_SIZE];
	enum err	 e;

	if (v->pubkey != NULL)
		e = read_pubkey(v->pubkey, &raw, d);
	else
		e = b64_decode(pub64, strlen(pub64), &raw);
	if (e == ERR_OK && (e = sha256_file(v->input, hex)) != ERR_OK)
		diag_errno(d, "cannot read %s", v->input);
	if (e == ERR_OK && strcmp(hex, jval_get_str(env, "sha256", "")) != 0)
		e = diag_set(d, ERR_CORRUPT, "input", "%s is not what was "
		    "signed: its SHA-256 is %s", v->input, hex);
	if (e == ERR_OK && (e = hex_decode(hex, digest, sizeof(digest))) ==
	    ERR_OK)
		e = b64_decode(sig64, strlen(sig64), &sig);
	if (e == ERR_OK && (raw.len != ED25519_PUBLIC_LEN ||
	    sig.len != ED25519_SIG_LEN || strcmp(jval_get_str(env,
	    "algorithm", ""), "ed25519") != 0 ||
	    !ed25519_verify((const unsigned char *)raw.data, digest,
	    sizeof(digest), (const unsigned char *)sig.data)))
		e = diag_set(d, ERR_CORRUPT, "sig", "the signature is not by "
		    "this key over this file");
	buf_clear(&raw);
	buf_clear(&sig);
	return e;
}

static enum err
verify_export(const struct verify *v, struct diag *d)
{
	struct jval	*env = NULL;
	enum err	 e;

	if (v->sig == NULL)
		return diag_set(d, ERR_INVAL, "sig", "--sig is required with "
		    "--input");
	if (v->pubkey == NULL && !v->trust_envelope)
		return diag_set(d, ERR_INVAL, "pubkey", "name the key you "
		    "trust with --pubkey, or say --trust-envelope-key");
	if ((e = read_envelope(v->sig, &env, d)) == ERR_OK)
		e = check_envelope(v, env, d);
	jval_free(env);
	return e;
}

/* --- verify the stream itself -----------------------------------------------------*/

static enum err
told(int64_t seq, const char *problem, void *arg)
{
	int	*n = arg;

	if ((*n)++ < TOLD_MAX)
		printf("FAIL event %lld: %s\n", (long long)seq, problem);
	return ERR_OK;
}

static enum err
verify_stream(const struct conf *c, struct audit_sum *sum, struct diag *d)
{
	struct history_view	*view = NULL;
	struct db		*db = NULL;
	int			 n = 0;
	enum err		 e;

	if ((e = cli_open_db(c, DB_WEB, &db, d)) != ERR_OK)
		return e;
	if ((e = history_view_new(c, NULL, &view, d)) == ERR_OK &&
	    (e = db_begin_read(db)) == ERR_OK) {
		if ((e = history_view_refresh(view, db, d)) == ERR_OK)
			e = audit_check(db, history_view_trust(view), told,
			    &n, sum);
		db_rollback(db);
	}
	history_view_free(view);
	db_close(db);
	return e;
}

static int
stream_verdict(const struct audit_sum *sum)
{
	bool	 good = sum->failed == 0 && sum->failed_seals == 0;

	printf("%lld events, %lld failed; %lld seals, %lld failed; sealed "
	    "through event %lld\n", (long long)sum->events,
	    (long long)sum->failed, (long long)sum->seals,
	    (long long)sum->failed_seals, (long long)sum->sealed);
	return good ? CLI_OK : CLI_ERROR;
}

/* --- verify the published files ------------------------------------------------*/

static void
told_file(const char *file, int64_t line, const char *problem, void *arg)
{
	int	*n = arg;

	if ((*n)++ < TOLD_MAX)
		printf("FAIL %s:%lld: %s\n", file, (long long)line, problem);
}

/* The keys: one that is named, or those of the work folder. */
static enum err
load_keys(const struct conf *c, const char *pubkey, struct history_trust *t,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(KEY_FILE_MAX);
	enum err	 e;

	if (pubkey == NULL)
		return history_trust_load(c, t, d);
	if ((e = fsio_read(pubkey, &b, d)) == ERR_OK)
		e = history_trust_lines(t, buf_str(&b), b.len, pubkey, d);
	buf_clear(&b);
	return e;
}

static int
verify_files(const struct conf *c, const char *dir, const char *pubkey)
{
	struct history_trust	*t = NULL;
	struct audit_files_sum	 sum;
	struct diag		 d = DIAG_INIT;
	int			 n = 0;
	enum err		 e;

	if ((e = history_trust_new(&t)) == ERR_OK &&
	    (e = load_keys(c, pubkey, t, &d)) == ERR_OK)
		e = audit_files_check(dir, t, told_file, &n, &sum, &d);
	history_trust_free(t);
	if (e != ERR_OK)
		return cli_error("admin audit-verify", false, &d);
	printf("%lld files, %lld events, %lld failed; %lld seals, %lld "
	    "failed\n", (long long)sum.files, (long long)sum.events,
	    (long long)sum.failed, (long long)sum.seals,
	    (long long)sum.failed_seals);
	return sum.failed == 0 && sum.failed_seals == 0 ? CLI_OK : CLI_ERROR;
}

/* The stream, and what is published of it. */
static int
verify_folder(const struct conf *c)
{
	struct audit_sum	 sum;
	struct diag		 d = DIAG_INIT;
	char			 dir[PATH_MAX];
	int			 code;

	if (path_join(dir, sizeof(dir), c->workdir, "cloud-registry", "audit",
	    NULL) != ERR_OK || verify_stream(c, &sum, &d) != ERR_OK)
		return cli_error("admin audit-verify", false, &d);
	code = stream_verdict(&sum);
	if (fsio_exists(dir) && verify_files(c, dir, NULL) != CLI_OK)
		code = CLI_ERROR;
	return code;
}

int
admin_audit_verify(struct conf *c, int argc, char **argv)
{
	struct verify		 v = { 0 };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("input", &v.input, "FILE", "an export; without it the "
		    "stream of the work folder is checked"),
		FLAG_S("files", &v.files, "DIR", "published files "
		    "(cloud-registry/audit), or a copy of them"),
		FLAG_S("sig", &v.sig, "FILE", "its signature"),
		FLAG_S("pubkey", &v.pubkey, "FILE", "the public key to trust"),
		FLAG_B("trust-envelope-key", &v.trust_envelope,
		    "trust the key beside the signature"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin audit-verify", "", "Checks an "
	    "export and its signature, or every event and seal of the audit "
	    "stream\nand of the files that are published of it.", 0, table };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (v.input != NULL) {
		if (verify_export(&v, &d) != ERR_OK)
			return cli_error("admin audit-verify", false, &d);
		printf("%s is what was signed\n", v.input);
		return CLI_OK;
	}
	return v.files != NULL ? verify_files(c, v.files, v.pubkey) :
	    verify_folder(c);
}
