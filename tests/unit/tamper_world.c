/* A small work folder with something of everything, and every check of it. */
#include "tests/unit/tamper_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "domain/audit_chain.h"
#include "domain/history_next.h"
#include "domain/history_view.h"
#include "domain/row_check.h"
#include "store/object.h"
#include "store/store_import.h"
#include "worker/import.h"
#include "worker/publish.h"

#define IMPORTED	"@import/0123456789abcdef"
#define PROJECT		"acme/web"

char				 dir[64];
static struct db		*db;
sqlite3				*raw;
static struct conf		 conf;
static struct ed25519_key	*key[3];	/* old, new, somebody else's */
static char			 pub[3][48], id[3][ED25519_KEY_ID_SIZE];
static char			 object[SHA256_HEX_SIZE];
static char			 report[SHA256_HEX_SIZE];
static struct history_view	*view;	/* kept: it has proved what was there */

void
sql(const char *text)
{
	char	*why = NULL;

	cr_assert_eq(sqlite3_exec(raw, text, NULL, NULL, &why), SQLITE_OK,
	    "%s: %s", text, why);
}

char *
one_text(const char *text)
{
	sqlite3_stmt	*st;
	char		*out = NULL;

	cr_assert_eq(sqlite3_prepare_v2(raw, text, -1, &st, NULL), SQLITE_OK,
	    "%s: %s", text, sqlite3_errmsg(raw));
	if (sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_text(st, 0) != NULL)
		out = strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return out == NULL ? strdup("") : out;
}

static void
file(const char *rel, const char *text)
{
	char	 path[256], *slash;

	snprintf(path, sizeof(path), "%s/%s", dir, rel);
	slash = strrchr(path, '/');
	*slash = '\0';
	cr_assert_eq(fsio_mkdirs(path, NULL), ERR_OK);
	*slash = '/';
	cr_assert_eq(fsio_write_atomic(path, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

/* --- a small work folder ----------------------------------------------------------*/

struct	making {
	struct ed25519_key	*key;
	struct history_record	 r;
	struct history_seal	 seal;
	struct history_next	 next;
};

static enum err
make(const struct history_end *end, void *arg, struct history_new *out)
{
	struct making		*m = arg;
	struct history_entry	 en = { .style = JSONW_CANONICAL };

	/* A record of somebody else, taken over; its end is signed by us. */
	if (m->key == key[2]) {
		cr_assert_eq(history_sign(&m->r, history_sign_local, key[2],
		    &m->seal, NULL), ERR_OK);
		en.rec = m->r;
		return history_next_keep(end, &en, history_sign_local, key[1],
		    &m->next, out, NULL);
	}
	return history_next_sign(end, &m->r, history_sign_local, m->key,
	    &m->next, out, NULL);
}

/* The digest of the record is the caller's to free. */
static char *
append(const char *chain, int who, const char *run, const char *version,
    const char *status)
{
	static const char	*passed[] = { "debian-12-6.1" };
	struct making		 m = { .key = key[who] };
	char			 path[64], when[32];
	static unsigned int	 n;

	snprintf(path, sizeof(path), "reports/prog/%s/%.12s.json", version,
	    report);
	snprintf(when, sizeof(when), "2026-01-01T00:00:%02uZ", ++n % 60);
	m.r = (struct history_record){ .run_id = run,
	    .run_started_at = when, .created_at = when,
	    .artifact_name = "prog", .artifact_version = version,
	    .artifact_path = "a.o", .artifact_sha256 = object,
	    .summary_status = status, .required_passed = 1,
	    .total_profiles = 1, .supported_profiles = { passed, 1 },
	    .json_report_path = path };
	history_next_init(&m.next);
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, store_history_append(db, chain, make, &m)),
	    ERR_OK);
	history_next_clear(&m.next);
	return one_text("SELECT record_sha256 FROM history "
	    "ORDER BY rowid DESC LIMIT 1");
}

static enum err
sign_new(void *arg, const void *p, size_t len, struct history_seal *seal,
    struct diag *d)
{
	(void)arg;
	return history_sign_local(key[1], p, len, seal, d);
}

/* The second key replaces the first, for a reason. */
static void
rotate(void)
{
	struct buf		 line = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct history_keyline	 k = { .at = "2026-01-01T00:00:02Z",
		.action = "rotate", .reason = "yearly" };
	struct keys_end		 end;
	struct key_row		 row;
	char			 sha[SHA256_HEX_SIZE];

	cr_assert_eq(store_keys_end(db, &end), ERR_OK);
	k.seq = end.seq + 1;
	snprintf(k.prev_sha256, sizeof(k.prev_sha256), "%s", end.sha256);
	snprintf(k.public_key, sizeof(k.public_key), "%s", pub[1]);
	snprintf(k.key_id, sizeof(k.key_id), "%s", id[1]);
	cr_assert_eq(history_keyline_sign(&k, history_sign_local, sign_new,
	    key[0], &line, NULL), ERR_OK);
	sha256_mem(line.data, line.len, sha);
	row = (struct key_row){ k.seq, k.at, k.action, k.key_id,
	    k.public_key, k.reason, sha, k.prev_sha256, buf_str(&line) };
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, store_keys_add(db, &row)), ERR_OK);
	buf_clear(&line);
}

