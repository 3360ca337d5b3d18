#include "worker/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/grow.h"
#include "domain/bundle.h"
#include "domain/dsse.h"
#include "domain/history_head.h"
#include "store/store_history.h"
#include "store/store_import.h"
#include "store/store_run.h"
#include "worker/import.h"

/* runs/ID/targets/PROFILE/logs/FILE */
#define DEPTH_MAX	3

struct	item {
	struct bundle_file	 f;
	struct buf		*mem;	/* NULL: it is a file of the run */
	char			*path;	/* owned */
};

struct	export {
	const struct export_from *from;
	struct run		 run;
	struct history_row	*record;	/* one row */
	size_t			 nrecord;
	struct history_head	 head;
	struct buf		 keys, line, chain, head_line, envelope;
	struct history_trust	*used;	/* keys that are in "keys" */
	char			*of;	/* the chain that the record is in */
	struct jval		*report;
	struct item		*items;
	struct bundle_file	*files;	/* of the items, in order */
	size_t			 n, room;
	struct history_seal	 seal;
};

/* --- what goes in --------------------------------------------------------- */

static enum err
add_item(struct export *x, const char *name, struct buf *mem,
    const char *path)
{
	enum err	 e;

	if ((e = grow(&x->items, x->n, &x->room, sizeof(*x->items))) != ERR_OK)
		return e;
	memset(&x->items[x->n], 0, sizeof(*x->items));
	if (strlen(name) >= sizeof(x->items->f.name))
		return ERR_TOOBIG;
	snprintf(x->items[x->n].f.name, USTAR_NAME_SIZE, "%s", name);
	x->items[x->n].mem = mem;
	if (path != NULL && (x->items[x->n].path = strdup(path)) == NULL)
		return ERR_NOMEM;
	x->n++;
	return ERR_OK;
}

static enum err
digest_fd(int fd, struct item *it)
{
	struct sha256	*h;
	char		 chunk[64 * 1024];
	ssize_t		 n;
	enum err	 e;

	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			e = err_from_errno(errno);
			break;
		}
		sha256_add(h, chunk, (size_t)n);
		it->f.size += n;
	}
	sha256_hex(h, it->f.sha256);
	sha256_free(h);
	return e;
}

static enum err
digest_item(struct item *it, struct diag *d)
{
	enum err	 e;
	int		 fd;

	if (it->mem != NULL) {
		it->f.size = (int64_t)it->mem->len;
		return sha256_mem(buf_str(it->mem), it->mem->len,
		    it->f.sha256);
	}
	fd = open(it->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		return diag_errno(d, "cannot open %s", it->f.name);
	if ((e = digest_fd(fd, it)) != ERR_OK)
		diag_set(d, e, NULL, "cannot read %s", it->f.name);
	close(fd);
	return e;
}

/* Logs and documents; a run's folder may hold disks and sockets, too. */
static bool
is_evidence(const char *name)
{
	static const char *const ends[] = { ".log", ".stderr", ".json",
		".log.zst" };
	size_t	 n = strlen(name), k;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		k = strlen(ends[i]);
		if (n > k && strcmp(name + n - k, ends[i]) == 0)
			return path_name_ok(name);
	}
	return false;
}

static enum err
add_tree(struct export *x, const char *dir, const char *rel, int depth)
{
	struct dirent	*de;
	struct stat	 st;
	char		 path[PATH_MAX], name[USTAR_NAME_SIZE];
	enum err	 e = ERR_OK;
	DIR		*dp = opendir(dir);

	if (dp == NULL)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	while (e == ERR_OK && (de = readdir(dp)) != NULL) {
		if (de->d_name[0] == '.' || path_join(path, sizeof(path),
		    dir, de->d_name, NULL) != ERR_OK || path_join(name,
		    sizeof(name), rel, de->d_name, NULL) != ERR_OK ||
		    lstat(path, &st) == -1)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			e = add_tree(x, path, name, depth - 1);
		else if (S_ISREG(st.st_mode) && is_evidence(de->d_name))
			e = add_item(x, name, NULL, path);
	}
	closedir(dp);
	return e;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->f.name,
	    ((const struct item *)b)->f.name);
}

