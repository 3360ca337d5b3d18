#include "worker/cli/compile_show.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "worker/cli/cli.h"
#include "worker/compile/prepare.h"

#define CODE_FAILED	"compile_failed"

bool
compile_failed(const struct job *j)
{
	return strcmp(j->state, "failed") == 0 &&
	    strcmp(j->error_code, CODE_FAILED) == 0;
}

static struct jval *
read_prepared(const struct engine *g, const struct job *j)
{
	struct buf	 b = BUF_INIT(PREPARE_DOC_MAX);
	struct jval	*doc = NULL;
	char		 path[PATH_MAX];

	if (path_join(path, sizeof(path), g->workdir, "runs", j->run_id,
	    PREPARE_FILE, NULL) == ERR_OK &&
	    fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(buf_str(&b), b.len, &doc, NULL) != ERR_OK)
		doc = NULL;
	buf_clear(&b);
	return doc;
}

/* Text of the source may stand in it: no byte that moves a cursor. */
static void
plain(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		buf_addc(b, (unsigned char)*s < 0x20 || *s == 0x7f ? '?' :
		    *s);
}

static void
lines(const struct jval *all, struct buf *b)
{
	for (size_t i = 0; i < jval_len(all); i++) {
		const struct jval	*q = jval_at(all, i);

		plain(b, jval_get_str(q, "file", ""));
		if (jval_get(q, "line") != NULL)
			buf_addf(b, ":%lld:%lld",
			    (long long)jval_get_int(q, "line", 0),
			    (long long)jval_get_int(q, "column", 0));
		buf_addf(b, "%s%s: ", jval_get(q, "file") != NULL ? ": " : "",
		    jval_get_str(q, "severity", ""));
		plain(b, jval_get_str(q, "message", ""));
		buf_addc(b, '\n');
	}
}

static void
document(const struct job *j, const struct jval *c, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "error", j->error);
	jsonw_str(&w, "code", CODE_FAILED);
	jsonw_str(&w, "field", "source");
	jsonw_str_opt(&w, "compiler", jval_get_str(c, "compiler", ""));
	jval_write(jval_get(c, "diagnostics"), &w, "diagnostics", SIZE_MAX);
	jsonw_end(&w);
	buf_addc(b, '\n');
}

int
compile_show(const struct engine *g, const struct job *j, bool json)
{
	struct jval		*doc = read_prepared(g, j);
	const struct jval	*c = jval_get(doc, "compile");
	struct buf		 b = BUF_INIT(PREPARE_DOC_MAX);

	if (json)
		document(j, c, &b);
	else
		lines(jval_get(c, "diagnostics"), &b);
	(void)fsio_write_all(json ? STDOUT_FILENO : STDERR_FILENO,
	    buf_str(&b), b.len);
	fprintf(stderr, "bpfcompat test: the source does not compile: %s\n",
	    j->error);
	buf_clear(&b);
	jval_free(doc);
	return CLI_ERROR;
}
