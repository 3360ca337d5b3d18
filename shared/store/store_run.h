/* Finished runs: what the history shows.  Written once, never changed. */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/page.h"

#define RUN_ID_SIZE	24	/* 20260527T120001Z-a1b2c3 + NUL */

/*
 * Where a report lies below the workdir, by the id of its run.  Of a run it
 * is in its row; a job that was canceled is no run, and may have one there.
 */
#define RUN_REPORT	"runs/%s/report.json"

struct	run {
	char		*run_id, *job_id;
	char		*started_at, *finished_at;
	char		*name, *version, *variant, *path, *uri, *sha256;
	char		*matrix_path, *matrix_name;
	char		*status;	/* pass fail error */
	int64_t		 exit_code;
	int64_t		 required_passed, required_failed, total;
	char		*report_path;	/* below the workdir */
	char		*report_sha256;
	char		*markdown_path;	/* "" when there is none */
};

/* ERR_NOTFOUND.  On ERR_OK the caller owns *run: run_clear(). */
enum err	 store_run_get(struct db *, const char *run_id, struct run *);
void		 run_clear(struct run *);
/* Newest first, what the page wants.  The caller owns it: runs_free(). */
enum err	 store_run_page(struct db *, const struct page *, struct run **,
		    size_t *n);
/* The same without any filter, at most "limit". */
enum err	 store_run_list(struct db *, int64_t limit, struct run **,
		    size_t *n);
/* The newest run of this name and version; ERR_NOTFOUND. */
enum err	 store_run_of_version(struct db *, const char *name,
		    const char *version, struct run *);
void		 runs_free(struct run *, size_t n);
/*
 * Runs in the order in which they ended, those after place "after", at most
 * "limit"; *last is the place of the last one.
 */
enum err	 store_run_order(struct db *, int64_t after, int64_t limit,
		    struct run **, size_t *n, int64_t *last);
/*
 * Inserts within the caller's transaction.  Used by store_job_complete()
 * only; the strings stay the caller's.
 */
enum err	 store_run_add(struct db *, const struct run *);

/* A fresh run id for the present second. */
void		 run_id_new(char [static RUN_ID_SIZE]);

#endif /* !STORE_RUN_H */