static enum err
add_run_files(struct export *x, struct diag *d)
{
	static const char *const single[] = { "object.json",
		"prepare.json" };
	char		 path[PATH_MAX], dir[PATH_MAX];
	size_t		 first;
	enum err	 e;

	if ((e = path_join(path, sizeof(path), x->from->workdir,
	    x->run.report_path, NULL)) != ERR_OK ||
	    (e = add_item(x, BUNDLE_REPORT, NULL, path)) != ERR_OK)
		return e;
	if (x->run.markdown_path[0] != '\0' && (path_join(path, sizeof(path),
	    x->from->workdir, x->run.markdown_path, NULL) != ERR_OK ||
	    (fsio_exists(path) && (e = add_item(x, "report.md", NULL,
	    path)) != ERR_OK)))
		return e;
	first = x->n;
	if ((e = path_join(dir, sizeof(dir), x->from->workdir, "runs",
	    x->run.run_id, NULL)) != ERR_OK)
		return e;
	for (size_t i = 0; i < 2 && e == ERR_OK; i++)
		if ((e = path_join(path, sizeof(path), dir, single[i],
		    NULL)) == ERR_OK && fsio_exists(path))
			e = add_item(x, single[i], NULL, path);
	if (e == ERR_OK && (e = path_join(path, sizeof(path), dir, "targets",
	    NULL)) == ERR_OK)
		e = add_tree(x, path, "targets", DEPTH_MAX - 1);
	if (e == ERR_OK && x->n - first > 1)
		qsort(x->items + first, x->n - first, sizeof(*x->items),
		    by_name);
	return e == ERR_OK ? e : diag_set(d, e, NULL, "the files of the run "
	    "cannot be listed: %s", err_text(e));
}

/* --- the proof ------------------------------------------------------------ */

/* A key that signed something in here goes into the list, once. */
static enum err
add_key(struct export *x, const char *public_key)
{
	size_t	 before = history_trust_len(x->used);
	char	 id[ED25519_KEY_ID_SIZE];
	enum err e;

	if ((e = history_trust_inline(x->used, public_key, BUNDLE_KEYS,
	    NULL)) != ERR_OK || history_trust_len(x->used) == before)
		return e;
	(void)history_trust_key_id(x->used, before, id);
	return buf_addf(&x->keys, "%s %s\n", id, public_key);
}

/*
 * Verified with our trusted keys before we vouch for it.  "prev" is "" when
 * the record before is not looked at; "digest" gets what was computed.
 */
static enum err
take_line(struct export *x, const struct history_row *row, const char *prev,
    struct buf *to, char digest[static SHA256_HEX_SIZE], struct diag *d)
{
	struct history_entry	 en;
	struct history_verdict	 v;
	struct diag		 why = DIAG_INIT;
	enum err		 e;

	e = history_parse(row->line, strlen(row->line), &en, &why);
	if (e != ERR_OK)
		return diag_set(d, ERR_CORRUPT, NULL, "record %lld of the "
		    "history cannot be read: %s", (long long)row->seq,
		    diag_text(&why));
	if ((e = history_verify(&en, prev[0] == '\0' ?
	    en.rec.prev_record_sha256 : prev, x->from->trust, &v)) == ERR_OK &&
	    !v.verified)
		e = diag_set(d, ERR_CORRUPT, NULL, "record %lld of the "
		    "history does not verify: %s", (long long)row->seq,
		    v.issue[0]);
	if (e == ERR_OK && (e = add_key(x, en.rec.signature_public_key)) ==
	    ERR_OK) {
		memcpy(digest, v.computed, SHA256_HEX_SIZE);
		buf_adds(to, row->line);
		e = buf_addc(to, '\n');
	}
	history_entry_free(&en);
	return e;
}

struct	following {
	struct export	*x;
	char		 prev[SHA256_HEX_SIZE];
	int64_t		 n;
	struct diag	*d;
};

static enum err
take_next(const struct history_row *row, void *arg)
{
	struct following	*f = arg;

	f->n++;
	return take_line(f->x, row, f->prev, &f->x->chain, f->prev, f->d);
}

