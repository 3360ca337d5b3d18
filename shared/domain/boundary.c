#include "domain/boundary.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/classify.h"

/* More causes than this are counted, not told. */
#define CAUSES_TOLD	4
#define CAUSE_MAX	200

struct	cell {
	unsigned int	 version;	/* major << 16 | minor */
	const struct jval *target;
	char		 label[80];	/* "6.1", or the profile */
	char		 cause[CAUSE_MAX];
	bool		 pass;
	bool		 told;
};

static unsigned int
version_of(const char *s)
{
	unsigned long	 major, minor = 0;
	char		*end;

	if (!isdigit((unsigned char)*s))
		return 0;
	major = strtoul(s, &end, 10);
	if (*end == '.' && isdigit((unsigned char)end[1]))
		minor = strtoul(end + 1, NULL, 10);
	return major > 0xfffe || minor > 0xfffe ? 0 :
	    (unsigned int)(major << 16 | minor);
}

/* "(out_of_bounds)": a clause on the verifier says little without it. */
static void
add_sub(struct cell *c)
{
	const struct jval	*cls;
	size_t			 n = strlen(c->cause);
	const char		*sub;

	cls = jval_get(c->target, "classification");
	sub = jval_get_str(cls, "sub_reason", "");
	if (strcmp(jval_get_str(cls, "code", ""), CLASS_VERIFIER) == 0 &&
	    sub[0] != '\0')
		snprintf(c->cause + n, sizeof(c->cause) - n, " (%s)", sub);
}

/* The first clause of the reason: what is wrong, without where. */
static void
set_cause(struct cell *c)
{
	const char	*why, *cut;
	size_t		 n;

	why = jval_get_str(c->target, "classification_reason", "");
	if (why[0] == '\0')
		why = jval_get_str(c->target, "classification_code",
		    "cause not known");
	n = strlen(why);
	if ((cut = strstr(why, ": ")) != NULL)
		n = (size_t)(cut - why);
	if ((cut = strstr(why, "; ")) != NULL && (size_t)(cut - why) < n)
		n = (size_t)(cut - why);
	snprintf(c->cause, sizeof(c->cause), "%.*s", n < sizeof(c->cause) ?
	    (int)n : (int)sizeof(c->cause) - 1, why);
	add_sub(c);
}

static bool
fill_cell(struct cell *c, const struct jval *t)
{
	const char	*status = jval_get_str(t, "status", "");
	const char	*kernel = jval_get_str(jval_get(t, "host"), "kernel",
			    "");

	/* It tells about a policy, not about a version. */
	if (jval_get(t, "environment") != NULL)
		return false;
	c->target = t;
	c->pass = strcmp(status, "pass") == 0;
	if (kernel[0] == '\0')
		kernel = jval_get_str(jval_get(t, "kernel"), "release", "");
	if (version_of(kernel) == 0)
		kernel = jval_get_str(jval_get(t, "profile"),
		    "kernel_family", "");
	c->version = version_of(kernel);
	if (c->version == 0 || (!c->pass && strcmp(status, "fail") != 0))
		return false;
	if (!c->pass)
		set_cause(c);
	return true;
}

static int
by_version(const void *a, const void *b)
{
	const struct cell	*x = a, *y = b;

	if (x->version != y->version)
		return x->version < y->version ? -1 : 1;
	return strcmp(jval_get_str(x->target, "profile_id", ""),
	    jval_get_str(y->target, "profile_id", ""));
}

/* A line's name, or the profile's where two of one line differ. */
static void
set_labels(struct cell *c, size_t n)
{
	bool	 alone;

	for (size_t i = 0; i < n; i++) {
		alone = true;
		for (size_t k = 0; k < n; k++)
			if (c[k].version == c[i].version &&
			    c[k].pass != c[i].pass)
				alone = false;
		if (alone)
			snprintf(c[i].label, sizeof(c[i].label), "%u.%u",
			    c[i].version >> 16, c[i].version & 0xffff);
		else
			snprintf(c[i].label, sizeof(c[i].label), "%s",
			    jval_get_str(c[i].target, "profile_id", "?"));
	}
}

static void
say(struct boundary *b, const char *text)
{
	size_t	 n = strlen(b->sentence);

	snprintf(b->sentence + n, sizeof(b->sentence) - n, "%s", text);
}

