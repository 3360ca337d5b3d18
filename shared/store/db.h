/*
 * The database: opened by role, statements by name, write transactions that
 * begin as writes.  db.c is the only file that sees sqlite3.h, so another
 * backend is another db.c and a dialect of sql/statements.sql.
 *
 * A struct db belongs to one thread of one process; open it after fork.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/sql_text.h"

/*
 * What a connection may do; SQLite's authorizer refuses the rest.
 *  DB_WEB     reads; queues jobs and asks for their cancellation
 *  DB_WORKER  everything but changing or deleting a run
 */
enum	db_role { DB_WEB, DB_WORKER };

struct db;
struct stmt;	/* owned by its db; one of each name */

/* PRAGMA application_id of our files ("bpfc"). */
#define DB_APPLICATION_ID	0x62706663
/* How long a statement waits for another process's write transaction. */
#define DB_BUSY_TIMEOUT_MS	10000

/*
 * Opens (and creates, and migrates) WORKDIR/bpfcompat.db.
 * ERR_UNSUPPORTED: the file is newer than this program, or not ours.
 */
enum err	 db_open(const char *workdir, enum db_role, struct db **,
		    struct diag *);
void		 db_close(struct db *);
/* What SQLite said last, for a log line; not for clients. */
const char	*db_errmsg(const struct db *);

/*
 * db_begin(db) starts a write transaction (BEGIN IMMEDIATE).  Exactly one of
 * db_commit() and db_rollback() ends it; a failed commit has rolled back.
 */
#define db_begin(db)	db_begin_at((db), __FILE__, __LINE__)
enum err	 db_begin_at(struct db *, const char *file, int line);
/*
 * The same for what may be lost when the machine dies (not a process): its
 * commit does not wait for the disk and wakes nobody.  For counters.
 */
#define db_begin_relaxed(db)	db_begin_relaxed_at((db), __FILE__, __LINE__)
enum err	 db_begin_relaxed_at(struct db *, const char *file, int line);
/*
 * A read transaction: all that is read until db_rollback() is of one moment.
 * Nothing can be written in it.
 */
enum err	 db_begin_read(struct db *);
enum err	 db_commit(struct db *);
void		 db_rollback(struct db *);
/*
 * How a function ends its own transaction: commit when "e" is ERR_OK, else
 * roll back; returns the first error.
 */
enum err	 db_end(struct db *, enum err e);

/*
 * The named statement, reset, with nothing bound.  Binding and stepping
 * errors stick to it: stmt_step() and stmt_run() report the first one.
 */
struct stmt	*db_stmt(struct db *, enum stmt_id);
/* Parameters by name, with the colon.  NULL text binds NULL. */
void		 stmt_text(struct stmt *, const char *param, const char *);
void		 stmt_int(struct stmt *, const char *param, int64_t);
/* A row: ERR_OK.  No more rows: ERR_NOTFOUND, and the statement is reset. */
enum err	 stmt_step(struct stmt *);
/* Runs to the end.  *changes may be NULL. */
enum err	 stmt_run(struct stmt *, int *changes);
/* Ends a read early; stepping to ERR_NOTFOUND does it too. */
void		 stmt_reset(struct stmt *);
/* Columns of the row, from 0.  Text is valid until the next step or reset. */
const char	*stmt_col_text(struct stmt *, int col);	/* NULL for NULL */
int64_t		 stmt_col_int(struct stmt *, int col);	/* 0 for NULL */
bool		 stmt_col_null(struct stmt *, int col);
/* strdup of the text ("" for NULL); NULL only without memory. */
char		*stmt_col_dup(struct stmt *, int col);

/*
 * Changes made by other processes, as an event: the descriptor polls
 * readable after somebody has committed, and what was committed can then be
 * read.  Nothing polls rows on a timer.  (The event is a touch of
 * bpfcompat.db-notify; touch it after changing rows by hand.)
 */
struct db_watch;

enum err	 db_watch_new(struct db *, struct db_watch **, struct diag *);
void		 db_watch_free(struct db_watch *);
int		 db_watch_fd(const struct db_watch *);
/* Takes the pending events.  True if there was one. */
bool		 db_watch_drain(struct db_watch *);
/* poll + drain; ERR_TIMEOUT when nothing happened. */
enum err	 db_watch_wait(struct db_watch *, int timeout_ms);

#endif /* !STORE_DB_H */
