#define STORE_SQL_TEXT
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"

struct	stmt {
	sqlite3_stmt	*st;
	struct db	*db;
	enum err	 err;
};

struct	db {
	sqlite3		*h;
	enum db_role	 role;
	bool		 guarded;	/* the authorizer is in force */
	bool		 relaxed;	/* the open transaction is */
	struct stmt	 stmts[STMT__MAX];
	const char	*txn_file;	/* who opened the transaction */
	int		 txn_line;
	int		 notify_fd;	/* touched after every commit */
	char		 path[PATH_MAX];
};

/* SQLite's own default, kept up by hand because of the hook. */
#define CHECKPOINT_PAGES	1000

static enum err
map_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_FULL:
		return ERR_NOSPACE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_AUTH:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return ERR_DENIED;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return ERR_IO;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE ||
		    rc == SQLITE_CONSTRAINT_PRIMARYKEY ? ERR_EXISTS :
		    ERR_INVAL;
	default:
		return ERR_DB;
	}
}

/* Tables, and the columns of jobs, that each role may write. */
static const struct {
	enum db_role	 role;
	int		 action;
	const char	*table;
	const char	*columns;	/* for UPDATE; NULL: all */
} grants[] = {
	{ DB_WEB, SQLITE_INSERT, "artifacts", NULL },
	{ DB_WEB, SQLITE_INSERT, "jobs", NULL },
	{ DB_WEB, SQLITE_INSERT, "job_targets", NULL },
	{ DB_WEB, SQLITE_INSERT, "job_inputs", NULL },
	{ DB_WEB, SQLITE_UPDATE, "jobs", " cancel_requested finished_at stage "
	    "message state updated_at revision " },
	{ DB_WEB, SQLITE_UPDATE, "job_targets",
	    " state finished_at updated_at " },
	{ DB_WEB, SQLITE_INSERT, "registry_projects", NULL },
	{ DB_WEB, SQLITE_UPDATE, "registry_projects",
	    " visibility default_matrix_path updated_at " },
	{ DB_WEB, SQLITE_INSERT, "totals", NULL },
	{ DB_WEB, SQLITE_UPDATE, "totals", NULL },
	{ DB_WORKER, SQLITE_INSERT, "totals", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "totals", NULL },
	{ DB_WEB, SQLITE_INSERT, "outbox", NULL },
	{ DB_WEB, SQLITE_UPDATE, "outbox", " changed " },
	{ DB_WORKER, SQLITE_INSERT, "outbox", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "outbox", NULL },
	{ DB_WORKER, SQLITE_INSERT, "run_order", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_foreign_keys", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "history_foreign_keys", NULL },
	{ DB_WEB, SQLITE_INSERT, "rate_limits", NULL },
	{ DB_WEB, SQLITE_UPDATE, "rate_limits", NULL },
	{ DB_WEB, SQLITE_DELETE, "rate_limits", NULL },
	{ DB_WORKER, SQLITE_INSERT, "rate_limits", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "rate_limits", NULL },
	{ DB_WORKER, SQLITE_DELETE, "rate_limits", NULL },
	{ DB_WEB, SQLITE_INSERT, "registry_requests", NULL },
	{ DB_WEB, SQLITE_UPDATE, "registry_requests", " state finished_at " },
	{ DB_WEB, SQLITE_INSERT, "audit", NULL },
	{ DB_WEB, SQLITE_INSERT, "decisions", NULL },
	{ DB_WORKER, SQLITE_INSERT, "decisions", NULL },
	{ DB_WEB, SQLITE_INSERT, "audit_floods", NULL },
	{ DB_WEB, SQLITE_UPDATE, "audit_floods", NULL },
	{ DB_WEB, SQLITE_DELETE, "audit_floods", NULL },
	{ DB_WORKER, SQLITE_INSERT, "registry_projects", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "registry_projects",
	    " visibility default_matrix_path updated_at " },
	{ DB_WORKER, SQLITE_INSERT, "registry_requests", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "registry_requests", NULL },
	{ DB_WORKER, SQLITE_INSERT, "registry_versions", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "registry_versions", " yanked_at "
	    "yanked_by yank_reason yank_record_sha256 " },
	{ DB_WORKER, SQLITE_INSERT, "registry_sync", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "registry_sync", NULL },
	{ DB_WORKER, SQLITE_INSERT, "registry_usage", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "registry_usage", NULL },
	{ DB_WORKER, SQLITE_INSERT, "template_checks", NULL },
	{ DB_WORKER, SQLITE_INSERT, "audit", NULL },
	{ DB_WORKER, SQLITE_INSERT, "audit_seals", NULL },
	{ DB_WORKER, SQLITE_INSERT, "audit_files", NULL },
	{ DB_WORKER, SQLITE_INSERT, "audit_floods", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "audit_floods", NULL },
	{ DB_WORKER, SQLITE_DELETE, "audit_floods", NULL },
	{ DB_WORKER, SQLITE_INSERT, "artifacts", NULL },
	{ DB_WORKER, SQLITE_INSERT, "jobs", NULL },
	{ DB_WORKER, SQLITE_INSERT, "job_targets", NULL },
	{ DB_WORKER, SQLITE_INSERT, "job_inputs", NULL },
	{ DB_WORKER, SQLITE_INSERT, "target_attempts", NULL },
	{ DB_WORKER, SQLITE_INSERT, "runs", NULL },
	{ DB_WORKER, SQLITE_INSERT, "run_profiles", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_profiles", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_shapes", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "history_shapes",
	    " records last_seq " },
	{ DB_WORKER, SQLITE_INSERT, "history_shaped", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_head", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "history_head", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_checkpoints", NULL },
	{ DB_WORKER, SQLITE_INSERT, "history_keys", NULL },
	{ DB_WORKER, SQLITE_INSERT, "kernels", NULL },
	{ DB_WORKER, SQLITE_INSERT, "workers", NULL },
	{ DB_WORKER, SQLITE_DELETE, "workers", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "jobs", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "job_targets", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "kernels", NULL },
	{ DB_WORKER, SQLITE_UPDATE, "workers", NULL },
	{ DB_WORKER, SQLITE_DELETE, "kernels", NULL },
};

static bool
granted(enum db_role role, int action, const char *table, const char *column)
{
	char	 word[64];

	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
		if (grants[i].role != role || grants[i].action != action ||
		    strcmp(grants[i].table, table) != 0)
			continue;
		if (grants[i].columns == NULL)
			return true;
		snprintf(word, sizeof(word), " %s ", column);
		return strstr(grants[i].columns, word) != NULL;
	}
	return false;
}

