/* bpfcompat registry: projects and versions of a work folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "domain/registry.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"

#define OUTPUT_MAX	((size_t)256 * 1024 * 1024)
#define LIST_LIMIT	50
#define LIST_LIMIT_MAX	100000

static int
finish(const char *verb, bool json, enum err e, struct buf *b,
    struct diag *d)
{
	int	 code;

	if (e == ERR_OK)
		e = buf_err(b);
	if (e != ERR_OK && d->msg[0] == '\0')
		diag_set(d, e, NULL, "cannot read the registry");
	code = e == ERR_OK ? cli_print(b) : cli_error(verb, json, d);
	buf_clear(b);
	return code;
}

/* --- projects -----------------------------------------------------------------*/

static void
show_projects(const struct registry_project *p, size_t n, bool json,
    struct buf *b)
{
	struct jsonw	 w;

	if (!json) {
		for (size_t i = 0; i < n; i++)
			buf_addf(b, "%s/%s  %s  %s\n", p[i].tenant,
			    p[i].project, p[i].visibility, p[i].updated_at);
		return;
	}
	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < n; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "tenant", p[i].tenant);
		jsonw_str(&w, "project", p[i].project);
		jsonw_str(&w, "visibility", p[i].visibility);
		jsonw_str_opt(&w, "default_matrix_path", p[i].matrix_path);
		jsonw_str(&w, "created_at", p[i].created_at);
		jsonw_str(&w, "updated_at", p[i].updated_at);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	buf_addc(b, '\n');
}

static int
projects_verb(struct conf *c, int argc, char **argv)
{
	const char		*tenant = NULL;
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("tenant", &tenant, "NAME", "whose (required)"),
		FLAG_B("json", &json, "as a JSON array"),
		FLAG_LAST
	};
	const struct flags	 f = { "registry projects", "", "Lists the "
	    "projects of a tenant by name.", 0, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct registry_project	*p = NULL;
	struct diag		 d = DIAG_INIT;
	struct db		*db = NULL;
	size_t			 np = 0;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = registry_id("tenant", tenant, &d)) == ERR_OK &&
	    (e = cli_open_db(c, DB_WEB, &db, &d)) == ERR_OK &&
	    (e = store_project_list(db, tenant, NULL, LIST_LIMIT_MAX, &p,
	    &np)) == ERR_OK)
		show_projects(p, np, json, &b);
	projects_free(p, np);
	db_close(db);
	return finish("registry projects", json, e, &b, &d);
}

/* --- list -----------------------------------------------------------------------*/

static void
show_entries(const struct registry_entry *r, size_t n, bool json,
    struct buf *b)
{
	struct jsonw	 w;

	if (!json) {
		for (size_t i = 0; i < n; i++)
			buf_addf(b, "%lld  %s@%s  %s  %s  %lld bytes  %s%s%s\n",
			    (long long)r[i].seq, r[i].v.name,
			    r[i].v.version, r[i].yank ? "yank" : "upload",
			    r[i].v.evidence, (long long)r[i].v.size,
			    r[i].v.created_at, r[i].v.yanked_at[0] == '\0' ?
			    "" : "  yanked: ", r[i].v.yank_reason);
		return;
	}
	/* The records, byte for byte as they were signed. */
	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < n; i++)
		jsonw_raw(&w, NULL, r[i].line, strlen(r[i].line));
	jsonw_end(&w);
	buf_addc(b, '\n');
}

static int
list_verb(struct conf *c, int argc, char **argv)
{
	const char		*tenant = NULL, *project = NULL, *name = NULL;
	int64_t			 limit = LIST_LIMIT;
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("tenant", &tenant, "NAME", "whose (required)"),
		FLAG_S("project", &project, "NAME", "of what (required)"),
		FLAG_S("artifact-name", &name, "NAME", "of this artifact only"),
		FLAG_N("limit", &limit, 1, LIST_LIMIT_MAX, "N", "at most so "
		    "many"),
		FLAG_B("json", &json, "the signed records, as a JSON array"),
		FLAG_LAST
	};
	const struct flags	 f = { "registry list", "", "Lists the "
	    "versions of a project, newest first, with what they are backed "
	    "by.", 0, table };
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct registry_entry	*r = NULL;
	struct diag		 d = DIAG_INIT;
	struct db		*db = NULL;
	size_t			 nr = 0;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = registry_id("tenant", tenant, &d)) == ERR_OK &&
	    (e = registry_id("project", project, &d)) == ERR_OK &&
	    (e = cli_open_db(c, DB_WEB, &db, &d)) == ERR_OK &&
	    (e = store_project_get(db, tenant, project, NULL)) != ERR_OK)
		diag_set(&d, e, "project", "no such project");
	if (e == ERR_OK && (e = store_registry_list(db, tenant, project,
	    name, 0, limit, &r, &nr)) == ERR_OK)
		show_entries(r, nr, json, &b);
	registry_entries_free(r, nr);
	db_close(db);
	return finish("registry list", json, e, &b, &d);
}

static const struct verb verbs[] = {
	{ "projects", "the projects of a tenant", projects_verb },
	{ "list", "the versions of a project", list_verb },
	{ NULL, NULL, NULL },
};

int
verb_registry(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat registry", "What the tenant "
	    "registry of a work folder holds; \"history verify --chain "
	    "TENANT/PROJECT\" checks it.", c, argc, argv);
}
