/* Who may sign since when, and that no byte of a history can be changed. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/history_next.h"
#include "domain/history_view.h"

#define AB32 "abababababababababababababababababababababababababababababababab"

static char			 dir[64];
static struct db		*db;
static struct conf		 conf;
static struct ed25519_key	*key[2];	/* the old one, the new one */
static char			 pub[2][48];
static const char		*created;

static void
setup(void)
{
	struct diag	 d = DIAG_INIT;
	struct buf	 b = BUF_INIT(64);

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-ring-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WORKER, &db, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(conf_load(&conf, &d), ERR_OK);
	conf.workdir = dir;
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(ed25519_new(&key[i]), ERR_OK);
		b64_encode(ed25519_public(key[i]), ED25519_PUBLIC_LEN, &b);
		snprintf(pub[i], sizeof(pub[i]), "%s", buf_str(&b));
		buf_clear(&b);
	}
	conf.trusted_public_keys = pub[0];
}

static void
teardown(void)
{
	ed25519_free(key[0]);
	ed25519_free(key[1]);
	db_close(db);
	fsio_rmtree(dir, NULL);
}

struct	making {
	struct ed25519_key	*key;
	const char		*run;
	struct history_next	 next;
};

static enum err
make(const struct history_end *end, void *arg, struct history_new *out)
{
	struct making		*m = arg;
	struct history_record	 r = { .run_id = m->run,
		.run_started_at = created, .created_at = created,
		.artifact_name = "probe", .artifact_version = m->run,
		.artifact_path = "a.o", .artifact_sha256 = AB32,
		.summary_status = "pass", .json_report_path = "r.json" };

	return history_next_sign(end, &r, history_sign_local, m->key,
	    &m->next, out, NULL);
}

static enum err
append(const char *chain, int who, const char *run, const char *when)
{
	struct making	 m = { .key = key[who], .run = run };
	enum err	 e;

	created = when;
	history_next_init(&m.next);
	cr_assert_eq(db_begin(db), ERR_OK);
	e = db_end(db, store_history_append(db, chain, make, &m));
	history_next_clear(&m.next);
	return e;
}

/* A local signature by the new key, whatever the argument. */
static enum err
sign_new(void *arg, const void *p, size_t len, struct history_seal *seal,
    struct diag *d)
{
	(void)arg;
	return history_sign_local(key[1], p, len, seal, d);
}

/* "who" makes a statement about the key "about". */
static void
state(int who, const char *action, int about, const char *at,
    const char *after)
{
	struct buf		 line = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct history_keyline	 k = { .seq = 0 };
	struct keys_end		 end;
	struct key_row		 row;
	char			 sha[SHA256_HEX_SIZE];

	cr_assert_eq(store_keys_end(db, &end), ERR_OK);
	k.seq = end.seq + 1;
	snprintf(k.prev_sha256, sizeof(k.prev_sha256), "%s", end.sha256);
	snprintf(k.at, sizeof(k.at), "%s", at);
	snprintf(k.action, sizeof(k.action), "%s", action);
	snprintf(k.after, sizeof(k.after), "%s", after);
	snprintf(k.public_key, sizeof(k.public_key), "%s", pub[about]);
	ed25519_key_id(ed25519_public(key[about]), k.key_id);
	cr_assert_eq(history_keyline_sign(&k, history_sign_local,
	    strcmp(action, "rotate") == 0 ? sign_new : NULL, key[who], &line,
	    NULL), ERR_OK);
	sha256_mem(line.data, line.len, sha);
	row = (struct key_row){ k.seq, k.at, k.action, k.key_id,
	    k.public_key, "", sha, k.prev_sha256, buf_str(&line) };
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, store_keys_add(db, &row)), ERR_OK);
	buf_clear(&line);
}

static struct history_view *
view(void)
{
	struct history_view	*v;

	cr_assert_eq(history_view_new(&conf, NULL, &v, NULL), ERR_OK);
	cr_assert_eq(history_view_refresh(v, db, NULL), ERR_OK);
	return v;
}

static void
judge(struct history_view *v, const char *run, struct history_verdict *out)
{
	struct history_row	*rows;
	size_t			 n;

	cr_assert_eq(store_history_of_run(db, run, &rows, &n), ERR_OK);
	cr_assert_eq(n, 1);
	cr_assert_eq(history_view_prove(v, db, "", &rows[0], out), ERR_OK);
	history_rows_free(rows, n);
}

static void
fails_with(struct history_view *v, const char *run, enum history_fault f)
{
	struct history_verdict	 out;

	judge(v, run, &out);
	if (f == HF_NONE)
		cr_assert(out.verified, "%s: %s", run, out.issue[0]);
	else
		cr_assert(history_has(&out, f), "%s: %s", run,
		    out.nissues > 0 ? out.issue[0] : "verified");
}

