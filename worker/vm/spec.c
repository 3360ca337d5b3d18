#include "worker/vm/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"

#define SPEC_SCHEMA	"runner.v1"

/* One row a key: where it goes, and what it may be. */
struct	spec_str {
	const char	*key;
	size_t		 at;
	const char	*words;	/* "a|b|c", or NULL for any text */
	bool		 may_be_empty;
};

struct	spec_int {
	const char	*key;
	size_t		 at;
	int64_t		 min;
	int64_t		 max;
};

#define AT(m)	offsetof(struct spec, m)

static const struct spec_str strs[] = {
	{ "run_id",	 AT(run_id),	  NULL, true },
	{ "job_id",	 AT(job_id),	  NULL, true },
	{ "profile_id",	 AT(profile_id),  NULL, false },
	{ "target_dir",	 AT(target_dir),  NULL, true },
	{ "kernel_dir",	 AT(kernel_dir),  NULL, false },
	{ "cache_dir",	 AT(cache_dir),	  NULL, false },
	{ "artifact",	 AT(artifact),	  NULL, true },
	{ "attach_mode", AT(attach_mode), "best-effort|required|disabled",
	    false },
	{ "accel",	 AT(accel),	  "auto|kvm|tcg", false },
	{ "cmdline",	 AT(cmdline),	  NULL, true },
	{ "plan",	 AT(plan),	  NULL, true },
	{ "task",	 AT(task_word),	  NULL, true },
	{ "against",	 AT(against),	  NULL, true },
};

static const char	*const task_words[SPEC__MAX] = {
	"judge", "check", "warm", "look",
};

static const struct spec_int ints[] = {
	{ "attempt",		AT(attempt),	     0, 1000 },
	{ "memory_mb",		AT(memory_mb),	     128, 65536 },
	{ "cpus",		AT(cpus),	     1, 64 },
	{ "timeout_ms",		AT(timeout_ms),	     1, 86400000 },
	{ "boot_timeout_ms",	AT(boot_timeout_ms), 1, 86400000 },
};

static bool
one_of(const char *s, const char *words)
{
	size_t	 n;

	for (; *words != '\0'; words += n + (words[n] == '|')) {
		n = strcspn(words, "|");
		if (strlen(s) == n && strncmp(s, words, n) == 0)
			return true;
	}
	return false;
}

static enum err
take_str(const struct jval *doc, const struct spec_str *r, struct spec *s,
    struct diag *d)
{
	const struct jval	*v = jval_get(doc, r->key);
	const char		*text = jval_str(v, NULL);
	char			**to = (char **)((char *)s + r->at);

	if (text == NULL && v == NULL && r->may_be_empty)
		text = "";
	if (text == NULL || (text[0] == '\0' && !r->may_be_empty))
		return diag_set(d, ERR_INVAL, r->key, "%s: must be a text",
		    r->key);
	if (r->words != NULL && !one_of(text, r->words))
		return diag_set(d, ERR_INVAL, r->key, "%s: must be one of %s",
		    r->key, r->words);
	return (*to = strdup(text)) == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
take_int(const struct jval *doc, const struct spec_int *r, struct spec *s,
    struct diag *d)
{
	int64_t	 n = jval_get_int(doc, r->key, INT64_MIN);

	if (n < r->min || n > r->max)
		return diag_set(d, ERR_INVAL, r->key, "%s: must be a number "
		    "from %lld to %lld", r->key, (long long)r->min,
		    (long long)r->max);
	memcpy((char *)s + r->at, &n, sizeof(n));
	return ERR_OK;
}

/* Only a guest that judges needs an object and a folder for evidence. */
static enum err
take_task(struct spec *s, struct diag *d)
{
	if (s->task_word[0] != '\0')
		while (s->task < SPEC__MAX &&
		    strcmp(s->task_word, task_words[s->task]) != 0)
			s->task++;
	if (s->task == SPEC__MAX)
		return diag_set(d, ERR_INVAL, "task", "task: must be one of "
		    "judge, check, warm, look");
	if (s->task >= SPEC_WARM)
		return ERR_OK;
	if (s->target_dir[0] == '\0')
		return diag_set(d, ERR_INVAL, "target_dir", "target_dir: must "
		    "be a text");
	if (s->artifact[0] == '\0')
		return diag_set(d, ERR_INVAL, "artifact", "artifact: must be "
		    "a text");
	if (s->task == SPEC_CHECK && s->against[0] == '\0')
		return diag_set(d, ERR_INVAL, "against", "against: must be a "
		    "text");
	return ERR_OK;
}

static enum err
take_file(const struct jval *v, struct spec *s)
{
	struct spec_file	*f = &s->file[s->nfiles++];

	f->path = strdup(jval_get_str(v, "path", ""));
	f->name = strdup(jval_get_str(v, "name", ""));
	f->link = strdup(jval_get_str(v, "link", ""));
	f->exec = jval_get_bool(v, "exec", false);
	return f->path == NULL || f->name == NULL || f->link == NULL ?
	    ERR_NOMEM : ERR_OK;
}

static enum err
take_files(const struct jval *doc, struct spec *s, struct diag *d)
{
	const struct jval	*list = jval_get(doc, "files");
	enum err		 e = ERR_OK;

	if (jval_len(list) > SPEC_FILES_MAX)
		return diag_set(d, ERR_INVAL, "files", "files: at most %d",
		    SPEC_FILES_MAX);
	for (size_t i = 0; i < jval_len(list) && e == ERR_OK; i++)
		e = take_file(jval_at(list, i), s);
	return e;
}

enum err
spec_parse(const char *json, size_t len, struct spec *s, struct diag *d)
{
	struct jval	*doc = NULL;
	enum err	 e = jval_parse(json, len, &doc, d);

	memset(s, 0, sizeof(*s));
	if (e == ERR_OK && strcmp(jval_get_str(doc, "schema", ""),
	    SPEC_SCHEMA) != 0)
		e = diag_set(d, ERR_INVAL, "schema", "schema: must be "
		    SPEC_SCHEMA);
	for (size_t i = 0; i < sizeof(strs) / sizeof(strs[0]) && e == ERR_OK;
	    i++)
		e = take_str(doc, &strs[i], s, d);
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]) && e == ERR_OK;
	    i++)
		e = take_int(doc, &ints[i], s, d);
	s->fresh_boot = jval_get_bool(doc, "fresh_boot", false);
	s->command = jval_get_bool(doc, "command", false);
	if (e == ERR_OK && (e = take_task(s, d)) == ERR_OK)
		e = take_files(doc, s, d);
	if (e != ERR_OK)
		spec_clear(s);
	jval_free(doc);
	return e;
}

void
spec_clear(struct spec *s)
{
	for (size_t i = 0; i < sizeof(strs) / sizeof(strs[0]); i++) {
		char	**p = (char **)((char *)s + strs[i].at);

		free(*p);
		*p = NULL;
	}
	for (size_t i = 0; i < s->nfiles; i++) {
		free(s->file[i].path);
		free(s->file[i].name);
		free(s->file[i].link);
	}
	s->nfiles = 0;
}
