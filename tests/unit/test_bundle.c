/*
 * Evidence that is taken away: envelopes held against the published vectors
 * of DSSE, archives, and bundles that are signed but lie.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/bundle.h"
#include "domain/dsse.h"
#include "domain/history_head.h"

/* --- DSSE ----------------------------------------------------------------- */

#define STATEMENT64	"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ=="
#define SIG_A	"2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFI" \
	"AoQafWm7AxBZNw5M9ixNHiCA=="
#define SIG_B	"c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG" \
	"0Ob9CiE5LjReEZUzNF2l7eBw=="
#define SIG(key, sig)	"{\"sig\":\"" sig "\",\"keyid\":\"" key "\"}"
/* Public keys of the vectors; they are those of RFC 8032's examples. */
#define KEY_A	"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY_B	"PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
#define SEED_A	"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

static const struct vector {
	const char	*id, *payload, *type, *supported, *sigs, *keys;
	size_t		 threshold;
	bool		 good;
} vectors[] = {
	{ "single-signature", STATEMENT64, DSSE_INTOTO, DSSE_INTOTO,
	    SIG("A", SIG_A), KEY_A, 1, true },
	{ "url-safe-base64", "-_-_Pj8=", DSSE_INTOTO, DSSE_INTOTO,
	    SIG("A", "P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6"
	    "TuDOT1HIrsGW886DbWNWcCmX5twLrAw=="), KEY_A, 1, true },
	{ "payload-type-swapped", STATEMENT64,
	    "application/vnd.example.other+json",
	    "application/vnd.example.other+json", SIG("A", SIG_A), KEY_A, 1,
	    false },
	{ "non-ascii-payload-type", STATEMENT64,
	    "application/vnd.ex\xc3\xa4mple+json",
	    "application/vnd.ex\xc3\xa4mple+json",
	    SIG("A", "xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRX"
	    "PtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw=="), KEY_A, 1, true },
	{ "empty-payload", "", DSSE_INTOTO, DSSE_INTOTO,
	    SIG("A", "gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuV"
	    "gI/gffqmbsC2VX5/jHfkkDqsj7CDbDg=="), KEY_A, 1, true },
	{ "empty-payload-type", STATEMENT64, "", DSSE_INTOTO,
	    SIG("A", "iC3q/+3Rm0+lpAJRueDmDh15PnwCfxKmS0NAfKsbv+zgulXQC/WM9tr"
	    "c+j1XEqlwDIg/vf/uNfebeD6sxInrDg=="), KEY_A, 1, false },
	{ "threshold-two-distinct-keys", STATEMENT64, DSSE_INTOTO,
	    DSSE_INTOTO, SIG("A", SIG_A) "," SIG("B", SIG_B), KEY_A "," KEY_B,
	    2, true },
	{ "threshold-two-one-key-twice", STATEMENT64, DSSE_INTOTO,
	    DSSE_INTOTO, SIG("A", SIG_A) "," SIG("A", SIG_A), KEY_A "," KEY_B,
	    2, false },
	{ "threshold-two-without-keyids", STATEMENT64, DSSE_INTOTO,
	    DSSE_INTOTO, "{\"sig\":\"" SIG_A "\"},{\"sig\":\"" SIG_B "\"}",
	    KEY_A "," KEY_B, 2, true },
};

static struct history_trust *
trust(const char *keys)
{
	struct history_trust	*t;

	cr_assert_eq(history_trust_new(&t), ERR_OK);
	cr_assert_eq(history_trust_inline(t, keys, "test", NULL), ERR_OK);
	return t;
}

