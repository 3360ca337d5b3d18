#include "tests/unit/test.h"

#include <cjose/cjose.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "fcgi/claims.h"
#include "fcgi/identity.h"
#include "fcgi/jwks.h"
#include "fcgi/jws.h"

/* RFC 7515, appendix A.1 (also RFC 7519, 3.1): HS256. */
#define A1_TOKEN "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD \
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define A1_KEY "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN" \
    "3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
#define PAYLOAD "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9" \
    "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define PAYLOAD_TEXT "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n " \
    "\"http://example.com/is_root\":true}"
/* RFC 7515, appendix A.2: RS256. */
#define A2_TOKEN "eyJhbGciOiJSUzI1NiJ9." PAYLOAD \
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHI" \
    "m4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB-" \
    "-f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383L" \
    "cOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEU" \
    "ipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define A2_N "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfH" \
    "Qp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b" \
    "32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQ" \
    "OS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aG" \
    "hyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
/* RFC 7515, appendices A.3 and A.4: ES256 and ES512. */
#define A3_SIG "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA" \
    "pmWQxfKTUJqPP3-Kg6NU1Q"
#define A3_TOKEN "eyJhbGciOiJFUzI1NiJ9." PAYLOAD "." A3_SIG
#define A4_TOKEN "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJb" \
    "LfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwF" \
    "KdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9E" \
    "RBXukOXolLzeO_Jn"
/* RFC 7519, appendices A.1 and A.2: encrypted, and signed within. */
#define J1_TOKEN "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.QR1Owv2ug2Wy" \
    "PBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtMoNfABIPJaZm0" \
    "HaA415sv3aeuBWnD8J-Ui7Ah6cWafs3ZwwFKDFUUsWHSK-IPKxLGTkND09XyjORj" \
    "_CHAgOPJ-Sd8ONQRnJvWn_hXV1BNMHzUjPyYwEsRhDhzjAD26imasOTsgruobpYG" \
    "oQcXUwFDn7moXPRfDE8-NoQX7N7ZYMmpUDkR-Cx9obNGwJQ3nM52YCitxoQVPzjb" \
    "l7WBuB7AohdBoZOdZ24WlN1lVIeh8v1K4krB8xgKvRU8kgFrEn_a1rZgN5Tiysnm" \
    "zTROF869lQ.AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAK" \
    "eWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaMHDjUEOKIwrtkHthpqEanSBNYHZgmNO" \
    "V7sln1Eu9g3J8.fiK51VwhsxJ-siBMR-YFiA"
#define J2_TOKEN "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiY3R5IjoiSldU" \
    "In0.g_hEwksO1Ax8Qn7HoN-BVeBoa8FXe0kpyk_XdcSmxvcM5_P296JXXtoHISr_" \
    "DD_MqewaQSH4dZOQHoUgKLeFly-9RI11TG-_Ge1bZFazBPwKC5lJ6OLANLMd0QSL" \
    "4fYEb9ERe-epKYE3xb2jfY1AltHqBO-PM6j23Guj2yDKnFv6WO72tteVzm_2n17S" \
    "BFvhDuR9a2nHTE67pe0XGBUS_TK7ecA-iVq5COeVdJR4U4VZGGlxRGPLRHvolVLE" \
    "Hx6DYyLpw30Ay9R6d68YCLi9FYTq3hIXPK_-dmPlOUlKvPr1GgJzRoeC9G5qCvdc" \
    "HWsqJGTO_z3Wfo5zsqwkxruxwA.UmVkbW9uZCBXQSA5ODA1Mg.VwHERHPvCNcHHp" \
    "Tjkoigx3_ExK0Qc71RMEParpatm0X_qpg-w8kozSjfNIPPXiTBBLXR65CIPkFqz4" \
    "l1Ae9w_uowKiwyi9acgVztAi-pSL8GQSXnaamh9kX1mdh3M_TT-FZGQFQsFhu0Z7" \
    "2gJKGdfGE-OE7hS1zuBD5oEUfk0Dmb0VzWEzpxxiSSBbBAzP10l56pPfAtrjEYw-" \
    "7ygeMkwBl6Z_mLS6w6xUgKlvW6ULmkV-uLC4FUiyKECK4e3WZYKw1bpgIqGYsw2v" \
    "_grHjszJZ-_I5uM-9RA8ycX9KqPRp9gc6pXmoU_-27ATs9XCvrZXUtK2902AUzqp" \
    "eEUJYjWWxSNsS-r1TJ1I-FMJ4XyAiGrfmo9hQPcNBYxPz3GQb28Y5CLSQfNgKSGt" \
    "0A4isp1hBUXBHAndgtcslt7ZoQJaKe_nNJgNliWtWpJ_ebuOpEl8jdhehdccnRMI" \
    "wAmU1n7SPkmhIl1HlSOpvcvDfhUN5wuqU955vOBvfkBOh5A11UzBuo2WlgZ6hYi9" \
    "-e3w29bR0C2-pp3jbqxEDw3iWaf2dc5b-LnR0FEYXvI_tYk5rd_J9N0mg0tQ6Rbp" \
    "xNEMNoA9QWk5lgdPvbh9BaO195abQ.AVO9iT5AV4CzvDJCdhSFlQ"
