#include "worker/import.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "domain/history_next.h"
#include "domain/history_view.h"
#include "store/store_import.h"
#include "worker/import_file.h"

#define RECORDS_FILE	"registry/artifact_versions.jsonl"
#define KEYS_MAX	((size_t)256 * 1024)
/* Records of one transaction: few, so that others can write between. */
#define BATCH		100
#define PROGRESS_STEP	500

struct	records {
	struct import		*im;
	struct history_next	 next;
	/* The chain that the last record went into; "" after a failure. */
	char			 chain[HISTORY_CHAIN_MAX + 1];
	char			 prev[SHA256_HEX_SIZE];	/* computed; "" unknown */
	bool			 first;		/* no record was read yet */
	int			 open;	/* appended in this transaction */
};

static void
problem(struct import *im, int64_t line, const char *code, const char *text)
{
	char	 file[256];

	snprintf(file, sizeof(file), "%s" RECORDS_FILE, im->prefix == NULL ?
	    "" : im->prefix);
	if (im->o->problem != NULL)
		im->o->problem(file, line, code, text, im->o->arg);
}

/* --- keys ----------------------------------------------------------------- */

static enum err
key_file(struct import *im, const char *rel)
{
	struct buf	 b = BUF_INIT(KEYS_MAX);
	enum err	 e;

	e = import_read(im->dir, rel, &b);
	if (e == ERR_OK)
		e = history_trust_lines(im->trust, buf_str(&b), b.len, rel,
		    im->d);
	else if (e == ERR_NOTFOUND)
		e = ERR_OK;
	else
		diag_set(im->d, e, NULL, "%s cannot be read (%s): it has to "
		    "be a file in the folder", rel, err_text(e));
	buf_clear(&b);
	return e;
}

enum err
import_keys(struct import *im)
{
	enum err	 e;

	if (im->o->keys != NULL)
		e = history_trust_lines(im->trust, im->o->keys,
		    strlen(im->o->keys), "--key", im->d);
	else if ((e = key_file(im, "keys/" HISTORY_PUBLIC_FILE)) == ERR_OK)
		e = key_file(im, "keys/" HISTORY_TRUSTED_FILE);
	im->sum->keys += history_trust_len(im->trust);
	return e;
}

struct	adding {
	struct history_trust	*trust;
};

static enum err
add_key(const char *public_key, const char *first, const char *last,
    void *arg)
{
	struct adding		*a = arg;
	struct history_key	*k = history_trust_put(a->trust, public_key);

	if (k == NULL)
		return ERR_TOOBIG;
	if (k->trusted)
		return ERR_OK;
	k->trusted = true;
	snprintf(k->from, sizeof(k->from), "%s", first);
	snprintf(k->until, sizeof(k->until), "%s", last);
	return ERR_OK;
}

enum err
import_trust(struct db *db, const char *chain, struct history_trust *t)
{
	struct adding	 a = { t };

	return store_import_keys(db, chain, add_key, &a);
}

/* --- records -------------------------------------------------------------- */

struct	making {
	struct records			*rs;
	const struct history_entry	*en;
	struct diag			*d;
};

/* The first record of a chain may follow one that failed. */
static enum err
make(const struct history_end *end, void *arg, struct history_new *out)
{
	struct making		*m = arg;
	struct history_end	 at = *end;

	if (at.seq == 0 && m->en->rec.prev_record_sha256 != NULL)
		snprintf(at.sha256, sizeof(at.sha256), "%s",
		    m->en->rec.prev_record_sha256);
	return history_next_keep(&at, m->en, signer_sign,
	    m->rs->im->o->signer, &m->rs->next, out, m->d);
}

static enum err
close_batch(struct records *rs, enum err e)
{
	if (rs->open == 0)
		return e;
	rs->open = 0;
	return db_end(rs->im->o->db, e);
}

static enum err
append(struct records *rs, const struct history_entry *en)
{
	struct making	 m = { rs, en, rs->im->d };
	struct db	*db = rs->im->o->db;
	enum err	 e;

	if (rs->open == 0 && (e = db_begin(db)) != ERR_OK)
		return e;
	rs->open++;
	if (rs->chain[0] != '@')
		snprintf(rs->chain, sizeof(rs->chain), IMPORT_CHAIN "%.16s",
		    en->rec.record_sha256);
	e = store_history_append(db, rs->chain, make, &m);
	if (e == ERR_OK && en->rec.signature_public_key != NULL)
		e = store_import_key(db, rs->chain,
		    en->rec.signature_public_key, en->rec.signature_key_id,
		    en->rec.created_at);
	if (e != ERR_OK || rs->open == BATCH)
		e = close_batch(rs, e);
	return e;
}

/* For whoever goes on with it. */
static enum err
keep_line(struct import *im, const char *line, size_t len)
{
	struct import_taken	*t = &im->taken;
	enum err		 e;

	if (!im->keep)
		return ERR_OK;
	if ((e = grow(&t->line, t->n, &t->room, sizeof(*t->line))) != ERR_OK)
		return e;
	if ((t->line[t->n] = strndup(line, len)) == NULL)
		return ERR_NOMEM;
	t->n++;
	return ERR_OK;
}

