/* Inside of the Markdown report: what its files share. */
#ifndef DOMAIN_REPORT_MD_H
#define DOMAIN_REPORT_MD_H

#include "base/buf.h"
#include "base/json_in.h"

#define MD_CELL_MAX	160
#define MD_LINE_MAX	600

/* "- label: text", nothing for an empty text. */
void	 md_bullet(struct buf *, const char *label, const char *text);
/* " text |" */
void	 md_cell(struct buf *, const char *text);
/*
 * A code block that no line of its content can close: "indent" is four more
 * than the column of the list item's text it belongs to.
 */
void	 md_code_block(struct buf *, int indent, const char *text);

/* report_md_cause.c: the failing programs of a target, and their cause. */
void	 md_cause(struct buf *, const struct jval *target);
/* What the verifier spent on each program on each kernel. */
void	 md_cost(struct buf *, const struct jval *targets);

#endif /* !DOMAIN_REPORT_MD_H */
