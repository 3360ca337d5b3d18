/*
 * Reports in the forms that other tools read.  Each form is a pure function
 * of what a run or a suite came to (outcome.h): no clock, no files, the same
 * bytes for the same report.
 *
 * Names, errors and logs in a report may come out of a hostile object or
 * guest; each form escapes them by its own rules and cuts them short.
 */
#ifndef DOMAIN_OUT_H
#define DOMAIN_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/outcome.h"

#define OUT_MAX			((size_t)64 * 1024 * 1024)
#define OUT_TARGETS_SHOWN	25	/* rows of the step summary */
#define OUT_FAILURES_SHOWN	10	/* details there */

struct	out_opts {
	/*
	 * Cut off the names of source files, so that they are seen from the
	 * root of a repository; "" cuts nothing.
	 */
	const char	*source_root;
	size_t		 max_targets, max_failures;	/* 0: as above */
};

typedef enum err	(*out_fn)(const struct outcome *,
			    const struct out_opts *, struct buf *);

struct	out_format {
	const char	*name;		/* "junit"; NULL ends the table */
	const char	*flag;		/* "out-junit" */
	const char	*about;		/* for --help */
	out_fn		 write;
};

enum	{ OUT_JUNIT, OUT_SARIF, OUT_CSV, OUT_SUMMARY, OUT_BADGE, OUT_HTML,
	OUT__MAX };

extern const struct out_format out_formats[OUT__MAX + 1];

/* NULL when there is no such format. */
const struct out_format *out_find(const char *name);

enum err	 out_junit(const struct outcome *, const struct out_opts *,
		    struct buf *);
enum err	 out_sarif(const struct outcome *, const struct out_opts *,
		    struct buf *);
enum err	 out_csv(const struct outcome *, const struct out_opts *,
		    struct buf *);
enum err	 out_summary(const struct outcome *, const struct out_opts *,
		    struct buf *);
enum err	 out_badge(const struct outcome *, const struct out_opts *,
		    struct buf *);
enum err	 out_html(const struct outcome *, const struct out_opts *,
		    struct buf *);

/* --- shared by the forms ------------------------------------------------------ */

/*
 * Text for XML and HTML, in an element or in a quoted attribute: marks
 * become entities; what XML 1.0 does not take, and marks that reorder text,
 * become U+FFFD; "max" bytes of it at most.
 */
void		 out_xml(struct buf *, const char *text, size_t max);
/* A source file without the root in front of it. */
const char	*out_source(const struct out_opts *, const char *file);
/* "on 11 of 12 kernels" is the badge, and the first line elsewhere. */
void		 out_verdict(const struct outcome *, struct buf *);
/* One sentence about a target that is not simply good; may be empty. */
void		 out_why(const struct oc_target *, struct buf *);

#endif /* !DOMAIN_OUT_H */
