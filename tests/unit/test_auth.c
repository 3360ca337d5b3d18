#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "fcgi/auth.h"
#include "fcgi/identity.h"
#include "fcgi/mtls.h"
#include "fcgi/proxies.h"
#include "fcgi/req.h"

#define SET(member, text)	snprintf(member, sizeof(member), "%s", text)

/* --- one request against one configuration ---------------------------------- */

struct	world {
	struct conf	 conf;
	struct app	 app;
	struct req	 rq;
	struct principal who;
	struct diag	 d;
};

static struct world *
world_new(void)
{
	struct world	*w = calloc(1, sizeof(*w));

	cr_assert(w != NULL);
	cr_assert_eq(conf_load(&w->conf, NULL), ERR_OK);
	w->app.conf = &w->conf;
	cr_assert_eq(identity_new(&w->conf, &w->app.identity, NULL), ERR_OK);
	SET(w->rq.client, "192.0.2.7");
	return w;
}

static void
world_free(struct world *w)
{
	identity_free(w->app.identity);
	mtls_map_free(w->app.mtls);
	free(w);
}

static enum err
ask(struct world *w, enum action a)
{
	return auth_check(&w->app, &w->rq, a, &w->who, &w->d);
}

/* --- actions ----------------------------------------------------------------- */

Test(action, every_row_has_its_variables)
{
	char	 name[128];
	struct conf c;

	for (int a = ACTION_NONE + 1; a < ACTION__MAX; a++) {
		snprintf(name, sizeof(name),
		    "BPFCOMPAT_API_WRITE_JWT_REQUIRED_SCOPES_%s",
		    action_info((enum action)a)->env);
		setenv(name, "scope.a", 1);
		snprintf(name, sizeof(name),
		    "BPFCOMPAT_API_WRITE_JWT_REQUIRED_ROLES_%s",
		    action_info((enum action)a)->env);
		setenv(name, "role.a", 1);
	}
	cr_assert_eq(conf_load(&c, NULL), ERR_OK);
	for (int a = ACTION_NONE + 1; a < ACTION__MAX; a++) {
		cr_expect_str_eq(action_scopes(&c, (enum action)a), "scope.a",
		    "%s", action_info((enum action)a)->env);
		cr_expect_str_eq(action_roles(&c, (enum action)a), "role.a",
		    "%s", action_info((enum action)a)->env);
	}
	TEST_END();
}

/* --- anonymous access -------------------------------------------------------- */

Test(auth, nothing_but_the_open_routes_is_open_by_default)
{
	struct world	*w = world_new();

	cr_assert_eq(ask(w, ACTION_NONE), ERR_OK);
	for (int a = ACTION_NONE + 1; a < ACTION__MAX; a++)
		if ((action_info((enum action)a)->flags & ACTION_PUBLIC) == 0)
			cr_expect_neq(ask(w, (enum action)a), ERR_OK, "%s",
			    action_info((enum action)a)->name);
	world_free(w);
	TEST_END();
}

Test(auth, each_switch_opens_what_the_specification_says)
{
	struct world	*w = world_new();

	w->conf.anon_validate = true;
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(ask(w, ACTION_VALIDATE_STATUS), ERR_OK);
	cr_expect_neq(ask(w, ACTION_HISTORY_RUNS), ERR_OK);
	cr_expect_neq(ask(w, ACTION_COMPARE), ERR_OK);
	w->conf.anon_validate = false;
	w->conf.anon_read = true;
	cr_expect_neq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(ask(w, ACTION_VALIDATE_STATUS), ERR_OK);
	cr_expect_eq(ask(w, ACTION_RUN_REPORT), ERR_OK);
	cr_expect_eq(ask(w, ACTION_RUNTIME_PROBE), ERR_OK);
	cr_expect_neq(ask(w, ACTION_RUNTIME_SELECT), ERR_OK);
	w->conf.anon_read = false;
	w->conf.anon_runtime = true;
	cr_expect_eq(ask(w, ACTION_RUNTIME_SELECT), ERR_OK);
	cr_expect_eq(ask(w, ACTION_RUNTIME_FETCH), ERR_OK);
	cr_expect_neq(ask(w, ACTION_RUNTIME_PROBE), ERR_OK);
	world_free(w);
	TEST_END();
}

Test(auth, no_switch_opens_registry_or_execute)
{
	struct world	*w = world_new();

	w->conf.anon_validate = w->conf.anon_read = true;
	w->conf.anon_runtime = w->conf.anon_write = true;
	for (int a = ACTION_NONE + 1; a < ACTION__MAX; a++) {
		unsigned int flags = action_info((enum action)a)->flags;

		if ((flags & ACTION_PUBLIC) != 0)
			continue;
		cr_expect_eq(ask(w, (enum action)a) == ERR_OK,
		    (flags & ACTION_REGISTRY) == 0 &&
		    a != ACTION_RUNTIME_EXECUTE, "%s",
		    action_info((enum action)a)->name);
	}
	world_free(w);
	TEST_END();
}

