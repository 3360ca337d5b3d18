/* The form of a history record, held against the published vectors. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "domain/history.h"

#define AB32 "abababababababababababababababababababababababababababababababab"
/* Seed: the bytes 00 to 1f; published with the format. */
#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/884Qvh1w3RjnS8CZ" \
	"Z+TWMJulDV8d3IZkElUxuA=="
#define DIGEST_1 \
	"96b91855b907fa88c80d2fea36f33e01cba3f0ff80a196224026438867235a04"
#define DIGEST_2 \
	"656ff81cdb94cad96a8c1d831e3aa03b9e804853f91322464ecd589bb6fd3d12"
#define SIGNATURE_1 "+zj3MPnSjLeo69nA9LNnbSjfd891jnrwusn/00kHJoGt+oE8mvxjTwx12z4q" \
	"Qy6tu1TYAENLWyl9KywvI9DVBg=="
#define SIGNATURE_2 "yIwZIxxlNtG5xts6saBZ28tK+YrDaKKZ3Z0knrq/HjrbtS/jX+XjNh6iNgXe" \
	"Y/1FYy/4VECVtHXNOFYN3Sx6BA=="

static const char canonical_1[] =
    "{\"schema_version\":\"artifact_history.v0.1\",\"run_id\":\"run-1\","
    "\"run_started_at\":\"2026-05-15T17:00:00Z\","
    "\"created_at\":\"2026-05-15T17:00:01Z\","
    "\"artifact_name\":\"execsnoop\",\"artifact_version\":\"v1\","
    "\"artifact_path\":\"artifacts/execsnoop.bpf.o\","
    "\"artifact_sha256\":\"" AB32 "\",\"matrix_path\":\"matrices/mvp.yaml\","
    "\"summary_status\":\"pass\",\"required_passed\":2,"
    "\"required_failed\":0,\"total_profiles\":3,"
    "\"supported_profiles\":[\"debian-12-6.1\",\"ubuntu-22.04-5.15\"],"
    "\"json_report_path\":\"reports/execsnoop-v1.json\"}";

static struct ed25519_key *
vector_key(void)
{
	struct ed25519_key	*k = NULL;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(ed25519_from_text(SECRET, strlen(SECRET), &k, &d),
	    ERR_OK, "%s", diag_text(&d));
	return k;
}

static struct history_record
record_1(void)
{
	static const char	*passed[] = { "debian-12-6.1",
				    "ubuntu-22.04-5.15" };

	return (struct history_record){ .schema_version = HISTORY_SCHEMA,
	    .run_id = "run-1", .run_started_at = "2026-05-15T17:00:00Z",
	    .created_at = "2026-05-15T17:00:01Z",
	    .artifact_name = "execsnoop", .artifact_version = "v1",
	    .artifact_path = "artifacts/execsnoop.bpf.o",
	    .artifact_sha256 = AB32, .matrix_path = "matrices/mvp.yaml",
	    .summary_status = "pass", .required_passed = 2,
	    .total_profiles = 3, .supported_profiles = { passed, 2 },
	    .json_report_path = "reports/execsnoop-v1.json" };
}

static struct history_record
record_2(void)
{
	static const char	*failed[] = { "ubuntu-18.04-4.15" };
	static const char	*codes[] = { "MISSING_BTF" };
	struct history_record	 r = record_1();

	r.run_id = "run-2";
	r.artifact_version = "v2";
	r.artifact_variant = "a<b>&\"q\"\\\xe2\x80\xa8\xc3\xa9/\x01\t";
	r.artifact_uri = "https://example.invalid/a?b=1&c=2";
	r.prev_record_sha256 = DIGEST_1;
	r.manifest_path = "manifests/execsnoop.yaml";
	r.matrix_name = "mvp";
	r.summary_status = "fail";
	r.required_failed = 1;
	r.supported_profiles.n = 0;
	r.failed_profiles = (struct history_list){ failed, 1 };
	r.classification_codes = (struct history_list){ codes, 1 };
	r.markdown_path = "reports/execsnoop-v2.md";
	return r;
}

Test(history, canonical_bytes_are_the_published_ones)
{
	struct history_record	 r = record_1();
	struct buf		 b = BUF_INIT(10000);

	cr_assert_eq(history_canonical(&r, JSONW_CANONICAL, &b), ERR_OK);
	cr_assert_str_eq(buf_str(&b), canonical_1);
	cr_assert_eq(b.len, 539);
	buf_clear(&b);
	TEST_END();
}

Test(history, first_vector_is_signed_alike)
{
	struct ed25519_key	*k = vector_key();
	struct history_record	 r = record_1();
	struct history_seal	 seal = { .want = NULL };
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_OK, "%s",
	    diag_text(&d));
	cr_assert_str_eq(r.record_sha256, DIGEST_1);
	cr_assert_str_eq(r.signature, SIGNATURE_1);
	cr_assert_str_eq(r.signature_key_id, "56475aa75463");
	cr_assert_str_eq(r.signature_public_key,
	    "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
	ed25519_free(k);
	TEST_END();
}

