/* A line back into a record; and what is wrong with a line that is none. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_in.h"
#include "base/utf8.h"
#include "domain/history.h"
#include "domain/history_scan.h"

/* --- a good line -------------------------------------------------------------*/

struct	filling {
	struct history_entry	*en;
	char			*free;	/* room that is left in en->text */
};

static const char *
keep(struct filling *f, struct history_span raw)
{
	char	*s = f->free;

	f->free += history_unescape(raw, s) + 1;
	return s;
}

/* Entries of a raw list; "out" NULL: only counts. */
static size_t
split_list(struct filling *f, struct history_span raw, const char **out)
{
	const char		*p = raw.p, *end = raw.p + raw.len;
	struct history_span	 one;
	size_t			 n = 0;

	while (p < end) {
		one.p = ++p;
		for (; *p != '"'; p++)
			if (*p == '\\')
				p++;
		one.len = (size_t)(p - one.p);
		p += 2;	/* the quote, and a comma unless it is the last */
		if (out != NULL)
			out[n] = keep(f, one);
		n++;
	}
	return n;
}

static enum err
fill_list(struct filling *f, struct history_span raw, void *to)
{
	struct history_list	 l = { NULL, split_list(f, raw, NULL) };

	if (l.n > HISTORY_LIST_MAX)
		return ERR_CORRUPT;
	if ((l.v = calloc(l.n, sizeof(*l.v))) == NULL)
		return ERR_NOMEM;
	split_list(f, raw, l.v);
	memcpy(to, &l, sizeof(l));
	return ERR_OK;
}

static enum err
fill_field(struct filling *f, int i, struct history_span raw)
{
	const struct history_field_row	*row = &history_fields[i];
	char				*to = (char *)&f->en->rec + row->at;
	const char			*s;
	int64_t				 n;

	if (row->kind == HISTORY_LIST)
		return fill_list(f, raw, to);
	s = keep(f, raw);
	if (row->kind == HISTORY_COUNT) {
		n = strtoll(s, NULL, 10);
		memcpy(to, &n, sizeof(n));
	} else
		memcpy(to, &s, sizeof(s));
	return ERR_OK;
}

static enum err
fill(const struct history_scan *sc, size_t len, struct history_entry *en)
{
	struct filling	 f = { en, NULL };
	enum err	 e = ERR_OK;

	en->style = sc->style;
	/* A text is not longer than its raw form and its quotes. */
	if ((en->text = f.free = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	for (int i = 0; i < HISTORY_NFIELDS && e == ERR_OK; i++)
		if (sc->raw[i].p != NULL)
			e = fill_field(&f, i, sc->raw[i]);
	return e;
}

/* --- a bad one --------------------------------------------------------------*/

static bool
list_ok(const struct jval *j)
{
	if (jval_type(j) != JVAL_ARR || jval_len(j) > HISTORY_LIST_MAX)
		return false;
	for (size_t i = 0; i < jval_len(j); i++)
		if (jval_type(jval_at(j, i)) != JVAL_STR)
			return false;
	return true;
}

struct	looking {
	enum history_fault	 fault;
	struct diag		*d;
};

static enum err
look_at(const char *key, const struct jval *j, void *arg)
{
	const struct history_field_row	*f;
	struct looking			*l = arg;
	bool				 good;

	for (int i = 0; i < HISTORY_NFIELDS; i++) {
		f = &history_fields[i];
		if (strcasecmp(f->key, key) != 0)
			continue;
		if (strcmp(f->key, key) != 0) {
			l->fault = HF_KEY_CASE;
			return diag_set(l->d, ERR_CORRUPT, f->key, "the key "
			    "\"%.64s\" is written \"%s\"", key, f->key);
		}
		good = f->kind == HISTORY_LIST ? list_ok(j) : jval_type(j) ==
		    (f->kind == HISTORY_TEXT ? JVAL_STR : JVAL_INT);
		if (good)
			return ERR_OK;
		l->fault = HF_TYPE;
		return diag_set(l->d, ERR_CORRUPT, f->key, "%s has the wrong "
		    "type", f->key);
	}
	l->fault = HF_KEY_UNKNOWN;
	return diag_set(l->d, ERR_CORRUPT, NULL, "unknown key \"%.64s\"", key);
}

/* Does something follow the end of the object that the line begins with? */
static bool
goes_on(const char *line, size_t len)
{
	int	 depth = 0;
	bool	 quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (!quoted && (line[i] == '{' || line[i] == '['))
			depth++;
		else if (!quoted && (line[i] == '}' || line[i] == ']') &&
		    --depth == 0)
			return i + 1 < len;
	}
	return false;
}

/* Text that is no JSON: what of the known ways to spoil it is this? */
static enum history_fault
syntax_fault(const char *line, size_t len, const struct diag *d)
{
	if (!utf8_valid(line, len))
		return HF_UTF8;
	if (strstr(d->msg, "given twice") != NULL)
		return HF_KEY_TWICE;
	return goes_on(line, len) ? HF_TRAILING : HF_TORN;
}

enum history_fault
history_diagnose(const char *line, size_t len, struct diag *d)
{
	struct diag	 own = DIAG_INIT;
	struct looking	 l = { HF_NONE, d == NULL ? &own : d };
	struct jval	*doc = NULL;

	if (len > HISTORY_LINE_MAX) {
		diag_set(l.d, ERR_TOOBIG, NULL, "the line has %zu bytes, at "
		    "most %zu are read", len, HISTORY_LINE_MAX);
		return HF_TOO_LONG;
	}
	if (jval_parse(line, len, &doc, l.d) != ERR_OK) {
		if (l.d->code == ERR_OK)
			diag_set(l.d, ERR_NOMEM, NULL, "out of memory");
		return syntax_fault(line, len, l.d);
	}
	if (jval_type(doc) != JVAL_OBJ) {
		diag_set(l.d, ERR_CORRUPT, NULL, "the line is no object");
		l.fault = HF_TORN;
	} else if (jval_each(doc, look_at, &l) == ERR_OK) {
		diag_set(l.d, ERR_CORRUPT, NULL, "the line is not as its "
		    "writer wrote it (order of keys, spaces or escapes)");
		l.fault = HF_FORM;
	}
	jval_free(doc);
	return l.fault;
}

/* --- either -------------------------------------------------------------------*/

enum err
history_parse(const char *line, size_t len, struct history_entry *en,
    struct diag *d)
{
	struct history_scan	 sc;
	struct diag		 own = DIAG_INIT;
	enum err		 e;

	memset(en, 0, sizeof(*en));
	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	for (; len > 0 && isspace((unsigned char)*line); len--)
		line++;
	if (d == NULL)
		d = &own;
	if (len > HISTORY_LINE_MAX || !history_scan(line, len, &sc)) {
		history_diagnose(line, len, d);
		return d->code;
	}
	if ((e = fill(&sc, len, en)) == ERR_OK)
		return ERR_OK;
	history_entry_free(en);
	return diag_set(d, e, NULL, "a list has more than %d entries",
	    HISTORY_LIST_MAX);
}

void
history_entry_free(struct history_entry *en)
{
	free(en->rec.supported_profiles.v);
	free(en->rec.failed_profiles.v);
	free(en->rec.classification_codes.v);
	free(en->text);
	memset(en, 0, sizeof(*en));
}
