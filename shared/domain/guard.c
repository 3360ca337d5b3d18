#include "domain/guard.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/yaml_in.h"

#define VERSION_MAX	999999	/* of one part of a kernel's version */

struct	guard {
	enum guard_kind	 kind;
	struct ydoc	*doc;	/* rules are looked up in it: there are few */
	char		 sha256[SHA256_HEX_SIZE];
};

/* --- the file ------------------------------------------------------------------ */

#define LIST(name)	{ name, Y_STRS, false, 1, GUARD_LIST_MAX, NULL }
#define RULE_KEYS							\
	{ "name", Y_STR, false, 1, GUARD_NAME_MAX, NULL },		\
	{ "action", Y_STR, true, 1, 16, NULL },				\
	LIST("tenants"), LIST("projects"), LIST("artifacts"),		\
	LIST("profiles"), LIST("program_types"), LIST("attach_kinds"),	\
	{ "kernel_min", Y_STR, false, 1, 32, NULL },			\
	{ "kernel_max", Y_STR, false, 1, 32, NULL },			\
	{ "require_verified_history", Y_BOOL, false, 0, 0, NULL }
#define KEYS_END	{ NULL, Y_STR, false, 0, 0, NULL }

static const struct ykey execute_rule_keys[] = { RULE_KEYS, KEYS_END };
static const struct ykey agent_rule_keys[] = { RULE_KEYS, LIST("agents"),
	KEYS_END };

#define TOP_KEYS(rules)							\
	{ "schema_version", Y_STR, true, 1, 64, NULL },			\
	{ "default_action", Y_STR, false, 1, 16, NULL },		\
	{ "rules", Y_MAPS, false, 0, GUARD_RULES_MAX, rules }

static const struct ykey execute_keys[] = { TOP_KEYS(execute_rule_keys),
	KEYS_END };
static const struct ykey agent_keys[] = { TOP_KEYS(agent_rule_keys),
	{ "allowed_agents", Y_STRS, false, 0, GUARD_LIST_MAX, NULL },
	{ "revoked_agents", Y_STRS, false, 0, GUARD_LIST_MAX, NULL },
	KEYS_END };

static const struct {
	const char		*schema;
	const struct ykey	*keys;
} kinds[] = {
	[GUARD_EXECUTE] = { GUARD_EXECUTE_SCHEMA, execute_keys },
	[GUARD_AGENT] = { GUARD_AGENT_SCHEMA, agent_keys },
};

/* --- versions of kernels --------------------------------------------------------- */

struct	version {
	int32_t	 part[3];	/* -1: not said */
};

/* Digits and dots from the front of "s"; what follows is in *end. */
static bool
version_read(const char *s, struct version *v, const char **end)
{
	int	 n = 0;

	v->part[2] = -1;
	while (n < 3 && *s >= '0' && *s <= '9') {
		v->part[n] = 0;
		for (; *s >= '0' && *s <= '9'; s++)
			if ((v->part[n] = v->part[n] * 10 + (*s - '0')) >
			    VERSION_MAX)
				return false;
		n++;
		*end = s;
		if (*s != '.' || s[1] < '0' || s[1] > '9')
			break;
		s++;
	}
	return n >= 2;
}

/* <0, 0, >0; a part the bound does not say is as the host's. */
static int
version_compare(const struct version *host, const struct version *bound)
{
	for (int i = 0; i < 3; i++) {
		int32_t	 h = host->part[i] == -1 ? 0 : host->part[i];

		if (bound->part[i] != -1 && h != bound->part[i])
			return h < bound->part[i] ? -1 : 1;
	}
	return 0;
}

/* --- what a table of keys cannot say ---------------------------------------------- */

static enum err
action_check(const struct ydoc *doc, const struct yval *v, const char *key,
    struct diag *d)
{
	const char	*s = yval_str(v, "deny");

	if (strcasecmp(s, "allow") == 0 || strcasecmp(s, "deny") == 0)
		return ERR_OK;
	return ydoc_fail(doc, v, d, key, "must be allow or deny");
}

static enum err
bound_check(const struct ydoc *doc, const struct yval *rule, const char *key,
    struct version *out, struct diag *d)
{
	const struct yval	*v = yval_get(rule, key);
	const char		*end = NULL;

	if (v == NULL || (version_read(yval_str(v, ""), out, &end) &&
	    *end == '\0'))
		return ERR_OK;
	return ydoc_fail(doc, v, d, key, "must be major.minor or "
	    "major.minor.patch");
}

