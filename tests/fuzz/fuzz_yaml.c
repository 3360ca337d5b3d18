/*
 * Matrices and profiles, as an operator or an upload may bring them.  What
 * is refused has a message that begins with the file; what is accepted
 * keeps the rules others rely on.
 */
#include "tests/fuzz/fuzz.h"

#include "domain/matrix.h"
#include "domain/profile.h"

static void
try_profile(const char *text, size_t len)
{
	struct profile	*p = NULL;
	struct diag	 d = DIAG_INIT;

	if (profile_parse("f", text, len, "p1", &p, &d) != ERR_OK) {
		MUST(strncmp(d.msg, "f:", 2) == 0);
		return;
	}
	MUST(strcmp(p->id, "p1") == 0);
	if (p->base[0] != '\0') {
		char	 word[PROFILE_ENV_WORD_MAX];

		MUST(profile_id_ok(p->base));
		MUST(profile_env_word(p, 0, word) != NULL);
		MUST(strpbrk(p->env.cmdline, "\"'\\\n") == NULL);
		profile_free(p);
		return;
	}
	MUST(p->memory_mb > 0 && p->cpus > 0);
	MUST(strpbrk(p->cmdline, "\"'\\\n") == NULL);
	MUST(p->source != PROFILE_PACKAGE || p->nsuites > 0);
	profile_free(p);
}

static void
try_matrix(const char *text, size_t len)
{
	struct matrix	 m;
	struct diag	 d = DIAG_INIT;

	if (matrix_parse("f", text, len, NULL, &m, &d) != ERR_OK) {
		MUST(strncmp(d.msg, "f:", 2) == 0);
		return;
	}
	MUST(m.n > 0);
	for (size_t i = 0; i < m.n; i++) {
		MUST(profile_id_ok(m.target[i].profile_id));
		MUST(matrix_find(&m, m.target[i].profile_id) ==
		    &m.target[i]);
		MUST(m.target[i].timeout_ms >= 0);
	}
	matrix_clear(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	try_profile((const char *)p, len);
	try_matrix((const char *)p, len);
	return 0;
}