Test(dsse, published_vectors)
{
	struct buf	 b = BUF_INIT(4096);

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector	*v = &vectors[i];
		struct history_trust	*t = trust(v->keys);
		struct dsse		 env;

		buf_reset(&b);
		buf_addf(&b, "{\"payload\": \"%s\", \"payloadType\": \"%s\", "
		    "\"signatures\": [%s]}\n", v->payload, v->type, v->sigs);
		cr_assert_eq(dsse_parse(buf_str(&b), b.len, &env, NULL),
		    ERR_OK, "%s", v->id);
		cr_assert_eq(dsse_signers(&env, v->supported, t) >=
		    v->threshold, v->good, "%s", v->id);
		dsse_clear(&env);
		history_trust_free(t);
	}
	buf_clear(&b);
	TEST_END();
}

Test(dsse, the_encoding_that_is_signed)
{
	struct buf	 b = BUF_INIT(4096);

	cr_assert_eq(dsse_pae("http://example.com/HelloWorld", "hello world",
	    11, &b), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "DSSEv1 29 http://example.com/HelloWorld "
	    "11 hello world");
	buf_clear(&b);
	TEST_END();
}

Test(dsse, signs_as_the_vector_is_signed)
{
	static const char	 body[] =
				    "{\"_type\":\"https://in-toto.io/Statement/v1\"}";
	struct ed25519_key	*key = NULL;
	struct history_seal	 seal = { .want = NULL };
	struct buf		 b = BUF_INIT(4096), again = BUF_INIT(4096);
	struct dsse		 env;

	cr_assert_eq(ed25519_from_text(SEED_A, strlen(SEED_A), &key, NULL),
	    ERR_OK);
	cr_assert_eq(dsse_sign(DSSE_INTOTO, body, strlen(body),
	    history_sign_local, key, &seal, &b, NULL), ERR_OK);
	cr_assert_str_eq(seal.signature, SIG_A);
	cr_assert_eq(dsse_parse(buf_str(&b), b.len, &env, NULL), ERR_OK);
	cr_assert_eq(dsse_write(&env, &again), ERR_OK);
	cr_assert_str_eq(buf_str(&again), buf_str(&b));
	dsse_clear(&env);
	buf_clear(&b);
	buf_clear(&again);
	ed25519_free(key);
	TEST_END();
}

Test(dsse, what_is_no_envelope_is_refused)
{
	static const struct { const char *text; enum err e; } rows[] = {
		{ "", ERR_SYNTAX },
		{ "[]", ERR_CORRUPT },
		{ "{\"payload\":\"\",\"payloadType\":\"t\"}", ERR_CORRUPT },
		{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}",
		    ERR_CORRUPT },
		{ "{\"payload\":\"a b=\",\"payloadType\":\"t\",\"signatures\":"
		    "[" SIG("A", SIG_A) "]}", ERR_CORRUPT },
		{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":"
		    "[{\"sig\":\"AAAA\"}]}", ERR_CORRUPT },
		{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":"
		    "[{\"keyid\":1,\"sig\":\"" SIG_A "\"}]}", ERR_CORRUPT },
		{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":"
		    "[" SIG("A", SIG_A) "],\"more\":1}", ERR_CORRUPT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dsse	 env;

		cr_assert_eq(dsse_parse(rows[i].text, strlen(rows[i].text),
		    &env, NULL), rows[i].e, "%s", rows[i].text);
		dsse_clear(&env);
	}
	TEST_END();
}

/* --- tar ------------------------------------------------------------------ */

Test(ustar, headers_are_read_as_they_are_written)
{
	char		 long_name[USTAR_NAME_SIZE], back[USTAR_NAME_SIZE];
	unsigned char	 block[USTAR_BLOCK];
	int64_t		 size;

	memset(long_name, 'a', 150);
	long_name[120] = '/';
	long_name[150] = '\0';
	cr_assert_eq(ustar_header(long_name, 513, block), ERR_OK);
	cr_assert_eq(ustar_parse(block, back, &size), ERR_OK);
	cr_assert_str_eq(back, long_name);
	cr_assert_eq(size, 513);
	cr_assert_eq(ustar_padding(513), 511);
	cr_assert_eq(ustar_padding(512), 0);
	long_name[120] = 'a';
	cr_assert_eq(ustar_header(long_name, 1, block), ERR_TOOBIG);
	cr_assert_eq(ustar_header("a", USTAR_SIZE_MAX + 1, block), ERR_TOOBIG);
	TEST_END();
}