static int
authorize(void *arg, int action, const char *a, const char *b,
    const char *database, const char *trigger)
{
	const struct db	*db = arg;

	(void)database;
	(void)trigger;
	if (!db->guarded)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_TRANSACTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
		return granted(db->role, action, a, b == NULL ? "" : b) ?
		    SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static enum err
exec(struct db *db, const char *sql, struct diag *d)
{
	int	 rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		return ERR_OK;
	return diag_set(d, map_error(sqlite3_extended_errcode(db->h)), NULL,
	    "database %s: %s", db->path, sqlite3_errmsg(db->h));
}

static int64_t
pragma_int(struct db *db, const char *sql)
{
	sqlite3_stmt	*st = NULL;
	int64_t		 n = -1;

	if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Brings the file up to this program's version, all or nothing. */
static enum err
migrate(struct db *db, struct diag *d)
{
	int64_t		 newest = (int64_t)(sizeof(migrations) /
			    sizeof(migrations[0]));
	int64_t		 have, app;
	char		 sql[128];
	enum err	 e;

	if (pragma_int(db, "PRAGMA user_version") == newest)
		return ERR_OK;
	if ((e = exec(db, "BEGIN IMMEDIATE", d)) != ERR_OK)
		return e;
	/* Again: another process may have been faster. */
	have = pragma_int(db, "PRAGMA user_version");
	app = pragma_int(db, "PRAGMA application_id");
	if (have < 0 || have > newest ||
	    (app != DB_APPLICATION_ID && (app != 0 || have != 0)))
		e = diag_set(d, ERR_UNSUPPORTED, NULL, "database %s: %s",
		    db->path, have > newest && app == DB_APPLICATION_ID ?
		    "written by a newer bpfcompat; upgrade this one" :
		    "not a bpfcompat database");
	for (; e == ERR_OK && have < newest; have++)
		e = exec(db, migrations[have].sql, d);
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%lld; "
	    "PRAGMA application_id=%d", (long long)newest, DB_APPLICATION_ID);
	if (e == ERR_OK)
		e = exec(db, sql, d);
	if (e == ERR_OK)
		e = exec(db, "COMMIT", d);
	if (e != ERR_OK)
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

static void
notify_path(const struct db *db, char *out, size_t size)
{
	snprintf(out, size, "%s-notify", db->path);
}

/*
 * After a commit, when other connections see it: the write to the WAL file
 * itself comes too early, a reader woken by that still reads the old state.
 */
static int
committed(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct db	*db = arg;

	if (db->notify_fd != -1 && !db->relaxed)
		futimens(db->notify_fd, NULL);
	if (pages >= CHECKPOINT_PAGES)
		sqlite3_wal_checkpoint_v2(h, name, SQLITE_CHECKPOINT_PASSIVE,
		    NULL, NULL);
	return SQLITE_OK;
}

static enum err
notify_open(struct db *db, struct diag *d)
{
	char	 path[PATH_MAX + 8];

	notify_path(db, path, sizeof(path));
	db->notify_fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC,
	    FSIO_FILE_MODE);
	if (db->notify_fd == -1)
		return diag_errno(d, "cannot open %s", path);
	sqlite3_wal_hook(db->h, committed, db);
	return ERR_OK;
}

enum err
db_open(const char *workdir, enum db_role role, struct db **out,
    struct diag *d)
{
	struct db	*db;
	enum err	 e;
	int		 rc;

	if ((e = fsio_mkdirs(workdir, d)) != ERR_OK)
		return e;
	if ((db = calloc(1, sizeof(*db))) == NULL)
		return ERR_NOMEM;
	db->role = role;
	db->notify_fd = -1;
	if ((e = path_join(db->path, sizeof(db->path), workdir,
	    "bpfcompat.db", NULL)) != ERR_OK)
		goto fail;
	rc = sqlite3_open_v2(db->path, &db->h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
	    NULL);
	if (rc != SQLITE_OK) {
		/* NOFOLLOW also refuses a workdir behind a link; follow it. */
		sqlite3_close(db->h);
		rc = sqlite3_open_v2(db->path, &db->h, SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	}
	if (rc != SQLITE_OK) {
		e = diag_set(d, map_error(rc), NULL,
		    "cannot open database %s: %s", db->path,
		    db->h == NULL ? sqlite3_errstr(rc) :
		    sqlite3_errmsg(db->h));
		goto fail;
	}
	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, DB_BUSY_TIMEOUT_MS);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if ((e = exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
	    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
	    "PRAGMA cache_size=-2048", d)) != ERR_OK ||
	    (e = migrate(db, d)) != ERR_OK ||
	    (e = notify_open(db, d)) != ERR_OK)
		goto fail;
	sqlite3_set_authorizer(db->h, authorize, db);
	db->guarded = true;
	*out = db;
	return ERR_OK;
fail:
	db_close(db);
	return e;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (int i = 0; i < STMT__MAX; i++)
		sqlite3_finalize(db->stmts[i].st);
	sqlite3_close(db->h);
	if (db->notify_fd != -1)
		close(db->notify_fd);
	free(db);
}

