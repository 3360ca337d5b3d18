/* What makes a history record count, and every way it does not. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/history_trust.h"

#define SECRET	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define PUBLIC	"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
#define KEY_ID	"56475aa75463"
#define OTHER	"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define AB32 "abababababababababababababababababababababababababababababababab"

struct	fixture {
	struct history_trust	*trust;
	struct ed25519_key	*key;
	struct history_record	 rec;
	struct history_seal	 seal;
	struct history_verdict	 v;
};

static void
sign(struct fixture *f)
{
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(history_sign(&f->rec, history_sign_local, f->key,
	    &f->seal, &d), ERR_OK,
	    "%s", diag_text(&d));
}

static void
set_up(struct fixture *f, const char *keys)
{
	struct diag	 d = DIAG_INIT;

	memset(f, 0, sizeof(*f));
	cr_assert_eq(ed25519_from_text(SECRET, strlen(SECRET), &f->key, &d),
	    ERR_OK);
	cr_assert_eq(history_trust_new(&f->trust), ERR_OK);
	cr_assert_eq(history_trust_lines(f->trust, keys, strlen(keys),
	    "keys", &d), ERR_OK, "%s", diag_text(&d));
	f->rec = (struct history_record){ .run_id = "run-1",
	    .created_at = "2026-05-15T17:00:01Z", .artifact_name = "a",
	    .artifact_version = "v1", .artifact_sha256 = AB32,
	    .json_report_path = "r.json", .summary_status = "pass" };
	sign(f);
}

static void
tear_down(struct fixture *f)
{
	history_trust_free(f->trust);
	ed25519_free(f->key);
}

static void
verify(struct fixture *f, const char *prev)
{
	struct history_entry	 en = { .rec = f->rec,
				    .style = JSONW_CANONICAL };

	cr_assert_eq(history_verify(&en, prev, f->trust, &f->v), ERR_OK);
}

/* Exactly one issue, with this text. */
static void
complains(struct fixture *f, const char *prev, const char *text)
{
	verify(f, prev);
	cr_assert_not(f->v.verified, "%s", text);
	cr_assert_eq(f->v.nissues, 1, "%zu issues, first: %s", f->v.nissues,
	    f->v.issue[0]);
	cr_assert_str_eq(f->v.issue[0], text);
}

Test(history_trust, a_signed_record_is_verified)
{
	struct fixture	 f;

	set_up(&f, KEY_ID " " PUBLIC "\n");
	verify(&f, NULL);
	cr_assert(f.v.verified, "%s", f.v.issue[0]);
	cr_assert(f.v.signature_valid);
	cr_assert_str_eq(f.v.computed, f.rec.record_sha256);
	tear_down(&f);
	TEST_END();
}

Test(history_trust, the_chain_is_checked_against_the_computed_digest)
{
	struct fixture	 f;

	set_up(&f, PUBLIC);
	complains(&f, AB32, "prev_record_sha256 is missing");
	f.rec.prev_record_sha256 = AB32;
	sign(&f);
	verify(&f, AB32);
	cr_assert(f.v.verified);
	complains(&f, f.seal.digest, "prev_record_sha256 mismatch");
	complains(&f, NULL,
	    "first record should not have prev_record_sha256");
	tear_down(&f);
	TEST_END();
}

Test(history_trust, a_changed_record_fails_digest_and_signature)
{
	struct fixture	 f;

	set_up(&f, PUBLIC);
	f.rec.summary_status = "fail";
	verify(&f, NULL);
	cr_assert_eq(f.v.nissues, 2);
	cr_assert_str_eq(f.v.issue[0], "record_sha256 mismatch");
	cr_assert_str_eq(f.v.issue[1], "signature verification failed");
	cr_assert_not(f.v.signature_valid);
	tear_down(&f);
	TEST_END();
}

Test(history_trust, missing_seals_are_named)
{
	struct fixture	 f;

	set_up(&f, PUBLIC);
	f.rec.record_sha256 = NULL;
	complains(&f, NULL, "record_sha256 is missing");
	tear_down(&f);
	set_up(&f, PUBLIC);
	f.rec.signature_alg = f.rec.signature_key_id = NULL;
	f.rec.signature_public_key = f.rec.signature = "";
	complains(&f, NULL, "signature metadata is missing");
	tear_down(&f);
	set_up(&f, PUBLIC);
	f.rec.signature_alg = "ES256";
	complains(&f, NULL, "unsupported signature_alg \"ES256\"");
	f.rec.signature_alg = NULL;
	complains(&f, NULL, "unsupported signature_alg \"\"");
	tear_down(&f);
	set_up(&f, PUBLIC);
	f.rec.signature = "AAAA";
	complains(&f, NULL,
	    "decode signature: it is no base64 of 64 bytes");
	tear_down(&f);
	set_up(&f, PUBLIC);
	f.rec.signature_public_key = "AAAA";
	complains(&f, NULL,
	    "decode signature_public_key: it is no base64 of 32 "
	    "bytes (3)");
	tear_down(&f);
	TEST_END();
}

