#include "domain/compare_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "base/utf8.h"
#include "domain/profile.h"
#include "domain/report.h"

#define CHUNK	((size_t)64 * 1024)

/* Everything of a report lies in chunks that are freed with it. */
struct	chunk {
	struct chunk	*next;
	size_t		 used, size;
	max_align_t	 data[];
};

struct	whole {
	struct cmp_report	 rep;	/* first: what callers hold */
	struct chunk		*chunks;
};

/* One pass through a document. */
struct	reading {
	struct whole	*w;
	struct diag	*d;
	enum err	 e;		/* the first error */
	char		 at[64];	/* "targets[3].programs[7]" */
};

static void *
take(struct reading *r, size_t n)
{
	const size_t	 align = _Alignof(max_align_t);
	struct chunk	*c = r->w->chunks;
	size_t		 size;
	void		*p;

	n = (n + align - 1) / align * align;
	if (c == NULL || c->size - c->used < n) {
		size = n > CHUNK ? n : CHUNK;
		if ((c = malloc(sizeof(*c) + size)) == NULL) {
			if (r->e == ERR_OK)
				r->e = ERR_NOMEM;
			return NULL;
		}
		c->next = r->w->chunks;
		c->used = 0;
		c->size = size;
		r->w->chunks = c;
	}
	p = (char *)c->data + c->used;
	c->used += n;
	return memset(p, 0, n);
}

/* "why" completes "AT.KEY ...". */
static void
wrong(struct reading *r, const char *key, const char *why)
{
	char	 field[DIAG_FIELD_MAX];

	if (r->e != ERR_OK)
		return;
	snprintf(field, sizeof(field), "%s%s%s", r->at,
	    r->at[0] != '\0' && key[0] != '\0' ? "." : "", key);
	r->e = diag_set(r->d, ERR_INVAL, field, "this is no report that can "
	    "be compared: %s %s", field[0] == '\0' ? "it" : field, why);
}

/* Copies and cleans; "max" bytes of it at most. */
static const char *
text(struct reading *r, const char *s, size_t max)
{
	size_t		 len = strlen(s), n, i = 0;
	uint32_t	 cp;
	char		*out, *p;

	if (len == 0)
		return "";
	if ((p = out = take(r, (len < max ? len : max) + 4)) == NULL)
		return "";
	for (; i < len && (size_t)(p - out) < max; i += n) {
		if ((n = utf8_decode(s + i, len - i, &cp)) == 0) {
			n = 1;
			cp = 0;
		}
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			*p++ = ' ';
		else if (utf8_hides(cp))
			*p++ = '?';
		else {
			memcpy(p, s + i, n);
			p += n;
		}
	}
	while (p > out && p[-1] == ' ')
		p--;
	*p = '\0';
	return out + strspn(out, " ");
}

/* A string that may be left out; a long one is cut. */
static const char *
get_text(struct reading *r, const struct jval *o, const char *key, size_t max)
{
	const struct jval	*v = jval_get(o, key);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return "";
	if (jval_type(v) != JVAL_STR) {
		wrong(r, key, "is no string");
		return "";
	}
	return text(r, jval_str(v, ""), max);
}

/* The same for what is compared by equality: it is not cut. */
static const char *
get_name(struct reading *r, const struct jval *o, const char *key)
{
	if (strlen(jval_get_str(o, key, "")) > COMPARE_NAME_MAX) {
		wrong(r, key, "is longer than a name may be (256 bytes)");
		return "";
	}
	return get_text(r, o, key, COMPARE_NAME_MAX);
}

static const char *
get_code(struct reading *r, const struct jval *o, const char *key)
{
	const char	*s = get_name(r, o, key);

	return strcmp(s, "NONE") == 0 ? "" : s;
}

static bool
get_bool(struct reading *r, const struct jval *o, const char *key)
{
	const struct jval	*v = jval_get(o, key);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return false;
	if (jval_type(v) != JVAL_BOOL)
		wrong(r, key, "is neither true nor false");
	return jval_bool(v, false);
}

/* A count of something: not negative. */
static int64_t
get_count(struct reading *r, const struct jval *o, const char *key)
{
	const struct jval	*v = jval_get(o, key);
	int64_t			 n = jval_int(v, 0);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return 0;
	if (jval_type(v) != JVAL_INT || n < 0)
		wrong(r, key, "is no number from 0 up");
	return n;
}

/* An object that may be left out; NULL then. */
static const struct jval *
get_obj(struct reading *r, const struct jval *o, const char *key)
{
	const struct jval	*v = jval_get(o, key);

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return NULL;
	if (jval_type(v) != JVAL_OBJ)
		wrong(r, key, "is no object");
	return v;
}