const char *
db_errmsg(const struct db *db)
{
	return sqlite3_errmsg(db->h);
}

static enum err
plain(struct db *db, const char *sql)
{
	int	 rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ERR_OK :
	    map_error(sqlite3_extended_errcode(db->h));
}

enum err
db_begin_at(struct db *db, const char *file, int line)
{
	enum err	 e;

	if (!sqlite3_get_autocommit(db->h)) {
		fprintf(stderr, "%s:%d: transaction of %s:%d is still open\n",
		    file, line, db->txn_file, db->txn_line);
		abort();
	}
	if ((e = plain(db, "BEGIN IMMEDIATE")) == ERR_OK) {
		db->txn_file = file;
		db->txn_line = line;
	}
	return e;
}

/* How far a commit goes to disk; ours to say, not a statement's. */
static enum err
sync_level(struct db *db, bool relaxed)
{
	bool		 was = db->guarded;
	enum err	 e;

	db->guarded = false;
	e = plain(db, relaxed ? "PRAGMA synchronous=NORMAL" :
	    "PRAGMA synchronous=FULL");
	db->guarded = was;
	db->relaxed = relaxed;
	return e;
}

enum err
db_begin_relaxed_at(struct db *db, const char *file, int line)
{
	enum err	 e = sync_level(db, true);

	if (e != ERR_OK || (e = db_begin_at(db, file, line)) != ERR_OK)
		(void)sync_level(db, false);
	return e;
}

enum err
db_begin_read(struct db *db)
{
	enum err	 e = plain(db, "BEGIN");

	if (e == ERR_OK) {
		db->txn_file = "a read transaction";
		db->txn_line = 0;
	}
	return e;
}

enum err
db_commit(struct db *db)
{
	enum err	 e = plain(db, "COMMIT");

	if (e != ERR_OK)
		db_rollback(db);
	else if (db->relaxed)
		(void)sync_level(db, false);
	return e;
}

void
db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->h))
		plain(db, "ROLLBACK");
	if (db->relaxed)
		(void)sync_level(db, false);
}