/* RFC 7517, appendix A.1: a set with a key of another kind in it. */
#define EC_KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs35" \
    "26iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlb" \
    "bM4IFyM\",\"use\":\"enc\",\"kid\":\"1\"}"
#define RSA_N_7517 "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfA" \
    "AtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5J" \
    "sGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSq" \
    "zs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQ" \
    "Fh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKn" \
    "qDKgw"
#define SET_7517 "{\"keys\":[" EC_KEY ",{\"kty\":\"RSA\",\"n\":\"" RSA_N_7517 \
    "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}]}"
#define SET_A2 "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"" A2_N \
    "\",\"e\":\"AQAB\",\"kid\":\"a2\"}]}"

static struct jws_key *
secret(const char *b64)
{
	struct buf	 b = BUF_INIT(256);
	struct jws_key	*k = NULL;

	cr_assert_eq(b64url_decode(b64, strlen(b64), &b), ERR_OK);
	cr_assert_eq(jws_key_secret(b.data, b.len, &k), ERR_OK);
	buf_clear(&b);
	return k;
}

static enum err
set_read(const char *text, struct jwks *s)
{
	struct jval	*doc = NULL;
	enum err	 e;

	cr_assert_eq(jval_parse(text, strlen(text), &doc, NULL), ERR_OK);
	e = jwks_read(doc, s, NULL);
	jval_free(doc);
	return e;
}

/* --- the examples of the standards ---------------------------------------------- */

Test(jose, the_hs256_example_of_rfc_7515_verifies)
{
	struct jws_key	*k = secret(A1_KEY);
	struct buf	 b = BUF_INIT(1024);
	struct jws	 t;

	cr_assert_eq(jws_read(A1_TOKEN, &t, NULL), ERR_OK);
	cr_assert_eq(jws_verify(&t, k, &b, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&b), PAYLOAD_TEXT);
	buf_clear(&b);
	jws_key_free(k);
	TEST_END();
}

Test(jose, the_rs256_example_of_rfc_7515_verifies)
{
	const struct jws_key *k;
	struct buf	 b = BUF_INIT(1024);
	struct jwks	 s;
	struct jws	 t;

	cr_assert_eq(set_read(SET_A2, &s), ERR_OK);
	cr_assert_eq(jws_read(A2_TOKEN, &t, NULL), ERR_OK);
	cr_assert_eq(jwks_find(&s, &t, &k, NULL), ERR_OK);
	cr_assert_eq(jws_verify(&t, k, &b, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&b), PAYLOAD_TEXT);
	buf_clear(&b);
	jwks_clear(&s);
	TEST_END();
}

Test(jose, of_the_set_of_rfc_7517_the_rsa_key_is_ours)
{
	const struct jws_key *k;
	struct buf	 b = BUF_INIT(1024);
	struct jwks	 s;
	struct jws	 t;

	cr_assert_eq(set_read(SET_7517, &s), ERR_OK);
	cr_assert_eq(s.n, 1);
	cr_assert_str_eq(s.keys[0].kid, "2011-04-29");
	cr_assert_eq(jws_read(A2_TOKEN, &t, NULL), ERR_OK);
	cr_assert_eq(jwks_find(&s, &t, &k, NULL), ERR_OK);
	cr_assert_eq(jws_verify(&t, k, &b, NULL), ERR_UNAUTH);
	cr_assert_eq(b.len, 0);
	jwks_clear(&s);
	TEST_END();
}

