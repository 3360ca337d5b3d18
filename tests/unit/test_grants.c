/* The grant file: who gets in, who does not, and what a change does. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "domain/grant.h"
#include "domain/grants.h"
#include "tests/unit/test.h"

#define NOON	1780000000000LL		/* 2026-05-28T20:26:40Z */

static char		 dir[64], file[PATH_MAX];
static struct conf	 conf;
static struct grants	*g;

static void
setup(void)
{
	char	 path[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", "/tmp/bpfcompat-grants.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	memset(&conf, 0, sizeof(conf));
	conf.workdir = dir;
	conf.registry_token = conf.registry_token_from =
	    conf.registry_token_until = "";
	snprintf(path, sizeof(path), "%s/cloud-registry/auth", dir);
	cr_assert_eq(fsio_mkdirs(path, NULL), ERR_OK);
	cr_assert_eq(grants_path(dir, file, sizeof(file)), ERR_OK);
	cr_assert_eq(grants_new(&conf, &g, NULL), ERR_OK);
}

static void
teardown(void)
{
	grants_free(g);
	fsio_rmtree(dir, NULL);
}

TestSuite(grants, .init = setup, .fini = teardown);

static void
put(const char *text)
{
	cr_assert_eq(fsio_write_atomic(file, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

static struct grants_who	 who;
static struct diag		 d;

static enum err
asks(const char *token, const char *tenant, const char *project,
    enum grants_need need, int64_t now)
{
	struct grants_ask	 a = { token, tenant, project, need, now };

	memset(&d, 0, sizeof(d));
	return grants_decide(g, &a, &who, &d);
}

static enum err
reads(const char *token, const char *tenant, const char *project)
{
	return asks(token, tenant, project, GRANTS_READ, NOON);
}

static enum err
writes(const char *token, const char *tenant, const char *project)
{
	return asks(token, tenant, project, GRANTS_WRITE, NOON);
}

/* The example of the requirements. */
static const char acme[] =
    "{\"schema_version\":\"cloud_registry_auth.v0.1\",\"tokens\":[{"
    "\"token\":\"acme-admin-token\",\"subject\":\"acme-admin\","
    "\"tenant\":\"acme\",\"projects\":[\"*\"],\"can_read\":true,"
    "\"can_write\":true}]}";

Test(grants, no_file_is_no_grants)
{
	cr_assert_eq(reads("x", "acme", "p"), ERR_UNAUTH);
	cr_assert_null(grants_problem(g));
	TEST_END();
}

Test(grants, the_example_of_the_requirements_works)
{
	put(acme);
	cr_assert_eq(writes("acme-admin-token", "acme", "any"), ERR_OK);
	cr_assert_str_eq(who.subject, "acme-admin");
	cr_assert(who.can_write && !who.bootstrap);
	cr_assert_eq(reads("acme-admin-token", "acme", NULL), ERR_OK);
	cr_assert_eq(reads("acme-admin-token", "other", "p"), ERR_DENIED);
	cr_assert_eq(reads("acme-admin-toke", "acme", "p"), ERR_UNAUTH);
	cr_assert_eq(reads(NULL, "acme", "p"), ERR_UNAUTH);
	cr_assert_eq(reads("", "acme", "p"), ERR_UNAUTH);
	TEST_END();
}

static void
put_hashed(const char *from, const char *until)
{
	struct buf	 salt = BUF_INIT(64), text = BUF_INIT(4096);
	uint8_t		 digest[SHA256_LEN];
	char		 hex[SHA256_HEX_SIZE];

	cr_assert_eq(hmac_sha256("0123456789abcdef", 16, "s3cret", 6, digest),
	    ERR_OK);
	hex_encode(digest, sizeof(digest), hex);
	b64_encode("0123456789abcdef", 16, &salt);
	buf_addf(&text, "{\"tokens\":[{\"token\":\"ignored\","
	    "\"token_hash\":\"%s\",\"token_hash_salt\":\"%s\","
	    "\"not_before\":\"%s\",\"expires_at\":\"%s\",\"subject\":\"ci\","
	    "\"tenant\":\"t\",\"projects\":[\"edge\"],\"can_read\":true}]}",
	    hex, buf_str(&salt), from, until);
	put(buf_str(&text));
	buf_clear(&salt);
	buf_clear(&text);
}

Test(grants, a_hash_counts_and_not_the_token_beside_it)
{
	put_hashed("", "");
	cr_assert_eq(reads("s3cret", "t", "edge"), ERR_OK);
	cr_assert_str_eq(who.subject, "ci");
	cr_assert_eq(reads("ignored", "t", "edge"), ERR_UNAUTH);
	TEST_END();
}

Test(grants, a_window_ends_before_its_last_instant)
{
	put_hashed("2026-05-01T00:00:00Z", "2026-08-01T02:00:00+02:00");
	cr_assert_eq(asks("s3cret", "t", "edge", GRANTS_READ,
	    1785542399999LL), ERR_OK);
	cr_assert_eq(asks("s3cret", "t", "edge", GRANTS_READ,
	    1785542400000LL), ERR_DENIED);
	cr_assert_eq(asks("s3cret", "t", "edge", GRANTS_READ,
	    1777593599999LL), ERR_DENIED);
	cr_assert_eq(asks("s3cret", "t", "edge", GRANTS_READ,
	    1777593600000LL), ERR_OK);
	TEST_END();
}

Test(grants, a_time_that_is_none_is_never)
{
	put_hashed("soon", "");
	cr_assert_eq(reads("s3cret", "t", "edge"), ERR_UNAUTH);
	TEST_END();
}

Test(grants, writing_implies_reading_and_not_the_other_way)
{
	put("{\"tokens\":[{\"token\":\"r\",\"tenant\":\"t\",\"projects\":"
	    "[\"p\"],\"can_read\":true},{\"token\":\"w\",\"tenant\":\"t\","
	    "\"projects\":[\"p\"],\"can_write\":true},{\"token\":\"n\","
	    "\"tenant\":\"t\",\"projects\":[\"p\"]}]}");
	cr_assert_eq(reads("w", "t", "p"), ERR_OK);
	cr_assert_str_eq(who.subject, "token");
	cr_assert_eq(reads("r", "t", "p"), ERR_OK);
	cr_assert_eq(writes("r", "t", "p"), ERR_DENIED);
	cr_assert_eq(reads("n", "t", "p"), ERR_DENIED);
	TEST_END();
}

Test(grants, an_empty_scope_is_nobodys)
{
	put("{\"tokens\":[{\"token\":\"a\",\"tenant\":\"\",\"projects\":"
	    "[\"*\"],\"can_read\":true},{\"token\":\"b\",\"tenant\":\"t\","
	    "\"projects\":[],\"can_read\":true},{\"token\":\"c\",\"tenant\":"
	    "\"t\",\"projects\":[\"\"],\"can_read\":true}]}");
	cr_assert_eq(reads("a", "t", "p"), ERR_UNAUTH);
	cr_assert_eq(reads("b", "t", "p"), ERR_UNAUTH);
	cr_assert_eq(reads("c", "t", "p"), ERR_UNAUTH);
	TEST_END();
}

Test(grants, a_whole_tenant_needs_the_asterisk)
{
	put("{\"tokens\":[{\"token\":\"p\",\"tenant\":\"t\",\"projects\":"
	    "[\"p\"],\"can_read\":true},{\"token\":\"all\",\"tenant\":\"*\","
	    "\"projects\":[\"*\"],\"can_read\":true}]}");
	cr_assert_eq(reads("p", "t", NULL), ERR_DENIED);
	cr_assert_eq(reads("all", "t", NULL), ERR_OK);
	cr_assert_eq(reads("all", "u", "q"), ERR_OK);
	TEST_END();
}

Test(grants, the_first_that_fits_counts)
{
	put("{\"tokens\":[{\"token\":\"x\",\"subject\":\"one\",\"tenant\":"
	    "\"t\",\"projects\":[\"p\"],\"can_read\":true},{\"token\":\"x\","
	    "\"subject\":\"two\",\"tenant\":\"t\",\"projects\":[\"*\"],"
	    "\"can_write\":true}]}");
	cr_assert_eq(reads("x", "t", "p"), ERR_OK);
	cr_assert_str_eq(who.subject, "one");
	cr_assert_eq(writes("x", "t", "p"), ERR_OK);
	cr_assert_str_eq(who.subject, "two");
	TEST_END();
}

Test(grants, one_broken_grant_spares_the_others)
{
	size_t	 valid, broken;

	put("{\"tokens\":[{\"token\":7,\"tenant\":\"t\"},\"word\",{\"token\":"
	    "\"x\",\"tenant\":\"t\",\"projects\":[\"p\"],\"can_read\":"
	    "\"yes\"},{\"token\":\"y\",\"subject\":\"bootstrap-token\","
	    "\"tenant\":\"t\",\"projects\":[\"p\"],\"can_read\":true},"
	    "{\"token\":\"ok\",\"tenant\":\"t\",\"projects\":[\"p\"],"
	    "\"can_read\":true}]}");
	cr_assert_eq(reads("ok", "t", "p"), ERR_OK);
	cr_assert_eq(reads("x", "t", "p"), ERR_UNAUTH);
	cr_assert_eq(reads("y", "t", "p"), ERR_UNAUTH);
	grants_count(g, NOON, &valid, &broken);
	cr_assert_eq(valid, 1);
	cr_assert_eq(broken, 4);
	TEST_END();
}

Test(grants, a_change_counts_at_once)
{
	bool	 changed;

	put(acme);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	put("{\"tokens\":[]}");
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_UNAUTH);
	put(acme);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	unlink(file);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_UNAUTH);
	cr_assert_eq(grants_refresh(g, &changed, NULL), ERR_OK);
	cr_assert_not(changed);
	TEST_END();
}

/* In place, same size: only the time tells, and that is coarse. */
Test(grants, a_change_within_one_tick_counts_too)
{
	FILE	*f;

	put("{\"tokens\":[{\"token\":\"aa\",\"tenant\":\"t\",\"projects\":"
	    "[\"p\"],\"can_read\":true}]}");
	cr_assert_eq(reads("aa", "t", "p"), ERR_OK);
	cr_assert_not_null(f = fopen(file, "r+"));
	fputs("{\"tokens\":[{\"token\":\"bb", f);
	fclose(f);
	cr_assert_eq(reads("aa", "t", "p"), ERR_UNAUTH);
	cr_assert_eq(reads("bb", "t", "p"), ERR_OK);
	TEST_END();
}

Test(grants, a_broken_file_lets_nobody_in)
{
	put(acme);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	put("{\"tokens\":[");
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_UNAVAILABLE);
	cr_assert_null(strstr(d.msg, dir), "%s", d.msg);
	cr_assert_not_null(strstr(grants_problem(g), file));
	put("{\"schema_version\":\"other\",\"tokens\":[]}");
	cr_assert_eq(reads("x", "acme", "p"), ERR_UNAVAILABLE);
	put("[]");
	cr_assert_eq(reads("x", "acme", "p"), ERR_UNAVAILABLE);
	put(acme);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	TEST_END();
}

Test(grants, a_file_that_others_may_write_lets_nobody_in)
{
	put(acme);
	chmod(file, 0620);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_UNAVAILABLE);
	chmod(file, 0640);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	TEST_END();
}