Test(auth, commands_need_more_than_the_public_gate)
{
	struct conf		 c = { .anon_validate = true };
	struct principal	 who;

	principal_init(&who, "");
	cr_expect_not(auth_may_write(&c, &who));
	c.anon_write = true;
	cr_expect(auth_may_write(&c, &who));
	c.anon_write = false;
	who.can_write = true;
	cr_expect(auth_may_write(&c, &who));
	TEST_END();
}

/* --- keys ------------------------------------------------------------------ */

Test(auth, the_key_counts_in_each_of_its_headers)
{
	struct world	*w = world_new();

	w->conf.api_key = "old-key, new-key";
	SET(w->rq.api_key, "new-key");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(w->who.kind, PRINCIPAL_API_KEY);
	cr_expect_eq(strlen(w->who.subject), strlen("token:") + 12);
	cr_expect(w->who.can_write);
	w->rq.api_key[0] = '\0';
	SET(w->rq.bearer, "old-key");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	w->rq.bearer[0] = '\0';
	SET(w->rq.api_token, "old-key");
	cr_expect_eq(ask(w, ACTION_HISTORY_RUNS), ERR_OK);
	world_free(w);
	TEST_END();
}

Test(auth, a_wrong_key_is_no_key)
{
	static const char *const wrong[] = { "new", "new-key2", "old-key, new-key",
	    "old-key,", "," };
	struct world	*w = world_new();

	w->conf.api_key = "old-key, new-key,,";
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		SET(w->rq.api_key, wrong[i]);
		cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_UNAUTH, "%s",
		    wrong[i]);
		cr_expect_eq(w->who.kind, PRINCIPAL_ANONYMOUS);
	}
	world_free(w);
	TEST_END();
}

Test(auth, a_reading_key_does_not_write)
{
	struct world	*w = world_new();

	w->conf.api_read_key = "reader";
	SET(w->rq.api_key, "reader");
	cr_expect_eq(ask(w, ACTION_HISTORY_RUNS), ERR_OK);
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_DENIED);
	world_free(w);
	TEST_END();
}

Test(auth, on_an_open_route_a_good_key_still_says_who_asks)
{
	struct world	*w = world_new();

	w->conf.anon_validate = true;
	w->conf.api_key = "k1";
	SET(w->rq.api_key, "k1");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(w->who.kind, PRINCIPAL_API_KEY);
	SET(w->rq.api_key, "k2");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(w->who.kind, PRINCIPAL_ANONYMOUS);
	cr_expect_not(w->who.can_write);
	world_free(w);
	TEST_END();
}

/* --- principals --------------------------------------------------------------- */

Test(principal, a_list_keeps_each_name_once_and_has_an_end)
{
	struct names	 n = { 0 };
	char		 name[32];
	enum err	 e = ERR_OK;

	cr_assert_eq(names_split(&n, " a, b ,,a\tc", ", \t"), ERR_OK);
	cr_expect_eq(n.n, 3);
	cr_expect(names_has(&n, "a") && names_has(&n, "b") &&
	    names_has(&n, "c"));
	cr_expect_not(names_has(&n, "d"));
	for (int i = 0; i < 1000 && e == ERR_OK; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		e = names_add(&n, name, strlen(name));
	}
	cr_expect_eq(e, ERR_TOOBIG);
	cr_expect_eq(names_add(&n, "x\ny", 3), ERR_INVAL);
	TEST_END();
}

