#include "domain/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/timefmt.h"
#include "domain/command.h"

#define TIMEOUT_MAX_MS	(24LL * 60 * 60 * 1000)
#define CONCURRENCY_MAX	256
#define LABEL_MAX	256	/* free text for the history */
#define TEXT_MAX	255	/* expected output, as in a manifest */

/* What the defaults and a case have in common. */
#define SETTINGS							\
	{ "matrix", Y_STR, false, 1, SUITE_PATH_MAX, NULL },		\
	{ "workdir", Y_STR, false, 1, SUITE_PATH_MAX, NULL },		\
	{ "runner", Y_STR, false, 1, 32, NULL },			\
	{ "validation_mode", Y_STR, false, 0, 32, NULL },		\
	{ "timeout", Y_STR, false, 1, 32, NULL },			\
	{ "concurrency", Y_INT, false, 0, CONCURRENCY_MAX, NULL },	\
	{ "keep_vm_on_failure", Y_BOOL, false, 0, 0, NULL }

static const struct ykey defaults_keys[] = {
	SETTINGS,
	{ "report_dir", Y_STR, false, 1, SUITE_PATH_MAX, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey test_expect_keys[] = {
	{ "exit_code", Y_INT, false, 0, 255, NULL },
	{ "stdout_contains", Y_STR, false, 0, TEXT_MAX, NULL },
	{ "stderr_contains", Y_STR, false, 0, TEXT_MAX, NULL },
	{ "event_contains", Y_STR, false, 0, TEXT_MAX, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey test_keys[] = {
	{ "mode", Y_STR, true, 1, 32, NULL },
	{ "command", Y_STR, true, 1, MANIFEST_COMMAND_MAX, NULL },
	{ "required", Y_BOOL, false, 0, 0, NULL },
	{ "timeout", Y_STR, false, 1, 32, NULL },
	{ "expect", Y_MAP, false, 0, 0, test_expect_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey command_keys[] = {
	{ "run", Y_STR, true, 1, COMMAND_MAX, NULL },
	{ "files", Y_STRS, false, 0, SUITE_FILES_MAX, NULL },
	{ "expect_exit_code", Y_INT, false, 0, 255, NULL },
	{ "timeout", Y_STR, false, 1, 32, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey case_keys[] = {
	{ "name", Y_STR, true, 1, 128, NULL },
	{ "artifact", Y_STR, false, 1, SUITE_PATH_MAX, NULL },
	{ "artifact_uri", Y_STR, false, 0, SUITE_PATH_MAX, NULL },
	{ "artifact_name", Y_STR, false, 0, LABEL_MAX, NULL },
	{ "artifact_version", Y_STR, false, 0, LABEL_MAX, NULL },
	{ "artifact_variant", Y_STR, false, 0, LABEL_MAX, NULL },
	{ "manifest", Y_STR, false, 0, SUITE_PATH_MAX, NULL },
	{ "out", Y_STR, false, 0, SUITE_PATH_MAX, NULL },
	{ "markdown", Y_STR, false, 0, SUITE_PATH_MAX, NULL },
	{ "require_attach", Y_BOOL, false, 0, 0, NULL },
	{ "test", Y_MAP, false, 0, 0, test_keys },
	{ "command", Y_MAP, false, 0, 0, command_keys },
	SETTINGS,
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey suite_keys[] = {
	{ "name", Y_STR, true, 1, 128, NULL },
	{ "defaults", Y_MAP, false, 0, 0, defaults_keys },
	{ "cases", Y_MAPS, true, 1, SUITE_CASES_MAX, case_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

const char *
suite_mode(const char *word)
{
	static const struct { const char *word, *mode; } modes[] = {
		{ "loadonly", "load_only" },
		{ "loadattach", "load_attach" },
		{ "behavior", "behavior" },
	};
	char	 plain[16];
	size_t	 n = 0;

	for (; *word != '\0' && n + 1 < sizeof(plain); word++)
		if (*word != '-' && *word != '_')
			plain[n++] = *word;
	plain[n] = '\0';
	if (*word != '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcasecmp(plain, modes[i].word) == 0)
			return modes[i].mode;
	return NULL;
}

const char *
suite_case_mode(const struct suite_case *c)
{
	return c->command.run[0] != '\0' ? "command" : c->mode;
}

enum err
suite_path(const struct suite *s, const char *path, char *out, size_t size)
{
	int	 n;

	if (path[0] == '/' || strcmp(s->dir, ".") == 0)
		n = snprintf(out, size, "%s", path);
	else
		n = snprintf(out, size, "%s/%s", s->dir, path);
	return n < 0 || (size_t)n >= size ? ERR_TOOBIG : ERR_OK;
}

/* --- what the readers below share ------------------------------------------ */

struct	reader {
	const struct ydoc	*doc;
	const struct yval	*defaults;
	struct suite		*s;
	struct diag		*d;
	char			 path[48];	/* "cases[3]" */
	const struct yval	*at;		/* that value */
};

/* "key" is a member of "v", which messages call "path". */
static enum err
fail(const struct reader *r, const struct yval *v, const char *path,
    const char *key, const char *text)
{
	const struct yval	*member = yval_get(v, key);
	char			 where[DIAG_FIELD_MAX];

	snprintf(where, sizeof(where), "%s%s%s", path, path[0] != '\0' ?
	    "." : "", key);
	return ydoc_fail(r->doc, member != NULL ? member : v, r->d, where,
	    "%s%s%s%s", text, member != NULL ? ": \"" : "",
	    yval_str(member, ""), member != NULL ? "\"" : "");
}

static enum err
dup(char **out, const struct yval *v, const char *key)
{
	*out = strdup(yval_str(yval_get(v, key), ""));
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

/* Of the case, else of the defaults, else NULL. */
static const struct yval *
setting(const struct reader *r, const char *key)
{
	const struct yval	*v = yval_get(r->at, key);

	return v != NULL ? v : yval_get(r->defaults, key);
}

static enum err
duration(const struct reader *r, const struct yval *v, const char *path,
    int64_t max, int64_t *ms)
{
	const char	*word = yval_str(yval_get(v, "timeout"), "");
	char		 rule[96], most[32];

	if (word[0] == '\0' || (time_parse_duration(word, ms) == ERR_OK &&
	    *ms > 0 && *ms <= max))
		return ERR_OK;
	time_format_duration(max, most, sizeof(most));
	snprintf(rule, sizeof(rule), "must be a duration such as 90s or 8m, "
	    "over zero and at most %s", most);
	return fail(r, v, path, "timeout", rule);
}

/* Rules that are the same for the defaults and for a case. */
static enum err
check_settings(const struct reader *r, const struct yval *v,
    const char *path)
{
	const char	*runner = yval_str(yval_get(v, "runner"), "vm");
	const char	*mode = yval_str(yval_get(v, "validation_mode"), "");
	int64_t		 ms;

	if (strcmp(runner, "vm") != 0)
		return fail(r, v, path, "runner", "must be vm; objects are "
		    "never loaded on this host");
	if (mode[0] != '\0' && suite_mode(mode) == NULL)
		return fail(r, v, path, "validation_mode", "must be "
		    "load_only, load_attach or behavior");
	return duration(r, v, path, TIMEOUT_MAX_MS, &ms);
}

/* --- a case ------------------------------------------------------------------ */

static enum err
read_test(struct reader *r, struct suite_case *c, const struct yval *t)
{
	const struct yval	*x = yval_get(t, "expect");
	const struct yval	*out = yval_get(x, "stdout_contains");
	char			 path[64];
	int64_t			 ms = MANIFEST_TEST_MS;
	enum err		 e;

	if (t == NULL)
		return ERR_OK;
	snprintf(path, sizeof(path), "%s.test", r->path);
	if (strcmp(yval_str(yval_get(t, "mode"), ""), "behavior") != 0)
		return fail(r, t, path, "mode", "must be behavior");
	if ((e = duration(r, t, path, MANIFEST_TEST_MAX_MS, &ms)) != ERR_OK)
		return e;
	c->has_test = true;
	c->mode = "behavior";
	c->test.required = yval_bool(yval_get(t, "required"), true);
	c->test.timeout_s = (int)((ms + 999) / 1000);
	c->test.exit_code = (int)yval_int(yval_get(x, "exit_code"), 0);
	if (asprintf(&c->test.name, "%s-behavior", c->name) == -1) {
		c->test.name = NULL;
		return ERR_NOMEM;
	}
	if ((e = dup(&c->test.command, t, "command")) != ERR_OK ||
	    (e = dup(&c->test.err, x, "stderr_contains")) != ERR_OK)
		return e;
	return dup(&c->test.out, x, yval_str(out, "")[0] != '\0' ?
	    "stdout_contains" : "event_contains");
}

static enum err
read_command(struct reader *r, struct suite_case *c, const struct yval *v)
{
	const struct yval	*files = yval_get(v, "files");
	struct suite_command	*k = &c->command;
	char			 path[64];
	enum err		 e;

	if ((e = dup(&k->run, v, "run")) != ERR_OK || v == NULL)
		return e;
	snprintf(path, sizeof(path), "%s.command", r->path);
	k->expect_exit = (int)yval_int(yval_get(v, "expect_exit_code"), 0);
	if ((e = duration(r, v, path, COMMAND_MAX_MS, &k->timeout_ms)) !=
	    ERR_OK)
		return e;
	if (yval_len(files) > 0 && (k->files = calloc(yval_len(files),
	    sizeof(*k->files))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < yval_len(files); i++) {
		const char	*file = yval_str(yval_at(files, i), "");

		if (strchr(file, ',') != NULL || strlen(file) >
		    SUITE_PATH_MAX)
			return fail(r, v, path, "files", "must be paths "
			    "without a comma");
		if ((k->files[i] = strdup(file)) == NULL)
			return ERR_NOMEM;
		k->nfiles = i + 1;
	}
	return ERR_OK;
}

/* Things that exclude each other, and things that have to be there. */
static enum err
check_case(const struct reader *r, const struct suite_case *c)
{
	bool		 command = c->command.run[0] != '\0';
	const char	*workdir = yval_str(yval_get(r->at, "workdir"), NULL);

	if (c->artifact[0] == '\0' && !command)
		return fail(r, r->at, r->path, "artifact", "is missing");
	if (c->matrix[0] == '\0')
		return fail(r, r->at, r->path, "matrix", "is missing, and "
		    "defaults.matrix too");
	if (command && (c->has_test || c->require_attach ||
	    yval_get(r->at, "validation_mode") != NULL))
		return fail(r, r->at, r->path, "command", "excludes test, "
		    "validation_mode and require_attach: it loads and "
		    "attaches by itself");
	if (c->require_attach && strcmp(c->mode, "load_only") == 0)
		return fail(r, r->at, r->path, "require_attach",
		    "excludes load_only");
	if (workdir != NULL && strcmp(workdir, r->s->workdir) != 0)
		return fail(r, r->at, r->path, "workdir", "must be that of "
		    "the defaults: the cases of a suite share one");
	return ERR_OK;
}

static enum err
case_name(const struct reader *r, size_t i)
{
	const char	*name = yval_str(yval_get(r->at, "name"), "");

	if (!profile_id_ok(name))
		return fail(r, r->at, r->path, "name", "must be 1 to 64 "
		    "letters, digits, \".\", \"_\" and \"-\", beginning with "
		    "a letter or digit");
	for (size_t k = 0; k < i; k++)
		if (strcmp(r->s->cases[k].name, name) == 0)
			return fail(r, r->at, r->path, "name",
			    "is there twice");
	return ERR_OK;
}

/* Texts that are taken over as they stand. */
static enum err
case_texts(const struct reader *r, struct suite_case *c)
{
	const struct { const char *key; char **to; } all[] = {
		{ "name", &c->name }, { "artifact", &c->artifact },
		{ "artifact_uri", &c->uri },
		{ "artifact_name", &c->artifact_name },
		{ "artifact_version", &c->version },
		{ "artifact_variant", &c->variant },
		{ "manifest", &c->manifest }, { "out", &c->out },
		{ "markdown", &c->markdown },
	};
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && e == ERR_OK;
	    i++)
		e = dup(all[i].to, r->at, all[i].key);
	c->matrix = strdup(yval_str(setting(r, "matrix"), ""));
	return c->matrix == NULL ? ERR_NOMEM : e;
}

static enum err
read_case(struct reader *r, size_t i)
{
	struct suite_case	*c = &r->s->cases[i];
	const char		*mode;
	enum err		 e;

	if ((e = case_name(r, i)) != ERR_OK ||
	    (e = check_settings(r, r->at, r->path)) != ERR_OK ||
	    (e = case_texts(r, c)) != ERR_OK)
		return e;
	mode = yval_str(setting(r, "validation_mode"), "");
	c->mode = mode[0] == '\0' ? "" : suite_mode(mode);
	c->concurrency = yval_int(setting(r, "concurrency"), 0);
	c->require_attach = yval_bool(yval_get(r->at, "require_attach"),
	    false);
	if (yval_get(r->at, "timeout") != NULL)
		e = duration(r, r->at, r->path, TIMEOUT_MAX_MS,
		    &c->timeout_ms);
	else
		e = duration(r, r->defaults, "defaults", TIMEOUT_MAX_MS,
		    &c->timeout_ms);
	if (e == ERR_OK)
		e = read_test(r, c, yval_get(r->at, "test"));
	if (e == ERR_OK)
		e = read_command(r, c, yval_get(r->at, "command"));
	if (e == ERR_OK && c->command.run[0] != '\0')
		c->mode = "";	/* the defaults are about objects */
	return e == ERR_OK ? check_case(r, c) : e;
}

/* --- the file as a whole ------------------------------------------------------- */

static enum err
folder_of(const char *path, char **dir)
{
	const char	*slash = strrchr(path, '/');

	if (slash == NULL)
		*dir = strdup(".");
	else
		*dir = strndup(path, slash == path ? 1 :
		    (size_t)(slash - path));
	return *dir == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
read_suite(struct reader *r)
{
	const struct yval	*root = ydoc_root(r->doc);
	const struct yval	*list = yval_get(root, "cases");
	struct suite		*s = r->s;
	enum err		 e;

	r->defaults = yval_get(root, "defaults");
	if (!profile_id_ok(yval_str(yval_get(root, "name"), "")))
		return fail(r, root, "", "name", "must be 1 to 64 letters, "
		    "digits, \".\", \"_\" and \"-\", beginning with a letter "
		    "or digit");
	if ((e = check_settings(r, r->defaults, "defaults")) != ERR_OK ||
	    (e = dup(&s->name, root, "name")) != ERR_OK ||
	    (e = dup(&s->workdir, r->defaults, "workdir")) != ERR_OK)
		return e;
	s->report_dir = strdup(yval_str(yval_get(r->defaults, "report_dir"),
	    SUITE_REPORT_DIR));
	s->cases = calloc(yval_len(list), sizeof(*s->cases));
	if (s->report_dir == NULL || s->cases == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < yval_len(list) && e == ERR_OK; i++) {
		snprintf(r->path, sizeof(r->path), "cases[%zu]", i);
		r->at = yval_at(list, i);
		s->n = i + 1;	/* half-read cases are freed with the rest */
		e = read_case(r, i);
	}
	return e;
}

enum err
suite_parse(const char *label, const char *text, size_t len,
    struct suite *out, struct diag *d)
{
	struct suite	 s = { 0 };
	struct reader	 r = { .s = &s, .d = d };
	struct ydoc	*doc = NULL;
	enum err	 e;

	e = ydoc_parse(label, text, len, suite_keys, &doc, d);
	if (e != ERR_OK)
		return e;
	r.doc = doc;
	s.label = strdup(label);
	if ((e = folder_of(label, &s.dir)) == ERR_OK)
		e = s.label == NULL ? ERR_NOMEM : read_suite(&r);
	ydoc_free(doc);
	if (e == ERR_OK)
		*out = s;
	else
		suite_clear(&s);
	return e;
}

static void
clear_case(struct suite_case *c)
{
	char	*all[] = { c->name, c->artifact, c->uri, c->artifact_name,
		    c->version, c->variant, c->matrix, c->manifest, c->out,
		    c->markdown, c->test.name, c->test.command, c->test.out,
		    c->test.err, c->command.run };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	for (size_t i = 0; i < c->command.nfiles; i++)
		free(c->command.files[i]);
	free(c->command.files);
}

void
suite_clear(struct suite *s)
{
	for (size_t i = 0; i < s->n; i++)
		clear_case(&s->cases[i]);
	free(s->cases);
	free(s->label);
	free(s->dir);
	free(s->name);
	free(s->workdir);
	free(s->report_dir);
	memset(s, 0, sizeof(*s));
}