static void
store_object(const char *text, char sha[static SHA256_HEX_SIZE])
{
	char	 path[128], stmt[256];

	sha256_mem(text, strlen(text), sha);
	snprintf(path, sizeof(path), "objects/sha256/%.2s/%s", sha, sha);
	file(path, text);
	snprintf(stmt, sizeof(stmt), "INSERT INTO artifacts VALUES ('%s', "
	    "%zu, '2026-01-01T00:00:00.000Z')", sha, strlen(text));
	sql(stmt);
}

/* Two runs of this server, with their jobs. */
static void
add_run(const char *run)
{
	char	 text[512], path[64], sha[SHA256_HEX_SIZE], stmt[2048];

	snprintf(text, sizeof(text), "{\"run\":{\"id\":\"%s\",\"started_at\":"
	    "\"2026-01-01T00:00:00Z\",\"finished_at\":"
	    "\"2026-01-01T00:00:02Z\",\"duration_ms\":2125,"
	    "\"job_id\":\"val-%s\"}}", run, run);
	sha256_mem(text, strlen(text), sha);
	snprintf(path, sizeof(path), "runs/%s/report.json", run);
	file(path, text);
	snprintf(stmt, sizeof(stmt), "INSERT INTO jobs (id, state, origin, "
	    "artifact_sha256, artifact_size, artifact_basename, timeout_ms, "
	    "concurrency, created_at, started_at, updated_at, finished_at, "
	    "run_id, exit_code) VALUES ('val-%s', 'completed', 'cli', '%s', 3,"
	    " 'x.o', 1, 1, 'c', '2026-01-01T00:00:00.500Z', 'u', "
	    "'2026-01-01T00:00:02.700Z', '%s', 0); INSERT INTO runs VALUES "
	    "('%s', 'val-%s', '2026-01-01T00:00:00.500Z', "
	    "'2026-01-01T00:00:02.625Z', 'prog', '%s', 'var', 'a.o', 'u:x', "
	    "'%s', 'm.yaml', 'm', 'pass', 0, 1, 0, 1, '%s', '%s', 'r.md')",
	    run, object, run, run, run, run, object, path, sha);
	sql(stmt);
}

