/* Any bytes as a BPF object: the inspector, and what is made of its facts. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/json_in.h"
#include "domain/objfacts.h"
#include "worker/inspect/facts.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 facts = BUF_INIT(FACTS_MAX);
	struct buf	 doc = BUF_INIT(OBJFACTS_MAX);
	struct buf	 text = BUF_INIT(4 * OBJFACTS_MAX);
	struct jval	*j = NULL, *o = NULL;

	if (facts_write(p, len, &facts) == ERR_OK) {
		MUST(jval_parse(buf_str(&facts), facts.len, &j, NULL) ==
		    ERR_OK);
		MUST(objfacts_write(j, &doc) == ERR_OK);
		MUST(jval_parse(buf_str(&doc), doc.len, &o, NULL) == ERR_OK);
		objfacts_text(o, &text);
		MUST(buf_err(&text) == ERR_OK);
	}
	jval_free(j);
	jval_free(o);
	buf_clear(&facts);
	buf_clear(&doc);
	buf_clear(&text);
	return 0;
}
