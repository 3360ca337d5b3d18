#include "paging.h"

#include <stdio.h>
#include <string.h>

enum { P_NAME, P_VERSION, P_STATUS, P_PROFILE, P_FROM, P_TO, P_LIMIT,
	P_CURSOR };

static enum err
field_status(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (strcmp(v->str, "pass") == 0 || strcmp(v->str, "fail") == 0 ||
	    strcmp(v->str, "error") == 0)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, f->name,
	    "%s must be pass, fail or error", f->name);
}

static enum err
field_time(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	char	 out[PAGE_TIME_SIZE];

	(void)conf;
	if (page_time(v->str, out) == ERR_OK)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, f->name, "%s must be a day or a second "
	    "in UTC, such as 2026-05-27 or 2026-05-27T12:00:00Z", f->name);
}

const struct field paging_fields[] = {
	[P_NAME] = { "artifact_name", field_text, FIELD_QUERY, 256 },
	[P_VERSION] = { "artifact_version", field_text, FIELD_QUERY, 256 },
	[P_STATUS] = { "status", field_status, FIELD_QUERY, 16 },
	[P_PROFILE] = { "profile", field_profile, FIELD_QUERY, 64 },
	[P_FROM] = { "from", field_time, FIELD_QUERY, 32 },
	[P_TO] = { "to", field_time, FIELD_QUERY, 32 },
	[P_LIMIT] = { "limit", field_limit, FIELD_QUERY, 16 },
	[P_CURSOR] = { "cursor", field_text, FIELD_QUERY, PAGE_CURSOR_MAX },
	{ NULL, NULL, 0, 0 },
};

static const char *
or_null(const struct value *v)
{
	return v->set ? v->str : NULL;
}

enum err
paging_read(struct call *c, const char *list, struct paging *p)
{
	const struct value	*v = c->f.v;

	memset(p, 0, sizeof(*p));
	p->list = list;
	p->page.name = or_null(&v[P_NAME]);
	p->page.version = or_null(&v[P_VERSION]);
	p->page.status = or_null(&v[P_STATUS]);
	p->page.profile = or_null(&v[P_PROFILE]);
	if (v[P_FROM].set && page_time(v[P_FROM].str, p->from) == ERR_OK)
		p->page.from = p->from;
	if (v[P_TO].set && page_time(v[P_TO].str, p->to) == ERR_OK)
		p->page.to = p->to;
	p->limit = v[P_LIMIT].set ? v[P_LIMIT].num : FIELD_LIMIT_DEFAULT;
	p->page.limit = p->limit + 1;
	if (p->page.version != NULL && p->page.name == NULL)
		return diag_set(&c->d, ERR_INVAL, "artifact_version",
		    "artifact_version needs an artifact_name beside it");
	if (v[P_CURSOR].set && page_cursor_parse(&p->page, list,
	    v[P_CURSOR].str) != ERR_OK)
		return diag_set(&c->d, ERR_INVAL, "cursor", "cursor must be "
		    "the next_cursor of this list with the same filters; "
		    "begin again without it");
	return ERR_OK;
}

size_t
paging_shown(const struct paging *p, size_t n)
{
	return n > (size_t)p->limit ? (size_t)p->limit : n;
}

enum err
paging_end(const struct paging *p, bool more, const struct page_place *last,
    struct jsonw *w)
{
	char		 cursor[PAGE_CURSOR_MAX];
	enum err	 e;

	if (!more)
		return ERR_OK;
	if ((e = page_cursor(&p->page, p->list, last, cursor)) == ERR_OK)
		jsonw_str(w, "next_cursor", cursor);
	return e;
}

void
paging_place(struct page_place *at, const char *time, const char *run_id,
    int64_t seq)
{
	snprintf(at->at, sizeof(at->at), "%s", time);
	snprintf(at->id, sizeof(at->id), "%s", run_id);
	at->seq = seq;
}