/* RFC 7517, A.2 and A.3: private keys give their public half, secrets none. */
Test(jose, of_private_and_symmetric_sets_of_rfc_7517_only_what_is_public)
{
	struct jwks	 s;

	cr_assert_eq(set_read("{\"keys\":[" EC_KEY ",{\"kty\":\"RSA\",\"n\":\""
	    RSA_N_7517 "\",\"e\":\"AQAB\",\"d\":\"X4cTteJY_gn4FYPsXB8rdXix5"
	    "vwsg1FLN5E3EaG6RJoVH-HLLKD9M7dx5oo7GURknchnrRweUkC7hT5fJLM0WbFAK"
	    "NLWY2vv7B6NqXSzUvxT0_YSfqij\",\"alg\":\"RS256\",\"kid\":"
	    "\"2011-04-29\"}]}", &s), ERR_OK);
	cr_assert_eq(s.n, 1);
	jwks_clear(&s);
	cr_assert_eq(set_read("{\"keys\":[{\"kty\":\"oct\",\"alg\":"
	    "\"A128KW\",\"k\":\"GawgguFyGrWKav7AX4VKUg\"},{\"kty\":\"oct\","
	    "\"k\":\"" A1_KEY "\",\"kid\":\"HMAC key used in JWS spec "
	    "Appendix A.1 example\"}]}", &s), ERR_OK);
	cr_assert_eq(s.n, 0);
	jwks_clear(&s);
	TEST_END();
}

/*
 * What the standards show besides, and this server does not speak: other
 * algorithms, both JSON forms (RFC 7515, A.6 and A.7), a detached payload
 * (appendix F), encrypted and nested tokens (RFC 7519, A.1 and A.2).
 */
Test(jose, what_we_do_not_speak_is_refused)
{
	static const char *const other[] = { A3_TOKEN, A4_TOKEN, J1_TOKEN,
	    J2_TOKEN,
	    "{\"payload\":\"" PAYLOAD "\",\"signatures\":[{\"protected\":"
		"\"eyJhbGciOiJFUzI1NiJ9\",\"header\":{\"kid\":\"e9bc097a-ce51"
		"-4036-9562-d2ade882db0d\"},\"signature\":\"" A3_SIG "\"}]}",
	    "{\"payload\":\"" PAYLOAD "\",\"protected\":"
		"\"eyJhbGciOiJFUzI1NiJ9\",\"header\":{\"kid\":\"e9bc097a-ce51"
		"-4036-9562-d2ade882db0d\"},\"signature\":\"" A3_SIG "\"}",
	    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.."
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" };
	struct jws_key	*hs = secret(A1_KEY);

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct buf	 b = BUF_INIT(8192);
		struct jws	 t;

		cr_expect(jws_read(other[i], &t, NULL) != ERR_OK ||
		    jws_verify(&t, hs, &b, NULL) != ERR_OK, "%zu", i);
		cr_expect_eq(b.len, 0);
		buf_clear(&b);
	}
	jws_key_free(hs);
	TEST_END();
}

Test(jose, the_example_of_rfc_7519_has_expired)
{
	struct principal	 who;
	struct jval		*doc = NULL;
	struct diag		 d = DIAG_INIT;

	principal_init(&who, "");
	cr_assert_eq(jval_parse(PAYLOAD_TEXT, strlen(PAYLOAD_TEXT), &doc,
	    NULL), ERR_OK);
	cr_assert_eq(claims_read(doc, "joe", "", 1300819379, &who, &d),
	    ERR_UNAUTH);
	cr_expect(strstr(d.msg, "sub") != NULL, "%s", d.msg);
	jval_free(doc);
	TEST_END();
}

/* --- what is known to be tried --------------------------------------------------- */

static char *
b64url(const void *p, size_t len)
{
	struct buf	 b = BUF_INIT(16384);

	cr_assert_eq(b64url_encode(p, len, &b), ERR_OK);
	return b.len == 0 ? strdup("") : buf_steal(&b);
}

/* header.payload.signature with an HMAC by "key", whatever the header says. */
static char *
forge(const char *header, const char *claims, const void *key, size_t len)
{
	char	*h = b64url(header, strlen(header)), *token = NULL;
	char	*c = b64url(claims, strlen(claims)), *s, *in;
	uint8_t	 mac[SHA256_LEN];

	cr_assert(asprintf(&in, "%s.%s", h, c) > 0);
	cr_assert_eq(hmac_sha256(key, len, in, strlen(in), mac), ERR_OK);
	s = b64url(mac, sizeof(mac));
	cr_assert(asprintf(&token, "%s.%s", in, s) > 0);
	free(h);
	free(c);
	free(s);
	free(in);
	return token;
}