/* An array of objects that may be left out; its length. */
static size_t
get_arr(struct reading *r, const struct jval *o, const char *key, size_t max,
    const struct jval **out)
{
	const struct jval	*v = jval_get(o, key);

	*out = v;
	if (v == NULL || jval_type(v) == JVAL_NULL)
		return 0;
	if (jval_type(v) != JVAL_ARR)
		wrong(r, key, "is no array");
	else if (jval_len(v) > max)
		wrong(r, key, "has too many entries");
	for (size_t i = 0; r->e == ERR_OK && i < jval_len(v); i++)
		if (jval_type(jval_at(v, i)) != JVAL_OBJ)
			wrong(r, key, "has an entry that is no object");
	return r->e == ERR_OK ? jval_len(v) : 0;
}

/* --- programs and tests --------------------------------------------------- */

/* "skipped" and whatever else is no step that was taken. */
static enum cmp_step
get_step(struct reading *r, const struct jval *o, const char *key)
{
	const char	*s = get_name(r, o, key);

	return strcmp(s, "pass") == 0 ? CMP_STEP_PASS :
	    strcmp(s, "fail") == 0 ? CMP_STEP_FAIL : CMP_STEP_NONE;
}

static int
prog_order(const void *a, const void *b)
{
	const struct cmp_prog	*p = a, *q = b;
	int			 n = strcmp(p->name, q->name);

	/* Of two with one name the one that fares worse counts. */
	if (n == 0 && (n = (int)q->load - (int)p->load) == 0)
		n = (int)q->attach - (int)p->attach;
	return n;
}

static int
test_order(const void *a, const void *b)
{
	const struct cmp_test	*p = a, *q = b;
	int			 n = strcmp(p->name, q->name);

	return n != 0 ? n : (int)q->result - (int)p->result;
}

static void
read_prog(struct reading *r, const struct jval *o, struct cmp_prog *p)
{
	const struct jval	*cls = get_obj(r, o, "classification");
	const struct jval	*ver = get_obj(r, o, "verifier");

	p->name = get_name(r, o, "name");
	p->load = get_step(r, o, "load_status");
	p->attach = get_step(r, o, "attach_status");
	p->off = get_bool(r, o, "variant_off");
	p->insns = get_count(r, ver, "processed_insns");
	p->near_limit = get_bool(r, ver, "headroom_warning");
	p->code = get_code(r, cls, "code");
	p->sub = get_name(r, cls, "sub_reason");
	p->reason = get_text(r, cls, "reason", COMPARE_TEXT_MAX);
	if (p->name[0] == '\0')
		wrong(r, "name", "is missing");
}

static void
read_progs(struct reading *r, const struct jval *o, struct cmp_target *t)
{
	const struct jval	*all;
	char			 at[sizeof(r->at)];
	size_t			 n, have = 0;

	n = get_arr(r, o, "programs", COMPARE_PROGS_MAX, &all);
	if (n == 0 || (t->progs = take(r, n * sizeof(*t->progs))) == NULL)
		return;
	memcpy(at, r->at, sizeof(at));
	for (size_t i = 0; i < n && r->e == ERR_OK; i++) {
		snprintf(r->at, sizeof(r->at), "%.30s.programs[%zu]", at, i);
		read_prog(r, jval_at(all, i), &t->progs[i]);
	}
	memcpy(r->at, at, sizeof(at));
	if (r->e != ERR_OK)
		return;
	qsort(t->progs, n, sizeof(*t->progs), prog_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(t->progs[i].name,
		    t->progs[have - 1].name) != 0)
			t->progs[have++] = t->progs[i];
	t->nprogs = have;
}

static void
read_tests(struct reading *r, const struct jval *o, struct cmp_target *t)
{
	const struct jval	*all;
	size_t			 n, have = 0;

	n = get_arr(r, get_obj(r, o, "functional"), "tests",
	    COMPARE_PROGS_MAX, &all);
	if (n == 0 || (t->tests = take(r, n * sizeof(*t->tests))) == NULL)
		return;
	for (size_t i = 0; i < n && r->e == ERR_OK; i++) {
		t->tests[i].name = get_name(r, jval_at(all, i), "name");
		t->tests[i].result = get_step(r, jval_at(all, i), "status");
		t->tests[i].required = get_bool(r, jval_at(all, i),
		    "required");
	}
	if (r->e != ERR_OK)
		return;
	qsort(t->tests, n, sizeof(*t->tests), test_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(t->tests[i].name,
		    t->tests[have - 1].name) != 0)
			t->tests[have++] = t->tests[i];
	t->ntests = have;
}

/* --- targets --------------------------------------------------------------- */

static void
read_status(struct reading *r, const struct jval *o, struct cmp_target *t)
{
	enum report_status	 s;

	t->status_word = get_name(r, o, "status");
	if (t->status_word[0] == '\0')
		wrong(r, "status", "is missing");
	s = report_status_parse(t->status_word);
	t->status = s == REPORT_PASS ? CMP_PASS : s == REPORT_FAIL ?
	    CMP_FAIL : s == REPORT_INFRA ? CMP_INFRA : CMP_OTHER;
}

