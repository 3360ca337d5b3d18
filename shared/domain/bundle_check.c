/* The archive of a bundle, read strictly from its first byte to its last. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/bundle.h"
#include "domain/dsse.h"

struct	reader {
	int			 fd;
	int64_t			 total;
	struct bundle_result	*r;
	struct dsse		 envelope;
	struct jval		*doc;		/* the statement */
	const struct jval	*predicate;
	const char		*subject;	/* digest of the artifact */
	struct bundle_kept	 kept[KEPT__MAX];
};

static const char *const codes[BUNDLE_F__MAX] = {
	[BUNDLE_F_TRUNCATED] = "bundle_truncated",
	[BUNDLE_F_HEADER] = "bundle_header",
	[BUNDLE_F_PADDING] = "bundle_padding",
	[BUNDLE_F_TRAILING] = "bundle_trailing_bytes",
	[BUNDLE_F_TOOBIG] = "bundle_too_big",
	[BUNDLE_F_ORDER] = "bundle_unexpected_file",
	[BUNDLE_F_MISSING] = "bundle_missing_file",
	[BUNDLE_F_DIGEST] = "bundle_digest_mismatch",
	[BUNDLE_F_ENVELOPE] = "bundle_envelope",
	[BUNDLE_F_SIGNATURE] = "bundle_signature",
	[BUNDLE_F_STATEMENT] = "bundle_statement",
	[BUNDLE_F_KEYS] = "bundle_keys",
	[BUNDLE_F_RECORD] = "bundle_record",
	[BUNDLE_F_RECORD_OTHER] = "bundle_record_mismatch",
	[BUNDLE_F_CHAIN] = "bundle_chain",
	[BUNDLE_F_HEAD] = "bundle_head",
	[BUNDLE_F_HEAD_OTHER] = "bundle_head_mismatch",
	[BUNDLE_F_REPORT] = "bundle_report_mismatch",
};

const char *
bundle_fault_code(enum bundle_fault f)
{
	return f < BUNDLE_F__MAX ? codes[f] : "bundle_unknown";
}

void
bundle_issue(struct bundle_result *r, enum bundle_fault fault,
    const char *file, const char *fmt, ...)
{
	struct bundle_issue	*i;
	va_list			 ap;

	r->verified = false;
	if (r->nissues == BUNDLE_ISSUES_MAX)
		return;
	i = &r->issue[r->nissues++];
	i->fault = fault;
	snprintf(i->file, sizeof(i->file), "%s", file);
	va_start(ap, fmt);
	vsnprintf(i->text, sizeof(i->text), fmt, ap);
	va_end(ap);
}

/* An issue after which nothing can be read any more. */
#define stop(rd, fault, ...)						\
	(bundle_issue((rd)->r, (fault), __VA_ARGS__), ERR_CORRUPT)

/* --- bytes ---------------------------------------------------------------- */

/* Up to "len" bytes; fewer only at the end of the file. */
static enum err
read_some(struct reader *rd, void *p, size_t len, size_t *got)
{
	ssize_t	 n;

	for (*got = 0; *got < len; *got += (size_t)n) {
		n = read(rd->fd, (char *)p + *got, len - *got);
		if (n == -1 && errno == EINTR) {
			n = 0;
			continue;
		}
		if (n == -1)
			return ERR_IO;
		if (n == 0)
			return ERR_OK;
	}
	return ERR_OK;
}

static enum err
read_all(struct reader *rd, const char *file, void *p, size_t len)
{
	size_t	 got;
	enum err e;

	if ((e = read_some(rd, p, len, &got)) != ERR_OK)
		return e;
	return got == len ? ERR_OK : stop(rd, BUNDLE_F_TRUNCATED, file,
	    "the bundle ends before this is whole");
}