#define SECRET	"0123456789abcdef0123456789abcdef"
#define CLAIMS	"{\"sub\":\"ci\",\"exp\":99999999999}"

struct	desk {
	struct conf	 conf;
	struct identity	*id;
	struct principal who;
	struct diag	 d, log;
};

static enum err
show(struct desk *k, const char *token)
{
	principal_init(&k->who, "");
	return identity_verify(k->id, token, &k->who, &k->d, &k->log);
}

static void
desk_open(struct desk *k, const char *secret_text, const char *jwks_path)
{
	memset(k, 0, sizeof(*k));
	cr_assert_eq(conf_load(&k->conf, NULL), ERR_OK);
	k->conf.jwt_secret = secret_text;
	k->conf.jwks_path = jwks_path;
	cr_assert_eq(identity_new(&k->conf, &k->id, &k->d), ERR_OK);
}

static enum err
show_forged(struct desk *k, const char *header, const char *claims,
    const char *key)
{
	char		*t = forge(header, claims, key, strlen(key));
	enum err	 e = show(k, t);

	free(t);
	return e;
}

Test(attack, an_algorithm_that_is_not_ours_is_refused_before_anything_else)
{
	static const char *const headers[] = { "{\"alg\":\"none\"}",
	    "{\"alg\":\"None\"}", "{\"alg\":\"NONE\"}", "{\"alg\":\"nOnE\"}",
	    "{\"alg\":\"\"}", "{}", "{\"alg\":null}", "{\"alg\":256}",
	    "{\"alg\":[\"HS256\"]}", "{\"alg\":\"hs256\"}",
	    "{\"alg\":\"HS256 \"}", "{\"alg\":\"HS384\"}",
	    "{\"alg\":\"HS512\"}", "{\"alg\":\"RS384\"}",
	    "{\"alg\":\"PS256\"}", "{\"alg\":\"ES256\"}",
	    "{\"alg\":\"EdDSA\"}", "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}",
	    "{\"alg\":\"none\",\"alg\":\"HS256\"}",
	    "{\"alg\":\"HS256\",\"alg\":\"none\"}",
	    "{\"alg\":\"HS256\\u0000none\"}" };
	struct desk	 k;

	desk_open(&k, SECRET, "");
	cr_assert_eq(show_forged(&k, "{\"alg\":\"HS256\"}", CLAIMS, SECRET),
	    ERR_OK, "%s", k.d.msg);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		cr_expect_eq(show_forged(&k, headers[i], CLAIMS, SECRET),
		    ERR_UNAUTH, "%s", headers[i]);
	identity_free(k.id);
	TEST_END();
}

Test(attack, the_unsecured_example_of_rfc_7519_is_refused)
{
	struct desk	 k;

	desk_open(&k, SECRET, "");
	cr_expect_eq(show(&k, "eyJhbGciOiJub25lIn0." PAYLOAD "."), ERR_UNAUTH);
	cr_expect_eq(show(&k, "eyJhbGciOiJub25lIn0." PAYLOAD ".eA"),
	    ERR_UNAUTH);
	identity_free(k.id);
	TEST_END();
}

Test(attack, critical_extensions_are_refused_even_when_signed)
{
	static const char *const headers[] = {
	    "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
	    "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}",
	    "{\"alg\":\"HS256\",\"crit\":[]}",
	    "{\"alg\":\"HS256\",\"crit\":null}" };
	struct desk	 k;

	desk_open(&k, SECRET, "");
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		cr_expect_eq(show_forged(&k, headers[i], CLAIMS, SECRET),
		    ERR_UNAUTH, "%s", headers[i]);
	identity_free(k.id);
	TEST_END();
}