static enum err
rule_check(const struct ydoc *doc, const struct yval *rule, struct diag *d)
{
	struct version	 min = { { 0, 0, -1 } };
	struct version	 max = { { VERSION_MAX, 0, -1 } };
	enum err	 e;

	if ((e = action_check(doc, yval_get(rule, "action"), "action", d)) !=
	    ERR_OK ||
	    (e = bound_check(doc, rule, "kernel_min", &min, d)) != ERR_OK ||
	    (e = bound_check(doc, rule, "kernel_max", &max, d)) != ERR_OK)
		return e;
	if (version_compare(&min, &max) > 0)
		return ydoc_fail(doc, yval_get(rule, "kernel_max"), d,
		    "kernel_max", "is below kernel_min: the rule never holds");
	return ERR_OK;
}

static enum err
check(const struct guard *g, struct diag *d)
{
	const struct yval	*root = ydoc_root(g->doc);
	const struct yval	*schema = yval_get(root, "schema_version");
	const struct yval	*rules = yval_get(root, "rules");
	enum err		 e;

	if (strcmp(yval_str(schema, ""), kinds[g->kind].schema) != 0)
		return ydoc_fail(g->doc, schema, d, "schema_version",
		    "must be %s", kinds[g->kind].schema);
	e = action_check(g->doc, yval_get(root, "default_action"),
	    "default_action", d);
	for (size_t i = 0; e == ERR_OK && i < yval_len(rules); i++)
		e = rule_check(g->doc, yval_at(rules, i), d);
	return e;
}

/* --- reading ----------------------------------------------------------------------- */

static bool
is_yaml(const char *name)
{
	const char	*dot = strrchr(name, '.');

	return dot != NULL && (strcmp(dot, ".yaml") == 0 ||
	    strcmp(dot, ".yml") == 0);
}

/*
 * JSON is read as the YAML it also is, so there is one table of keys; but
 * first as JSON, which is less forgiving.
 */
enum err
guard_parse(const char *label, const char *text, size_t len,
    enum guard_kind kind, struct guard **out, struct diag *d)
{
	struct guard	*g;
	struct jval	*json = NULL;
	enum err	 e = ERR_OK;

	if (!is_yaml(label))
		e = jval_parse(text, len, &json, d);
	jval_free(json);
	if (e != ERR_OK)
		return e;
	if ((g = calloc(1, sizeof(*g))) == NULL)
		return ERR_NOMEM;
	g->kind = kind;
	if ((e = ydoc_parse(label, text, len, kinds[kind].keys, &g->doc, d)) !=
	    ERR_OK || (e = check(g, d)) != ERR_OK ||
	    (e = sha256_mem(text, len, g->sha256)) != ERR_OK) {
		guard_free(g);
		return e;
	}
	*out = g;
	return ERR_OK;
}

enum err
guard_load(const char *path, enum guard_kind kind, struct guard **out,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(YAML_FILE_MAX);
	enum err	 e;

	if ((e = fsio_read(path, &b, d)) == ERR_OK)
		e = guard_parse(path, buf_str(&b), b.len, kind, out, d);
	buf_clear(&b);
	return e;
}

void
guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	ydoc_free(g->doc);
	free(g);
}

const char *
guard_sha256(const struct guard *g)
{
	return g->sha256;
}

static const struct yval *
top(const struct guard *g, const char *key)
{
	return yval_get(ydoc_root(g->doc), key);
}

static bool
allows(const struct yval *action)
{
	return strcasecmp(yval_str(action, "deny"), "allow") == 0;
}

bool
guard_default_allows(const struct guard *g)
{
	return allows(top(g, "default_action"));
}

static bool
any_rule_has(const struct guard *g, const char *const keys[])
{
	const struct yval	*rules = top(g, "rules");

	for (size_t i = 0; i < yval_len(rules); i++)
		for (size_t k = 0; keys[k] != NULL; k++)
			if (yval_get(yval_at(rules, i), keys[k]) != NULL)
				return true;
	return false;
}

bool
guard_wants_programs(const struct guard *g)
{
	static const char *const	 keys[] = { "program_types",
					    "attach_kinds", NULL };

	return any_rule_has(g, keys);
}

bool
guard_wants_host(const struct guard *g)
{
	static const char *const	 keys[] = { "profiles", "kernel_min",
					    "kernel_max", NULL };

	return any_rule_has(g, keys);
}

/* --- deciding ---------------------------------------------------------------------- */

enum	truth { NO, YES, UNKNOWN };

static bool
listed(const struct yval *list, const char *name)
{
	for (size_t i = 0; i < yval_len(list); i++) {
		const char	*s = yval_str(yval_at(list, i), "");

		if (strcmp(s, "*") == 0 || strcasecmp(s, name) == 0)
			return true;
	}
	return false;
}

static enum truth
name_truth(const struct yval *list, const char *name)
{
	if (list == NULL)
		return YES;
	if (name == NULL)
		return UNKNOWN;
	return listed(list, name) ? YES : NO;
}