static void
read_target(struct reading *r, const struct jval *o, struct cmp_target *t)
{
	const struct jval	*x = get_obj(r, o, "expected");

	t->id = get_name(r, o, "profile_id");
	if (!profile_id_ok(t->id))
		wrong(r, "profile_id", "is no profile id");
	t->required = get_bool(r, o, "required");
	read_status(r, o, t);
	t->stage = get_name(r, o, "failed_stage");
	t->code = get_code(r, o, "classification_code");
	t->confidence = get_name(r, o, "classification_confidence");
	t->reason = get_text(r, o, "classification_reason",
	    COMPARE_TEXT_MAX);
	t->sub = get_name(r, get_obj(r, o, "classification"), "sub_reason");
	t->kernel = get_name(r, get_obj(r, o, "host"), "kernel");
	t->infra = get_text(r, o, "infra_error", COMPARE_TEXT_MAX);
	t->expected_fail = t->status == CMP_FAIL && get_bool(r, x, "met");
	t->outdated = t->status == CMP_PASS &&
	    get_bool(r, x, "unexpected_pass") && get_bool(r, x, "blocks");
	read_progs(r, o, t);
	read_tests(r, o, t);
}

static int
target_order(const void *a, const void *b)
{
	return strcmp(((const struct cmp_target *)a)->id,
	    ((const struct cmp_target *)b)->id);
}

static void
read_targets(struct reading *r, const struct jval *doc)
{
	struct cmp_report	*rep = &r->w->rep;
	const struct jval	*all;
	size_t			 n;

	n = get_arr(r, doc, "targets", COMPARE_TARGETS_MAX, &all);
	if (n == 0 ||
	    (rep->targets = take(r, n * sizeof(*rep->targets))) == NULL)
		return;
	for (size_t i = 0; i < n && r->e == ERR_OK; i++) {
		snprintf(r->at, sizeof(r->at), "targets[%zu]", i);
		read_target(r, jval_at(all, i), &rep->targets[i]);
	}
	r->at[0] = '\0';
	if (r->e != ERR_OK)
		return;
	qsort(rep->targets, n, sizeof(*rep->targets), target_order);
	rep->ntargets = n;
	for (size_t i = 1; i < n; i++)
		if (strcmp(rep->targets[i - 1].id, rep->targets[i].id) == 0)
			r->e = diag_set(r->d, ERR_INVAL, "targets", "this is "
			    "no report that can be compared: target %s is "
			    "there twice", rep->targets[i].id);
}

static void
read_head(struct reading *r, const struct jval *doc)
{
	struct cmp_report	*rep = &r->w->rep;
	const struct jval	*run = get_obj(r, doc, "run");
	const struct jval	*art = get_obj(r, doc, "artifact");

	if (strcmp(jval_get_str(doc, "schema_version", ""),
	    REPORT_SCHEMA) != 0)
		wrong(r, "schema_version", "is not \"" REPORT_SCHEMA "\"");
	rep->run_id = get_name(r, run, "id");
	rep->started_at = get_name(r, run, "started_at");
	rep->mode = get_name(r, run, "validation_mode");
	rep->attach_mode = get_name(r, run, "attach_mode");
	rep->name = get_name(r, art, "name");
	rep->version = get_name(r, art, "version");
	rep->basename = get_name(r, art, "basename");
	rep->sha256 = get_name(r, art, "sha256");
	rep->matrix = get_name(r, get_obj(r, doc, "matrix"), "name");
	rep->validator_sha256 = get_name(r, get_obj(r, doc, "validator"),
	    "sha256");
	rep->status = get_name(r, get_obj(r, doc, "summary"), "status");
	if (jval_get(doc, "summary") == NULL)
		wrong(r, "summary", "is missing");
}

enum err
compare_report_read(const char *p, size_t len, struct cmp_report **out,
    struct diag *d)
{
	struct reading	 r = { .d = d };
	struct jval	*doc = NULL;

	if (len > COMPARE_REPORT_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "the report is larger "
		    "than %zu bytes", COMPARE_REPORT_MAX);
	if ((r.e = jval_parse(p, len, &doc, d)) != ERR_OK)
		return r.e;
	if ((r.w = calloc(1, sizeof(*r.w))) == NULL) {
		jval_free(doc);
		return ERR_NOMEM;
	}
	if (jval_type(doc) != JVAL_OBJ)
		wrong(&r, "", "is no JSON object");
	read_head(&r, doc);
	read_targets(&r, doc);
	jval_free(doc);
	if (r.e == ERR_OK)
		*out = &r.w->rep;
	else
		compare_report_free(&r.w->rep);
	return r.e;
}

void
compare_report_free(struct cmp_report *rep)
{
	struct whole	*w = (struct whole *)rep;

	if (rep == NULL)
		return;
	for (struct chunk *c = w->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(w);
}
