#include "domain/history_fault.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const words[HF__MAX] = {
	[HF_NONE]	= "ok",
	[HF_TORN]	= "record_torn",
	[HF_TOO_LONG]	= "record_too_long",
	[HF_UTF8]	= "record_not_utf8",
	[HF_TRAILING]	= "record_trailing_bytes",
	[HF_KEY_UNKNOWN] = "record_unknown_key",
	[HF_KEY_TWICE]	= "record_repeated_key",
	[HF_KEY_CASE]	= "record_wrong_case_key",
	[HF_TYPE]	= "record_wrong_type",
	[HF_FORM]	= "record_not_canonical",
	[HF_DIGEST_MISSING] = "digest_missing",
	[HF_DIGEST]	= "digest_mismatch",
	[HF_PREV_SURPLUS] = "prev_unexpected",
	[HF_PREV_MISSING] = "prev_missing",
	[HF_PREV]	= "prev_mismatch",
	[HF_REORDERED]	= "record_reordered",
	[HF_DUPLICATE]	= "record_duplicated",
	[HF_GAP]	= "records_missing",
	[HF_COLUMNS]	= "columns_altered",
	[HF_UNPROVEN]	= "place_unproven",
	[HF_UNSIGNED]	= "signature_missing",
	[HF_ALG]	= "signature_alg_unsupported",
	[HF_NO_TRUST]	= "no_trusted_keys",
	[HF_KEY_BASE64]	= "key_unreadable",
	[HF_KEY_FOREIGN] = "key_not_trusted",
	[HF_KEY_ID]	= "key_id_mismatch",
	[HF_SIG_BASE64]	= "signature_unreadable",
	[HF_FORGED]	= "signature_invalid",
	[HF_KEY_REVOKED] = "key_revoked",
	[HF_KEY_RETIRED] = "key_retired",
	[HF_KEY_EARLY]	= "key_not_yet_valid",
	[HF_KEY_ORDER]	= "key_out_of_order",
	[HF_HEAD_MISSING] = "head_missing",
	[HF_HEAD_FORM]	= "head_unreadable",
	[HF_HEAD_FORGED] = "head_signature_invalid",
	[HF_HEAD_CHAIN]	= "head_of_another_chain",
	[HF_HEAD_KEY]	= "head_key_not_current",
	[HF_TRUNCATED]	= "chain_truncated",
	[HF_ADDED]	= "chain_longer_than_head",
	[HF_END_DIGEST]	= "head_digest_mismatch",
	[HF_PINNED]	= "pinned_head_not_in_chain",
	[HF_CHECKPOINT]	= "checkpoint_altered",
	[HF_RING_FORM]	= "keys_unreadable",
	[HF_RING_FORGED] = "keys_forged",
	[HF_RING_CUT]	= "keys_truncated",
};

const char *
history_fault_code(enum history_fault f)
{
	return f < HF__MAX && words[f] != NULL ? words[f] : "unknown";
}

void
history_issue(struct history_verdict *v, enum history_fault f,
    const char *fmt, ...)
{
	va_list	 ap;

	v->verified = false;
	if (v->nissues == HISTORY_ISSUES_MAX)
		return;
	v->fault[v->nissues] = f;
	va_start(ap, fmt);
	vsnprintf(v->issue[v->nissues++], HISTORY_ISSUE_SIZE, fmt, ap);
	va_end(ap);
}

bool
history_has(const struct history_verdict *v, enum history_fault f)
{
	for (size_t i = 0; i < v->nissues; i++)
		if (v->fault[i] == f)
			return true;
	return false;
}
