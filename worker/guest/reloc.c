#include "reloc.h"

#include <stdlib.h>
#include <string.h>

/* A line longer than this is not one of libbpf's about relocations. */
#define LINE_LONGEST	4096

/* libbpf's word in angle brackets, ours, and what a missing one means. */
static const struct {
	const char	*word;
	const char	*kind;
	bool		 question; /* 0 is an answer, not a failure */
} kinds[] = {
	{ "byte_off", "field_byte_offset", false },
	{ "byte_sz", "field_byte_size", false },
	{ "field_exists", "field_exists", true },
	{ "signed", "field_signed", false },
	{ "lshift_u64", "field_lshift_u64", false },
	{ "rshift_u64", "field_rshift_u64", false },
	{ "local_type_id", "type_id_local", false },
	{ "target_type_id", "type_id_target", true },
	{ "type_exists", "type_exists", true },
	{ "type_matches", "type_matches", true },
	{ "type_size", "type_size", true },
	{ "enumval_exists", "enumval_exists", true },
	{ "enumval_value", "enumval_value", false },
};

#define NKINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* A piece of a message. */
struct	text {
	const char	*p;
	size_t		 len;
};

static bool
starts(const struct text *t, const char *word)
{
	size_t	 n = strlen(word);

	return t->len >= n && memcmp(t->p, word, n) == 0;
}

