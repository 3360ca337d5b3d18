#include "domain/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/utf8.h"

#define SCHEMA	"command.v1"

enum err
command_check(const struct command *c, struct diag *d)
{
	size_t	 n = strlen(c->text);

	if (n == 0 || strspn(c->text, " \t") == n)
		return diag_set(d, ERR_INVAL, "command",
		    "the command is empty");
	if (n > COMMAND_MAX)
		return diag_set(d, ERR_INVAL, "command", "the command is "
		    "longer than %d bytes", COMMAND_MAX);
	if (strpbrk(c->text, "\r\n") != NULL || !utf8_valid(c->text, n))
		return diag_set(d, ERR_INVAL, "command", "the command must "
		    "be one line of UTF-8 text; put more into a script and "
		    "ship that");
	if (c->expect_exit < 0 || c->expect_exit > 255)
		return diag_set(d, ERR_INVAL, "command-expect-exit",
		    "the expected exit code must be from 0 to 255");
	if (c->timeout_ms < 1 || c->timeout_ms > COMMAND_MAX_MS)
		return diag_set(d, ERR_INVAL, "command-timeout",
		    "the time of the command must be over zero and at most "
		    "1h");
	return ERR_OK;
}

enum err
command_write(const struct command *c, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", SCHEMA);
	jsonw_str(&w, "command", c->text);
	jsonw_int(&w, "timeout_ms", c->timeout_ms);
	jsonw_int(&w, "expect_exit", c->expect_exit);
	jsonw_str_opt(&w, "interpreter", c->interpreter);
	jsonw_bool(&w, "artifact", c->artifact);
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}

enum err
command_parse(const char *text, size_t len, struct command *out,
    struct diag *d)
{
	struct command	 c = { 0 };
	struct jval	*doc = NULL;
	enum err	 e = jval_parse(text, len, &doc, d);

	if (e != ERR_OK || strcmp(jval_get_str(doc, "schema", ""), SCHEMA) !=
	    0) {
		jval_free(doc);
		return diag_set(d, ERR_CORRUPT, NULL, "the stored command is "
		    "not one of this version");
	}
	c.text = strdup(jval_get_str(doc, "command", ""));
	c.interpreter = strdup(jval_get_str(doc, "interpreter", ""));
	c.timeout_ms = jval_get_int(doc, "timeout_ms", 0);
	c.expect_exit = (int)jval_get_int(doc, "expect_exit", -1);
	c.artifact = jval_get_bool(doc, "artifact", false);
	jval_free(doc);
	if (c.text == NULL || c.interpreter == NULL)
		e = ERR_NOMEM;
	else if ((e = command_check(&c, d)) != ERR_OK)
		e = ERR_CORRUPT;
	if (e != ERR_OK)
		command_clear(&c);
	else
		*out = c;
	return e;
}

void
command_clear(struct command *c)
{
	free(c->text);
	free(c->interpreter);
	memset(c, 0, sizeof(*c));
}

enum err
command_plan(const struct command *c, struct buf *b)
{
	buf_addf(b, "functional_plan.v0.2\n"
	    "option=--command-mode true\n"
	    "BEGIN\nname=" COMMAND_TEST "\ncommand=%s\n"
	    "timeout_seconds=%lld\nexpect_exit_code=%d\nEND\n", c->text,
	    (long long)(c->timeout_ms + 999) / 1000, c->expect_exit);
	return buf_err(b);
}
