/*
 * Completion for bash and zsh.  The scripts know no verb and no flag: they
 * hand the words on the line to "bpfcompat __complete", which asks the verb's
 * own table (FLAGS_LIST), so there is one list and it is never out of date.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_completion.h"

#define WORDS_MAX	8	/* verbs and subverbs; the rest is no verb */

static const char bash_script[] =
    "# Completion of bpfcompat for bash.\n"
    "_bpfcompat() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} word rest\n"
    "\tCOMPREPLY=()\n"
    "\twhile IFS=$'\\t' read -r word rest; do\n"
    "\t\tcase $word in\n"
    "\t\t@file) compopt -o default 2>/dev/null ;;\n"
    "\t\t@dir) compopt -o dirnames 2>/dev/null ;;\n"
    "\t\t\"$cur\"*) COMPREPLY+=(\"$word\") ;;\n"
    "\t\tesac\n"
    "\tdone < <(\"${COMP_WORDS[0]}\" __complete \\\n"
    "\t    \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _bpfcompat bpfcompat\n";

static const char zsh_script[] =
    "#compdef bpfcompat\n"
    "# Completion of bpfcompat for zsh.\n"
    "_bpfcompat() {\n"
    "\tlocal -a lines options\n"
    "\tlocal line word\n"
    "\tlines=(\"${(@f)$(\"$words[1]\" __complete \\\n"
    "\t    \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "\tfor line in $lines; do\n"
    "\t\tword=${line%%$'\\t'*}\n"
    "\t\tcase $word in\n"
    "\t\t@file) _files ;;\n"
    "\t\t@dir) _files -/ ;;\n"
    "\t\t?*) options+=(\"${word//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\t(( $#options )) && _describe bpfcompat options\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _bpfcompat ]; then\n"
    "\t_bpfcompat \"$@\"\n"
    "else\n"
    "\tcompdef _bpfcompat bpfcompat\n"
    "fi\n";

int
verb_completion(struct conf *c, int argc, char **argv)
{
	/* In the order of the words below. */
	static const char *const scripts[] = { bash_script, zsh_script };
	static const struct flag table[] = { FLAG_LAST };
	const struct flags	 f = { "completion", "bash|zsh", "Prints the "
	    "completion of a shell:\n"
	    "  bash: source <(bpfcompat completion bash)\n"
	    "  zsh:  source <(bpfcompat completion zsh)", 1, table };
	struct diag		 d = DIAG_INIT;
	const char		*word = f.words;
	size_t			 len;
	int			 n, code;

	(void)c;
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	for (size_t i = 0; n == 1 && *word != '\0'; i++) {
		len = strcspn(word, "|");
		if (strlen(argv[0]) == len &&
		    strncmp(argv[0], word, len) == 0) {
			fputs(scripts[i], stdout);
			return fflush(stdout) == 0 ? CLI_OK : CLI_ERROR;
		}
		word += len + (word[len] == '|');
	}
	diag_set(&d, ERR_INVAL, "shell", "name the shell: bash or zsh");
	return cli_error("completion", false, &d);
}

/* argv[2..argc): the words on the line, the last of them unfinished. */
int
cli_complete(const struct verb *verbs, struct conf *c, int argc, char **argv)
{
	const char	*cur = argc > 2 ? argv[argc - 1] : "", *before = "";
	char		*words[WORDS_MAX + 3], list[256];
	int		 n = 0;

	words[n++] = argv[0];
	for (int i = 2; i < argc - 1 && n <= WORDS_MAX && argv[i][0] != '-';
	    i++)
		words[n++] = argv[i];
	if (argc > 3 && argv[argc - 2][0] == '-')
		before = argv[argc - 2];
	snprintf(list, sizeof(list), "%s%.200s%s", FLAGS_LIST, before,
	    before[0] == '\0' && cur[0] != '-' ? FLAGS_LIST_WORDS : "");
	words[n++] = list;
	words[n] = NULL;
	return cli_dispatch(verbs, "bpfcompat", "", c, n, words);
}