enum err
db_end(struct db *db, enum err e)
{
	if (e == ERR_OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

struct stmt *
db_stmt(struct db *db, enum stmt_id id)
{
	struct stmt	*s = &db->stmts[id];

	s->db = db;
	s->err = ERR_OK;
	if (s->st == NULL) {
		int	 rc = sqlite3_prepare_v3(db->h, statements[id].sql, -1,
			    SQLITE_PREPARE_PERSISTENT, &s->st, NULL);

		if (rc != SQLITE_OK)
			s->err = map_error(rc);
	} else {
		sqlite3_reset(s->st);
		sqlite3_clear_bindings(s->st);
	}
	return s;
}

/* Index of a parameter, or 0 and the sticky error. */
static int
param_index(struct stmt *s, const char *param)
{
	int	 i;

	if (s->err != ERR_OK)
		return 0;
	i = sqlite3_bind_parameter_index(s->st, param);
	if (i == 0)
		s->err = ERR_INTERNAL;
	return i;
}

void
stmt_text(struct stmt *s, const char *param, const char *v)
{
	int	 i = param_index(s, param);

	if (i != 0 && v != NULL &&
	    sqlite3_bind_text(s->st, i, v, -1, SQLITE_TRANSIENT) != SQLITE_OK)
		s->err = ERR_NOMEM;
}

void
stmt_int(struct stmt *s, const char *param, int64_t v)
{
	int	 i = param_index(s, param);

	if (i != 0 && sqlite3_bind_int64(s->st, i, v) != SQLITE_OK)
		s->err = ERR_DB;
}

enum err
stmt_step(struct stmt *s)
{
	int	 rc;

	if (s->err != ERR_OK)
		return s->err;
	rc = sqlite3_step(s->st);
	if (rc == SQLITE_ROW)
		return ERR_OK;
	if (rc != SQLITE_DONE)
		s->err = map_error(sqlite3_extended_errcode(s->db->h));
	sqlite3_reset(s->st);
	return rc == SQLITE_DONE ? ERR_NOTFOUND : s->err;
}

enum err
stmt_run(struct stmt *s, int *changes)
{
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK)
		;
	if (e != ERR_NOTFOUND)
		return e;
	if (changes != NULL)
		*changes = sqlite3_changes(s->db->h);
	return ERR_OK;
}

void
stmt_reset(struct stmt *s)
{
	sqlite3_reset(s->st);
}

const char *
stmt_col_text(struct stmt *s, int col)
{
	const char	*t = (const char *)sqlite3_column_text(s->st, col);

	/*
	 * We store no NUL.  What is in front of one must not pass for the
	 * whole: it reads as a byte that no text has.
	 */
	return t == NULL || strlen(t) == (size_t)sqlite3_column_bytes(s->st,
	    col) ? t : "\xff";
}

int64_t
stmt_col_int(struct stmt *s, int col)
{
	return sqlite3_column_int64(s->st, col);
}

bool
stmt_col_null(struct stmt *s, int col)
{
	return sqlite3_column_type(s->st, col) == SQLITE_NULL;
}

char *
stmt_col_dup(struct stmt *s, int col)
{
	const char	*t = stmt_col_text(s, col);

	return strdup(t == NULL ? "" : t);
}

struct	db_watch {
	int	 fd;
};

enum err
db_watch_new(struct db *db, struct db_watch **out, struct diag *d)
{
	struct db_watch	*w;
	char		 path[PATH_MAX + 8];
	enum err	 e;

	notify_path(db, path, sizeof(path));
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return ERR_NOMEM;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd == -1 || inotify_add_watch(w->fd, path, IN_ATTRIB) == -1) {
		e = diag_errno(d, "cannot watch %s", path);
		db_watch_free(w);
		return e;
	}
	*out = w;
	return ERR_OK;
}

void
db_watch_free(struct db_watch *w)
{
	if (w == NULL)
		return;
	if (w->fd != -1)
		close(w->fd);
	free(w);
}

int
db_watch_fd(const struct db_watch *w)
{
	return w->fd;
}

bool
db_watch_drain(struct db_watch *w)
{
	char	 events[4096];
	bool	 any = false;

	while (read(w->fd, events, sizeof(events)) > 0)
		any = true;
	return any;
}

enum err
db_watch_wait(struct db_watch *w, int timeout_ms)
{
	struct pollfd	 p = { w->fd, POLLIN, 0 };
	int		 r = poll(&p, 1, timeout_ms);

	if (r == -1 && errno != EINTR)
		return err_from_errno(errno);
	if (r <= 0)
		return ERR_TIMEOUT;
	db_watch_drain(w);
	return ERR_OK;
}