void
import_taken_clear(struct import_taken *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->line[i]);
	free(t->line);
	memset(t, 0, sizeof(*t));
}

/* It verifies: is it here, or does it go in? */
static enum err
take(struct records *rs, const struct history_entry *en)
{
	struct import	*im = rs->im;
	char		*chain = NULL;
	enum err	 e;

	e = store_import_known(im->o->db, en->rec.record_sha256, &chain);
	if (e == ERR_OK) {
		im->sum->records.known++;
		snprintf(rs->chain, sizeof(rs->chain), "%s", chain);
		free(chain);
		return ERR_OK;
	}
	if (e == ERR_NOTFOUND)
		e = im->o->dry_run ? ERR_OK : append(rs, en);
	if (e == ERR_OK)
		im->sum->records.imported++;
	return e;
}

/* What the record has to name: nothing, what is known, or its own word. */
static const char *
expected(const struct records *rs, const struct history_entry *en)
{
	const char	*own = en->rec.prev_record_sha256;

	if (rs->first)
		return NULL;
	if (rs->prev[0] != '\0')
		return rs->prev;
	return own == NULL || own[0] == '\0' ? "-" : own;
}

static enum err
verified(struct records *rs, const struct history_entry *en, int64_t no)
{
	struct import		*im = rs->im;
	struct history_verdict	 v;
	struct diag		 why = DIAG_INIT;
	enum err		 e;

	e = history_verify(en, expected(rs, en), im->trust, &v);
	if (e != ERR_OK)
		return e;
	memcpy(rs->prev, v.computed, sizeof(rs->prev));
	if (v.verified && history_check(&en->rec, &why) != ERR_OK) {
		/* Signed, but not by our rules: it could not be kept. */
		problem(im, no, "record_invalid", diag_text(&why));
		v.verified = false;
		v.nissues = 0;
	} else if (v.verified)
		return take(rs, en);
	for (size_t i = 0; i < v.nissues; i++)
		problem(im, no, history_fault_code(v.fault[i]), v.issue[i]);
	im->sum->records.failed++;
	rs->chain[0] = '\0';
	return ERR_OK;
}

static enum err
one_line(const char *line, size_t len, int64_t no, void *arg)
{
	struct records		*rs = arg;
	struct import		*im = rs->im;
	struct history_entry	 en;
	struct diag		 why = DIAG_INIT;
	int64_t			 failed;
	enum err		 e;

	im->sum->records.read++;
	if (im->o->progress != NULL &&
	    im->sum->records.read % PROGRESS_STEP == 0)
		im->o->progress(im->sum, im->o->arg);
	e = line == NULL ? ERR_TOOBIG : history_parse(line, len, &en, &why);
	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_OK) {
		failed = im->sum->records.failed;
		e = verified(rs, &en, no);
		if (e == ERR_OK && im->sum->records.failed == failed)
			e = keep_line(im, line, len);
		history_entry_free(&en);
	} else {
		problem(im, no, line == NULL ? "line_too_long" :
		    history_fault_code(history_diagnose(line, len, &why)),
		    line == NULL ? "the line is longer than any record" :
		    diag_text(&why));
		im->sum->records.failed++;
		rs->chain[0] = rs->prev[0] = '\0';
		e = ERR_OK;
	}
	rs->first = false;
	return e;
}

enum err
import_records(struct import *im)
{
	struct records	 rs = { .im = im, .first = true };
	enum err	 e;
	int		 fd;

	e = import_open(im->dir, RECORDS_FILE, &fd);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK) {
		problem(im, 0, "unsafe_file", "it is no file in the folder "
		    "(a link, or something else)");
		im->sum->records.failed++;
		return ERR_OK;
	}
	history_next_init(&rs.next);
	e = close_batch(&rs, import_lines(fd, HISTORY_LINE_MAX, one_line,
	    &rs));
	history_next_clear(&rs.next);
	close(fd);
	return e == ERR_OK || im->d->msg[0] != '\0' ? e : diag_set(im->d, e,
	    NULL, "the records could not be taken over to the end: %s",
	    err_text(e));
}

enum err
import_folder(const struct import_opts *o, struct import_sum *sum,
    struct diag *d)
{
	struct import	 im = { .o = o, .sum = sum, .d = d, .dir = -1 };
	enum err	 e = ERR_OK;

	memset(sum, 0, sizeof(*sum));
	if (realpath(o->from, im.root) == NULL ||
	    (im.dir = open(im.root, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return diag_errno(d, "cannot open the folder %s", o->from);
	if ((e = history_trust_new(&im.trust)) == ERR_OK &&
	    (e = import_keys(&im)) == ERR_OK && (e = import_runs(&im)) == ERR_OK)
		e = import_records(&im);
	if (e == ERR_OK)
		e = import_registry(&im);
	history_trust_free(im.trust);
	close(im.dir);
	return e;
}
