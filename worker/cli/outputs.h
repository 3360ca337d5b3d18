/*
 * The other forms of a report (domain/out.h) on the command line: the same
 * flags for "test", "test-command" and "suite".
 */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "base/err.h"
#include "base/json_in.h"
#include "domain/out.h"
#include "worker/cli/flags.h"

/* All NULL: nothing was asked for. */
struct	outputs {
	const char	*file[OUT__MAX];
	const char	*source_root;
};

#define OUTPUT_FLAG(o, n)						\
	{ FLAG_STR, out_formats[n].flag, "FILE", out_formats[n].about,	\
	    NULL, &(o)->file[n], NULL, 0, 0 }
#define OUTPUT_ROOT(o)							\
	FLAG_S("source-root", &(o)->source_root, "DIR", "cut off the "	\
	    "names of source files in these forms")
#define OUTPUT_FLAGS(o)							\
	OUTPUT_FLAG(o, OUT_JUNIT), OUTPUT_FLAG(o, OUT_SARIF),		\
	OUTPUT_FLAG(o, OUT_CSV), OUTPUT_FLAG(o, OUT_SUMMARY),		\
	OUTPUT_FLAG(o, OUT_BADGE), OUTPUT_FLAG(o, OUT_HTML), OUTPUT_ROOT(o)

/* A report as Markdown; report_markdown() or suite_markdown(). */
typedef enum err outputs_md_fn(const struct jval *doc, struct buf *);

/* Where a report goes: "" is nowhere. */
struct	outputs_to {
	const char		*json, *markdown;
	const struct outputs	*others;
	outputs_md_fn		*write_md;
	size_t			 max;	/* bytes of Markdown */
};

/* Each file is written whole or not at all; "json" is the text of "doc". */
enum err	 outputs_put(const struct outputs_to *, const struct buf *json,
		    const struct jval *doc, struct diag *);

#endif /* !CLI_OUTPUTS_H */
