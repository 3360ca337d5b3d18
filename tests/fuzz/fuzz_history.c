/*
 * A line of the signed history.  The quick reader and the exact one agree on
 * what a record is, what is read is written again byte for byte, and whatever
 * is refused has a fault with a name.
 */
#include "tests/fuzz/fuzz.h"

#include "domain/history.h"
#include "domain/history_head.h"
#include "domain/history_scan.h"

static void
record(const char *p, size_t len)
{
	struct history_entry	 entry;
	struct history_scan	 scan;
	struct buf		 b = BUF_INIT(2 * HISTORY_LINE_MAX);
	struct buf		 c = BUF_INIT(2 * HISTORY_LINE_MAX);
	struct diag		 d = DIAG_INIT;
	bool			 quick = history_scan(p, len, &scan);

	if (history_parse(p, len, &entry, &d) != ERR_OK) {
		MUST(!quick && d.msg[0] != '\0');
		return;
	}
	MUST(history_line(&entry.rec, entry.style, &b) == ERR_OK);
	if (quick) {
		MUST(b.len == len && memcmp(b.data, p, len) == 0);
		buf_reset(&b);
		MUST(history_canonical(&entry.rec, entry.style, &b) ==
		    ERR_OK);
		MUST(history_scan_canonical(&scan, &c) == ERR_OK);
		MUST(b.len == c.len && memcmp(b.data, c.data, b.len) == 0);
	}
	buf_clear(&b);
	buf_clear(&c);
	history_entry_free(&entry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct history_trust	*none;
	struct history_head		 head;
	struct diag			 d = DIAG_INIT;
	char				*text = fuzz_string(p, len);

	if (none == NULL)
		MUST(history_trust_new(&none) == ERR_OK);
	record(text, len);
	MUST(history_head_read(text, len, none, &head, &d) != HF_NONE);
	MUST(d.msg[0] != '\0');
	free(text);
	return 0;
}