/*
 * "5.10, 6.1 fail: why" for every cell with the cause of "c"; each label
 * once.
 */
static void
tell_cause(struct boundary *b, struct cell *c, size_t n, size_t first)
{
	char	 text[CAUSE_MAX + 16];
	size_t	 labels = 0;

	for (size_t i = first; i < n; i++) {
		if (c[i].pass || c[i].told ||
		    strcmp(c[i].cause, c[first].cause) != 0)
			continue;
		c[i].told = true;
		if (i > first && strcmp(c[i].label, c[i - 1].label) == 0)
			continue;
		say(b, labels++ > 0 ? ", " : "");
		say(b, c[i].label);
	}
	snprintf(text, sizeof(text), " %s: %s", labels > 1 ? "fail" :
	    "fails", c[first].cause);
	say(b, text);
}

static void
tell_causes(struct boundary *b, struct cell *c, size_t n)
{
	char	 text[64];
	size_t	 told = 0, more = 0;

	for (size_t i = 0; i < n; i++) {
		if (c[i].pass || c[i].told)
			continue;
		if (told == CAUSES_TOLD) {
			more++;
			continue;
		}
		say(b, "; ");
		tell_cause(b, c, n, i);
		told++;
	}
	if (more > 0) {
		snprintf(text, sizeof(text), "; %zu more kernels fail for "
		    "other causes", more);
		say(b, text);
	}
}

/* All bad ones before all good ones, or the other way round. */
static const char *
kind_of(const struct cell *c, size_t n)
{
	size_t	 changes = 0, good = 0;

	for (size_t i = 0; i < n; i++) {
		good += c[i].pass;
		if (i > 0 && c[i].pass != c[i - 1].pass)
			changes++;
		/* One line that answers both ways has no order. */
		if (i > 0 && c[i].version == c[i - 1].version &&
		    c[i].pass != c[i - 1].pass)
			changes++;
	}
	if (good == 0)
		return "none";
	if (good == n)
		return "all";
	return changes > 1 ? "mixed" : c[n - 1].pass ? "from" : "up_to";
}

static void
tell_mixed(struct boundary *b, const struct cell *c, size_t n)
{
	size_t	 labels = 0;

	say(b, "works on ");
	for (size_t i = 0; i < n; i++) {
		if (!c[i].pass || (i > 0 && c[i - 1].pass &&
		    strcmp(c[i].label, c[i - 1].label) == 0))
			continue;
		say(b, labels++ > 0 ? ", " : "");
		say(b, c[i].label);
	}
	say(b, ", but a newer or older kernel alone does not decide");
}

static void
tell(struct boundary *b, struct cell *c, size_t n)
{
	const struct cell	*good = NULL, *bad = NULL, *last_good = NULL;

	for (size_t i = 0; i < n; i++) {
		if (c[i].pass) {
			last_good = &c[i];
			if (good == NULL)
				good = &c[i];
		} else
			bad = &c[i];
	}
	snprintf(b->first_good, sizeof(b->first_good), "%s", good == NULL ?
	    "" : good->label);
	snprintf(b->last_bad, sizeof(b->last_bad), "%s", bad == NULL ? "" :
	    bad->label);
	if (strcmp(b->kind, "all") == 0)
		return;
	if (strcmp(b->kind, "from") == 0) {
		say(b, "works from ");
		say(b, good->label);
		say(b, " on");
	} else if (strcmp(b->kind, "up_to") == 0) {
		say(b, "works up to ");
		say(b, last_good->label);
	} else if (strcmp(b->kind, "none") == 0)
		say(b, "works on none of these kernels");
	else
		tell_mixed(b, c, n);
	tell_causes(b, c, n);
}

void
boundary_find(struct jval *const *targets, size_t n, struct boundary *b)
{
	struct cell	*c;
	size_t		 used = 0;

	memset(b, 0, sizeof(*b));
	b->kind = "";
	if (n == 0 || (c = calloc(n, sizeof(*c))) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		if (fill_cell(&c[used], targets[i]))
			used++;
		else
			memset(&c[used], 0, sizeof(*c));
	if (used > 0) {
		qsort(c, used, sizeof(*c), by_version);
		set_labels(c, used);
		b->kind = kind_of(c, used);
		tell(b, c, used);
	}
	free(c);
}
