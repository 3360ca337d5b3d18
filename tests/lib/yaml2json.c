/*
 * YAML on standard input, JSON on standard output, so that tests can ask jq
 * about doc/openapi.yaml.  One document, no anchors, keys are scalars.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/fsio.h"
#include "base/json_out.h"

static yaml_parser_t	parser;

static void
die(const char *what)
{
	fprintf(stderr, "yaml2json: line %zu: %s\n",
	    parser.mark.line + 1, what);
	exit(1);
}

static void
next(yaml_event_t *ev)
{
	if (!yaml_parser_parse(&parser, ev))
		die(parser.problem);
}

static bool
is_number(const char *s)
{
	size_t	 n = strspn(s, "0123456789");

	return n > 0 && s[n] == '\0' && (s[0] != '0' || n == 1);
}

static void
scalar(struct jsonw *w, const char *key, const yaml_event_t *ev)
{
	const char	*s = (const char *)ev->data.scalar.value;
	bool		 plain = ev->data.scalar.style ==
			    YAML_PLAIN_SCALAR_STYLE;

	if (plain && (strcmp(s, "true") == 0 || strcmp(s, "false") == 0))
		jsonw_bool(w, key, s[0] == 't');
	else if (plain && (s[0] == '\0' || strcmp(s, "null") == 0))
		jsonw_null(w, key);
	else if (plain && is_number(s))
		jsonw_int(w, key, strtoll(s, NULL, 10));
	else
		jsonw_str(w, key, s);
}

/* The value that begins with *ev, which is released. */
static void
value(struct jsonw *w, const char *key, yaml_event_t *ev)
{
	bool		 map = ev->type == YAML_MAPPING_START_EVENT;
	char		*name;
	yaml_event_t	 in;

	if (ev->type == YAML_SCALAR_EVENT)
		scalar(w, key, ev);
	else if (!map && ev->type != YAML_SEQUENCE_START_EVENT)
		die("no value");
	if (ev->type != YAML_SCALAR_EVENT) {
		if (map)
			jsonw_obj(w, key);
		else
			jsonw_arr(w, key);
		for (next(&in); in.type != YAML_MAPPING_END_EVENT &&
		    in.type != YAML_SEQUENCE_END_EVENT; next(&in)) {
			name = NULL;
			if (map) {
				if (in.type != YAML_SCALAR_EVENT)
					die("a key that is no text");
				name = strdup((char *)in.data.scalar.value);
				yaml_event_delete(&in);
				next(&in);
			}
			value(w, name, &in);
			free(name);
		}
		yaml_event_delete(&in);
		jsonw_end(w);
	}
	yaml_event_delete(ev);
}

int
main(void)
{
	struct buf	 out = BUF_INIT((size_t)16 * 1024 * 1024);
	struct jsonw	 w;
	yaml_event_t	 ev;

	if (!yaml_parser_initialize(&parser))
		return 1;
	yaml_parser_set_input_file(&parser, stdin);
	do {
		next(&ev);
		if (ev.type == YAML_STREAM_END_EVENT)
			die("no document");
	} while (ev.type == YAML_STREAM_START_EVENT ||
	    ev.type == YAML_DOCUMENT_START_EVENT);
	jsonw_init(&w, &out, JSONW_COMPACT);
	value(&w, NULL, &ev);
	buf_addc(&out, '\n');
	if (buf_err(&out) != ERR_OK ||
	    fsio_write_all(1, out.data, out.len) != ERR_OK)
		die("cannot write");
	buf_clear(&out);
	yaml_parser_delete(&parser);
	return 0;
}
