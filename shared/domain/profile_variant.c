/*
 * Variants: profiles that boot the kernel of another one under another
 * policy.  Many failures in the field come from there and not from the
 * kernel: lockdown, a list of security modules without "bpf", the JIT turned
 * off, a small memory lock limit, no BTF.
 */
#include "domain/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml_in.h"

#define MEMLOCK_KB_MAX	(1024 * 1024)
/* A kernel takes 2048 bytes of parameters, ours and the base's included. */
#define ENV_ROOM	1000

const struct ykey profile_env_keys[] = {
	{ "cmdline", Y_STR, false, 1, 1024, NULL },
	{ "sysctls", Y_STRS, false, 1, PROFILE_SYSCTLS_MAX, NULL },
	{ "memlock_kb", Y_INT, false, 4, MEMLOCK_KB_MAX, NULL },
	{ "kernel_btf", Y_STR, false, 1, 16, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

/* Parameters by which a guest is run and watched; a profile has no say. */
static const char *const ours[] = { "bpfcompat.", "init=", "rdinit=",
    "console=", "console_msg_format=", "loglevel=", "printk.", "quiet",
    "panic=", "oops=", "root=", "initrd=", "--", NULL };

/* Printable, no quotes: all parameters go to one command line. */
bool
profile_cmdline_ok(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e || *s == '"' || *s == '\'' ||
		    *s == '\\')
			return false;
	return true;
}

/* The word that is not a profile's to set, or NULL. */
static const char *
our_word(const char *s)
{
	for (; *s != '\0'; s += strcspn(s, " ")) {
		s += strspn(s, " ");
		for (size_t i = 0; ours[i] != NULL; i++)
			if (strncmp(s, ours[i], strlen(ours[i])) == 0)
				return ours[i];
	}
	return NULL;
}

static enum err
read_cmdline(const struct ydoc *doc, const struct yval *v,
    struct profile_env *env, struct diag *d)
{
	const char	*s = yval_str(v, ""), *bad;

	if (!profile_cmdline_ok(s))
		return ydoc_fail(doc, v, d, "environment.cmdline",
		    "must be printable ASCII without quotes or backslashes");
	if (v != NULL && s[strspn(s, " ")] == '\0')
		return ydoc_fail(doc, v, d, "environment.cmdline",
		    "names no parameter");
	if ((bad = our_word(s)) != NULL)
		return ydoc_fail(doc, v, d, "environment.cmdline", "\"%s\" "
		    "is how guests are run and cannot be set here", bad);
	return (env->cmdline = strdup(s)) == NULL ? ERR_NOMEM : ERR_OK;
}

/* "net.core.bpf_jit_enable=0" */
static bool
sysctl_ok(const char *s)
{
	static const char	 name[] = "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_-.";
	static const char	 value[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.,:";
	size_t			 n = strspn(s, name);

	return strlen(s) <= PROFILE_SYSCTL_LEN && n > 0 && s[n] == '=' &&
	    s[0] != '.' && s[n - 1] != '.' &&
	    memmem(s, n, "..", 2) == NULL && memchr(s, '.', n) != NULL &&
	    s[n + 1] != '\0' &&
	    strspn(s + n + 1, value) == strlen(s + n + 1);
}

static bool
named_before(const struct profile_env *env, const char *s)
{
	size_t	 n = strcspn(s, "=") + 1;

	for (int i = 0; i < env->nsysctls; i++)
		if (strncmp(env->sysctl[i], s, n) == 0)
			return true;
	return false;
}

static enum err
read_sysctls(const struct ydoc *doc, const struct yval *list,
    struct profile_env *env, struct diag *d)
{
	char	 key[DIAG_FIELD_MAX];

	for (size_t i = 0; i < yval_len(list); i++) {
		const struct yval	*v = yval_at(list, i);
		const char		*s = yval_str(v, "");

		snprintf(key, sizeof(key), "environment.sysctls[%zu]", i);
		if (!sysctl_ok(s))
			return ydoc_fail(doc, v, d, key, "must be NAME=VALUE "
			    "with a name such as kernel.x and at most %d "
			    "characters", PROFILE_SYSCTL_LEN);
		if (named_before(env, s))
			return ydoc_fail(doc, v, d, key, "\"%.*s\" is set "
			    "twice", (int)strcspn(s, "="), s);
		if ((env->sysctl[env->nsysctls] = strdup(s)) == NULL)
			return ERR_NOMEM;
		env->nsysctls++;
	}
	return ERR_OK;
}

static size_t
length(const struct profile_env *env)
{
	size_t	 n = strlen(env->cmdline);

	for (int i = 0; i < env->nsysctls; i++)
		n += strlen(env->sysctl[i]) + 20; /* with our word before */
	return n;
}

enum err
profile_env_read(const struct ydoc *doc, const struct yval *v,
    struct profile *p, struct diag *d)
{
	const struct yval	*btf = yval_get(v, "kernel_btf");
	struct profile_env	*env = &p->env;
	enum err		 e;

	if (btf != NULL && strcmp(yval_str(btf, ""), "hidden") != 0)
		return ydoc_fail(doc, btf, d, "environment.kernel_btf",
		    "must be hidden, or be left out");
	if ((e = read_cmdline(doc, yval_get(v, "cmdline"), env, d)) !=
	    ERR_OK || (e = read_sysctls(doc, yval_get(v, "sysctls"), env,
	    d)) != ERR_OK)
		return e;
	if (length(env) > ENV_ROOM)
		return ydoc_fail(doc, v, d, "environment", "is %zu bytes "
		    "long, and a kernel command line has room for %d",
		    length(env), ENV_ROOM);
	env->memlock_kb = (int)yval_int(yval_get(v, "memlock_kb"), 0);
	env->hide_btf = btf != NULL;
	if (env->cmdline[0] == '\0' && env->nsysctls == 0 &&
	    env->memlock_kb == 0 && !env->hide_btf)
		return ydoc_fail(doc, v, d, "environment", "names nothing "
		    "that differs from the base");
	return ERR_OK;
}

void
profile_env_clear(struct profile_env *env)
{
	free(env->cmdline);
	for (int i = 0; i < env->nsysctls; i++)
		free(env->sysctl[i]);
	memset(env, 0, sizeof(*env));
}

enum err
profile_inherit(struct profile *p, const struct profile *base)
{
	const struct { char **to; const char *from; } text[] = {
		{ &p->distro, base->distro },
		{ &p->version, base->version },
		{ &p->kernel_family, base->kernel_family },
		{ &p->arch, base->arch },
		{ &p->line, base->line },
		{ &p->flavour, base->flavour },
		{ &p->image_url, base->image_url },
		{ &p->image_path, base->image_path },
		{ &p->image_sha256, base->image_sha256 },
		{ &p->cmdline, base->cmdline },
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if ((*text[i].to = strdup(text[i].from)) == NULL)
			return ERR_NOMEM;
	for (; p->nsuites < base->nsuites; p->nsuites++)
		if ((p->suite[p->nsuites] =
		    strdup(base->suite[p->nsuites])) == NULL)
			return ERR_NOMEM;
	p->source = base->source;
	p->memory_mb = base->memory_mb;
	p->cpus = base->cpus;
	p->says_btf = base->says_btf || p->env.hide_btf;
	p->expected_btf = base->expected_btf && !p->env.hide_btf;
	p->of = base;
	return ERR_OK;
}

const struct profile *
profile_kernel(const struct profile *p)
{
	return p->of != NULL ? p->of : p;
}

/* Word "i" of a kernel command line. */
static bool
cmdline_word(const char *s, int *i, char *out, size_t size)
{
	size_t	 n;

	for (; s != NULL && *(s += strspn(s, " ")) != '\0'; s += n) {
		n = strcspn(s, " ");
		if ((*i)-- == 0) {
			snprintf(out, size, "%.*s", (int)n, s);
			return true;
		}
	}
	return false;
}

const char *
profile_env_word(const struct profile *p, int i,
    char out[PROFILE_ENV_WORD_MAX])
{
	const struct profile_env	*env = &p->env;

	if (cmdline_word(env->cmdline, &i, out, PROFILE_ENV_WORD_MAX))
		return out;
	if (i < env->nsysctls) {
		snprintf(out, PROFILE_ENV_WORD_MAX, "sysctl %s",
		    env->sysctl[i]);
		return out;
	}
	i -= env->nsysctls;
	if (env->memlock_kb != 0 && i-- == 0) {
		snprintf(out, PROFILE_ENV_WORD_MAX, "memory lock limit "
		    "%d KiB", env->memlock_kb);
		return out;
	}
	if (env->hide_btf && i == 0) {
		snprintf(out, PROFILE_ENV_WORD_MAX, "kernel BTF hidden");
		return out;
	}
	return NULL;
}
