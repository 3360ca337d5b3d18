#include "domain/caution.h"

#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX	400

struct	list {
	struct jsonw	*w;
	size_t		 n;	/* of this kind */
	size_t		 written;
};

static bool
is(const struct jval *j, const char *key, const char *word)
{
	return strcmp(jval_get_str(j, key, ""), word) == 0;
}

static void
say(struct list *l, const char *text)
{
	if (++l->n > CAUTIONS_MAX)
		return;
	if (l->written++ == 0)
		jsonw_arr(l->w, "cautions");
	jsonw_str(l->w, NULL, text);
}

static void
end_kind(struct list *l, const char *what)
{
	char	 text[160];

	if (l->n > CAUTIONS_MAX) {
		snprintf(text, sizeof(text), "and %zu more %s",
		    l->n - CAUTIONS_MAX, what);
		jsonw_str(l->w, NULL, text);
	}
	l->n = 0;
}

/* The list as an array, or as the text of securityfs, "a,b,c". */
int
caution_lsm_active(const struct jval *doc)
{
	const struct jval	*lsm = jval_get(jval_get(doc, "kernel"),
				    "lsm");
	const char		*p = jval_str(lsm, "");
	size_t			 n;

	if (jval_len(lsm) == 0 && p[0] == '\0')
		return 1;
	for (size_t i = 0; i < jval_len(lsm); i++)
		if (strcmp(jval_str(jval_at(lsm, i), ""), "bpf") == 0)
			return 1;
	for (; *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if (n == 3 && memcmp(p, "bpf", 3) == 0)
			return 1;
	}
	return 0;
}

static void
headroom(struct list *l, const struct jval *p)
{
	const struct jval	*v = jval_get(p, "verifier");
	long long		 share;
	char			 text[SENTENCE_MAX];

	share = (long long)jval_get_int(v, "insn_share", 0);
	if (!jval_get_bool(v, "headroom_warning", false))
		return;
	snprintf(text, sizeof(text), "program %.120s is near the verifier's "
	    "limit on this kernel: %lld.%lld %% of it",
	    jval_get_str(p, "name", "?"), share / 10, share % 10);
	say(l, text);
}

static void
idle_lsm(struct list *l, const struct jval *p)
{
	char	 text[SENTENCE_MAX];

	if (!is(p, "type", "lsm"))
		return;
	snprintf(text, sizeof(text), "program %.120s loads, but will never "
	    "run: \"bpf\" is not among the active LSMs of this kernel",
	    jval_get_str(p, "name", "?"));
	say(l, text);
}

/* "struct task_struct___new" is a variant of struct task_struct. */
static int
plain_len(const char *type)
{
	const char	*flavor = strstr(type, "___");
	size_t		 n = flavor == NULL ? strlen(type) :
			    (size_t)(flavor - type);

	return n > 100 ? 100 : (int)n;
}

static void
guarded(struct list *l, const struct jval *p)
{
	const struct jval	*all = jval_get(p, "relocations"), *r;
	const char		*type, *access;
	char			 text[SENTENCE_MAX];

	for (size_t i = 0; i < jval_len(all); i++) {
		r = jval_at(all, i);
		if (!is(r, "status", "guarded_missing"))
			continue;
		type = jval_get_str(r, "local_type", "?");
		access = jval_get_str(r, "access", "");
		snprintf(text, sizeof(text), "program %.100s: this kernel has "
		    "no %.*s%s%.100s, so what it guards is off",
		    jval_get_str(p, "name", "?"), plain_len(type), type,
		    access[0] != '\0' ? "." : "", access);
		say(l, text);
	}
}

static void
weak_externs(struct list *l, const struct jval *doc)
{
	const struct jval	*all, *x;
	char			 text[SENTENCE_MAX];

	all = jval_get(jval_get(doc, "discovery"), "externs");
	for (size_t i = 0; i < jval_len(all); i++) {
		x = jval_at(all, i);
		if (!is(x, "status", "weak_missing"))
			continue;
		snprintf(text, sizeof(text), "%.20s %.160s, declared weak, is "
		    "not in this kernel: what it guards is off",
		    jval_get_str(x, "kind", "extern"),
		    jval_get_str(x, "name", "?"));
		say(l, text);
	}
	end_kind(l, "weak externs that are missing");
}

static void
each_program(struct list *l, const struct jval *doc,
    void (*look)(struct list *, const struct jval *), const char *what)
{
	const struct jval	*all, *p;

	all = jval_get(jval_get(doc, "discovery"), "programs");
	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		if (is(p, "load_status", "pass"))
			look(l, p);
	}
	end_kind(l, what);
}

void
caution_write(struct jsonw *w, const struct jval *doc)
{
	struct list	 l = { w, 0, 0 };

	each_program(&l, doc, headroom, "programs near the limit");
	if (!caution_lsm_active(doc))
		each_program(&l, doc, idle_lsm, "LSM programs");
	each_program(&l, doc, guarded, "guards that answered no");
	weak_externs(&l, doc);
	if (l.written > 0)
		jsonw_end(w);
}