Test(ring, a_retired_key_verifies_and_a_revoked_one_does_not, .init = setup,
    .fini = teardown)
{
	struct history_view	*v;

	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	cr_assert_eq(append("", 0, "r2", "2026-01-03T00:00:00Z"), ERR_OK);
	state(0, "rotate", 1, "2026-01-04T00:00:00Z", "");
	cr_assert_eq(append("", 1, "r3", "2026-01-05T00:00:00Z"), ERR_OK);
	v = view();
	cr_assert_eq(history_view_ring(v)->fault, HF_NONE, "%s",
	    history_view_ring(v)->problem);
	fails_with(v, "r1", HF_NONE);
	fails_with(v, "r3", HF_NONE);
	/* The same view: what it remembers must not outlive the revocation. */
	state(1, "revoke", 0, "2026-01-06T00:00:00Z", "2026-01-02T00:00:00Z");
	cr_assert_eq(append("", 1, "r4", "2026-01-07T00:00:00Z"), ERR_OK);
	cr_assert_eq(history_view_refresh(v, db, NULL), ERR_OK);
	fails_with(v, "r1", HF_NONE);
	fails_with(v, "r2", HF_KEY_REVOKED);
	fails_with(v, "r3", HF_NONE);
	history_view_free(v);
	TEST_END();
}

Test(ring, a_replaced_key_signs_nothing_more, .init = setup, .fini = teardown)
{
	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	state(0, "rotate", 1, "2026-01-04T00:00:00Z", "");
	cr_assert_eq(append("", 0, "r2", "2026-01-05T00:00:00Z"),
	    ERR_WRONGSTATE);
	TEST_END();
}

Test(ring, what_the_time_of_a_signature_means_for_its_key)
{
	struct history_key	 k = { .from = "2026-01-02T00:00:00Z",
				    .until = "2026-01-04T00:00:00Z" };

	cr_assert_eq(history_key_at(&k, "2026-01-01T00:00:00Z"), HF_KEY_EARLY);
	cr_assert_eq(history_key_at(&k, "2026-01-02T00:00:00Z"), HF_NONE);
	cr_assert_eq(history_key_at(&k, "2026-01-04T00:00:00Z"), HF_NONE);
	cr_assert_eq(history_key_at(&k, "2026-01-04T00:00:01Z"),
	    HF_KEY_RETIRED);
	cr_assert_eq(history_key_at(&k, "yesterday"), HF_KEY_EARLY);
	TEST_END();
}

/* Somebody with the database, but no key, writes a ring of his own. */
Test(ring, a_statement_by_a_foreign_key_means_nothing_and_shows,
    .init = setup, .fini = teardown)
{
	struct history_view	*v;

	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	state(1, "adopt", 1, "2026-01-04T00:00:00Z", "");
	v = view();
	cr_assert_eq(history_view_ring(v)->fault, HF_RING_FORGED);
	fails_with(v, "r1", HF_NONE);
	history_view_free(v);
	TEST_END();
}

Test(ring, a_pinned_key_wins_over_the_work_folder, .init = setup,
    .fini = teardown)
{
	struct history_view	*v;

	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	cr_assert_eq(history_view_new(&conf, pub[1], &v, NULL), ERR_OK);
	cr_assert_eq(history_view_refresh(v, db, NULL), ERR_OK);
	fails_with(v, "r1", HF_KEY_FOREIGN);
	history_view_free(v);
	/* The new key vouches for the one that it replaced. */
	state(0, "rotate", 1, "2026-01-04T00:00:00Z", "");
	cr_assert_eq(history_view_new(&conf, pub[1], &v, NULL), ERR_OK);
	cr_assert_eq(history_view_refresh(v, db, NULL), ERR_OK);
	fails_with(v, "r1", HF_NONE);
	history_view_free(v);
	TEST_END();
}

