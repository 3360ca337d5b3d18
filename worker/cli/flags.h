/*
 * Flags of the command line, as a typed table per verb: the parser, the
 * limits and the help text are one list.  A flag has one or two hyphens;
 * its value follows after a space or "=".  A bare boolean flag means true
 * and takes no further word; "=false" switches it off.  "--" ends the flags.
 */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

enum	flag_kind { FLAG_END, FLAG_BOOL, FLAG_STR, FLAG_INT, FLAG_DUR };

struct	flag {
	enum flag_kind	 kind;
	const char	*name;	/* without hyphens */
	const char	*arg;	/* how help calls the value; NULL for BOOL */
	const char	*doc;
	bool		*to_bool;
	const char	**to_str;	/* points into argv afterwards */
	int64_t		*to_num;	/* FLAG_DUR: milliseconds */
	int64_t		 min;
	int64_t		 max;
};

/* The variable keeps its value (the default) when the flag is not given. */
#define FLAG_B(name, var, doc)						\
	{ FLAG_BOOL, (name), NULL, (doc), (var), NULL, NULL, 0, 0 }
#define FLAG_S(name, var, arg, doc)					\
	{ FLAG_STR, (name), (arg), (doc), NULL, (var), NULL, 0, 0 }
#define FLAG_N(name, var, min, max, arg, doc)				\
	{ FLAG_INT, (name), (arg), (doc), NULL, NULL, (var), (min), (max) }
#define FLAG_D(name, var, min, max, doc)				\
	{ FLAG_DUR, (name), "DURATION", (doc), NULL, NULL, (var), (min),	\
	    (max) }
#define FLAG_LAST	{ FLAG_END, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

struct	flags {
	const char		*verb;	/* "kernels fetch" */
	const char		*words;	/* "[PROFILE...]" or "" */
	const char		*about;	/* one or more sentences for --help */
	int			 max_words;	/* positional words; -1: any */
	const struct flag	*table;	/* ends with FLAG_LAST */
};

/*
 * As the last word it asks for the table instead of running the verb: each
 * flag, or, when a flag follows it, the values of that one, or, when
 * FLAGS_LIST_WORDS does, the words of the verb.  For completion and for the
 * test that holds the manual against the tables.
 */
#define FLAGS_LIST		"--@list="
#define FLAGS_LIST_WORDS	"@words"

/*
 * Reads argv[1..argc) (argv[0] is the verb).  Positional words are moved to
 * argv[0..*nwords) in order.  Returns true when the verb shall run.
 * Otherwise the verb ends with *code: 0 after --help (usage on standard
 * error), 1 after a mistake (said on standard error with the remedy).
 */
bool	 flags_parse(const struct flags *, int argc, char **argv, int *nwords,
	    int *code);

#endif /* !CLI_FLAGS_H */