/* A folder with a key set in it. */
static void
set_file(char *path, size_t size, const char *text)
{
	snprintf(path, size, "/tmp/bpfcompat-jose.XXXXXX");
	cr_assert(mkdtemp(path) != NULL);
	snprintf(path + strlen(path), size - strlen(path), "/jwks.json");
	cr_assert_eq(fsio_write_atomic(path, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

static void
set_gone(char *path)
{
	*strrchr(path, '/') = '\0';
	cr_expect_eq(fsio_rmtree(path, NULL), ERR_OK);
}

Test(attack, a_public_key_is_no_secret)
{
	static const char *const keys[] = { A2_N, SET_A2, "{\"kty\":\"RSA\","
	    "\"n\":\"" A2_N "\",\"e\":\"AQAB\",\"kid\":\"a2\"}", "" };
	struct buf	 raw = BUF_INIT(1024);
	struct desk	 k;
	char		 path[64], *t;

	set_file(path, sizeof(path), SET_A2);
	desk_open(&k, "", path);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		cr_expect_eq(show_forged(&k,
		    "{\"alg\":\"HS256\",\"kid\":\"a2\"}", CLAIMS, keys[i]),
		    ERR_UNAUTH, "key %zu", i);
	cr_assert_eq(b64url_decode(A2_N, strlen(A2_N), &raw), ERR_OK);
	t = forge("{\"alg\":\"HS256\",\"kid\":\"a2\"}", CLAIMS, raw.data,
	    raw.len);
	cr_expect_eq(show(&k, t), ERR_UNAUTH);
	free(t);
	buf_clear(&raw);
	identity_free(k.id);
	set_gone(path);
	TEST_END();
}

Test(attack, an_hmac_under_rs256_is_no_signature)
{
	struct desk	 k;
	char		 path[64];

	set_file(path, sizeof(path), SET_A2);
	desk_open(&k, SECRET, path);
	cr_expect_eq(show_forged(&k, "{\"alg\":\"RS256\",\"kid\":\"a2\"}",
	    CLAIMS, SECRET), ERR_UNAUTH);
	cr_expect_eq(show(&k, A2_TOKEN), ERR_UNAUTH);	/* expired */
	cr_expect(strstr(k.d.msg, "sub") != NULL, "%s", k.d.msg);
	identity_free(k.id);
	set_gone(path);
	TEST_END();
}

Test(attack, the_form_of_a_token_has_no_slack)
{
	static const char *const bad[] = { "", ".", "..", "...", "a.b", "a.b.c",
	    "eyJhbGciOiJIUzI1NiJ9..", "eyJhbGciOiJIUzI1NiJ9=." PAYLOAD ".eA",
	    " " A1_TOKEN, A1_TOKEN " ", A1_TOKEN "=", A1_TOKEN ".",
	    A1_TOKEN ".a.b", A1_TOKEN "A",
	    "bnVsbA." PAYLOAD ".eA", "W10." PAYLOAD ".eA" };
	struct jws_key	*key = secret(A1_KEY);
	char		 cut[sizeof(A1_TOKEN)];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf	 b = BUF_INIT(1024);
		struct jws	 t;
		enum err	 e = jws_read(bad[i], &t, NULL);

		if (e == ERR_OK)
			e = jws_verify(&t, key, &b, NULL);
		cr_expect_eq(e, ERR_UNAUTH, "%s", bad[i]);
		buf_clear(&b);
	}
	/* Any byte less is another token. */
	for (size_t n = 0; n < sizeof(A1_TOKEN) - 1; n++) {
		struct buf	 b = BUF_INIT(1024);
		struct jws	 t;

		memcpy(cut, A1_TOKEN, n);
		cut[n] = '\0';
		cr_expect(jws_read(cut, &t, NULL) != ERR_OK ||
		    jws_verify(&t, key, &b, NULL) != ERR_OK, "%zu", n);
		buf_clear(&b);
	}
	jws_key_free(key);
	TEST_END();
}

Test(attack, a_key_that_the_token_brings_along_counts_for_nothing)
{
	static const char	 e[] = "AQAB";
	cjose_err		 ce;
	cjose_jwk_t		*jwk = cjose_jwk_create_RSA_random(2048,
				    (const uint8_t *)"\1\0\1", 3, &ce);
	cjose_header_t		*h = cjose_header_new(&ce);
	cjose_jws_t		*jws;
	const char		*token = NULL;
	char			*pub, path[64];
	struct desk		 k;

	cr_assert(jwk != NULL && h != NULL, "%s", e);
	pub = cjose_jwk_to_json(jwk, false, &ce);
	cr_assert(cjose_header_set(h, "alg", "RS256", &ce));
	cr_assert(cjose_header_set(h, "kid", "a2", &ce));
	cr_assert(cjose_header_set_raw(h, "jwk", pub, &ce));
	cr_assert(cjose_header_set(h, "jku", "https://192.0.2.1/jwks", &ce));
	jws = cjose_jws_sign(jwk, h, (const uint8_t *)CLAIMS, strlen(CLAIMS),
	    &ce);
	cr_assert(jws != NULL && cjose_jws_export(jws, &token, &ce));
	set_file(path, sizeof(path), SET_A2);
	desk_open(&k, "", path);
	cr_expect_eq(show(&k, token), ERR_UNAUTH);
	identity_free(k.id);
	set_gone(path);
	cjose_jws_release(jws);
	cjose_header_release(h);
	cjose_jwk_release(jwk);
	free(pub);
	TEST_END();
}

/*
 * The rest of the list (RFC 8725 and what was found since): zeros for a
 * signature, encryption with the public key in place of a signature, a
 * password's work factor, compression, a header's own certificate or address.
 */
Test(attack, what_else_is_tried_is_refused)
{
	static const char *const headers[] = {
	    "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\",\"kid\":\"a2\"}",
	    "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\","
		"\"p2c\":2147483647,\"p2s\":\"AAAA\"}",
	    "{\"alg\":\"RS256\",\"kid\":\"a2\",\"zip\":\"DEF\"}",
	    "{\"alg\":\"RS256\",\"x5c\":[\"MIIB\"]}",
	    "{\"alg\":\"RS256\",\"x5u\":\"https://192.0.2.1/x\"}",
	    "{\"alg\":\"RS256\",\"kid\":\"' OR 1=1 --\"}",
	    "{\"alg\":\"RS256\",\"kid\":\"/dev/null\"}",
	    "{\"alg\":\"RS256\",\"kid\":[\"a2\"]}",
	    "{\"alg\":\"ES256\",\"kid\":\"a2\"}" };
	static const uint8_t	 zeros[256];
	struct desk		 k;
	char			 path[64], *sig, *token, *head;
	char			*claims_b64 = b64url(CLAIMS, strlen(CLAIMS));
	static const size_t	 sizes[] = { 0, 1, 64, 255, 256 };

	set_file(path, sizeof(path), SET_A2);
	desk_open(&k, "", path);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]);
		    n++) {
			head = b64url(headers[i], strlen(headers[i]));
			sig = b64url(zeros, sizes[n]);
			cr_assert(asprintf(&token, "%s.%s.%s", head,
			    claims_b64, sig) > 0);
			cr_expect_eq(show(&k, token), ERR_UNAUTH, "%s",
			    headers[i]);
			free(head);
			free(sig);
			free(token);
		}
	free(claims_b64);
	identity_free(k.id);
	set_gone(path);
	TEST_END();
}