Test(ustar, every_byte_of_a_header_counts)
{
	unsigned char	 block[USTAR_BLOCK];
	char		 name[USTAR_NAME_SIZE];
	int64_t		 size;

	cr_assert_eq(ustar_header("report.json", 77, block), ERR_OK);
	for (int i = 0; i < USTAR_BLOCK; i++)
		for (int bit = 0; bit < 8; bit++) {
			block[i] ^= (unsigned char)(1 << bit);
			cr_assert_eq(ustar_parse(block, name, &size),
			    ERR_CORRUPT, "byte %d", i);
			block[i] ^= (unsigned char)(1 << bit);
		}
	TEST_END();
}

/* --- bundles that are signed ---------------------------------------------- */

#define SHA	"abababababababababababababababababababababababababababababababab"
#define OTHER	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

/* What a signer that lies, or a mistake of ours, would put in. */
enum lie {
	HONEST, NO_LISTED_KEYS, NO_CHAIN, OTHER_RUN, OTHER_ARTIFACT,
	OTHER_VERDICT, CHAIN_BROKEN, CHAIN_SHORT, HEAD_OF_OTHER_CHAIN,
	HEAD_UNSIGNED, REPORT_OTHER, REPORT_NO_JSON, KEYS_BROKEN,
	RECORD_NO_LF, OTHER_STATEMENT, UNLISTED, LISTED_ONLY, STRANGER,
	TRAILING, SWAPPED
};

struct	made {
	struct ed25519_key	*key, *stranger;
	struct buf		 keys, record, chain, head, report;
	struct buf		 statement, envelope, archive;
	char			 last[SHA256_HEX_SIZE];
	char			 first[SHA256_HEX_SIZE];
	enum lie		 lie;
};

static void
add_line(struct made *m, const char *run, const char *sha, struct buf *to)
{
	struct history_seal	 seal = { .want = NULL };
	struct history_record	 r = { .run_id = run,
		.run_started_at = "2026-05-15T17:00:00Z",
		.created_at = "2026-05-15T17:00:01Z", .artifact_name = "x",
		.artifact_version = "v1", .artifact_sha256 = sha,
		.summary_status = m->lie == OTHER_VERDICT ? "fail" : "pass",
		.json_report_path = "runs/1/report.json",
		.prev_record_sha256 = m->last };

	cr_assert_eq(history_sign(&r, history_sign_local, m->key, &seal,
	    NULL), ERR_OK);
	cr_assert_eq(history_line(&r, JSONW_CANONICAL, to), ERR_OK);
	if (m->lie != RECORD_NO_LF)
		buf_addc(to, '\n');
	memcpy(m->last, seal.digest, sizeof(m->last));
}

static void
add_head(struct made *m)
{
	struct history_head	 h = { .count = 2, .signed_at =
		"2026-05-15T17:00:01Z" };

	if (m->lie == HEAD_OF_OTHER_CHAIN)
		snprintf(h.chain, sizeof(h.chain), "tenant/project");
	memcpy(h.record_sha256, m->last, sizeof(h.record_sha256));
	cr_assert_eq(history_head_sign(&h, history_sign_local, m->lie ==
	    HEAD_UNSIGNED ? m->stranger : m->key, &m->head, NULL), ERR_OK);
	buf_addc(&m->head, '\n');
}