/* Escapes, and a control character that we would not sign ourselves. */
Test(history, second_vector_has_the_digest_and_the_signature)
{
	struct ed25519_key	*k = vector_key();
	struct history_record	 r = record_2();
	struct buf		 b = BUF_INIT(10000), sig = BUF_INIT(200);
	unsigned char		 raw[ED25519_SIG_LEN];
	char			 hex[SHA256_HEX_SIZE];

	cr_assert_eq(history_canonical(&r, JSONW_CANONICAL, &b), ERR_OK);
	cr_assert_eq(b.len, 874);
	cr_assert_eq(history_digest(&r, JSONW_CANONICAL, hex), ERR_OK);
	cr_assert_str_eq(hex, DIGEST_2);
	cr_assert_eq(ed25519_sign(k, b.data, b.len, raw), ERR_OK);
	cr_assert_eq(b64_encode(raw, sizeof(raw), &sig), ERR_OK);
	cr_assert_str_eq(buf_str(&sig), SIGNATURE_2);
	cr_assert(ed25519_verify(ed25519_public(k), b.data, b.len, raw));
	b.data[10] ^= 1;
	cr_assert_not(ed25519_verify(ed25519_public(k), b.data, b.len, raw));
	buf_clear(&sig);
	buf_clear(&b);
	ed25519_free(k);
	TEST_END();
}

Test(history, a_line_reads_back_as_it_was_written)
{
	struct history_record	 r = record_2();
	struct history_entry	 en;
	struct buf		 line = BUF_INIT(10000), again = BUF_INIT(10000);
	struct diag		 d = DIAG_INIT;

	r.record_sha256 = DIGEST_2;
	cr_assert_eq(history_line(&r, JSONW_CANONICAL, &line), ERR_OK);
	buf_addc(&line, '\n');
	cr_assert_eq(history_parse(line.data, line.len, &en, &d), ERR_OK,
	    "%s", diag_text(&d));
	cr_assert_eq(history_line(&en.rec, en.style, &again), ERR_OK);
	buf_addc(&again, '\n');
	cr_assert_str_eq(buf_str(&again), buf_str(&line));
	history_entry_free(&en);
	buf_clear(&again);
	buf_clear(&line);
	TEST_END();
}

/* Older writers escaped backspace and form feed the long way. */
Test(history, the_older_escapes_are_accepted_and_remembered)
{
	struct history_record	 r = record_1();
	struct history_entry	 en;
	struct buf		 line = BUF_INIT(10000);
	struct diag		 d = DIAG_INIT;

	r.artifact_variant = "a\bb\fc";
	cr_assert_eq(history_line(&r, JSONW_CANONICAL_LONG, &line), ERR_OK);
	cr_assert_neq(strstr(buf_str(&line), "a\\u0008b\\u000cc"), NULL);
	cr_assert_eq(history_parse(line.data, line.len, &en, &d), ERR_OK,
	    "%s", diag_text(&d));
	cr_assert_eq(en.style, JSONW_CANONICAL_LONG);
	history_entry_free(&en);
	buf_clear(&line);
	TEST_END();
}

static void
refused(const char *what, const char *line, enum err want)
{
	struct history_entry	 en;
	struct diag		 d = DIAG_INIT;
	enum err		 e = history_parse(line, strlen(line), &en, &d);

	cr_assert_eq(e, want, "%s: %s", what, err_code(e));
}

/* canonical_1 with "from" replaced by "to". */
static char *
changed(const char *from, const char *to)
{
	const char	*at = strstr(canonical_1, from);
	struct buf	 b = BUF_INIT(10000);

	cr_assert_neq(at, NULL, "%s", from);
	buf_add(&b, canonical_1, (size_t)(at - canonical_1));
	buf_adds(&b, to);
	buf_adds(&b, at + strlen(from));
	return buf_steal(&b);
}

/* Whatever is taken away or put twice: what is read is written like that. */
Test(history, no_byte_of_a_line_can_be_left_out_or_repeated)
{
	struct history_record	 r = record_2();
	struct buf		 line = BUF_INIT(10000), with = BUF_INIT(10000);
	struct buf		 again = BUF_INIT(10000);
	struct history_entry	 en;

	r.record_sha256 = DIGEST_2;
	cr_assert_eq(history_line(&r, JSONW_CANONICAL, &line), ERR_OK);
	for (size_t i = 0; i < 2 * line.len; i++) {
		size_t	 at = i / 2;

		buf_reset(&with);
		/* Even: without this byte; odd: with it twice. */
		buf_add(&with, line.data, i % 2 == 0 ? at : at + 1);
		if (i % 2 == 0)
			at++;
		buf_add(&with, line.data + at, line.len - at);
		if (history_parse(with.data, with.len, &en, NULL) != ERR_OK)
			continue;
		buf_reset(&again);
		cr_assert_eq(history_line(&en.rec, en.style, &again), ERR_OK);
		cr_assert_str_eq(buf_str(&again), buf_str(&with));
		history_entry_free(&en);
	}
	buf_clear(&again);
	buf_clear(&with);
	buf_clear(&line);
	TEST_END();
}

