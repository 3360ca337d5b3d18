#include "worker/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "base/utf8.h"
#include "domain/history_next.h"
#include "domain/history_words.h"

struct	history_draft {
	struct signer		*signer;
	struct history_record	 rec;
	struct history_next	 next;
	struct history_words	 passed, failed, codes;
	struct history_words	 texts;	/* cleaned, where they had to be */
	char			 created[TIME_RFC3339_SIZE];
	struct diag		 diag;
};

void
history_draft_free(struct history_draft *h)
{
	if (h == NULL)
		return;
	history_words_free(&h->passed);
	history_words_free(&h->failed);
	history_words_free(&h->codes);
	history_words_free(&h->texts);
	history_next_clear(&h->next);
	free(h);
}

static enum err
fill_lists(struct history_draft *h, const struct report_run *r)
{
	const struct jval	*t;
	const char		*id;
	bool			 pass;
	enum err		 e = ERR_OK;

	for (size_t i = 0; i < r->ntargets && e == ERR_OK; i++) {
		t = r->targets[i];
		id = jval_get_str(t, "profile_id", "");
		pass = strcmp(jval_get_str(t, "status", ""), "pass") == 0;
		if ((e = history_words_add(pass ? &h->passed : &h->failed,
		    id)) == ERR_OK)
			e = history_words_add(&h->codes, jval_get_str(t,
			    "classification_code", ""));
	}
	if (e == ERR_OK)
		e = history_words_list(&h->passed,
		    &h->rec.supported_profiles);
	if (e == ERR_OK)
		e = history_words_list(&h->failed, &h->rec.failed_profiles);
	if (e == ERR_OK)
		e = history_words_list(&h->codes,
		    &h->rec.classification_codes);
	return e;
}

/*
 * A name may come from a file of any name.  What a record must not hold is
 * written as "?", so that no run goes without its record.
 */
static void
clean(char *s)
{
	size_t	 left = strlen(s), n;
	uint32_t cp;

	if (left > HISTORY_TEXT_MAX)
		s[left = HISTORY_TEXT_MAX] = '\0';
	for (; left > 0; s += n, left -= n) {
		n = utf8_decode(s, left, &cp);
		if (n == 0 || cp < 0x20 || cp == 0x7f) {
			*s = '?';
			n = 1;
		}
	}
}

static enum err
clean_texts(struct history_draft *h)
{
	struct history_record	*r = &h->rec;
	const char		**text[] = { &r->artifact_name,
		&r->artifact_version, &r->artifact_variant, &r->artifact_path,
		&r->artifact_uri, &r->matrix_path, &r->matrix_name };
	enum err		 e;

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		if (*text[i] == NULL || **text[i] == '\0')
			continue;
		if ((e = history_words_add(&h->texts, *text[i])) != ERR_OK)
			return e;
		*text[i] = h->texts.v[h->texts.n - 1];
		clean(h->texts.v[h->texts.n - 1]);
	}
	return ERR_OK;
}

enum err
history_draft_new(const struct report_run *r, struct signer *signer,
    struct history_draft **out)
{
	struct history_draft	*h = calloc(1, sizeof(*h));
	enum err		 e;

	if ((*out = h) == NULL)
		return ERR_NOMEM;
	h->signer = signer;
	history_next_init(&h->next);
	time_rfc3339(time_now_ms(), h->created);
	h->rec = (struct history_record){ .schema_version = HISTORY_SCHEMA,
	    .run_id = r->run_id, .run_started_at = r->started_at,
	    .created_at = h->created, .artifact_name = r->name,
	    .artifact_version = r->version_label,
	    .artifact_variant = r->variant, .artifact_path = r->artifact_path,
	    .artifact_uri = r->uri, .artifact_sha256 = r->artifact_sha256,
	    .matrix_path = r->matrix_path, .matrix_name = r->matrix_name,
	    .summary_status = r->summary.status,
	    .required_passed = r->summary.required_passed,
	    .required_failed = r->summary.required_failed +
	    r->summary.required_infra,
	    .total_profiles = r->summary.total,
	    .json_report_path = r->json_path,
	    .markdown_path = r->markdown_path };
	if ((e = fill_lists(h, r)) == ERR_OK &&
	    (e = clean_texts(h)) == ERR_OK)
		return ERR_OK;
	history_draft_free(h);
	*out = NULL;
	return e;
}

const struct diag *
history_draft_diag(const struct history_draft *h)
{
	return &h->diag;
}

enum err
history_draft_make(const struct history_end *end, void *arg,
    struct history_new *out)
{
	struct history_draft	*h = arg;

	return history_next_sign(end, &h->rec, signer_sign, h->signer,
	    &h->next, out, &h->diag);
}
