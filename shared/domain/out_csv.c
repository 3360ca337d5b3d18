/* CSV by RFC 4180: a row for each cause, or for a kernel without any. */
#include <stdio.h>
#include <string.h>

#include "domain/out.h"

#define CELL_MAX	1000

/*
 * Quoted where it has to be.  A spreadsheet takes a cell that begins with
 * one of these for a formula, so a name out of an object gets a quote.
 */
static void
cell(struct buf *b, const char *s, char end)
{
	bool	 quote = s[strcspn(s, "\",\r\n")] != '\0';
	size_t	 n = 0;

	if (quote)
		buf_addc(b, '"');
	if (s[0] != '\0' && strchr("=+-@\t\r", s[0]) != NULL)
		buf_addc(b, '\'');
	for (; s[n] != '\0' && n < CELL_MAX; n++) {
		if (s[n] == '"')
			buf_addc(b, '"');
		buf_addc(b, (unsigned char)s[n] < 0x20 || s[n] == 0x7f ? ' ' :
		    s[n]);
	}
	if (quote)
		buf_addc(b, '"');
	buf_addc(b, end);
}

static void
number(struct buf *b, int64_t n, char end)
{
	if (n != 0)
		buf_addf(b, "%lld", (long long)n);
	buf_addc(b, end);
}

static void
row(const struct outcome *o, const struct oc_case *c,
    const struct oc_target *t, const struct oc_finding *f, struct buf *b)
{
	const char	*remedy = f->remedy[0] != '\0' ? f->remedy : f->fix;

	cell(b, o->suite ? o->name : "", ',');
	cell(b, c->name, ',');
	cell(b, c->artifact, ',');
	cell(b, c->sha256, ',');
	cell(b, c->mode, ',');
	cell(b, t->profile, ',');
	cell(b, t->kernel, ',');
	cell(b, t->profile[0] == '\0' ? "" : t->required ? "true" : "false",
	    ',');
	cell(b, t->status, ',');
	cell(b, oc_effect_word(t->effect), ',');
	cell(b, t->stage, ',');
	cell(b, f->code[0] != '\0' ? f->code : t->code, ',');
	cell(b, f->sub, ',');
	cell(b, f->program, ',');
	cell(b, f->file, ',');
	number(b, f->line, ',');
	cell(b, f->reason[0] != '\0' ? f->reason : t->infra[0] != '\0' ?
	    t->infra : c->error, ',');
	cell(b, remedy, ',');
	number(b, t->ms, ',');
	cell(b, c->run_id, '\r');
	buf_addc(b, '\n');
}

enum err
out_csv(const struct outcome *o, const struct out_opts *opts, struct buf *b)
{
	static const struct oc_finding	 none = { "", "", "", "", "", "", "",
					    "", "", "", "", "", 0, 0 };
	const struct oc_target		*t;
	struct oc_target		 bare = { "", "", "", "", "", "", "",
					    "", "", false, OC_UNKNOWN, 0,
					    NULL, 0, NULL, 0 };

	(void)opts;
	buf_adds(b, "suite,case,artifact,sha256,mode,profile,kernel,required,"
	    "status,effect,stage,code,sub_reason,program,file,line,reason,"
	    "remedy,duration_ms,run_id\r\n");
	for (size_t i = 0; i < o->n; i++) {
		bare.status = o->cases[i].status;
		if (o->cases[i].ntargets == 0)
			row(o, &o->cases[i], &bare, &none, b);
		for (size_t k = 0; k < o->cases[i].ntargets; k++) {
			t = &o->cases[i].targets[k];
			if (t->nfindings == 0)
				row(o, &o->cases[i], t, &none, b);
			for (size_t f = 0; f < t->nfindings; f++)
				row(o, &o->cases[i], t, &t->findings[f], b);
		}
	}
	return buf_err(b);
}