Test(history, an_altered_line_is_refused)
{
	static const struct { const char *what, *from, *to; enum err want; }
	cases[] = {
		{ "unknown key", "{\"schema", "{\"approved_by\":\"x\",\"schema",
		    ERR_CORRUPT },
		{ "wrong case", "\"run_id\"", "\"RUN_ID\"", ERR_CORRUPT },
		{ "repeated key", "{\"schema",
		    "{\"summary_status\":\"fail\",\"schema", ERR_SYNTAX },
		{ "null", "\"run-1\"", "null", ERR_CORRUPT },
		{ "number as text", ":2,", ":\"2\",", ERR_CORRUPT },
		{ "text as number", "\"run-1\"", "1", ERR_CORRUPT },
		{ "list as text", "[\"debian-12-6.1\",\"ubuntu-22.04-5.15\"]",
		    "\"x\"", ERR_CORRUPT },
		{ "number in a list", "[\"debian", "[1,\"debian", ERR_CORRUPT },
		{ "a space", ":2,", ": 2,", ERR_CORRUPT },
		{ "another order", "\"required_passed\":2,"
		    "\"required_failed\":0",
		    "\"required_failed\":0,\"required_passed\":2",
		    ERR_CORRUPT },
		{ "an empty optional key", ",\"summary_status\"",
		    ",\"matrix_name\":\"\",\"summary_status\"", ERR_CORRUPT },
		{ "an empty list", "[\"debian-12-6.1\",\"ubuntu-22.04-5.15\"]",
		    "[]", ERR_CORRUPT },
		{ "another escape", "matrices/", "matrices\\/", ERR_CORRUPT },
		{ "a fraction", ":2,", ":2.0,", ERR_CORRUPT },
		{ "trailing bytes", "v1.json\"}", "v1.json\"}x", ERR_SYNTAX },
		{ "no UTF-8", "run-1", "run-\xff", ERR_SYNTAX },
	};
	char	*line;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		line = changed(cases[i].from, cases[i].to);
		refused(cases[i].what, line, cases[i].want);
		free(line);
	}
	refused("a list", "[]", ERR_CORRUPT);
	refused("nothing", "", ERR_SYNTAX);
	TEST_END();
}

Test(history, a_record_that_lacks_something_is_not_signed)
{
	struct ed25519_key	*k = vector_key();
	struct history_record	 r;
	struct history_seal	 seal = { .want = NULL };
	struct diag		 d = DIAG_INIT;

	r = record_1();
	r.artifact_version = " \t";
	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "artifact_version");
	r = record_1();
	r.artifact_sha256 = "AB";
	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "artifact_sha256");
	r = record_1();
	r.artifact_path = "bad\xff";
	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "artifact_path");
	r = record_2();
	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "artifact_variant");
	r = record_1();
	r.required_failed = -1;
	cr_assert_eq(history_sign(&r, history_sign_local, k, &seal,
	    &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "required_failed");
	ed25519_free(k);
	TEST_END();
}

Test(history, lists_are_trimmed_sorted_and_unique)
{
	char	 a[] = "ubuntu", b[] = "  debian ", c[] = "debian", e[] = " ";
	char	*v[] = { a, b, c, e };
	size_t	 n = 4;

	history_normalize(v, &n);
	cr_assert_eq(n, 2);
	cr_assert_str_eq(v[0], "debian");
	cr_assert_str_eq(v[1], "ubuntu");
	TEST_END();
}

Test(ed25519, a_key_reads_back_from_its_text)
{
	struct ed25519_key	*k, *again;
	struct buf		 b = BUF_INIT(200);
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(ed25519_new(&k), ERR_OK);
	cr_assert_eq(ed25519_text(k, &b), ERR_OK);
	cr_assert_eq(ed25519_from_text(b.data, b.len, &again, &d), ERR_OK);
	cr_assert_arr_eq(ed25519_public(k), ed25519_public(again),
	    ED25519_PUBLIC_LEN);
	ed25519_free(again);
	/* The seed alone is a key, too. */
	cr_assert_eq(ed25519_from_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka"
	    "GxwdHh8=", 44, &again, &d), ERR_OK);
	ed25519_free(again);
	ed25519_free(k);
	buf_clear(&b);
	TEST_END();
}

Test(ed25519, a_key_of_the_wrong_length_or_halves_is_refused)
{
	struct ed25519_key	*k;
	struct diag		 d = DIAG_INIT;
	char			 text[] = SECRET;

	cr_assert_eq(ed25519_from_text("AAEC", 4, &k, &d), ERR_SYNTAX);
	cr_assert_neq(strstr(d.msg, "has 3"), NULL);
	cr_assert_eq(ed25519_from_text("not base64!", 11, &k, &d), ERR_SYNTAX);
	text[60] = text[60] == 'A' ? 'B' : 'A';
	cr_assert_eq(ed25519_from_text(text, strlen(text), &k, &d),
	    ERR_CORRUPT);
	cr_assert_eq(k, NULL);
	TEST_END();
}