Test(history_trust, only_trusted_keys_count)
{
	struct fixture	 f;

	set_up(&f, "# nobody\n\n");
	verify(&f, NULL);
	cr_assert_neq(strstr(f.v.issue[0], "no trusted signing keys"), NULL);
	tear_down(&f);
	set_up(&f, OTHER "\n");
	complains(&f, NULL,
	    "signature_public_key is not in trusted keyring");
	/* Listed, but under the name of another key. */
	tear_down(&f);
	set_up(&f, "000000000000 " PUBLIC);
	complains(&f, NULL,
	    "signature_public_key is not in trusted keyring");
	tear_down(&f);
	TEST_END();
}

Test(history_trust, a_record_without_a_key_is_tried_with_all)
{
	struct fixture	 f;

	set_up(&f, OTHER "\n" PUBLIC "\n");
	f.rec.signature_public_key = "";
	verify(&f, NULL);
	cr_assert(f.v.verified, "%s", f.v.issue[0]);
	tear_down(&f);
	set_up(&f, OTHER "\n");
	f.rec.signature_public_key = "";
	complains(&f, NULL,
	    "signature verification failed with trusted keys");
	tear_down(&f);
	TEST_END();
}

Test(history_trust, the_key_id_has_to_be_that_of_the_key)
{
	struct fixture	 f;

	set_up(&f, PUBLIC);
	f.rec.signature_key_id = "000000000000";
	complains(&f, NULL, "signature_key_id mismatch");
	tear_down(&f);
	TEST_END();
}

Test(history_trust, a_bad_line_adds_nothing_and_is_named)
{
	struct history_trust	*t;
	struct diag		 d = DIAG_INIT;
	const char		*text = PUBLIC "\n\n# x\nid !!\n";

	cr_assert_eq(history_trust_new(&t), ERR_OK);
	cr_assert_eq(history_trust_lines(t, text, strlen(text), "ring", &d),
	    ERR_SYNTAX);
	cr_assert_neq(strstr(d.msg, "ring: line 4: "), NULL, "%s", d.msg);
	cr_assert_eq(history_trust_len(t), 0);
	history_trust_free(t);
	TEST_END();
}

Test(history_trust, inline_keys_are_split_and_unique)
{
	struct history_trust	*t;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(history_trust_new(&t), ERR_OK);
	cr_assert_eq(history_trust_inline(t, " ," KEY_ID ":" PUBLIC ",\n"
	    OTHER "\t" PUBLIC, "KEYS", &d), ERR_OK, "%s", diag_text(&d));
	cr_assert_eq(history_trust_len(t), 2);
	cr_assert_eq(history_trust_inline(t, OTHER ",AAAA", "KEYS", &d),
	    ERR_SYNTAX);
	cr_assert_neq(strstr(d.msg, "parse KEYS entry 2: "), NULL, "%s",
	    d.msg);
	cr_assert_eq(history_trust_len(t), 2);
	history_trust_free(t);
	TEST_END();
}

/* Whatever one byte becomes, the record no longer verifies. */
Test(history_trust, every_change_of_one_byte_is_found)
{
	struct fixture		 f;
	struct history_entry	 en;
	struct buf		 line = BUF_INIT(HISTORY_LINE_MAX);
	char			*at, was;

	set_up(&f, PUBLIC);
	f.rec.prev_record_sha256 = AB32;
	f.rec.markdown_path = "a/b.md";
	sign(&f);
	cr_assert_eq(history_line(&f.rec, JSONW_CANONICAL, &line), ERR_OK);
	for (size_t i = 0; i < line.len; i++) {
		at = line.data + i;
		was = *at;
		for (int bit = 0; bit < 8; bit++) {
			*at = (char)(was ^ 1 << bit);
			if (history_parse(line.data, line.len, &en, NULL) !=
			    ERR_OK)
				continue;
			cr_assert_eq(history_verify(&en, AB32, f.trust, &f.v),
			    ERR_OK);
			cr_assert_not(f.v.verified, "byte %zu, bit %d", i,
			    bit);
			history_entry_free(&en);
		}
		*at = was;
	}
	buf_clear(&line);
	tear_down(&f);
	TEST_END();
}