static void
fill(struct made *m)
{
	if (m->lie == KEYS_BROKEN)
		buf_adds(&m->keys, "no key at all\n");
	else if (m->lie != NO_LISTED_KEYS) {
		b64_encode(ed25519_public(m->key), ED25519_PUBLIC_LEN,
		    &m->keys);
		buf_addc(&m->keys, '\n');
	}
	add_line(m, m->lie == OTHER_RUN ? "run-9" : "run-1",
	    m->lie == OTHER_ARTIFACT ? OTHER : SHA, &m->record);
	memcpy(m->first, m->last, sizeof(m->first));
	if (m->lie == CHAIN_BROKEN)
		memcpy(m->last, OTHER, sizeof(m->last));
	add_line(m, "run-2", SHA, &m->chain);
	add_head(m);
	if (m->lie == CHAIN_SHORT)
		buf_reset(&m->chain);
	buf_adds(&m->report, m->lie == REPORT_NO_JSON ? "{" :
	    m->lie == REPORT_OTHER ? "{\"run\":{\"id\":\"run-2\"}}" :
	    "{\"run\":{\"id\":\"run-1\"},\"artifact\":{\"sha256\":\"" SHA "\"},"
	    "\"summary\":{\"status\":\"pass\"}}");
}

static void
add_member(struct made *m, const char *name, const struct buf *b)
{
	static const unsigned char	 zeros[USTAR_BLOCK];
	unsigned char			 block[USTAR_BLOCK];

	cr_assert_eq(ustar_header(name, (int64_t)b->len, block), ERR_OK);
	buf_add(&m->archive, block, sizeof(block));
	buf_add(&m->archive, buf_str(b), b->len);
	buf_add(&m->archive, zeros, ustar_padding((int64_t)b->len));
}

static void
write_members(struct made *m, const struct bundle_file *files,
    const struct buf *const *data, size_t n)
{
	static const unsigned char	 zeros[2 * USTAR_BLOCK];

	add_member(m, BUNDLE_STATEMENT, &m->envelope);
	for (size_t i = 0; i < n; i++) {
		size_t	 k = m->lie == SWAPPED && i < 2 ? 1 - i : i;

		if (m->lie != LISTED_ONLY || i + 1 < n)
			add_member(m, files[k].name, data[k]);
	}
	if (m->lie == UNLISTED)
		add_member(m, "more.json", &m->report);
	buf_add(&m->archive, zeros, sizeof(zeros));
	if (m->lie == TRAILING)
		buf_addc(&m->archive, '\0');
}

static void
make(struct made *m, enum lie lie)
{
	const struct buf	*data[] = { &m->keys, &m->record, &m->chain,
		&m->head, &m->report };
	struct bundle_file	 files[5] = { { .name = BUNDLE_KEYS },
		{ .name = BUNDLE_RECORD }, { .name = BUNDLE_CHAIN },
		{ .name = BUNDLE_HEAD }, { .name = BUNDLE_REPORT } };
	struct bundle_claim	 c = { .run_id = "run-1",
		.started_at = "s", .finished_at = "f", .basename = "x.bpf.o",
		.name = "x", .version = "v1", .sha256 = SHA,
		.status = "pass", .chain = "", .seq = 1, .head_count = 2,
		.files = files, .nfiles = 5 };
	struct buf		*bufs[] = { &m->keys, &m->record, &m->chain,
		&m->head, &m->report, &m->statement, &m->envelope,
		&m->archive };
	struct history_seal	 seal = { .want = NULL };
	char			*at;

	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < 8; i++)
		buf_init(bufs[i], 1 << 20);
	m->lie = lie;
	cr_assert_eq(ed25519_new(&m->key), ERR_OK);
	cr_assert_eq(ed25519_new(&m->stranger), ERR_OK);
	fill(m);
	if (lie == NO_CHAIN)
		snprintf(files[2].name, USTAR_NAME_SIZE, "chain.other");
	for (int i = 0; i < 5; i++) {
		files[i].size = (int64_t)data[i]->len;
		sha256_mem(buf_str(data[i]), data[i]->len, files[i].sha256);
	}
	c.record_sha256 = m->first;
	c.head_sha256 = m->last;
	cr_assert_eq(bundle_statement(&c, &m->statement), ERR_OK);
	if (lie == OTHER_STATEMENT) {
		at = strstr(m->statement.data, "bundle.v0.1");
		memcpy(at, "bundle.v9.9", 11);
	}
	cr_assert_eq(dsse_sign(DSSE_INTOTO, m->statement.data,
	    m->statement.len, history_sign_local, lie == STRANGER ?
	    m->stranger : m->key, &seal, &m->envelope, NULL), ERR_OK);
	write_members(m, files, data, 5);
	cr_assert_eq(buf_err(&m->archive), ERR_OK);
}

