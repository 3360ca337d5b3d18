#include "tryload.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
tryload_insns(const struct prog_load *as, const struct bpf_insn *insns,
    size_t n, struct tryload *t)
{
	struct bpf_prog_load_opts	 opts = *as->opts;
	struct prog_load		 l = *as;
	int				 fd;

	opts.func_info = opts.line_info = NULL;
	opts.func_info_cnt = opts.line_info_cnt = 0;
	opts.log_level = 1;
	opts.log_buf = t->log;
	opts.log_size = sizeof(t->log);
	t->log[0] = '\0';
	l.opts = &opts;
	l.insns = insns;
	l.ninsns = n;
	fd = loadhook_load(&l);
	t->error = fd < 0 ? fd : 0;
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool
tryload_return(const struct prog_load *as, struct tryload *t)
{
	const struct bpf_insn	 insns[] = { INSN_MOV0(0), INSN_EXIT };

	return tryload_insns(as, insns, 2, t);
}

bool
tryload_helper(const struct prog_load *as, uint32_t id, struct tryload *t)
{
	const struct bpf_insn	 insns[] = { INSN_CALL(id), INSN_MOV0(0),
				    INSN_EXIT };
	struct prog_load	 l = *as;

	/* Whether the licence allows it is another question. */
	l.license = "GPL";
	return tryload_insns(&l, insns, 3, t);
}

/*
 * Kernels have worded it three ways; all name the number, so another
 * complaint cannot be mistaken for it.
 */
const char *
tryload_no_helper(const struct tryload *t, uint32_t id)
{
	static const char *const words[] = { "invalid func ", "unknown func ",
	    "cannot use helper " };
	const char	*p;
	char		 number[24];
	size_t		 i, n, len;

	snprintf(number, sizeof(number), "#%u", id);
	n = strlen(number);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		p = strstr(t->log, words[i]);
		if (p == NULL)
			continue;
		p += strlen(words[i]);
		len = strcspn(p, " \n");
		if (len >= n && memcmp(p + len - n, number, n) == 0)
			return p;
	}
	return NULL;
}

bool
tryload_past_last(const struct tryload *t)
{
	return strstr(t->log, "invalid func ") != NULL;
}

void
tryload_last_words(const struct tryload *t, char *out, size_t size)
{
	static const char *const stats[] = { "processed ",
	    "verification time ", "stack depth " };
	const char	*p = t->log;
	size_t		 i, len;
	bool		 skip;

	out[0] = '\0';
	for (; *p != '\0'; p += len, p += *p == '\n') {
		len = strcspn(p, "\n");
		skip = len == 0;
		for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
			skip |= strncmp(p, stats[i], strlen(stats[i])) == 0;
		if (!skip)
			snprintf(out, size, "%.*s", (int)len, p);
	}
}
