#include "worker/cli/flags.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "domain/out.h"

static void
usage(const struct flags *f, FILE *out)
{
	char	 left[64];

	fprintf(out, "usage: bpfcompat %s%s%s%s\n\n%s\n", f->verb,
	    f->table[0].kind == FLAG_END ? "" : " [flags]",
	    f->words[0] == '\0' ? "" : " ", f->words, f->about);
	if (f->table[0].kind != FLAG_END)
		fprintf(out, "\nflags:\n");
	for (const struct flag *p = f->table; p->kind != FLAG_END; p++) {
		snprintf(left, sizeof(left), "--%s%s%s", p->name,
		    p->arg == NULL ? "" : " ", p->arg == NULL ? "" : p->arg);
		fprintf(out, "  %-24s %s\n", left, p->doc);
	}
}

static bool
mistake(const struct flags *f, int *code, const char *what, const char *word)
{
	fprintf(stderr, "bpfcompat %s: %s: %s\n"
	    "see \"bpfcompat %s --help\"\n", f->verb, what, word, f->verb);
	*code = 1;
	return false;
}

static bool
set_bool(const struct flag *p, const char *v)
{
	if (v == NULL || strcmp(v, "true") == 0 || strcmp(v, "1") == 0)
		*p->to_bool = true;
	else if (strcmp(v, "false") == 0 || strcmp(v, "0") == 0)
		*p->to_bool = false;
	else
		return false;
	return true;
}

static bool
set_num(const struct flag *p, const char *v)
{
	int64_t	 n;
	char	*end;

	if (p->kind == FLAG_DUR) {
		if (time_parse_duration(v, &n) != ERR_OK)
			return false;
	} else {
		errno = 0;
		n = strtoll(v, &end, 10);
		if (errno != 0 || end == v || *end != '\0')
			return false;
	}
	if (n < p->min || n > p->max)
		return false;
	*p->to_num = n;
	return true;
}

static void
rule(const struct flag *p, char *out, size_t size)
{
	char	 lo[32], hi[32];

	switch (p->kind) {
	case FLAG_BOOL:
		snprintf(out, size, "takes true or false");
		break;
	case FLAG_DUR:
		time_format_duration(p->min, lo, sizeof(lo));
		time_format_duration(p->max, hi, sizeof(hi));
		snprintf(out, size, "takes a duration such as 90s or 8m, "
		    "from %s to %s", lo, hi);
		break;
	case FLAG_INT:
		snprintf(out, size, "takes a whole number from %lld to %lld",
		    (long long)p->min, (long long)p->max);
		break;
	default:
		snprintf(out, size, "takes a value");
		break;
	}
}

static const struct flag *
find(const struct flags *f, const char *name, size_t len)
{
	for (const struct flag *p = f->table; p->kind != FLAG_END; p++)
		if (strlen(p->name) == len && strncmp(p->name, name, len) == 0)
			return p;
	return NULL;
}

/*
 * One flag at argv[*i]; steps *i over a value in the next word.  False
 * after a mistake.
 */
static bool
one_flag(const struct flags *f, int argc, char **argv, int *i, int *code)
{
	const char		*word = argv[*i], *name, *eq, *v = NULL;
	const struct flag	*p;
	char			 what[160], why[128];
	bool			 ok = true;

	name = word + (word[1] == '-' ? 2 : 1);
	eq = strchr(name, '=');
	p = find(f, name, eq != NULL ? (size_t)(eq - name) : strlen(name));
	if (p == NULL)
		return mistake(f, code, "unknown flag", word);
	if (eq != NULL)
		v = eq + 1;
	else if (p->kind != FLAG_BOOL && *i + 1 < argc)
		v = argv[++*i];
	if (p->kind == FLAG_BOOL)
		ok = set_bool(p, v);
	else if (v == NULL)
		ok = false;
	else if (p->kind == FLAG_STR)
		*p->to_str = v;
	else
		ok = set_num(p, v);
	if (ok)
		return true;
	rule(p, why, sizeof(why));
	snprintf(what, sizeof(what), "--%s %s", p->name, why);
	return mistake(f, code, what, v == NULL ? "nothing given" : v);
}

static bool
is_help(const char *w)
{
	return strcmp(w, "-h") == 0 || strcmp(w, "-help") == 0 ||
	    strcmp(w, "--help") == 0;
}

/* --- for completion ------------------------------------------------------- */

/* What a value is called, and what it may be; "@" as the shell's scripts
   know it. */
static void
list_values(const struct flag *p)
{
	static const struct { const char *arg, *values; } known[] = {
		{ "MODE", "load_only\nload_attach\nbehavior\n" },
		{ "DIR", "@dir\n" },
		{ "FILE", "@file\n" },
		{ "FILE,...", "@file\n" },
		{ "MATRIX", "@file\n" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (p->arg != NULL && strcmp(p->arg, known[i].arg) == 0)
			fputs(known[i].values, stdout);
	if (p->arg == NULL || strcmp(p->arg, "FORMAT") != 0)
		return;
	puts("markdown");
	for (const struct out_format *o = out_formats; o->name != NULL; o++)
		printf("%s\t%s\n", o->name, o->about);
}

static void
list(const struct flags *f, const char *of)
{
	const struct flag	*p = NULL;

	if (of[0] == '-')
		p = find(f, of + (of[1] == '-' ? 2 : 1), strlen(of) -
		    (of[1] == '-' ? 2 : 1));
	if (p != NULL && p->kind != FLAG_BOOL) {
		list_values(p);
		return;
	}
	if (strcmp(of, FLAGS_LIST_WORDS) == 0 && f->max_words != 0) {
		puts("@file");
		return;
	}
	for (p = f->table; p->kind != FLAG_END; p++)
		printf("--%s\t%s\n", p->name, p->doc);
	puts("--help\tshow the flags");
}

bool
flags_parse(const struct flags *f, int argc, char **argv, int *nwords,
    int *code)
{
	bool	 only_words = false;
	int	 n = 0;

	if (argc > 1 && strncmp(argv[argc - 1], FLAGS_LIST,
	    strlen(FLAGS_LIST)) == 0) {
		list(f, argv[argc - 1] + strlen(FLAGS_LIST));
		*code = 0;
		return false;
	}
	for (int i = 1; i < argc; i++) {
		if (only_words || argv[i][0] != '-' || argv[i][1] == '\0') {
			if (f->max_words >= 0 && n >= f->max_words)
				return mistake(f, code, "unexpected word",
				    argv[i]);
			argv[n++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (is_help(argv[i])) {
			usage(f, stdout);
			*code = 0;
			return false;
		} else if (!one_flag(f, argc, argv, &i, code)) {
			return false;
		}
	}
	*nwords = n;
	return true;
}