/* --- key sets -------------------------------------------------------------------- */

#define KEY(more) "{\"kty\":\"RSA\",\"n\":\"" A2_N "\",\"e\":\"AQAB\"" more "}"

Test(jwks, only_keys_for_our_use_are_taken)
{
	static const char *const passed_over[] = {
	    KEY(",\"use\":\"enc\""), KEY(",\"alg\":\"RS512\""),
	    KEY(",\"alg\":\"PS256\""), KEY(",\"key_ops\":[\"encrypt\"]"),
	    "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", "{\"kty\":\"rsa\"}", "1",
	    "{\"kty\":\"RSA\",\"n\":\"" A2_N "\",\"e\":\"AQ\"}",
	    "{\"kty\":\"RSA\",\"n\":\"" A2_N "\",\"e\":\"AAAA\"}",
	    "{\"kty\":\"RSA\",\"n\":\"" A2_N "=\",\"e\":\"AQAB\"}",
	    "{\"kty\":\"RSA\",\"n\":\"wKGh\",\"e\":\"AQAB\"}",
	    "{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}" };
	char		 text[4096];
	struct jwks	 s;

	for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]);
	    i++) {
		snprintf(text, sizeof(text), "{\"keys\":[%s,%s]}",
		    passed_over[i], KEY(",\"kid\":\"x\",\"use\":\"Sig\""));
		cr_expect_eq(set_read(text, &s), ERR_OK);
		cr_expect_eq(s.n, 1, "%s", passed_over[i]);
		jwks_clear(&s);
	}
	cr_expect_eq(set_read("{\"keys\":[]}", &s), ERR_INVAL);
	cr_expect_eq(set_read("{\"keys\":{}}", &s), ERR_INVAL);
	cr_expect_eq(set_read("[]", &s), ERR_INVAL);
	TEST_END();
}

