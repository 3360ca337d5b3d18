/*
 * JSON in and out: what parses is walked through and written again, and
 * what we write must parse.
 */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/json_in.h"
#include "base/json_out.h"

#define OUT_MAX	(1024 * 1024)

static void	 copy(struct jsonw *, const char *, const struct jval *);

static enum err
copy_member(const char *key, const struct jval *v, void *arg)
{
	copy(arg, key, v);
	return ERR_OK;
}

static void
copy(struct jsonw *w, const char *key, const struct jval *v)
{
	switch (jval_type(v)) {
	case JVAL_NULL:
		jsonw_null(w, key);
		break;
	case JVAL_BOOL:
		jsonw_bool(w, key, jval_bool(v, false));
		break;
	case JVAL_INT:
		jsonw_int(w, key, jval_int(v, 0));
		break;
	case JVAL_DOUBLE:
		jsonw_raw(w, key, jval_text(v), strlen(jval_text(v)));
		break;
	case JVAL_STR:
		jsonw_str(w, key, jval_str(v, ""));
		break;
	case JVAL_ARR:
		jsonw_arr(w, key);
		for (size_t i = 0; i < jval_len(v); i++)
			copy(w, NULL, jval_at(v, i));
		jsonw_end(w);
		break;
	case JVAL_OBJ:
		jsonw_obj(w, key);
		MUST(jval_each(v, copy_member, w) == ERR_OK);
		jsonw_end(w);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 out = BUF_INIT(OUT_MAX);
	struct diag	 d = DIAG_INIT;
	struct jval	*doc = NULL, *again = NULL;
	struct jsonw	 w;
	enum err	 e;

	e = jval_parse((const char *)p, len, &doc, &d);
	if (e != ERR_OK) {
		MUST(doc == NULL && d.msg[0] != '\0');
		return 0;
	}
	jsonw_init(&w, &out, len % 2 ? JSONW_INDENT : JSONW_COMPACT);
	copy(&w, NULL, doc);
	/* Escapes make text up to six times as long. */
	if (buf_err(&out) != ERR_TOOBIG) {
		MUST(buf_err(&out) == ERR_OK);
		MUST(jval_parse(buf_str(&out), out.len, &again, &d) ==
		    ERR_OK);
		MUST(jval_type(again) == jval_type(doc));
	}
	jval_free(again);
	jval_free(doc);
	buf_clear(&out);
	return 0;
}