Test(principal, a_subject_is_trimmed_bounded_and_printable)
{
	struct principal	 p;
	char			 longest[PRINCIPAL_NAME_MAX + 2];

	principal_init(&p, "");
	cr_expect_eq(principal_subject(&p, " ci \n"), ERR_OK);
	cr_expect_str_eq(p.subject, "ci");
	cr_expect_eq(principal_subject(&p, " \t"), ERR_INVAL);
	cr_expect_eq(principal_subject(&p, "a\x1b[1m"), ERR_INVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	cr_expect_eq(principal_subject(&p, longest), ERR_TOOBIG);
	cr_expect_str_eq(p.subject, "ci");
	TEST_END();
}

/* --- client certificates ----------------------------------------------------- */

Test(mtls, names_are_compared_as_a_whole_and_unescaped)
{
	static const char	 dn[] = "CN=agent\\,7,O=Acme\\+Co+O=\\C3\\84rzte,"
				    "OU=CN\\=evil";

	cr_expect(mtls_dn_has(dn, "CN", "agent,7"));
	cr_expect(mtls_dn_has(dn, "cn", "agent,7"));
	cr_expect(mtls_dn_has(dn, "O", "Acme+Co"));
	cr_expect(mtls_dn_has(dn, "O", "\303\204rzte"));
	cr_expect_not(mtls_dn_has(dn, "CN", "agent"));
	cr_expect_not(mtls_dn_has(dn, "CN", "evil"));
	cr_expect_not(mtls_dn_has(dn, "O", "Acme"));
	cr_expect_not(mtls_dn_has("CN=a\\00b", "CN", "a"));
	cr_expect_not(mtls_dn_has("", "CN", ""));
	TEST_END();
}

#define MAP "/map.json"

static void
map_is(struct world *w, char *dir, size_t size, const char *text)
{
	snprintf(dir, size, "/tmp/bpfcompat-mtls.XXXXXX");
	cr_assert(mkdtemp(dir) != NULL);
	snprintf(dir + strlen(dir), size - strlen(dir), MAP);
	cr_assert_eq(fsio_write_atomic(dir, text, strlen(text), 0600, NULL),
	    ERR_OK);
	cr_assert_eq(mtls_map_new(dir, &w->app.mtls), ERR_OK);
}

static void
map_gone(char *dir)
{
	dir[strlen(dir) - strlen(MAP)] = '\0';
	cr_expect_eq(fsio_rmtree(dir, NULL), ERR_OK);
}

#define AGENT "{\"common_name\":\"agent-7\",\"serial_hex\":\"1F3A\"," \
    "\"organization\":[\"Acme\"],\"subject\":\"svc-7\",\"tenant\":\"acme\"," \
    "\"projects\":[\"demo\"],\"scopes\":[\"compare.run\"]}"

Test(mtls, all_selectors_of_an_entry_must_fit)
{
	struct world	*w = world_new();
	char		 path[64];

	map_is(w, path, sizeof(path), "{\"identities\":[" AGENT "]}");
	SET(w->rq.cert.subject, "CN=agent-7,O=Acme");
	SET(w->rq.cert.serial, "001f3a");
	cr_expect_eq(ask(w, ACTION_COMPARE), ERR_OK);
	cr_expect_eq(w->who.kind, PRINCIPAL_MTLS);
	cr_expect_str_eq(w->who.subject, "svc-7");
	cr_expect_str_eq(w->who.tenant, "acme");
	cr_expect(names_has(&w->who.scopes, "compare.run"));
	SET(w->rq.cert.serial, "1f3b");
	cr_expect_eq(ask(w, ACTION_COMPARE), ERR_DENIED);
	SET(w->rq.cert.serial, "1f3a");
	SET(w->rq.cert.subject, "CN=agent-7,O=Other");
	cr_expect_eq(ask(w, ACTION_COMPARE), ERR_DENIED);
	w->rq.cert.subject[0] = '\0';
	cr_expect_eq(ask(w, ACTION_COMPARE), ERR_UNAUTH);
	map_gone(path);
	world_free(w);
	TEST_END();
}

Test(mtls, a_key_beside_a_certificate_sheds_no_rule)
{
	struct world	*w = world_new();
	char		 path[64];

	map_is(w, path, sizeof(path), "{\"identities\":[" AGENT "]}");
	SET(w->rq.cert.subject, "CN=agent-7,O=Acme");
	SET(w->rq.cert.serial, "1f3a");
	w->conf.api_key = "k";
	SET(w->rq.api_key, "k");
	w->conf.scopes_validate = "validate.run";
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_DENIED);
	cr_expect_eq(w->who.kind, PRINCIPAL_MTLS);
	cr_expect(strstr(w->d.msg, "validate scopes: validate.run") != NULL);
	SET(w->rq.cert.subject, "CN=unknown");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_OK);
	cr_expect_eq(w->who.kind, PRINCIPAL_API_KEY);
	w->conf.require_identity = true;
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_DENIED);
	map_gone(path);
	world_free(w);
	TEST_END();
}

Test(mtls, a_map_with_one_wrong_entry_counts_for_nothing)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"identities\":[]}",
	    "{\"identities\":[" AGENT ",{}]}",
	    "{\"identities\":[" AGENT "],\"more\":1}",
	    "{\"identities\":[{\"subject\":\"s\",\"tenant\":\"t\","
	    "\"projects\":[\"p\"]}]}",
	    "{\"identities\":[{\"common_name\":\"c\",\"subject\":\"s\","
	    "\"tenant\":\"t\",\"projects\":[]}]}",
	    "{\"identities\":[{\"common_name\":\"c\",\"subject\":\"s\","
	    "\"tenant\":\"t\",\"projects\":[\"p\"],\"admin\":true}]}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct world	*w = world_new();
		char		 path[64];

		map_is(w, path, sizeof(path), bad[i]);
		SET(w->rq.cert.subject, "CN=agent-7,O=Acme");
		SET(w->rq.cert.serial, "1f3a");
		cr_expect_eq(ask(w, ACTION_COMPARE), ERR_UNAVAILABLE, "%s",
		    bad[i]);
		map_gone(path);
		world_free(w);
	}
	TEST_END();
}