static void
skip(struct text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

/* Takes "word" off the front when it is there. */
static bool
eat(struct text *t, const char *word)
{
	if (!starts(t, word))
		return false;
	skip(t, strlen(word));
	return true;
}

/* What is in front of the first "end", which is taken off with it. */
static bool
until(struct text *t, const char *end, struct text *out)
{
	const char	*p = memmem(t->p, t->len, end, strlen(end));

	if (p == NULL)
		return false;
	out->p = t->p;
	out->len = (size_t)(p - t->p);
	skip(t, out->len + strlen(end));
	return true;
}

/* Digits with an optional sign; unsigned values come back as their bits. */
static bool
number(struct text *t, int64_t *out)
{
	uint64_t	 n = 0;
	bool		 minus = eat(t, "-");
	size_t		 digits = 0;

	while (t->len > 0 && *t->p >= '0' && *t->p <= '9') {
		if (++digits > 20)
			return false;
		n = n * 10 + (uint64_t)(*t->p - '0');
		skip(t, 1);
	}
	*out = (int64_t)(minus ? 0 - n : n);
	return digits > 0;
}

static char *
dup(const struct text *t)
{
	return t->len == 0 ? strdup("") : strndup(t->p, t->len);
}

static void
set(char **field, const struct text *t)
{
	free(*field);
	*field = dup(t);
}

/* --- one specification ----------------------------------------------------- */

struct	spec {
	size_t		 kind;	/* row of kinds */
	struct text	 type;
	struct text	 access;
	struct text	 raw;
	int64_t		 value;
	bool		 has_value;
};

/* "struct x.a.b[2] (0:1:2 @ offset 16)": type, path, indexes, offset. */
static void
field_spec(struct text t, struct spec *s)
{
	const char	*paren = memmem(t.p, t.len, " (", 2);
	struct text	 path = t, tail;
	size_t		 n;

	if (paren != NULL)
		path.len = (size_t)(paren - t.p);
	/* The type's own name has neither dot nor bracket. */
	for (n = 0; n < path.len && path.p[n] != '.' && path.p[n] != '['; n++)
		continue;
	s->type.p = path.p;
	s->type.len = n;
	s->access.p = path.p + n;
	s->access.len = path.len - n;
	eat(&s->access, ".");
	if (paren == NULL)
		return;
	tail = t;
	skip(&tail, path.len + 2);
	if (until(&tail, " @ offset ", &s->raw))
		s->has_value = number(&tail, &s->value);
}

/* "enum x::NAME = 3". */
static void
enum_spec(struct text t, struct spec *s)
{
	if (!until(&t, "::", &s->type)) {
		s->type = t;
		return;
	}
	if (!until(&t, " = ", &s->access))
		s->access = t;
	else
		s->has_value = number(&t, &s->value);
}

/* "<byte_off> [9] struct x.a (0:1 @ offset 16)". */
static bool
parse_spec(struct text t, struct spec *s)
{
	struct text	 word;
	int64_t		 id;

	memset(s, 0, sizeof(*s));
	if (!eat(&t, "<") || !until(&t, "> [", &word) || !number(&t, &id) ||
	    !eat(&t, "] "))
		return false;
	for (s->kind = 0; s->kind < NKINDS; s->kind++)
		if (strlen(kinds[s->kind].word) == word.len &&
		    memcmp(kinds[s->kind].word, word.p, word.len) == 0)
			break;
	if (s->kind == NKINDS)
		return false;
	if (strncmp(kinds[s->kind].kind, "field_", 6) == 0)
		field_spec(t, s);
	else if (strncmp(kinds[s->kind].kind, "enumval_", 8) == 0)
		enum_spec(t, s);
	else
		s->type = t;
	return true;
}

/* --- records ------------------------------------------------------------------ */

static bool
same(const char *s, const struct text *t)
{
	return s != NULL && strlen(s) == t->len && memcmp(s, t->p, t->len) == 0;
}

/* libbpf deals with one after the other: it can only be the last one. */
static struct reloc *
find(struct relocs *r, const struct text *function, int64_t index)
{
	struct reloc	*p = r->n == 0 ? NULL : &r->v[r->n - 1];

	return p != NULL && p->index == index &&
	    same(p->function, function) ? p : NULL;
}

static void *
grow(void *v, size_t n, size_t size)
{
	/* By doubling; n is a power of two or the first. */
	if ((n & (n - 1)) != 0)
		return v;
	return reallocarray(v, n == 0 ? 1 : n * 2, size);
}

static struct reloc *
add(struct relocs *r, const struct text *function, int64_t index)
{
	struct reloc	*p;

	if (r->n == RELOCS_MAX ||
	    (p = grow(r->v, r->n, sizeof(*p))) == NULL) {
		r->cut = true;
		return NULL;
	}
	r->v = p;
	p += r->n;
	memset(p, 0, sizeof(*p));
	if ((p->function = dup(function)) == NULL) {
		r->cut = true;
		return NULL;
	}
	p->kind = "unknown";
	p->index = (int)index;
	p->insn = -1;
	r->n++;
	return p;
}

static void
take_local(struct reloc *p, const struct spec *s)
{
	p->kind = kinds[s->kind].kind;
	set(&p->local_type, &s->type);
	set(&p->access, &s->access);
	set(&p->spec, &s->raw);
	/* A question's own answer on the machine it was built on is yes. */
	if (s->has_value && !kinds[s->kind].question) {
		p->local_value = s->value;
		p->has_local = true;
	}
}

static void
take_candidate(struct reloc *p, struct text t, bool matching)
{
	struct text	 index;
	struct spec	 s;

	p->candidates++;
	if (!matching)
		return;
	p->matching++;
	if (p->target_type == NULL && until(&t, " ", &index) &&
	    parse_spec(t, &s))
		set(&p->target_type, &s.type);
}

static bool
is_question(const char *kind)
{
	size_t	 i;

	for (i = 0; i < NKINDS; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].question;
	return false;
}

/* "insn #4 (ALU/ALU64) imm 16 -> 24" */
static void
take_patch(struct reloc *p, struct text t)
{
	struct text	 what;
	int64_t		 insn, from, to;

	if (!number(&t, &insn) || !until(&t, ") ", &what) ||
	    !until(&t, " ", &what) || starts(&what, "mem_sz") ||
	    !number(&t, &from) || !eat(&t, " -> ") || !number(&t, &to))
		return;
	p->insn = insn;
	p->local_value = from;
	p->target_value = to;
	p->has_local = p->has_target = true;
	p->status = to == 0 && is_question(p->kind) ? RELOC_GUARDED :
	    RELOC_RESOLVED;
}

static void
take_poison(struct reloc *p, struct text t)
{
	int64_t	 insn;

	/* The second half of a wide load is poisoned first. */
	if (number(&t, &insn))
		p->insn = insn;
	p->status = RELOC_POISONED;
}

static void
take_complaint(struct reloc *p, const struct text *t)
{
	/* The first says why, later ones only that. */
	if (p->note == NULL)
		p->note = dup(t);
}

/* A complaint may be all there is about one. */
static bool
gives_up(const struct text *t)
{
	return starts(t, "parsing [") || starts(t, "failed to ") ||
	    starts(t, "target candidate search failed");
}

/* What stands behind "prog 'f': relo #n: ". */
static void
relo_line(struct relocs *r, const struct text *function, int64_t index,
    struct text t)
{
	struct reloc	*p = find(r, function, index);
	struct spec	 s;

	if (parse_spec(t, &s)) {
		if (p == NULL && (p = add(r, function, index)) != NULL)
			take_local(p, &s);
		return;
	}
	/* ELF relocations of calls to missing functions: not CO-RE. */
	if (starts(&t, "poisoning ") || (p == NULL && (!gives_up(&t) ||
	    (p = add(r, function, index)) == NULL)))
		return;
	if (eat(&t, "matching candidate #"))
		take_candidate(p, t, true);
	else if (eat(&t, "non-matching candidate #"))
		take_candidate(p, t, false);
	else if (eat(&t, "patched insn #"))
		take_patch(p, t);
	else if (eat(&t, "substituting insn #"))
		take_poison(p, t);
	else if (!starts(&t, "no matching targets found"))
		take_complaint(p, &t);
}

static void
part_line(struct relocs *r, const struct text *prog, struct text t)
{
	struct reloc_part	*p;
	struct text		 sub;
	int64_t			 n;

	if (!number(&t, &n) || n < 0 || !eat(&t, " insns from sub-prog '") ||
	    t.len == 0 || r->nparts == RELOCS_MAX)
		return;
	sub = t;
	sub.len--;
	if ((p = grow(r->parts, r->nparts, sizeof(*p))) == NULL)
		return;
	r->parts = p;
	p += r->nparts;
	p->prog = dup(prog);
	p->sub = dup(&sub);
	p->ninsns = (size_t)n;
	r->nparts++;
}

/* "3 'bpf_x' (sym 7) for insn #5" */
static void
use_line(struct relocs *r, const struct text *function, struct text t)
{
	struct reloc_use	*p;
	struct text		 ext;
	int64_t			 n;
	size_t			 i;

	if (!number(&t, &n) || !eat(&t, " '") || !until(&t, "' (sym ", &ext) ||
	    r->nuses == RELOCS_MAX)
		return;
	for (i = 0; i < r->nuses; i++)
		if (same(r->uses[i].function, function) &&
		    same(r->uses[i].ext, &ext))
			return;
	if ((p = grow(r->uses, r->nuses, sizeof(*p))) == NULL)
		return;
	r->uses = p;
	p += r->nuses;
	p->function = dup(function);
	p->ext = dup(&ext);
	r->nuses++;
}

/* One call of relocs_parse(). */
struct	pass {
	struct relocs	*r;
	size_t		 nrelocs; /* that were there before */
	size_t		 nparts;
	struct text	 last;	/* the function asked about last */
	bool		 last_known;
};

static bool
known(struct pass *a, const struct text *function)
{
	size_t	 i;

	if (a->last.p != NULL && a->last.len == function->len &&
	    memcmp(a->last.p, function->p, function->len) == 0)
		return a->last_known;
	a->last = *function;
	a->last_known = false;
	for (i = 0; i < a->nrelocs && !a->last_known; i++)
		a->last_known = same(a->r->v[i].function, function);
	for (i = 0; i < a->nparts && !a->last_known; i++)
		a->last_known = same(a->r->parts[i].prog, function);
	return a->last_known;
}

static void
one_line(struct pass *a, struct text t)
{
	struct text	 name;
	int64_t		 index;

	if (!eat(&t, "libbpf: prog '") || !until(&t, "': ", &name))
		return;
	if (eat(&t, "found extern #")) {
		use_line(a->r, &name, t);
		return;
	}
	if (known(a, &name))
		return;
	if (eat(&t, "added "))
		part_line(a->r, &name, t);
	else if (eat(&t, "relo #") && number(&t, &index) && index >= 0 &&
	    index < RELOCS_MAX && eat(&t, ": "))
		relo_line(a->r, &name, index, t);
}

bool
relocs_wants(const char *format)
{
	static const char *const words[] = {
		"libbpf: prog '%s': relo #%d: ",
		"libbpf: prog '%s': added %zu insns from sub-prog",
		"libbpf: prog '%s': found extern #",
	};
	size_t	 i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(format, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

void
relocs_parse(struct relocs *r, const char *messages, size_t len)
{
	const char	*pos = messages, *end = messages + len, *nl;
	struct pass	 a = { r, r->n, r->nparts, { NULL, 0 }, false };
	struct text	 line;

	while (pos < end) {
		nl = memchr(pos, '\n', (size_t)(end - pos));
		line.p = pos;
		line.len = (size_t)((nl == NULL ? end : nl) - pos);
		if (line.len <= LINE_LONGEST)
			one_line(&a, line);
		pos = nl == NULL ? end : nl + 1;
	}
}

void
relocs_free(struct relocs *r)
{
	size_t	 i;

	for (i = 0; i < r->n; i++) {
		free(r->v[i].function);
		free(r->v[i].local_type);
		free(r->v[i].access);
		free(r->v[i].spec);
		free(r->v[i].target_type);
		free(r->v[i].note);
	}
	for (i = 0; i < r->nparts; i++) {
		free(r->parts[i].prog);
		free(r->parts[i].sub);
	}
	for (i = 0; i < r->nuses; i++) {
		free(r->uses[i].function);
		free(r->uses[i].ext);
	}
	free(r->v);
	free(r->parts);
	free(r->uses);
	memset(r, 0, sizeof(*r));
}

int64_t
relocs_part_at(const struct relocs *r, const char *prog, size_t ninsns,
    const char *name)
{
	size_t	 i, at = ninsns;

	if (strcmp(prog, name) == 0)
		return 0;
	for (i = 0; i < r->nparts; i++) {
		if (r->parts[i].prog == NULL || r->parts[i].sub == NULL ||
		    strcmp(r->parts[i].prog, prog) != 0)
			continue;
		if (strcmp(r->parts[i].sub, name) == 0)
			return (int64_t)at;
		at += r->parts[i].ninsns;
	}
	return -1;
}

const char *
reloc_status_word(enum reloc_status s)
{
	switch (s) {
	case RELOC_FAILED:
		return "failed";
	case RELOC_RESOLVED:
		return "resolved";
	case RELOC_GUARDED:
		return "guarded_missing";
	case RELOC_POISONED:
		return "poisoned";
	}
	return "failed";
}