/* An upload and a yank, as the worker leaves them. */
static void
add_version(const char *version, bool yanked)
{
	struct audit_event	 ev = { .action = "artifact_upload",
		.actor = "ci", .tenant = "acme", .project = "web",
		.artifact_name = "prog", .artifact_version = version,
		.message = "m", .known = true };
	char			*record, *yank, meta[512], stmt[1024];

	record = append(PROJECT, 1, "", version, "pass");
	snprintf(stmt, sizeof(stmt), "INSERT INTO registry_versions (tenant, "
	    "project, artifact_name, artifact_version, artifact_sha256, "
	    "size_bytes, report_sha256, evidence, record_sha256, uploaded_by, "
	    "created_at) SELECT 'acme', 'web', 'prog', '%s', '%s', 3, '%s', "
	    "'report', '%s', 'ci', created_at FROM history "
	    "WHERE record_sha256 = '%s'", version, object, report, record,
	    record);
	sql(stmt);
	snprintf(meta, sizeof(meta), "{\"evidence\":\"report\","
	    "\"record_sha256\":\"%s\"}", record);
	ev.metadata = meta;
	cr_assert_eq(audit_append(db, &ev), ERR_OK);
	free(record);
	if (!yanked)
		return;
	yank = append(PROJECT, 1, "", version, "yanked");
	snprintf(stmt, sizeof(stmt), "UPDATE registry_versions SET yanked_at ="
	    " (SELECT created_at FROM history WHERE record_sha256 = '%s'), "
	    "yanked_by = 'admin', yank_reason = 'bad', yank_record_sha256 = "
	    "'%s' WHERE artifact_version = '%s'", yank, yank, version);
	sql(stmt);
	snprintf(meta, sizeof(meta), "{\"record_sha256\":\"%s\","
	    "\"reason\":\"bad\"}", yank);
	ev.action = "artifact_yank";
	ev.actor = "admin";
	cr_assert_eq(audit_append(db, &ev), ERR_OK);
	free(yank);
}

static void
add_imported(void)
{
	char	*at;

	free(append(IMPORTED, 2, "peer-1", "v8", "fail"));
	at = one_text("SELECT created_at FROM history ORDER BY rowid DESC");
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, store_import_key(db, IMPORTED, pub[2], id[2],
	    at)), ERR_OK);
	free(at);
}

static void
add_seal(void)
{
	struct buf		 line = BUF_INIT(4096);
	struct audit_seal	 s = { .count = 2 };
	char			*sha;

	sha = one_text("SELECT event_sha256 FROM audit WHERE seq = 2");
	snprintf(s.event_sha256, sizeof(s.event_sha256), "%s", sha);
	free(sha);
	cr_assert_eq(audit_seal_sign(&s, history_sign_local, key[1], &line,
	    NULL), ERR_OK);
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, audit_seal_add(db, 2, buf_str(&line))),
	    ERR_OK);
	buf_clear(&line);
}

static void
make_keys(void)
{
	struct buf	 b = BUF_INIT(64);
	char		 text[128];

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(ed25519_new(&key[i]), ERR_OK);
		b64_encode(ed25519_public(key[i]), ED25519_PUBLIC_LEN, &b);
		snprintf(pub[i], sizeof(pub[i]), "%s", buf_str(&b));
		ed25519_key_id(ed25519_public(key[i]), id[i]);
		buf_clear(&b);
	}
	snprintf(text, sizeof(text), "%s %s\n", id[1], pub[1]);
	file("keys/" HISTORY_PUBLIC_FILE, text);
	snprintf(text, sizeof(text), "%s %s\n", id[0], pub[0]);
	file("keys/" HISTORY_TRUSTED_FILE, text);
}

static int64_t	 count_publish(enum publish_mode, enum err *);

void
setup(void)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e;
	char		 path[96];

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-tamper-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WORKER, &db, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(conf_load(&conf, &d), ERR_OK);
	conf.workdir = dir;
	snprintf(path, sizeof(path), "%s/bpfcompat.db", dir);
	cr_assert_eq(sqlite3_open(path, &raw), SQLITE_OK);
	sql("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF");
	make_keys();
	store_object("abc", object);
	store_object("{\"r\":1}", report);
	add_run("r1");
	add_run("r2");
	free(append("", 0, "r1", "r1", "pass"));
	rotate();
	free(append("", 1, "r2", "r2", "pass"));
	sql("INSERT INTO registry_projects VALUES ('acme', 'web', 'public', "
	    "'m.yaml', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z')");
	add_version("v1", true);
	add_version("v2", false);
	add_imported();
	add_seal();
	(void)count_publish(PUBLISH_APPEND, &e);
	cr_assert_eq(e, ERR_OK);
	cr_assert_eq(history_view_new(&conf, NULL, &view, NULL), ERR_OK);
}

void
teardown(void)
{
	history_view_free(view);
	for (int i = 0; i < 3; i++)
		ed25519_free(key[i]);
	sqlite3_close(raw);
	db_close(db);
	fsio_rmtree(dir, NULL);
}

/* --- the checks; true: something is wrong -------------------------------------------*/

