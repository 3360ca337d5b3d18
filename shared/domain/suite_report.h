/*
 * The report of a suite (schema bpfcompat_suite.v0.1, members only added).
 * A case's part is made when the case ends and kept, so a suite that is
 * killed leaves what it had; the report puts the parts together.
 *
 * With a baseline (an earlier report of the same suite) a failure that was
 * there already does not block: its target says "known" or "cause_changed",
 * a further failure "new", and the case's exit code counts only those.
 */
#ifndef DOMAIN_SUITE_REPORT_H
#define DOMAIN_SUITE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "domain/suite.h"

#define SUITE_REPORT_MAX	((size_t)128 * 1024 * 1024)
/* Of one text that comes along from a case's report; its end is kept. */
#define SUITE_STR_MAX		2000

/* How a case ended, beside its report.  Texts may be "". */
struct	suite_case_end {
	const char	*status;	/* pass fail error skipped */
	int		 exit_code;
	const char	*error;		/* why there is no report */
	const char	*json_path, *markdown_path;
	bool		 resumed;	/* taken over from an earlier run */
};

/* "report" NULL: there is none.  "baseline" NULL, or the earlier report. */
enum err	 suite_case_write(struct buf *, const struct suite_case *,
		    const struct suite_case_end *, const struct jval *report,
		    const struct jval *baseline);

struct	suite_run {
	const char	*name;
	int64_t		 started_ms, finished_ms;	/* since the epoch */
	bool		 finished;	/* false: it is going on */
	bool		 canceled;
	const char	*baseline;	/* its path, or "" */
	const struct jval *const *cases; /* parts; NULL: not ended yet */
	size_t		 n;
	const char *const *notes;
	size_t		 nnotes;
};

/* 0, 1 or 2 from those of the cases; 1 when canceled. */
int		 suite_exit_code(const struct suite_run *);
/* Indented, final newline. */
enum err	 suite_report_write(struct buf *, const struct suite_run *);
/* The report as Markdown: cases, and the matrix of kernels and cases. */
enum err	 suite_markdown(const struct jval *report, struct buf *);

#endif /* !DOMAIN_SUITE_REPORT_H */