Test(ring, a_chain_does_not_pass_for_another, .init = setup,
    .fini = teardown)
{
	struct history_view	*v;
	struct history_last	 mine, other;
	struct history_head	 h;

	cr_assert_eq(append("a/x", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	cr_assert_eq(append("a/y", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	cr_assert_eq(store_history_last(db, "a/x", &mine), ERR_OK);
	cr_assert_eq(store_history_last(db, "a/y", &other), ERR_OK);
	cr_assert_eq(mine.seq, 1);
	cr_assert_str_eq(mine.sha256, other.sha256);
	cr_assert_str_neq(mine.head, other.head);
	v = view();
	cr_assert_eq(history_head_read(other.head, strlen(other.head),
	    history_view_trust(v), &h, NULL), HF_NONE);
	cr_assert_str_eq(h.chain, "a/y");
	history_last_clear(&mine);
	history_last_clear(&other);
	history_view_free(v);
	TEST_END();
}

/* --- every byte ---------------------------------------------------------------*/

/* Another byte than the one there; one bit differs. */
static void
each_byte(char *text, bool (*found)(void *), void *arg)
{
	size_t	 len = strlen(text);
	char	 was;

	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 7; bit += 3) {
			was = text[i];
			text[i] ^= (char)(1 << bit);
			cr_assert(found(arg), "byte %zu of %.40s", i, text);
			text[i] = was;
		}
}

struct	flip {
	struct history_view	*v;
	struct history_row	*row;
	char			*line;
};

static bool
row_found(void *arg)
{
	struct flip		*f = arg;
	struct history_verdict	 out;

	return history_view_prove(f->v, db, "", f->row, &out) == ERR_OK &&
	    !out.verified;
}

static bool
head_found(void *arg)
{
	struct flip		*f = arg;
	struct history_head	 h;

	return history_head_read(f->line, strlen(f->line),
	    history_view_trust(f->v), &h, NULL) != HF_NONE;
}

static bool
keyline_found(void *arg)
{
	struct flip		*f = arg;
	struct history_keyline	 k;

	return history_keyline_read(f->line, strlen(f->line), &k) != HF_NONE;
}

Test(ring, every_byte_of_every_column_counts, .init = setup,
    .fini = teardown)
{
	struct history_row	*rows;
	struct flip		 f = { .v = NULL };
	size_t			 n;

	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	cr_assert_eq(append("", 0, "r2", "2026-01-03T00:00:00Z"), ERR_OK);
	f.v = view();
	cr_assert_eq(store_history_list(db, "", NULL, 10, &rows, &n), ERR_OK);
	cr_assert_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		struct history_row	*r = f.row = &rows[i];
		char			*all[] = { r->run_id, r->created_at,
			r->name, r->version, r->sha256, r->status,
			r->record_sha256, r->prev_sha256, r->line };

		cr_assert_not(row_found(&f));
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			each_byte(all[k], row_found, &f);
		r->seq++;
		cr_assert(row_found(&f));
	}
	history_rows_free(rows, n);
	history_view_free(f.v);
	TEST_END();
}

static enum err
flip_keyline(const struct key_row *row, void *arg)
{
	struct flip	*f = arg;

	f->line = strdup(row->line);
	cr_assert_not(keyline_found(f));
	each_byte(f->line, keyline_found, f);
	free(f->line);
	return ERR_OK;
}

Test(ring, every_byte_of_ends_and_key_statements_counts, .init = setup,
    .fini = teardown)
{
	struct flip		 f = { .v = NULL };
	struct history_last	 last;

	cr_assert_eq(append("", 0, "r1", "2026-01-01T00:00:00Z"), ERR_OK);
	state(0, "rotate", 1, "2026-01-04T00:00:00Z", "");
	f.v = view();
	cr_assert_eq(store_history_last(db, "", &last), ERR_OK);
	f.line = last.head;
	cr_assert_not(head_found(&f));
	each_byte(f.line, head_found, &f);
	cr_assert_eq(store_keys_each(db, flip_keyline, &f), ERR_OK);
	history_last_clear(&last);
	history_view_free(f.v);
	TEST_END();
}

/* --- what is wrong has a word ----------------------------------------------------*/

Test(fault, every_fault_has_a_word_of_its_own)
{
	for (int i = 0; i < HF__MAX; i++) {
		const char	*a = history_fault_code((enum history_fault)i);

		cr_assert_str_neq(a, "unknown", "%d", i);
		for (int k = 0; k < i; k++)
			cr_assert_str_neq(a,
			    history_fault_code((enum history_fault)k));
	}
	TEST_END();
}

Test(fault, a_spoilt_line_is_diagnosed)
{
	static const struct { const char *line; enum history_fault f; } c[] = {
		{ "{\"schema_version\":\"x\"", HF_TORN },
		{ "", HF_TORN },
		{ "[]", HF_TORN },
		{ "{\"schema_version\":\"\xff\"}", HF_UTF8 },
		{ "{\"run_id\":\"a\",\"run_id\":\"b\"}", HF_KEY_TWICE },
		{ "{\"run_id\":\"a\"}x", HF_TRAILING },
		{ "{\"approved_by\":\"a\"}", HF_KEY_UNKNOWN },
		{ "{\"RUN_ID\":\"a\"}", HF_KEY_CASE },
		{ "{\"run_id\":1}", HF_TYPE },
		{ "{ \"run_id\":\"a\"}", HF_FORM },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		cr_assert_eq(history_diagnose(c[i].line, strlen(c[i].line),
		    NULL), c[i].f, "%s", c[i].line);
	TEST_END();
}
