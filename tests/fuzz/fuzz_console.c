/* A guest's console, as a hostile guest may write it. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "worker/vm/splat.h"

#define JSON_MAX	(1024 * 1024)

/* Longest "end" event is bounded by these; see RUNNER_LINE_MAX. */
static void
check_json(const struct kevents *k)
{
	struct buf	 b = BUF_INIT(JSON_MAX);
	struct jsonw	 w;
	struct jval	*doc = NULL;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	kevents_write(k, &w);
	kstep_write(&k->step, &w, "last_step");
	jsonw_end(&w);
	MUST(buf_err(&b) == ERR_OK);
	MUST(jval_parse(b.data, b.len, &doc, NULL) == ERR_OK);
	MUST(jval_len(jval_get(doc, "kernel_events")) == k->n);
	jval_free(doc);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct splat	 s;
	size_t		 text = 0;

	splat_init(&s);
	splat_feed(&s, p, len);
	splat_finish(&s);
	MUST(s.events.n <= KEVENTS_MAX);
	for (size_t i = 0; i < s.events.n; i++) {
		MUST(s.events.v[i].text.len <= KEVENT_TEXT_MAX);
		MUST(buf_err(&s.events.v[i].text) == ERR_OK);
		text += s.events.v[i].text.len;
	}
	/* One of them may have ended the kernel. */
	MUST(text <= KEVENTS_TEXT_MAX + KEVENT_TEXT_MAX);
	MUST(strlen(splat_text(&s)) <= SPLAT_MAX);
	check_json(&s.events);
	splat_clear(&s);
	return 0;
}