static enum truth
profile_truth(const struct yval *list, const struct guard_facts *f)
{
	if (list == NULL)
		return YES;
	for (size_t i = 0; i < f->nprofiles; i++)
		if (listed(list, f->profiles[i]))
			return YES;
	return f->nprofiles == 0 ? UNKNOWN : NO;
}

/* "all": every program has to be in the list; otherwise one is enough. */
static enum truth
program_truth(const struct yval *list, const struct guard_facts *f,
    bool attach, bool all)
{
	size_t	 n = 0;

	if (list == NULL)
		return YES;
	if (f->nprogs == 0)
		return UNKNOWN;
	for (size_t i = 0; i < f->nprogs; i++)
		n += listed(list, attach ? f->progs[i].attach :
		    f->progs[i].type);
	return n == f->nprogs || (n > 0 && !all) ? YES : NO;
}

static enum truth
kernel_truth(const struct yval *rule, const char *kernel)
{
	const char	*min = yval_str(yval_get(rule, "kernel_min"), NULL);
	const char	*max = yval_str(yval_get(rule, "kernel_max"), NULL);
	const char	*end;
	struct version	 host, bound;

	if (min == NULL && max == NULL)
		return YES;
	if (kernel == NULL || !version_read(kernel, &host, &end))
		return UNKNOWN;
	if (min != NULL && version_read(min, &bound, &end) &&
	    version_compare(&host, &bound) < 0)
		return NO;
	if (max != NULL && version_read(max, &bound, &end) &&
	    version_compare(&host, &bound) > 0)
		return NO;
	return YES;
}

/* What is not known counts against whoever asks. */
static bool
holds(const struct yval *rule, const struct guard_facts *f)
{
	const struct yval	*v = yval_get(rule,
				    "require_verified_history");
	bool			 allow = allows(yval_get(rule, "action"));
	const enum truth	 t[] = {
		name_truth(yval_get(rule, "agents"), f->agent),
		name_truth(yval_get(rule, "tenants"), f->tenant),
		name_truth(yval_get(rule, "projects"), f->project),
		name_truth(yval_get(rule, "artifacts"), f->artifact),
		profile_truth(yval_get(rule, "profiles"), f),
		program_truth(yval_get(rule, "program_types"), f, false,
		    allow),
		program_truth(yval_get(rule, "attach_kinds"), f, true, allow),
		kernel_truth(rule, f->kernel),
		v == NULL || yval_bool(v, true) == f->verified ? YES : NO,
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (t[i] == NO || (t[i] == UNKNOWN && allow))
			return false;
	return true;
}

static void
decided(struct guard_decision *d, bool allowed, const char *rule,
    const char *reason)
{
	d->allowed = allowed;
	d->action = allowed ? "allow" : "deny";
	snprintf(d->rule, sizeof(d->rule), "%s", rule);
	snprintf(d->reason, sizeof(d->reason), "%s", reason);
}

/* The lists of agents come before every rule. */
static bool
agent_decides(const struct guard *g, const struct guard_facts *f,
    struct guard_decision *d)
{
	const struct yval	*revoked = top(g, "revoked_agents");
	const struct yval	*allowed = top(g, "allowed_agents");

	if (yval_len(revoked) > 0 && name_truth(revoked, f->agent) != NO) {
		decided(d, false, "revoked_agents", f->agent == NULL ?
		    "this agent has no name, and some are revoked" :
		    "this agent is revoked");
		return true;
	}
	if (yval_len(allowed) > 0 && name_truth(allowed, f->agent) != YES) {
		decided(d, false, "allowed_agents",
		    "this agent is not among those that are allowed");
		return true;
	}
	return false;
}

void
guard_decide(const struct guard *g, const struct guard_facts *f,
    struct guard_decision *d)
{
	const struct yval	*rules = top(g, "rules");
	char			 name[GUARD_NAME_MAX + 1];

	memset(d, 0, sizeof(*d));
	if (agent_decides(g, f, d))
		return;
	for (size_t i = 0; i < yval_len(rules); i++) {
		const struct yval	*rule = yval_at(rules, i);
		bool			 allow;

		if (!holds(rule, f))
			continue;
		allow = allows(yval_get(rule, "action"));
		snprintf(name, sizeof(name), "rule-%zu", i + 1);
		decided(d, allow, yval_str(yval_get(rule, "name"), name),
		    allow ? "a rule of the policy allows it" :
		    "a rule of the policy denies it");
		return;
	}
	decided(d, guard_default_allows(g), "default", guard_default_allows(g)
	    ? "no rule speaks of it, and the policy's default allows it" :
	    "no rule of the policy allows it");
}
