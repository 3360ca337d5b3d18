/* The policy of a request: read, normalised, written. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/select.h"

#define CODE_MAX	64	/* bytes of a classification code */

enum	kind { P_BOOL, P_MIN, P_MAX, P_CODES, P_SCOPE };

static const struct key {
	const char	*name;
	enum kind	 kind;
	size_t		 at;	/* in struct select_policy */
} keys[] = {
#define AT(m)	offsetof(struct select_policy, m)
	{ "require_summary_pass", P_BOOL, AT(summary_pass) },
	{ "min_required_passed", P_MIN, AT(min_required_passed) },
	{ "max_required_failed", P_MAX, AT(max_required_failed) },
	{ "require_kernel_btf", P_BOOL, AT(kernel_btf) },
	{ "require_attach_support", P_BOOL, AT(attach) },
	{ "require_ringbuf_support", P_BOOL, AT(ringbuf) },
	{ "require_perf_event_array_support", P_BOOL, AT(perf_event_array) },
	{ "deny_classification_codes", P_CODES, AT(deny) },
	{ "allow_classification_codes", P_CODES, AT(allow) },
	{ "classification_codes_scope", P_SCOPE, AT(codes_of_host) },
#undef AT
};
#define NKEYS	(sizeof(keys) / sizeof(keys[0]))

struct	reading {
	const char		*label;
	struct select_policy	*p;
	struct diag		*d;
};

void
select_policy_init(struct select_policy *p)
{
	memset(p, 0, sizeof(*p));
	p->max_required_failed = -1;
}

void
select_policy_clear(struct select_policy *p)
{
	for (size_t i = 0; i < p->ndeny; i++)
		free(p->deny[i]);
	for (size_t i = 0; i < p->nallow; i++)
		free(p->allow[i]);
	select_policy_init(p);
}

static enum err
bad(const struct reading *r, const char *key, const char *rule)
{
	char	 field[DIAG_FIELD_MAX];

	snprintf(field, sizeof(field), "%s.%.60s", r->label, key);
	return diag_set(r->d, ERR_INVAL, field, "%s %s", field, rule);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Trimmed and in capitals; NULL for a blank one, or without memory. */
static char *
code_of(const char *s)
{
	size_t	 n;
	char	*out;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	if (n == 0 || (out = strndup(s, n)) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)toupper((unsigned char)out[i]);
	return out;
}

static enum err
read_codes(const struct reading *r, const char *key, const struct jval *v,
    char **list, size_t *n)
{
	size_t	 kept = 0;
	char	*code;

	if (jval_type(v) != JVAL_ARR || jval_len(v) > SELECT_CODES_MAX)
		return bad(r, key, "must be an array of at most 64 texts");
	for (size_t i = 0; i < jval_len(v); i++) {
		const char	*s = jval_str(jval_at(v, i), NULL);

		if (s == NULL || strlen(s) > CODE_MAX)
			return bad(r, key, "must be an array of "
			    "classification codes such as MISSING_BTF");
		if ((code = code_of(s)) != NULL)
			list[(*n)++] = code;
	}
	qsort(list, *n, sizeof(*list), by_text);
	for (size_t i = 0; i < *n; i++) {
		if (kept > 0 && strcmp(list[kept - 1], list[i]) == 0)
			free(list[i]);
		else
			list[kept++] = list[i];
	}
	*n = kept;
	return ERR_OK;
}

static enum err
read_value(const struct reading *r, const struct key *k,
    const struct jval *v)
{
	char		*at = (char *)r->p + k->at;
	bool		 deny = k->at == offsetof(struct select_policy, deny);
	const char	*word;

	switch (k->kind) {
	case P_BOOL:
		if (jval_type(v) != JVAL_BOOL)
			return bad(r, k->name, "must be true or false");
		*(bool *)(void *)at = jval_bool(v, false);
		return ERR_OK;
	case P_MIN:
	case P_MAX:
		if (jval_type(v) != JVAL_INT || (k->kind == P_MAX &&
		    jval_int(v, 0) < 0))
			return bad(r, k->name, k->kind == P_MAX ?
			    "must be a whole number, 0 or more" :
			    "must be a whole number");
		*(int64_t *)(void *)at = jval_int(v, 0);
		return ERR_OK;
	case P_CODES:
		return read_codes(r, k->name, v, deny ? r->p->deny :
		    r->p->allow, deny ? &r->p->ndeny : &r->p->nallow);
	case P_SCOPE:
		word = jval_str(v, "");
		if (strcmp(word, "record") != 0 && strcmp(word, "host") != 0)
			return bad(r, k->name, "must be record or host");
		*(bool *)(void *)at = word[0] == 'h';
	}
	return ERR_OK;
}

static enum err
read_member(const char *key, const struct jval *v, void *arg)
{
	const struct reading	*r = arg;

	for (size_t i = 0; i < NKEYS; i++)
		if (strcmp(keys[i].name, key) == 0)
			return v == NULL || jval_type(v) == JVAL_NULL ?
			    ERR_OK : read_value(r, &keys[i], v);
	return bad(r, key, "is not a rule of a policy");
}

enum err
select_policy_read(const struct jval *v, const char *label,
    struct select_policy *p, struct diag *d)
{
	struct reading	 r = { label, p, d };
	enum err	 e;

	select_policy_init(p);
	if (v == NULL || jval_type(v) == JVAL_NULL)
		return ERR_OK;
	if (jval_type(v) != JVAL_OBJ)
		return diag_set(d, ERR_INVAL, label, "%s must be an object",
		    label);
	if ((e = jval_each(v, read_member, &r)) != ERR_OK)
		select_policy_clear(p);
	return e;
}

bool
select_policy_constrains(const struct select_policy *p)
{
	return p->summary_pass || p->kernel_btf || p->attach || p->ringbuf ||
	    p->perf_event_array || p->min_required_passed > 0 ||
	    p->max_required_failed >= 0 || p->ndeny > 0 || p->nallow > 0;
}

void
select_policy_json(struct jsonw *w, const char *key,
    const struct select_policy *p)
{
	jsonw_obj(w, key);
	for (size_t i = 0; i < NKEYS; i++) {
		const char	*at = (const char *)p + keys[i].at;

		if (keys[i].kind == P_BOOL && *(const bool *)(const void *)at)
			jsonw_bool(w, keys[i].name, true);
		if (keys[i].kind == P_MIN && p->min_required_passed > 0)
			jsonw_int(w, keys[i].name, p->min_required_passed);
		if (keys[i].kind == P_MAX && p->max_required_failed >= 0)
			jsonw_int(w, keys[i].name, p->max_required_failed);
	}
	jsonw_strs_opt(w, "deny_classification_codes", p->deny, p->ndeny);
	jsonw_strs_opt(w, "allow_classification_codes", p->allow, p->nallow);
	if (p->codes_of_host)
		jsonw_str(w, "classification_codes_scope", "host");
	jsonw_end(w);
}
