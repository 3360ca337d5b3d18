/*
 * A report that came from anywhere, shown as Markdown: no control character
 * and no HTML gets out, and reading it twice gives the same.
 */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/json_in.h"
#include "domain/objfacts.h"
#include "domain/report.h"

#define TEXT_MAX	((size_t)64 * 1024 * 1024)

static void
clean(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		MUST((unsigned char)b->data[i] >= 0x20 || b->data[i] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 one = BUF_INIT(TEXT_MAX), two = BUF_INIT(TEXT_MAX);
	struct buf	 text = BUF_INIT(TEXT_MAX);
	struct jval	*doc = NULL;
	enum err	 e;

	if (jval_parse((const char *)p, len, &doc, NULL) != ERR_OK)
		return 0;
	e = report_markdown(doc, &one);
	MUST(report_markdown(doc, &two) == e);
	MUST(one.len == two.len && (one.len == 0 ||
	    memcmp(one.data, two.data, one.len) == 0));
	if (e == ERR_OK)
		clean(&one);
	objfacts_text(doc, &text);
	if (objfacts_write(doc, &text) == ERR_OK)
		MUST(text.len > 0);
	buf_clear(&one);
	buf_clear(&two);
	buf_clear(&text);
	jval_free(doc);
	return 0;
}
