/* What "bpfcompat test" shows: live progress, and the verdict at the end. */
#ifndef CLI_TEST_SHOW_H
#define CLI_TEST_SHOW_H

#include "base/buf.h"
#include "base/json_in.h"
#include "store/db.h"
#include "worker/cli/progress.h"

/* Follows one job's targets on a progress display. */
struct test_view;

/* "of" is the suite's case, shown before each kernel; "" for none. */
struct test_view *test_view_new(struct db *, const char *job_id,
		    const char *of, struct progress *);
void		 test_view_free(struct test_view *);
/* Reads the targets and shows what changed; for struct loop_opts. */
void		 test_view_update(void *view);

/*
 * The verdict first, then one line per target with the failing program, the
 * cause and where the log is.  "workdir" is how the user calls the folder.
 */
void		 test_summary(const struct jval *report, const char *workdir,
		    struct buf *);

#endif /* !CLI_TEST_SHOW_H */