Test(jwks, a_token_that_names_no_key_is_not_guessed_at)
{
	const struct jws_key *k;
	struct jwks	 s;
	struct jws	 t;

	cr_assert_eq(set_read("{\"keys\":[" KEY(",\"kid\":\"1\"") ","
	    KEY(",\"kid\":\"2\"") "]}", &s), ERR_OK);
	cr_assert_eq(jws_read(A2_TOKEN, &t, NULL), ERR_OK);
	cr_expect_eq(jwks_find(&s, &t, &k, NULL), ERR_NOTFOUND);
	snprintf(t.kid, sizeof(t.kid), "2");
	cr_expect_eq(jwks_find(&s, &t, &k, NULL), ERR_OK);
	cr_expect(k == s.keys[1].key);
	snprintf(t.kid, sizeof(t.kid), "../../2");
	cr_expect_eq(jwks_find(&s, &t, &k, NULL), ERR_NOTFOUND);
	jwks_clear(&s);
	TEST_END();
}

/* --- claims -------------------------------------------------------------------- */

static enum err
claims(const char *text, struct principal *who)
{
	struct jval	*doc = NULL;
	enum err	 e;

	cr_assert_eq(jval_parse(text, strlen(text), &doc, NULL), ERR_OK, "%s",
	    text);
	principal_init(who, "");
	e = claims_read(doc, "https://issuer.example/", "api", 1000, who,
	    NULL);
	jval_free(doc);
	return e;
}

#define OK_CLAIMS "\"iss\":\"https://issuer.example\",\"aud\":[\"x\",\"api\"]"

Test(claims, what_a_token_says_is_taken_in_each_usual_form)
{
	struct principal	 p;

	cr_assert_eq(claims("{\"sub\":\" ci \",\"exp\":\"1001\","
	    "\"nbf\":1000.9," OK_CLAIMS ",\"tenant\":\" acme \","
	    "\"projects\":\"a, b\",\"scope\":\"x y\",\"scp\":[\"z\",\"x\"],"
	    "\"roles\":[\"op\"],\"role\":\"admin,op\"}", &p), ERR_OK);
	cr_expect_str_eq(p.subject, "ci");
	cr_expect_str_eq(p.tenant, "acme");
	cr_expect(names_has(&p.projects, "a") && names_has(&p.projects, "b"));
	cr_expect_eq(p.scopes.n, 3);
	cr_expect_eq(p.roles.n, 2);
	cr_expect(p.can_read && p.can_write);
	cr_assert_eq(claims("{\"sub\":\"r\",\"exp\":2000," OK_CLAIMS
	    ",\"can_write\":false}", &p), ERR_OK);
	cr_expect(p.can_read && !p.can_write);
	TEST_END();
}

Test(claims, a_wrong_or_missing_claim_is_refused)
{
	static const char *const bad[] = {
	    "{\"exp\":2000," OK_CLAIMS "}",
	    "{\"sub\":7,\"exp\":2000," OK_CLAIMS "}",
	    "{\"sub\":\" \",\"exp\":2000," OK_CLAIMS "}",
	    "{\"sub\":\"c\"," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":1000," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":1000.9," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":-1," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":1e300," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":\"0x7fff\"," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":true," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":2000,\"nbf\":1001," OK_CLAIMS "}",
	    "{\"sub\":\"c\",\"exp\":2000,\"aud\":\"api\"}",
	    "{\"sub\":\"c\",\"exp\":2000,\"iss\":\"https://issuer.example.evil\""
	    ",\"aud\":\"api\"}",
	    "{\"sub\":\"c\",\"exp\":2000,\"iss\":\"https://issuer.example\"}",
	    "{\"sub\":\"c\",\"exp\":2000,\"iss\":\"https://issuer.example\","
	    "\"aud\":[\"apis\"]}",
	    "{\"sub\":\"c\",\"exp\":2000," OK_CLAIMS ",\"tenant\":1}",
	    "{\"sub\":\"c\",\"exp\":2000," OK_CLAIMS ",\"projects\":[1]}",
	    "{\"sub\":\"c\",\"exp\":2000," OK_CLAIMS ",\"can_write\":\"no\"}",
	    "[]" };
	struct principal	 p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(claims(bad[i], &p), ERR_UNAUTH, "%s", bad[i]);
	TEST_END();
}