static void
check(const struct made *m, struct bundle_result *r)
{
	struct buf		 b = BUF_INIT(128);
	struct history_trust	*t;
	int			 fd = memfd_create("bundle", 0);

	cr_assert_neq(fd, -1);
	cr_assert_eq(fsio_write_all(fd, m->archive.data, m->archive.len),
	    ERR_OK);
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	b64_encode(ed25519_public(m->key), ED25519_PUBLIC_LEN, &b);
	t = trust(buf_str(&b));
	cr_assert_eq(bundle_check(fd, t, r, NULL), ERR_OK);
	history_trust_free(t);
	buf_clear(&b);
	close(fd);
}

static void
unmake(struct made *m)
{
	struct buf	*bufs[] = { &m->keys, &m->record, &m->chain, &m->head,
		&m->report, &m->statement, &m->envelope, &m->archive };

	for (size_t i = 0; i < 8; i++)
		buf_clear(bufs[i]);
	ed25519_free(m->key);
	ed25519_free(m->stranger);
}

Test(bundle, one_as_it_should_be_verifies)
{
	struct made		 m;
	struct bundle_result	 r;

	make(&m, HONEST);
	check(&m, &r);
	cr_assert(r.verified, "%s %s", r.issue[0].file, r.issue[0].text);
	cr_assert_str_eq(r.run_id, "run-1");
	cr_assert_str_eq(r.artifact_sha256, SHA);
	cr_assert_eq(r.nfiles, 5);
	unmake(&m);
	TEST_END();
}

Test(bundle, each_lie_has_its_own_word)
{
	static const struct { enum lie lie; const char *code; } rows[] = {
		{ NO_LISTED_KEYS, "bundle_record" },
		{ NO_CHAIN, "bundle_missing_file" },
		{ OTHER_RUN, "bundle_record_mismatch" },
		{ OTHER_ARTIFACT, "bundle_record_mismatch" },
		{ OTHER_VERDICT, "bundle_record_mismatch" },
		{ CHAIN_BROKEN, "bundle_chain" },
		{ CHAIN_SHORT, "bundle_head_mismatch" },
		{ HEAD_OF_OTHER_CHAIN, "bundle_head_mismatch" },
		{ HEAD_UNSIGNED, "bundle_head" },
		{ REPORT_OTHER, "bundle_report_mismatch" },
		{ REPORT_NO_JSON, "bundle_report_mismatch" },
		{ KEYS_BROKEN, "bundle_keys" },
		{ RECORD_NO_LF, "bundle_record" },
		{ OTHER_STATEMENT, "bundle_statement" },
		{ UNLISTED, "bundle_unexpected_file" },
		{ LISTED_ONLY, "bundle_missing_file" },
		{ STRANGER, "bundle_signature" },
		{ TRAILING, "bundle_trailing_bytes" },
		{ SWAPPED, "bundle_unexpected_file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made		 m;
		struct bundle_result	 r;

		make(&m, rows[i].lie);
		check(&m, &r);
		cr_assert(!r.verified, "lie %d", rows[i].lie);
		cr_assert_str_eq(bundle_fault_code(r.issue[0].fault),
		    rows[i].code, "lie %d: %s", rows[i].lie, r.issue[0].text);
		unmake(&m);
	}
	TEST_END();
}