static enum err
take_chain(struct export *x, struct diag *d)
{
	struct following	 f = { x, "", 0, d };
	int64_t			 after = x->head.count - x->record->seq;
	enum err		 e;

	if (after < 0 || after > BUNDLE_CHAIN_MAX)
		return diag_set(d, ERR_CORRUPT, NULL, "the signed end of the "
		    "chain is not after this record; run \"bpfcompat history "
		    "verify\"");
	snprintf(f.prev, sizeof(f.prev), "%s", x->record->record_sha256);
	e = store_history_each(x->from->db, x->of,
	    x->record->seq + 1, x->head.count, take_next, &f);
	if (e == ERR_OK && (f.n != after || strcmp(f.prev,
	    x->head.record_sha256) != 0))
		e = diag_set(d, ERR_CORRUPT, NULL, "the records do not lead "
		    "to the signed end of the chain; run \"bpfcompat history "
		    "verify\"");
	return e;
}

/*
 * A checkpoint, when the record has one after it: then the proof is short.
 * Otherwise the chain's present end; it is read before the records, so what
 * it counts is there.
 */
static enum err
take_head(struct export *x, struct diag *d)
{
	struct history_last	 last;
	char			*line = NULL;
	int64_t			 at;
	enum err		 e;

	e = store_history_checkpoint(x->from->db, x->of,
	    x->record->seq, false, &at, &line);
	if (e == ERR_NOTFOUND && (e = store_history_last(x->from->db,
	    x->of, &last)) == ERR_OK)
		line = last.head;
	if (e != ERR_OK || line == NULL)
		return diag_set(d, ERR_CORRUPT, NULL, "the chain has no "
		    "signed end; run \"bpfcompat history verify\"");
	if (history_head_read(line, strlen(line), x->from->trust, &x->head,
	    d) != HF_NONE)
		e = ERR_CORRUPT;
	else if ((e = add_key(x, x->head.seal.public_key)) == ERR_OK) {
		buf_adds(&x->head_line, line);
		e = buf_addc(&x->head_line, '\n');
	}
	free(line);
	return e;
}

/*
 * The record, in our own chain or in one that was imported; then the keys
 * that came with it count, too.
 */
static enum err
find_record(struct export *x, struct diag *d)
{
	struct db	*db = x->from->db;
	const char	*run = x->run.run_id;
	enum err	 e;

	if ((e = store_history_of_run(db, run, &x->record, &x->nrecord)) !=
	    ERR_OK)
		return e;
	if (x->nrecord > 0)
		return (x->of = strdup(HISTORY_CHAIN_SERVER)) == NULL ?
		    ERR_NOMEM : ERR_OK;
	if ((e = store_history_of_import(db, run, &x->record, &x->nrecord)) !=
	    ERR_OK)
		return e;
	if (x->nrecord == 0)
		return diag_set(d, ERR_NOTFOUND, "run", "run %s has no signed "
		    "record", run);
	if ((e = store_import_known(db, x->record->record_sha256,
	    &x->of)) != ERR_OK)
		return e;
	return import_trust(db, x->of, x->from->trust);
}

static enum err
take_proof(struct export *x, struct diag *d)
{
	char	 digest[SHA256_HEX_SIZE];
	enum err e;

	if ((e = history_trust_new(&x->used)) != ERR_OK)
		return e;
	e = find_record(x, d);
	if (e == ERR_OK && (e = take_head(x, d)) == ERR_OK &&
	    (e = take_line(x, x->record, "", &x->line, digest, d)) == ERR_OK)
		e = take_chain(x, d);
	return e;
}

static enum err
take_report(struct export *x, struct diag *d)
{
	struct buf	 b = BUF_INIT(BUNDLE_KEPT_MAX);
	char		 path[PATH_MAX], sha[SHA256_HEX_SIZE];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), x->from->workdir,
	    x->run.report_path, NULL)) != ERR_OK ||
	    (e = fsio_read(path, &b, d)) != ERR_OK ||
	    (e = sha256_mem(buf_str(&b), b.len, sha)) != ERR_OK)
		goto out;
	if (strcmp(sha, x->run.report_sha256) != 0) {
		e = diag_set(d, ERR_CORRUPT, NULL, "the report of run %s is "
		    "not the one that was written (its SHA-256 differs)",
		    x->run.run_id);
		goto out;
	}
	e = jval_parse(buf_str(&b), b.len, &x->report, d);