Test(grants, tokens_that_everybody_may_read_let_nobody_in)
{
	char	 path[PATH_MAX];

	put(acme);
	chmod(file, 0644);
	/* Behind a folder of mode 0700 nobody else reads it. */
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_OK);
	chmod(dir, 0755);
	snprintf(path, sizeof(path), "%s/cloud-registry", dir);
	chmod(path, 0755);
	snprintf(path, sizeof(path), "%s/cloud-registry/auth", dir);
	chmod(path, 0755);
	chmod(file, 0604);
	cr_assert_eq(reads("acme-admin-token", "acme", "p"), ERR_UNAVAILABLE);
	/* Hashes are no tokens. */
	put_hashed("", "");
	chmod(file, 0644);
	cr_assert_eq(reads("s3cret", "t", "edge"), ERR_OK);
	TEST_END();
}

Test(grants, the_bootstrap_token_does_everything_in_its_time)
{
	struct grants	*b;
	struct grants_ask a = { "boot", "t", NULL, GRANTS_WRITE, NOON };

	put("broken");
	conf.registry_token = "boot";
	conf.registry_token_until = "2026-06-01T00:00:00Z";
	cr_assert_eq(grants_new(&conf, &b, NULL), ERR_OK);
	cr_assert_eq(grants_decide(b, &a, &who, &d), ERR_OK);
	cr_assert(who.bootstrap && who.can_write);
	cr_assert_str_eq(who.subject, "bootstrap-token");
	a.now = NOON + 10LL * 24 * 3600 * 1000;
	cr_assert_eq(grants_decide(b, &a, &who, &d), ERR_UNAUTH);
	grants_free(b);
	conf.registry_token_from = "today";
	cr_assert_eq(grants_new(&conf, &b, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "BPFCOMPAT_REGISTRY_AUTH_TOKEN_NOT_BEFORE");
	TEST_END();
}

Test(grants, a_member_nobody_knows_is_noticed)
{
	static const char	 text[] = "{\"token\":\"x\",\"tenant\":\"t\","
				    "\"projects\":[\"p\"],\"can_read\":true,"
				    "\"expire_at\":\"2020-01-01T00:00:00Z\"}";
	uint8_t			 salt[GRANT_SALT_LEN] = { 1 };
	struct jval		*j;
	struct grant		 one;

	cr_assert_eq(jval_parse(text, sizeof(text) - 1, &j, NULL), ERR_OK);
	cr_assert_eq(grant_parse(j, salt, &one), ERR_OK);
	cr_assert_str_eq(one.odd, "expire_at");
	grant_clear(&one);
	jval_free(j);
	TEST_END();
}
