#include "worker/environment.h"

#include <stdio.h>
#include <string.h>

#include "base/json_in.h"
#include "worker/guest/wire.h"

enum err
environment_cmdline(const struct profile *p, struct buf *b)
{
	const struct profile_env	*env = &p->env;

	if (p->cmdline != NULL)
		buf_adds(b, p->cmdline);
	if (env->cmdline != NULL && env->cmdline[0] != '\0')
		buf_addf(b, " %s", env->cmdline);
	for (int i = 0; i < env->nsysctls; i++)
		buf_addf(b, " " WIRE_PARAM_SYSCTL "%s", env->sysctl[i]);
	if (env->memlock_kb != 0)
		buf_addf(b, " " WIRE_PARAM_MEMLOCK "%d", env->memlock_kb);
	if (env->hide_btf)
		buf_adds(b, " " WIRE_PARAM_BTF);
	return buf_err(b);
}

/* --- what came about ------------------------------------------------------ */

/* The value of the last "key" on the command line, or NULL. */
static const char *
cmdline_value(const char *cmdline, const char *key, char *out, size_t size)
{
	size_t	 n, k = strlen(key);
	bool	 found = false;

	for (; *cmdline != '\0'; cmdline += n) {
		cmdline += strspn(cmdline, " ");
		n = strcspn(cmdline, " ");
		if (n < k || strncmp(cmdline, key, k) != 0)
			continue;
		snprintf(out, size, "%.*s", (int)(n - k), cmdline + k);
		found = true;
	}
	return found ? out : NULL;
}

static bool
has_module(const struct jval *lsm, const char *name, size_t len)
{
	const char	*s;

	for (size_t i = 0; i < jval_len(lsm); i++) {
		s = jval_str(jval_at(lsm, i), "");
		if (strlen(s) == len && memcmp(s, name, len) == 0)
			return true;
	}
	return false;
}

static bool
in_list(const char *list, const char *name)
{
	size_t	 n, len = strlen(name);

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && memcmp(list, name, n) == 0)
			return true;
	}
	return false;
}

/*
 * The modules of lsm= are there and nothing else: but "capability", which
 * always is, and what a kernel turns on by itself because of it.
 */
static bool
lsm_as_asked(const struct jval *lsm, const char *want, char *why, size_t size)
{
	static const char	 always[] = "capability,ima,evm,integrity";
	const char		*p, *s;
	size_t			 n;

	for (p = want; *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if (n == 0 || has_module(lsm, p, n) ||
		    (n == 9 && memcmp(p, "integrity", n) == 0))
			continue;
		snprintf(why, size, "the security module %.*s is not active",
		    (int)n, p);
		return false;
	}
	for (size_t i = 0; i < jval_len(lsm); i++) {
		s = jval_str(jval_at(lsm, i), "");
		if (in_list(always, s) || in_list(want, s))
			continue;
		snprintf(why, size, "the security module %.40s is active",
		    s);
		return false;
	}
	return true;
}

static bool
params_as_asked(const char *cmdline, const struct jval *kernel, char *why,
    size_t size)
{
	char		 value[512];
	const char	*mode;

	if (cmdline_value(cmdline, "lockdown=", value, sizeof(value)) !=
	    NULL) {
		mode = jval_get_str(kernel, "lockdown", "");
		if (strcmp(mode, value) != 0) {
			snprintf(why, size, "kernel lockdown is \"%.40s\"",
			    mode);
			return false;
		}
	}
	return cmdline_value(cmdline, "lsm=", value, sizeof(value)) == NULL ||
	    lsm_as_asked(jval_get(kernel, "lsm"), value, why, size);
}

static bool
sysctls_as_asked(const struct profile_env *env, const struct jval *sysctls,
    char *why, size_t size)
{
	char		 name[PROFILE_SYSCTL_LEN + 1];
	const char	*value, *is;

	for (int i = 0; i < env->nsysctls; i++) {
		value = strchr(env->sysctl[i], '=') + 1;
		snprintf(name, sizeof(name), "%.*s",
		    (int)(value - 1 - env->sysctl[i]), env->sysctl[i]);
		is = jval_get_str(sysctls, name, "");
		if (strcmp(is, value) == 0)
			continue;
		snprintf(why, size, "%s is \"%.40s\"", name, is);
		return false;
	}
	return true;
}

static bool
as_asked(const struct profile *p, const struct jval *doc, char *why,
    size_t size)
{
	const struct profile_env	*env = &p->env;
	const struct jval		*e = jval_get(doc, "environment");
	const struct jval		*failed = jval_get(e, "failed");
	bool				 btf;

	if (jval_len(failed) > 0) {
		snprintf(why, size, "%.300s",
		    jval_str(jval_at(failed, 0), ""));
		return false;
	}
	if (!sysctls_as_asked(env, jval_get(e, "sysctls"), why, size) ||
	    (env->cmdline != NULL && !params_as_asked(env->cmdline,
	    jval_get(doc, "kernel"), why, size)))
		return false;
	if (env->memlock_kb != 0 && jval_get_int(e, "memlock_kb", 0) !=
	    env->memlock_kb) {
		snprintf(why, size, "the memory lock limit is not set");
		return false;
	}
	btf = jval_get_bool(jval_get(doc, "btf"), "kernel_btf_available",
	    false);
	if (env->hide_btf && btf) {
		snprintf(why, size, "the kernel's BTF can be seen");
		return false;
	}
	return true;
}

void
environment_check(const struct profile *p, struct collected *c)
{
	char	 why[400], text[700], word[PROFILE_ENV_WORD_MAX];

	if (p == NULL || p->base[0] == '\0' || c->result == NULL ||
	    c->status == REPORT_INFRA ||
	    as_asked(p, c->result, why, sizeof(why)))
		return;
	snprintf(text, sizeof(text), "the guest is not in the environment "
	    "that profile %s names (%s ...): %s; it was not judged", p->id,
	    profile_env_word(p, 0, word), why);
	collect_clear(c);
	collect_infra(c, "environment", text, false);
}