out:
	buf_clear(&b);
	return e;
}

/* --- the statement -------------------------------------------------------- */

static enum err
make_statement(struct export *x, struct diag *d)
{
	const struct run	*r = &x->run;
	struct buf		 b = BUF_INIT(DSSE_PAYLOAD_MAX);
	struct bundle_claim	 c = { .run_id = r->run_id,
		.job_id = r->job_id, .started_at = r->started_at,
		.finished_at = r->finished_at, .basename = jval_get_str(
		jval_get(x->report, "artifact"), "basename", r->name),
		.name = r->name, .version = r->version,
		.variant = r->variant, .sha256 = r->sha256,
		.matrix_name = r->matrix_name, .matrix_path = r->matrix_path,
		.status = r->status, .required_passed = r->required_passed,
		.required_failed = r->required_failed, .total = r->total,
		.chain = x->head.chain, .seq = x->record->seq,
		.record_sha256 = x->record->record_sha256,
		.head_count = x->head.count,
		.head_sha256 = x->head.record_sha256, .report = x->report,
		.nfiles = x->n };
	enum err		 e = ERR_OK;

	if ((x->files = calloc(x->n, sizeof(*x->files))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < x->n && e == ERR_OK; i++) {
		e = digest_item(&x->items[i], d);
		x->files[i] = x->items[i].f;
	}
	c.files = x->files;
	if (e == ERR_OK && (e = bundle_statement(&c, &b)) != ERR_OK)
		diag_set(d, e, NULL, "the run has too many files (%zu) for "
		    "one bundle, at most %d", x->n, BUNDLE_FILES_MAX);
	if (e == ERR_OK)
		e = dsse_sign(DSSE_INTOTO, b.data, b.len, signer_sign,
		    x->from->signer, &x->seal, &x->envelope, d);
	buf_clear(&b);
	return e;
}

/* --- writing -------------------------------------------------------------- */

static enum err
put(int fd, struct export_sum *sum, const void *p, size_t len)
{
	sum->size += (int64_t)len;
	return fsio_write_all(fd, p, len);
}

static enum err
put_path(int fd, struct export_sum *sum, const struct item *it,
    struct diag *d)
{
	struct sha256	*h = NULL;
	char		 chunk[64 * 1024], sha[SHA256_HEX_SIZE];
	int64_t		 got = 0;
	ssize_t		 n;
	enum err	 e;
	int		 in;

	in = open(it->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (in == -1)
		return diag_errno(d, "cannot open %s", it->f.name);
	if ((e = sha256_new(&h)) != ERR_OK)
		goto out;
	while (e == ERR_OK && (n = read(in, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			e = diag_errno(d, "cannot read %s", it->f.name);
			break;
		}
		got += n;
		sha256_add(h, chunk, (size_t)n);
		e = put(fd, sum, chunk, (size_t)n);
	}
	sha256_hex(h, sha);
	if (e == ERR_OK && (got != it->f.size ||
	    strcmp(sha, it->f.sha256) != 0))
		e = diag_set(d, ERR_BUSY, NULL, "%s changed while it was "
		    "read; export again", it->f.name);
out:
	sha256_free(h);
	close(in);
	return e;
}

static enum err
put_item(int fd, struct export_sum *sum, const struct item *it,
    struct diag *d)
{
	static const unsigned char	 zeros[USTAR_BLOCK];
	unsigned char			 block[USTAR_BLOCK];
	enum err			 e;

	if ((e = ustar_header(it->f.name, it->f.size, block)) != ERR_OK)
		return diag_set(d, e, NULL, "%s is too long or too large for "
		    "a bundle", it->f.name);
	if ((e = put(fd, sum, block, sizeof(block))) == ERR_OK)
		e = it->mem == NULL ? put_path(fd, sum, it, d) :
		    put(fd, sum, buf_str(it->mem), it->mem->len);
	return e == ERR_OK ? put(fd, sum, zeros, ustar_padding(it->f.size)) :
	    e;
}

static enum err
put_all(struct export *x, int fd, struct export_sum *sum, struct diag *d)
{
	static const unsigned char	 zeros[2 * USTAR_BLOCK];
	struct item			 first = { .mem = &x->envelope };
	enum err			 e;

	snprintf(first.f.name, sizeof(first.f.name), "%s", BUNDLE_STATEMENT);
	first.f.size = (int64_t)x->envelope.len;
	e = put_item(fd, sum, &first, d);
	for (size_t i = 0; i < x->n && e == ERR_OK; i++)
		e = put_item(fd, sum, &x->items[i], d);
	return e == ERR_OK ? put(fd, sum, zeros, sizeof(zeros)) : e;
}

static enum err
write_bundle(struct export *x, const char *out, struct export_sum *sum,
    struct diag *d)
{
	char		 tmp[PATH_MAX];
	enum err	 e;
	int		 fd, n;

	n = snprintf(tmp, sizeof(tmp), "%s.part-%ld", out, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(tmp))
		return diag_set(d, ERR_TOOBIG, "out", "the path is too long");
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    FSIO_FILE_MODE);
	if (fd == -1)
		return diag_errno(d, "cannot create %s", tmp);
	e = put_all(x, fd, sum, d);
	if (e == ERR_OK && fsync(fd) == -1)
		e = diag_errno(d, "cannot sync %s", tmp);
	close(fd);
	if (e == ERR_OK && rename(tmp, out) == -1)
		e = diag_errno(d, "cannot rename %s to %s", tmp, out);
	if (e != ERR_OK) {
		unlink(tmp);
		if (d != NULL && d->code == ERR_OK)
			diag_set(d, e, NULL, "cannot write %s: %s", out,
			    err_text(e));
	}
	return e;
}

/* --- all of it ------------------------------------------------------------ */

static enum err
add_all(struct export *x, struct diag *d)
{
	enum err	 e;

	if ((e = add_item(x, BUNDLE_KEYS, &x->keys, NULL)) == ERR_OK &&
	    (e = add_item(x, BUNDLE_RECORD, &x->line, NULL)) == ERR_OK &&
	    (e = add_item(x, BUNDLE_CHAIN, &x->chain, NULL)) == ERR_OK &&
	    (e = add_item(x, BUNDLE_HEAD, &x->head_line, NULL)) == ERR_OK)
		e = add_run_files(x, d);
	return e;
}

static void
clear(struct export *x)
{
	struct buf	*bufs[] = { &x->keys, &x->line, &x->chain,
			    &x->head_line, &x->envelope };

	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_clear(bufs[i]);
	for (size_t i = 0; i < x->n; i++)
		free(x->items[i].path);
	free(x->items);
	free(x->files);
	history_rows_free(x->record, x->nrecord);
	history_trust_free(x->used);
	free(x->of);
	jval_free(x->report);
	run_clear(&x->run);
}

enum err
export_run(const struct export_from *from, const char *run_id,
    const char *out, struct export_sum *sum, struct diag *d)
{
	struct export	 x = { .from = from };
	enum err	 e;

	memset(sum, 0, sizeof(*sum));
	buf_init(&x.keys, BUNDLE_KEPT_MAX);
	buf_init(&x.line, BUNDLE_KEPT_MAX);
	buf_init(&x.chain, BUNDLE_KEPT_MAX);
	buf_init(&x.head_line, BUNDLE_KEPT_MAX);
	buf_init(&x.envelope, DSSE_ENVELOPE_MAX);
	e = store_run_get(from->db, run_id, &x.run);
	if (e == ERR_NOTFOUND)
		diag_set(d, e, "run", "there is no run %s; \"bpfcompat "
		    "history list\" shows them", run_id);
	if (e == ERR_OK && (e = take_report(&x, d)) == ERR_OK &&
	    (e = take_proof(&x, d)) == ERR_OK &&
	    (e = add_all(&x, d)) == ERR_OK &&
	    (e = make_statement(&x, d)) == ERR_OK)
		e = write_bundle(&x, out, sum, d);
	if (e == ERR_OK) {
		sum->files = x.n;
		snprintf(sum->key_id, sizeof(sum->key_id), "%s",
		    x.seal.key_id);
	}
	clear(&x);
	return e;
}