/* What a new process sees. */
static struct history_view *
fresh_view(void)
{
	struct history_view	*v;

	cr_assert_eq(history_view_new(&conf, NULL, &v, NULL), ERR_OK);
	if (history_view_refresh(v, db, NULL) == ERR_OK &&
	    history_view_ring(v)->fault == HF_NONE)
		return v;
	history_view_free(v);
	return NULL;
}

static bool
chain_bad(const char *chain, const struct history_view *v)
{
	const struct history_walk	 w = { .workdir = dir,
		.chain = chain, .threads = 1 };
	struct history_trust		*own = NULL;
	struct history_ring		 ring;
	struct history_sum		 sum = { 0 };
	bool				 bad;

	/* Keys that were taken over count in their own chain only. */
	if (chain[0] == '@')
		cr_assert(history_trust_new(&own) == ERR_OK &&
		    history_trust_load(&conf, own, NULL) == ERR_OK &&
		    history_ring_apply(db, own, &ring) == ERR_OK &&
		    import_trust(db, chain, own) == ERR_OK);
	bad = history_chain_check(db, &w, own != NULL ? own :
	    history_view_trust(v), history_view_ring(v), &sum, NULL) !=
	    ERR_OK || sum.failed > 0 || sum.end_fault != HF_NONE;
	history_trust_free(own);
	return bad;
}

bool
history_bad(void)
{
	struct history_view	*v;
	char			**chain = NULL;
	size_t			  n = 0;
	bool			  bad;

	cr_assert_eq(db_begin_read(db), ERR_OK);
	v = fresh_view();
	bad = v == NULL || store_history_chains(db, &chain, &n) != ERR_OK;
	for (size_t i = 0; i < n; i++) {
		bad = bad || chain_bad(chain[i], v);
		free(chain[i]);
	}
	free(chain);
	history_view_free(v);
	db_rollback(db);
	return bad;
}

/* One row after the other, by a reader that remembers what it has proved. */
bool
proof_bad(void)
{
	static const char *const	 chains[] = { "", PROJECT };
	struct history_row		*rows;
	struct history_verdict		 v;
	size_t				 n, have = 0;
	bool				 bad = false;

	cr_assert_eq(db_begin_read(db), ERR_OK);
	bad = history_view_refresh(view, db, NULL) != ERR_OK;
	for (size_t c = 0; c < 2 && !bad; c++) {
		cr_assert_eq(store_history_list(db, chains[c], NULL, 50,
		    &rows, &n), ERR_OK);
		for (size_t i = 0; i < n; i++)
			bad = history_view_prove(view, db, chains[c],
			    &rows[i], &v) != ERR_OK || !v.verified || bad;
		have += n;
		history_rows_free(rows, n);
	}
	db_rollback(db);
	return bad || have != 5;
}

static enum err
ignore(int64_t seq, const char *text, void *arg)
{
	(void)seq;
	(void)text;
	(void)arg;
	return ERR_OK;
}

bool
audit_bad(void)
{
	struct history_view	*v = fresh_view();
	struct audit_sum	 sum;
	bool			 bad;

	bad = v == NULL || audit_check(db, history_view_trust(v), ignore,
	    NULL, &sum) != ERR_OK || sum.failed + sum.failed_seals > 0;
	history_view_free(v);
	return bad;
}

bool
rows_bad(void)
{
	int64_t	 n = 0;

	return row_check(db, dir, NULL, NULL, &n) != ERR_OK || n > 0;
}

static int64_t
count_publish(enum publish_mode mode, enum err *e)
{
	struct publish_opts	 o = { .db = db, .workdir = dir,
				    .mode = mode };
	struct publish_sum	 sum;
	struct diag		 d = DIAG_INIT;

	*e = publish(&o, &sum, &d);
	return sum.differences;
}

void
republish(void)
{
	enum err	 e;

	(void)count_publish(PUBLISH_REBUILD, &e);
	cr_assert_eq(e, ERR_OK);
}

bool
files_bad(void)
{
	enum err	 e;
	int64_t		 n = count_publish(PUBLISH_CHECK, &e);

	return e != ERR_OK || n > 0;
}

bool
runs_bad(void)
{
	return rows_bad() || files_bad();
}