/* --- identities and what they are bound to ------------------------------------ */

Test(auth, nothing_configured_is_no_fault_of_the_caller)
{
	struct world	*w = world_new();

	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_UNAVAILABLE);
	SET(w->rq.identity, "a.b.c");
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_UNAVAILABLE);
	world_free(w);
	TEST_END();
}

Test(auth, an_identity_stays_in_its_tenant_and_projects)
{
	struct principal	 p;

	principal_init(&p, "");
	cr_expect_eq(auth_bound(&p, "a", "b", NULL), ERR_OK);
	p.kind = PRINCIPAL_IDENTITY;
	cr_expect_eq(auth_bound(&p, "a", "b", NULL), ERR_OK);
	SET(p.tenant, "acme");
	cr_expect_eq(auth_bound(&p, "acme", "b", NULL), ERR_OK);
	cr_expect_eq(auth_bound(&p, "acme", "", NULL), ERR_OK);
	cr_expect_eq(auth_bound(&p, "Acme", "b", NULL), ERR_DENIED);
	cr_expect_eq(names_add(&p.projects, "demo", 4), ERR_OK);
	cr_expect_eq(auth_bound(&p, "acme", "demo", NULL), ERR_OK);
	cr_expect_eq(auth_bound(&p, "acme", "other", NULL), ERR_DENIED);
	cr_expect_eq(auth_bound(&p, "acme", "", NULL), ERR_DENIED);
	cr_expect_eq(names_add(&p.projects, "*", 1), ERR_OK);
	cr_expect_eq(auth_bound(&p, "acme", "", NULL), ERR_OK);
	TEST_END();
}

Test(auth, a_claim_makes_the_registry_ask_for_an_identity)
{
	struct world	*w = world_new();

	SET(w->rq.bearer, "token");
	cr_expect_eq(ask(w, ACTION_REGISTRY_AUDIT_LIST), ERR_OK);
	w->conf.scopes_registry_audit_list = "audit.read";
	cr_expect_eq(ask(w, ACTION_REGISTRY_AUDIT_LIST), ERR_UNAVAILABLE);
	cr_expect_eq(ask(w, ACTION_REGISTRY_PROJECT_LIST), ERR_OK);
	w->conf.registry_identity = true;
	cr_expect_eq(ask(w, ACTION_REGISTRY_PROJECT_LIST), ERR_UNAVAILABLE);
	world_free(w);
	TEST_END();
}

/* --- whose address it is --------------------------------------------------------- */

static const char *
client(const char *list, const char *peer, const char *forwarded, char *out)
{
	struct proxies	*p = NULL;

	cr_assert_eq(proxies_new(list, &p, NULL), ERR_OK);
	proxies_client(p, peer, forwarded, out, 64);
	proxies_free(p);
	return out;
}

Test(proxies, only_a_trusted_peer_speaks_for_others)
{
	char	 a[64];

	cr_expect_str_eq(client("", "192.0.2.1", "198.51.100.9", a),
	    "192.0.2.1");
	cr_expect_str_eq(client("10.0.0.0/8", "192.0.2.1", "198.51.100.9", a),
	    "192.0.2.1");
	cr_expect_str_eq(client("10.0.0.0/8, 192.0.2.1", "192.0.2.1",
	    "1.1.1.1, 198.51.100.9, 10.3.2.1", a), "198.51.100.9");
	cr_expect_str_eq(client("10.0.0.0/8", "10.1.1.1", "", a), "10.1.1.1");
	cr_expect_str_eq(client("10.0.0.0/8", "10.1.1.1", "x, 10.2.2.2", a),
	    "10.1.1.1");
	cr_expect_str_eq(client("2001:db8::/33", "2001:db8:7fff::1",
	    "2001:db9::2", a), "2001:db9::2");
	cr_expect_str_eq(client("2001:db8::/33", "2001:db8:8000::1",
	    "2001:db9::2", a), "2001:db8:8000::1");
	cr_expect_str_eq(client("unix:", "unix:", "192.0.2.5", a),
	    "192.0.2.5");
	TEST_END();
}

Test(proxies, a_misspelt_network_stops_the_server)
{
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0/8", "x",
	    "10.0.0.0/", "10.0.0.0/-1", "::1/129", "10.0.0.0/8 10.1.0.0/16" };
	struct proxies	*p = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(proxies_new(bad[i], &p, NULL), ERR_INVAL, "%s",
		    bad[i]);
	TEST_END();
}