/* The next member; ERR_NOTFOUND at the archive's end. */
static enum err
next_header(struct reader *rd, struct bundle_file *f)
{
	unsigned char	 block[USTAR_BLOCK];
	enum err	 e;

	if ((e = read_all(rd, "", block, sizeof(block))) != ERR_OK)
		return e;
	e = ustar_parse(block, f->name, &f->size);
	if (e == ERR_CORRUPT)
		return stop(rd, BUNDLE_F_HEADER, "", "a header is not as "
		    "\"history export\" writes it");
	if (e != ERR_OK)
		return e;
	rd->total += f->size;
	if (rd->total > BUNDLE_TOTAL_MAX)
		return stop(rd, BUNDLE_F_TOOBIG, f->name, "more than %lld "
		    "bytes are not read", (long long)BUNDLE_TOTAL_MAX);
	return ERR_OK;
}

static enum err
read_padding(struct reader *rd, const struct bundle_file *f)
{
	unsigned char	 pad[USTAR_BLOCK];
	size_t		 n = ustar_padding(f->size);
	enum err	 e;

	if ((e = read_all(rd, f->name, pad, n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (pad[i] != 0)
			return stop(rd, BUNDLE_F_PADDING, f->name, "a byte "
			    "after this file is not zero");
	return ERR_OK;
}

/* Content and padding; digest into f->sha256, bytes into "keep" if not NULL. */
static enum err
read_content(struct reader *rd, struct bundle_file *f, struct buf *keep)
{
	struct sha256	*h = NULL;
	char		 chunk[32 * 1024];
	int64_t		 left = f->size;
	size_t		 n;
	enum err	 e;

	if (keep != NULL && f->size > (int64_t)keep->max)
		return stop(rd, BUNDLE_F_TOOBIG, f->name, "at most %zu bytes "
		    "are read", keep->max);
	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	for (; left > 0 && e == ERR_OK; left -= (int64_t)n) {
		n = left < (int64_t)sizeof(chunk) ? (size_t)left :
		    sizeof(chunk);
		if ((e = read_all(rd, f->name, chunk, n)) != ERR_OK)
			break;
		sha256_add(h, chunk, n);
		if (keep != NULL)
			e = buf_add(keep, chunk, n);
	}
	sha256_hex(h, f->sha256);
	sha256_free(h);
	return e == ERR_OK ? read_padding(rd, f) : e;
}

/* --- the statement -------------------------------------------------------- */

/* Only the spelling of our writer counts, so that every byte does. */
static enum err
check_envelope(struct reader *rd, const struct buf *text,
    const struct history_trust *trust)
{
	struct bundle_result	*r = rd->r;
	struct buf		 again = BUF_INIT(DSSE_ENVELOPE_MAX);
	struct buf		 pae = BUF_INIT(DSSE_ENVELOPE_MAX);
	struct diag		 d = DIAG_INIT;
	size_t			 k;
	enum err		 e;

	if ((e = dsse_parse(buf_str(text), text->len, &rd->envelope, &d)) !=
	    ERR_OK) {
		e = e == ERR_NOMEM ? e : stop(rd, BUNDLE_F_ENVELOPE,
		    BUNDLE_STATEMENT, "%.200s", diag_text(&d));
		goto out;
	}
	if (dsse_write(&rd->envelope, &again) != ERR_OK ||
	    again.len != text->len ||
	    memcmp(again.data, text->data, text->len) != 0) {
		e = stop(rd, BUNDLE_F_ENVELOPE, BUNDLE_STATEMENT, "the "
		    "envelope is not as \"history export\" writes it");
		goto out;
	}
	if (dsse_signers(&rd->envelope, DSSE_INTOTO, trust) != 1 ||
	    dsse_pae(rd->envelope.type, buf_str(&rd->envelope.payload),
	    rd->envelope.payload.len, &pae) != ERR_OK) {
		e = stop(rd, BUNDLE_F_SIGNATURE, BUNDLE_STATEMENT, "the "
		    "statement is not signed by a trusted key (it names key "
		    "%.32s)", rd->envelope.sig[0].keyid);
		goto out;
	}
	k = history_trust_signer(trust, pae.data, pae.len,
	    rd->envelope.sig[0].sig);
	(void)history_trust_key_id(trust, k, r->key_id);
	if (strcmp(r->key_id, rd->envelope.sig[0].keyid) != 0)
		e = stop(rd, BUNDLE_F_ENVELOPE, BUNDLE_STATEMENT, "the "
		    "envelope names key %.32s, but %s has signed",
		    rd->envelope.sig[0].keyid, r->key_id);
out:
	buf_clear(&again);
	buf_clear(&pae);
	return e;
}

static enum err
read_statement(struct reader *rd)
{
	const struct buf	*p = &rd->envelope.payload;
	struct bundle_result	*r = rd->r;
	const struct jval	*j, *subjects, *history;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	if ((e = jval_parse(buf_str(p), p->len, &rd->doc, &d)) != ERR_OK)
		return e == ERR_NOMEM ? e : stop(rd, BUNDLE_F_STATEMENT,
		    BUNDLE_STATEMENT, "%.200s", diag_text(&d));
	subjects = jval_get(rd->doc, "subject");
	rd->predicate = j = jval_get(rd->doc, "predicate");
	rd->subject = jval_get_str(jval_get(jval_at(subjects, 0), "digest"),
	    "sha256", "");
	if (strcmp(jval_get_str(rd->doc, "_type", ""),
	    BUNDLE_STATEMENT_TYPE) != 0 || jval_len(subjects) != 1 ||
	    strcmp(jval_get_str(rd->doc, "predicateType", ""),
	    BUNDLE_PREDICATE_TYPE) != 0 ||
	    strcmp(jval_get_str(j, "schema_version", ""), BUNDLE_SCHEMA) !=
	    0 || !hex_is_sha256(rd->subject) ||
	    jval_len(jval_get(j, "files")) > BUNDLE_FILES_MAX)
		return stop(rd, BUNDLE_F_STATEMENT, BUNDLE_STATEMENT,
		    "this is no statement of the kind %s", BUNDLE_SCHEMA);
	history = jval_get(j, "history");
	jval_copy_str(jval_get(j, "run"), "id", r->run_id, sizeof(r->run_id));
	jval_copy_str(jval_get(j, "artifact"), "name", r->name,
	    sizeof(r->name));
	jval_copy_str(jval_get(j, "artifact"), "version", r->version,
	    sizeof(r->version));
	jval_copy_str(jval_get(j, "verdict"), "status", r->status,
	    sizeof(r->status));
	jval_copy_str(history, "record_sha256", r->record_sha256,
	    sizeof(r->record_sha256));
	snprintf(r->artifact_sha256, sizeof(r->artifact_sha256), "%s",
	    rd->subject);
	r->seq = jval_get_int(history, "seq", -1);
	r->head_count = jval_get_int(history, "head_count", -1);
	return ERR_OK;
}

static enum err
statement(struct reader *rd, const struct history_trust *trust)
{
	struct bundle_file	 f;
	struct buf		 text = BUF_INIT(DSSE_ENVELOPE_MAX);
	enum err		 e;

	if ((e = next_header(rd, &f)) == ERR_NOTFOUND ||
	    (e == ERR_OK && strcmp(f.name, BUNDLE_STATEMENT) != 0))
		e = stop(rd, BUNDLE_F_ORDER, e == ERR_OK ? f.name : "",
		    "a bundle begins with " BUNDLE_STATEMENT);
	if (e == ERR_OK && (e = read_content(rd, &f, &text)) == ERR_OK &&
	    (e = check_envelope(rd, &text, trust)) == ERR_OK)
		e = read_statement(rd);
	buf_clear(&text);
	return e;
}

/* --- the other members ---------------------------------------------------- */

static struct buf *
keep_it(struct reader *rd, const char *name)
{
	for (int i = 0; i < KEPT__MAX; i++)
		if (strcmp(rd->kept[i].name, name) == 0) {
			rd->kept[i].there = true;
			return &rd->kept[i].data;
		}
	return NULL;
}

static enum err
member(struct reader *rd, const struct jval *want)
{
	const char		*name = jval_get_str(want, "name", "");
	struct bundle_file	 f;
	enum err		 e;

	e = next_header(rd, &f);
	if (e == ERR_NOTFOUND)
		return stop(rd, BUNDLE_F_MISSING, name, "it is listed, but "
		    "the archive ends before it");
	if (e != ERR_OK)
		return e;
	if (strcmp(f.name, name) != 0)
		return stop(rd, BUNDLE_F_ORDER, f.name, "\"%.100s\" is listed "
		    "next", name);
	if (f.size != jval_get_int(want, "size_bytes", -1))
		return stop(rd, BUNDLE_F_DIGEST, name, "it has %lld bytes, "
		    "not the %lld that are listed", (long long)f.size,
		    (long long)jval_get_int(want, "size_bytes", -1));
	if ((e = read_content(rd, &f, keep_it(rd, name))) != ERR_OK)
		return e;
	rd->r->nfiles++;
	return strcmp(f.sha256, jval_get_str(jval_get(want, "digest"),
	    "sha256", "")) == 0 ? ERR_OK : stop(rd, BUNDLE_F_DIGEST, name,
	    "its SHA-256 is not the one that is listed");
}

/* Two blocks of zeros, and nothing after them. */
static enum err
end(struct reader *rd)
{
	struct bundle_file	 f;
	char			 more;
	size_t			 got;
	enum err		 e;

	for (int i = 0; i < 2; i++) {
		e = next_header(rd, &f);
		if (e == ERR_OK)
			return i == 0 ? stop(rd, BUNDLE_F_ORDER, f.name,
			    "the statement does not list it") :
			    stop(rd, BUNDLE_F_TRAILING, "", "bytes follow "
			    "the end of the archive");
		if (e != ERR_NOTFOUND)
			return e;
	}
	if ((e = read_some(rd, &more, 1, &got)) != ERR_OK)
		return e;
	return got == 0 ? ERR_OK : stop(rd, BUNDLE_F_TRAILING, "",
	    "bytes follow the end of the archive");
}

static enum err
archive(struct reader *rd, const struct history_trust *trust)
{
	const struct jval	*files;
	enum err		 e;

	if ((e = statement(rd, trust)) != ERR_OK)
		return e;
	files = jval_get(rd->predicate, "files");
	for (size_t i = 0; i < jval_len(files); i++)
		if ((e = member(rd, jval_at(files, i))) != ERR_OK)
			return e;
	if ((e = end(rd)) != ERR_OK)
		return e;
	return bundle_contents(rd->kept, rd->predicate, rd->subject, rd->r);
}

enum err
bundle_check(int fd, const struct history_trust *trust,
    struct bundle_result *r, struct diag *d)
{
	static const char *const	 names[KEPT__MAX] = { BUNDLE_KEYS,
		BUNDLE_RECORD, BUNDLE_CHAIN, BUNDLE_HEAD, BUNDLE_REPORT };
	struct reader			*rd = calloc(1, sizeof(*rd));
	enum err			 e;

	memset(r, 0, sizeof(*r));
	if (rd == NULL)
		return ERR_NOMEM;
	r->verified = true;
	rd->fd = fd;
	rd->r = r;
	for (int i = 0; i < KEPT__MAX; i++) {
		rd->kept[i].name = names[i];
		buf_init(&rd->kept[i].data, BUNDLE_KEPT_MAX);
	}
	e = archive(rd, trust);
	if (e == ERR_CORRUPT)
		e = ERR_OK;
	if (e != ERR_OK)
		diag_set(d, e, NULL, "the bundle cannot be read: %s",
		    err_text(e));
	for (int i = 0; i < KEPT__MAX; i++)
		buf_clear(&rd->kept[i].data);
	dsse_clear(&rd->envelope);
	jval_free(rd->doc);
	free(rd);
	return e;
}
