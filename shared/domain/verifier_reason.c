#include "domain/verifier_words.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of stack a frame has (linux/filter.h: MAX_BPF_STACK). */
#define STACK_SIZE	512

/* Of a line no more is looked at. */
#define LINE_MAX_SEEN	1024

static void
keep(char *name, size_t size, const char *from, const char *to)
{
	size_t	 n = (size_t)(to - from);

	if (name == NULL || size == 0)
		return;
	if (n >= size)
		n = size - 1;
	memcpy(name, from, n);
	name[n] = '\0';
}

/* Where the next literal piece of "pattern" ends. */
static size_t
piece_len(const char *pattern)
{
	size_t	 n = strcspn(pattern, "*%");

	/* '$' means the end only where the pattern ends. */
	if (pattern[n] == '\0' && n > 0 && pattern[n - 1] == '$')
		n--;
	return n;
}

/* Does "line" end with the literal "p" of "n" bytes?  Where it begins. */
static const char *
at_end(const char *line, const char *p, size_t n)
{
	size_t	 len = strlen(line);

	return len >= n && memcmp(line + len - n, p, n) == 0 ?
	    line + len - n : NULL;
}

static const char *
find_piece(const char *line, const char *p, size_t n)
{
	if (p[n] == '$' && p[n + 1] == '\0')
		return at_end(line, p, n);
	return memmem(line, strlen(line), p, n);
}

/*
 * Each wildcard takes as little as it can, which is enough for sentences
 * and needs no going back.
 */
int
verifier_pattern(const char *pattern, const char *line, char *name,
    size_t size)
{
	const char	*hit;
	size_t		 n;
	char		 wild;

	keep(name, size, line, line);
	n = piece_len(pattern);
	if (strncmp(line, pattern, n) != 0)
		return 0;
	pattern += n;
	line += n;
	while (*pattern == '*' || *pattern == '%') {
		wild = *pattern++;
		n = piece_len(pattern);
		if (n == 0 && *pattern == '\0')
			hit = line + strlen(line);
		else if ((hit = find_piece(line, pattern, n)) == NULL)
			return 0;
		if (wild == '%')
			keep(name, size, line, hit);
		pattern += n;
		line = hit + n;
	}
	return *pattern != '$' || *line == '\0';
}

/*
 * Old verifiers say the same of stack that was never written and of what is
 * no stack: "invalid read from stack R10 off=-520 size=8".  The offset tells.
 */
static enum verifier_rule
which_stack(enum verifier_rule rule, const char *line)
{
	const char	*off = strstr(line, " off="), *size;
	long		 from, len;

	if (rule != VR_UNINIT_STACK || off == NULL ||
	    (size = strstr(off, " size=")) == NULL)
		return rule;
	from = strtol(off + 5, NULL, 10);
	len = strtol(size + 6, NULL, 10);
	return from < -STACK_SIZE || from >= 0 || len > -from ?
	    VR_STACK_BOUNDS : rule;
}

static const struct verifier_reason *
find_one(const char *line, char *name, size_t size)
{
	const struct verifier_word	*w;

	for (w = verifier_words; w->pattern != NULL; w++)
		if (verifier_pattern(w->pattern, line, name, size))
			return &verifier_rules[which_stack(w->rule, line)];
	keep(name, size, line, line);
	return NULL;
}

/*
 * Several lines of one complaint come joined by "; ", and some verifiers say
 * something harmless first: each is looked at alone, then the whole.
 */
const struct verifier_reason *
verifier_reason_find(const char *line, char *name, size_t size)
{
	const struct verifier_reason	*why;
	const char			*p = line, *end;
	char				 part[LINE_MAX_SEEN];

	while ((end = strstr(p, "; ")) != NULL) {
		keep(part, sizeof(part), p, end);
		if ((why = find_one(part, name, size)) != NULL)
			return why;
		p = end + 2;
	}
	if ((why = find_one(p, name, size)) != NULL || p == line)
		return why;
	return find_one(line, name, size);
}

const struct verifier_reason *
verifier_reason_at(size_t i)
{
	return i < VR__MAX ? &verifier_rules[i] : NULL;
}
