/* Dispatch and messages: the part of the command line with no verb in it. */
#include "worker/cli/cli.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "worker/cli/flags.h"

static void
usage(const struct verb *t, const char *path, const char *about, FILE *out)
{
	fprintf(out, "usage: %s VERB [flags]\n\n%s\n\nverbs:\n", path, about);
	for (; t->name != NULL; t++)
		fprintf(out, "  %-12s %s\n", t->name, t->summary);
	fprintf(out, "\n\"%s VERB --help\" tells the flags of a verb.\n",
	    path);
}

static bool
is_help(const char *w)
{
	return strcmp(w, "help") == 0 || strcmp(w, "-h") == 0 ||
	    strcmp(w, "-help") == 0 || strcmp(w, "--help") == 0;
}

int
cli_dispatch(const struct verb *table, const char *path, const char *about,
    struct conf *c, int argc, char **argv)
{
	char	*help[] = { argc > 2 ? argv[2] : NULL,
		    (char[]){ "--help" }, NULL };

	if (argc < 2) {
		usage(table, path, about, stdout);
		return CLI_ERROR;
	}
	if (argc == 2 && strncmp(argv[1], FLAGS_LIST, strlen(FLAGS_LIST)) ==
	    0) {
		for (const struct verb *v = table; v->name != NULL; v++)
			printf("%s\t%s\n", v->name, v->summary);
		return CLI_OK;
	}
	if (is_help(argv[1]) && argc == 2) {
		usage(table, path, about, stdout);
		return CLI_OK;
	}
	for (const struct verb *v = table; v->name != NULL; v++) {
		if (strcmp(v->name, argv[1]) == 0)
			return v->run(c, argc - 1, argv + 1);
		if (is_help(argv[1]) && strcmp(v->name, argv[2]) == 0)
			return v->run(c, 2, help);
	}
	fprintf(stderr, "%s: there is no verb \"%s\"; there are:", path,
	    is_help(argv[1]) ? argv[2] : argv[1]);
	for (const struct verb *v = table; v->name != NULL; v++)
		fprintf(stderr, " %s", v->name);
	fprintf(stderr, "\nsee \"%s help\"\n", path);
	return CLI_ERROR;
}

int
cli_error(const char *verb, bool json, const struct diag *d)
{
	struct buf	 b = BUF_INIT(64 * 1024);
	struct jsonw	 w;

	fprintf(stderr, "bpfcompat %s: %s\n", verb, diag_text(d));
	if (json) {
		jsonw_init(&w, &b, JSONW_COMPACT);
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "error", diag_text(d));
		jsonw_str(&w, "code", err_code(d->code));
		jsonw_str_opt(&w, "field", d->field);
		jsonw_end(&w);
		buf_addc(&b, '\n');
		cli_print(&b);
		buf_clear(&b);
	}
	return CLI_ERROR;
}

enum err
cli_open_db(const struct conf *c, enum db_role role, struct db **db,
    struct diag *d)
{
	if (!fsio_exists(c->workdir))
		return diag_set(d, ERR_NOTFOUND, "workdir", "there is no work "
		    "folder %s; name it with --workdir", c->workdir);
	return db_open(c->workdir, role, db, d);
}

enum err
cli_write_file(const char *path, const struct buf *b, struct diag *d)
{
	char		 dir[PATH_MAX];
	char		*slash;
	enum err	 e;

	if ((e = buf_err(b)) != ERR_OK)
		return diag_set(d, e, NULL, "cannot write %s: %s", path,
		    err_text(e));
	if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir))
		return diag_set(d, ERR_INVAL, NULL, "the path is too long");
	if ((slash = strrchr(dir, '/')) != NULL && slash != dir) {
		*slash = '\0';
		if ((e = fsio_mkdirs(dir, d)) != ERR_OK)
			return e;
	}
	return fsio_write_atomic(path, buf_str(b), b->len, 0644, d);
}

int
cli_print(const struct buf *b)
{
	fflush(stdout);
	if (buf_err(b) != ERR_OK ||
	    fsio_write_all(STDOUT_FILENO, buf_str(b), b->len) != ERR_OK) {
		fprintf(stderr, "bpfcompat: cannot write the output\n");
		return CLI_ERROR;
	}
	return CLI_OK;
}
