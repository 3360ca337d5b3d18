#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "fcgi/auth.h"
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
	SET(w->rq.remote, "192.0.2.7");
	return w;
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
	free(w);
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
	free(w);
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
	free(w);
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
	free(w);
	TEST_END();
}

Test(auth, a_wrong_key_is_no_key)
{
	static const char *const wrong[] = { "new", "new-key2", "old-key, new-key",
	    "old-key,", ",", " " };
	struct world	*w = world_new();

	w->conf.api_key = "old-key, new-key,,";
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		SET(w->rq.api_key, wrong[i]);
		cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_UNAUTH, "%s",
		    wrong[i]);
		cr_expect_eq(w->who.kind, PRINCIPAL_ANONYMOUS);
	}
	free(w);
	TEST_END();
}

Test(auth, a_reading_key_does_not_write)
{
	struct world	*w = world_new();

	w->conf.api_read_key = "reader";
	SET(w->rq.api_key, "reader");
	cr_expect_eq(ask(w, ACTION_HISTORY_RUNS), ERR_OK);
	cr_expect_eq(ask(w, ACTION_VALIDATE), ERR_DENIED);
	free(w);
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
	free(w);
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
