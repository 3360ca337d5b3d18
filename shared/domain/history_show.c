#include "domain/history_show.h"

#include <stdlib.h>
#include <string.h>

/* A text as its writer meant it; left out when empty and "opt". */
static void
text(struct jsonw *w, const char *key, const struct history_scan *sc,
    enum history_field f, bool opt)
{
	struct history_span	 raw = { "", 0 };
	size_t			 len;
	char			 small[512], *b = small;

	if (sc != NULL && sc->raw[f].p != NULL)
		raw = sc->raw[f];
	if (opt && raw.len == 0)
		return;
	if (raw.len >= sizeof(small) && (b = malloc(raw.len + 1)) == NULL) {
		w->out->err = ERR_NOMEM;
		return;
	}
	len = history_unescape(raw, b);
	jsonw_strn(w, key, b, len);
	if (b != small)
		free(b);
}

void
history_link_json(struct jsonw *w, const struct history_link *l)
{
	const struct history_verdict	*v = l->verdict;
	const struct history_scan	*sc = l->scan;

	jsonw_obj(w, NULL);
	jsonw_int(w, "index", l->seq - 1);
	text(w, "run_id", sc, HISTORY_RUN_ID, false);
	text(w, "artifact_name", sc, HISTORY_ARTIFACT_NAME, false);
	text(w, "artifact_version", sc, HISTORY_ARTIFACT_VERSION, false);
	text(w, "record_sha256", sc, HISTORY_RECORD_SHA256, true);
	jsonw_str(w, "computed_sha256", v->computed);
	text(w, "prev_record_sha256", sc, HISTORY_PREV_RECORD_SHA256, true);
	if (l->seq > 1)
		jsonw_str_opt(w, "expected_prev_sha256", l->expected_prev);
	text(w, "signature_alg", sc, HISTORY_SIGNATURE_ALG, true);
	text(w, "signature_key_id", sc, HISTORY_SIGNATURE_KEY_ID, true);
	jsonw_bool(w, "signature_valid", v->signature_valid);
	jsonw_bool(w, "verified", v->verified);
	if (v->nissues > 0) {
		jsonw_arr(w, "issues");
		for (size_t i = 0; i < v->nissues; i++)
			jsonw_str(w, NULL, v->issue[i]);
		jsonw_end(w);
		jsonw_arr(w, "codes");
		for (size_t i = 0; i < v->nissues; i++)
			jsonw_str(w, NULL, history_fault_code(v->fault[i]));
		jsonw_end(w);
	}
	jsonw_end(w);
}
