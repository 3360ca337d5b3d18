#include "worker/vm/twin.h"

#include <stdio.h>
#include <string.h>

/* Described of each comparison; the rest is only counted. */
#define TOLD_MAX	4
#define VALUE_MAX	40

struct	twin {
	size_t	 n;
	char	*text;
	size_t	 size;
};

/* NULL ends each list. */
static const char	*const whole_keys[] = { "status", NULL };
static const char	*const load_keys[] = { "status", "error_code", "stage",
	"failed_program", "failed_map", NULL };
static const char	*const attach_keys[] = { "status", "attempted",
	"passed", "failed", NULL };
static const char	*const program_keys[] = { "name", "type",
	"load_status", "load_errno", "object_status", "object_errno",
	"attach_status", "xlated_len", NULL };
static const char	*const verifier_keys[] = { "processed_insns",
	"total_states", "peak_states", "max_states_per_insn",
	"longest_mark_read", "stack_depth", NULL };
static const char	*const map_keys[] = { "name", "status", "errno",
	"attach_status", NULL };

static const char *
text_of(const struct jval *v)
{
	return v == NULL ? "nothing" : jval_text(v);
}

static void
differ(struct twin *t, const char *what, const char *key, const char *one,
    const char *other)
{
	size_t	 len = strlen(t->text);

	if (t->n++ >= TOLD_MAX)
		return;
	snprintf(t->text + len, t->size - len, "%s%.60s%s%s: %.*s, %.*s",
	    len > 0 ? "; " : "", what, what[0] != '\0' ? " " : "", key,
	    VALUE_MAX, one, VALUE_MAX, other);
}

static void
compare_keys(struct twin *t, const char *what, const char *const *keys,
    const struct jval *one, const struct jval *other)
{
	for (; *keys != NULL; keys++) {
		const char	*a = text_of(jval_get(one, *keys));
		const char	*b = text_of(jval_get(other, *keys));

		if (strcmp(a, b) != 0)
			differ(t, what, *keys, a, b);
	}
}

static void
compare_list(struct twin *t, const char *key, const char *const *keys,
    const struct jval *one, const struct jval *other)
{
	const struct jval	*a = jval_get(jval_get(one, "discovery"), key);
	const struct jval	*b = jval_get(jval_get(other, "discovery"),
				    key);
	size_t			 n = jval_len(a);
	char			 x[24], y[24];

	if (n != jval_len(b)) {
		snprintf(x, sizeof(x), "%zu", n);
		snprintf(y, sizeof(y), "%zu", jval_len(b));
		differ(t, "number of", key, x, y);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct jval	*p = jval_at(a, i), *q = jval_at(b, i);
		const char		*name = jval_get_str(p, "name", "");

		compare_keys(t, name, keys, p, q);
		compare_keys(t, name, verifier_keys,
		    jval_get(p, "verifier"), jval_get(q, "verifier"));
	}
}

size_t
twin_compare(const struct jval *one, const struct jval *other, char *text,
    size_t size)
{
	struct twin	 t = { 0, text, size };

	text[0] = '\0';
	compare_keys(&t, "", whole_keys, one, other);
	compare_keys(&t, "load", load_keys, jval_get(one, "load"),
	    jval_get(other, "load"));
	compare_keys(&t, "attach", attach_keys, jval_get(one, "attach"),
	    jval_get(other, "attach"));
	compare_list(&t, "programs", program_keys, one, other);
	compare_list(&t, "maps", map_keys, one, other);
	return t.n;
}
