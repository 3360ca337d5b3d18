/* UTF-8: decoding goes on through any bytes and agrees with the check. */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char	*s = (const char *)p;
	struct buf	 b = BUF_INIT(len * 6 + 16);
	struct jsonw	 w;
	struct jval	*doc = NULL;
	bool		 good = true;

	for (size_t i = 0; i < len;) {
		uint32_t	 cp = 0;
		size_t		 n = utf8_decode(s + i, len - i, &cp);

		if (n == 0) {
			good = false;
			i++;
			continue;
		}
		MUST(n <= 4 && i + n <= len && cp <= 0x10ffff);
		MUST(cp < 0xd800 || cp > 0xdfff);
		i += n;
	}
	MUST(utf8_valid(s, len) == good);

	/* Whatever the bytes, as a JSON string they are valid. */
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_strn(&w, NULL, s, len);
	MUST(buf_err(&b) == ERR_OK && utf8_valid(buf_str(&b), b.len));
	if (memchr(p, '\0', len) == NULL) {
		MUST(jval_parse(buf_str(&b), b.len, &doc, NULL) == ERR_OK);
		MUST(!good || strncmp(jval_str(doc, ""), s, len) == 0);
	}
	jval_free(doc);
	buf_clear(&b);
	return 0;
}
