#include "tests/unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "fcgi/field.h"
#include "fcgi/form.h"
#include "fcgi/json_body.h"
#include "fcgi/multipart.h"
#include "fcgi/reply.h"
#include "fcgi/req.h"
#include "fcgi/route.h"

/* --- routes -------------------------------------------------------------------*/

static enum err
find(enum method m, const char *path, const char **prefix, const char **allow)
{
	const struct route	*r;

	return route_find(m, path, &r, prefix, allow);
}

Test(route, both_prefixes_lead_to_the_same_place)
{
	const char	*prefix = "", *allow = NULL;

	cr_assert_eq(find(METHOD_GET, "/api/health", &prefix, &allow), ERR_OK);
	cr_assert_str_eq(prefix, "/api");
	cr_assert_eq(find(METHOD_GET, "/api/v1/health", &prefix, &allow),
	    ERR_OK);
	cr_assert_str_eq(prefix, "/api/v1");
	TEST_END();
}

Test(route, a_path_that_is_only_similar_is_unknown)
{
	static const char *const bad[] = { "", "/", "/api", "/api/",
	    "/api/health/", "/api/v1", "/api/v1/", "/api/v2/health",
	    "/apihealth", "/api/v1/api/health", "/health" };
	const char	*prefix = "", *allow = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(find(METHOD_GET, bad[i], &prefix, &allow),
		    ERR_NOTFOUND, "%s", bad[i]);
	TEST_END();
}

Test(route, a_wrong_method_is_told_the_right_one)
{
	const char	*prefix = "", *allow = NULL;

	cr_assert_eq(find(METHOD_POST, "/api/health", &prefix, &allow),
	    ERR_METHOD);
	cr_assert_str_eq(allow, "GET, HEAD");
	cr_assert_eq(find(METHOD_GET, "/api/validate", &prefix, &allow),
	    ERR_METHOD);
	cr_assert_str_eq(allow, "POST");
	cr_assert_eq(find(METHOD_HEAD, "/api/validate", &prefix, &allow),
	    ERR_METHOD);
	TEST_END();
}

/* --- multipart -----------------------------------------------------------------*/

Test(multipart, the_boundary_may_be_quoted)
{
	char	 b[MULTIPART_BOUNDARY_MAX + 1];

	cr_assert_eq(multipart_boundary("Multipart/Form-Data; charset=x; "
	    "Boundary=\"a b\"", b, NULL), ERR_OK);
	cr_assert_str_eq(b, "a b");
	TEST_END();
}

Test(multipart, a_missing_or_bad_boundary_is_refused)
{
	char		 b[MULTIPART_BOUNDARY_MAX + 1];
	static const char *const bad[] = { "multipart/form-data",
	    "multipart/form-data; boundary=", "multipart/form-data; x=y",
	    "multipart/form-data; boundary=\"a", "multipart/form-data; "
	    "boundary=\"a \"", "multipart/form-data boundary=a",
	    "multipart/form-data; boundary=0123456789012345678901234567890123"
	    "4567890123456789012345678901234567890" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(multipart_boundary(bad[i], b, NULL), ERR_SYNTAX,
		    "%s", bad[i]);
	cr_assert_eq(multipart_boundary("text/plain; boundary=a", b, NULL),
	    ERR_MEDIA);
	cr_assert_eq(multipart_boundary("multipart/form-datax; boundary=a", b,
	    NULL), ERR_MEDIA);
	TEST_END();
}

/* --- forms and fields -----------------------------------------------------------*/

enum { F_FILE, F_NAME, F_IDS, F_COUNT };

static const struct field table[] = {
	[F_FILE] = { "file", field_object, FIELD_FORM | FIELD_FILE, 0 },
	[F_NAME] = { "name", field_text, FIELD_QUERY | FIELD_FORM, 8 },
	[F_IDS] = { "ids", field_profile, FIELD_FORM | FIELD_LIST, 64 },
	[F_COUNT] = { "count", field_count, FIELD_QUERY, 8 },
	{ NULL, NULL, 0, 0 },
};

static char	workdir[256];

static void
setup(void)
{
	const char	*tmp = getenv("TMPDIR");

	snprintf(workdir, sizeof(workdir), "%s/bpfcompat-form.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	cr_assert_not_null(mkdtemp(workdir));
}

static void
teardown(void)
{
	fsio_rmtree(workdir, NULL);
}

TestSuite(form, .init = setup, .fini = teardown);

#define PART(disp, text)	"--B\r\nContent-Disposition: form-data; "	\
				disp "\r\n\r\n" text "\r\n"
#define ELF			"\x7f" "ELF"

/* Query and body into "f"; the caller clears it. */
static enum err
take(struct fields *f, const char *query, const char *body, struct diag *d)
{
	struct form_limits	 limits = { workdir, 16 };
	struct conf		 conf;
	struct form		*form = NULL;
	enum err		 e;

	cr_assert_eq(conf_load(&conf, d), ERR_OK);
	fields_init(f, table);
	cr_assert_eq(form_new("multipart/form-data; boundary=B", &limits, f,
	    &form, d), ERR_OK);
	if ((e = fields_query(f, query, d)) == ERR_OK &&
	    (e = form_feed(form, body, strlen(body), d)) == ERR_OK &&
	    (e = form_end(form, d)) == ERR_OK)
		e = fields_check(f, &conf, d);
	form_free(form);
	return e;
}

static void
refuses(const char *query, const char *body, enum err want,
    const char *field)
{
	struct fields	 f;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(take(&f, query, body, &d), want, "%s", d.msg);
	cr_assert_str_eq(d.field, field);
	cr_assert(d.msg[0] != '\0');
	fields_clear(&f);
}

Test(form, a_list_is_split_sorted_and_made_single)
{
	struct fields	 f;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(take(&f, "", PART("name=ids", "b, a") PART("name=ids",
	    ",c,a,") "--B--", &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(f.v[F_IDS].nlist, 3);
	cr_assert_str_eq(f.v[F_IDS].list[0], "a");
	cr_assert_str_eq(f.v[F_IDS].list[2], "c");
	fields_clear(&f);
	TEST_END();
}

Test(form, the_query_wins_over_the_form)
{
	struct fields	 f;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(take(&f, "name=q%2B1&other=x", PART("name=name", "form")
	    "--B--", &d), ERR_OK, "%s", d.msg);
	cr_assert_str_eq(f.v[F_NAME].str, "q+1");
	fields_clear(&f);
	TEST_END();
}

Test(form, blank_text_is_as_good_as_none)
{
	struct fields	 f;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(take(&f, "", PART("name=name", " \t\r\n")
	    PART("name=ids", " , ,") "--B--", &d), ERR_OK, "%s", d.msg);
	cr_assert_not(f.v[F_NAME].set);
	cr_assert_not(f.v[F_IDS].set);
	fields_clear(&f);
	TEST_END();
}

Test(form, a_file_keeps_its_name_only_when_it_is_plain)
{
	struct fields	 f;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(take(&f, "", PART("name=file; filename=\"C:\\x\\a.o\"",
	    ELF) "--B--", &d), ERR_OK, "%s", d.msg);
	cr_assert_str_eq(f.v[F_FILE].filename, "a.o");
	cr_assert_eq(object_size(f.v[F_FILE].file), 4);
	fields_clear(&f);
	cr_assert_eq(take(&f, "", PART("name=file; filename=\"a b;.o\"",
	    ELF) "--B--", &d), ERR_OK, "%s", d.msg);
	cr_assert_str_eq(f.v[F_FILE].filename, "");
	fields_clear(&f);
	TEST_END();
}

Test(form, refuses_what_breaks_a_rule_and_names_the_field)
{
	refuses("", PART("name=name", "123456789") "--B--", ERR_INVAL,
	    "name");
	refuses("", PART("name=name", "a") PART("name=name", "b") "--B--",
	    ERR_INVAL, "name");
	refuses("name=a&name=b", "--B--", ERR_INVAL, "name");
	refuses("name=%00", "--B--", ERR_INVAL, "name");
	refuses("", PART("name=count", "1") "--B--", ERR_INVAL, "count");
	refuses("count=1x", "--B--", ERR_INVAL, "count");
	refuses("", PART("name=who", "1") "--B--", ERR_INVAL, "who");
	refuses("", PART("name=ids", "a,../b") "--B--", ERR_INVAL, "ids");
	refuses("", PART("name=file", "x") "--B--", ERR_INVAL, "file");
	refuses("", PART("name=file; filename=a", "no elf") "--B--",
	    ERR_INVAL, "file");
	refuses("", PART("name=file; filename=a", "") "--B--", ERR_INVAL,
	    "file");
	refuses("", PART("name=file; filename=a", ELF "0123456789abcdef")
	    "--B--", ERR_TOOBIG, "file");
	refuses("", PART("name=ids", "a"), ERR_SYNTAX, "");
	TEST_END();
}

Test(form, a_refused_file_leaves_nothing_behind)
{
	char		 path[512];
	struct dirent	*de;
	DIR		*dir;

	refuses("", PART("name=file; filename=a", ELF "0123456789abcdef")
	    "--B--", ERR_TOOBIG, "file");
	snprintf(path, sizeof(path), "%s/tmp", workdir);
	cr_assert_not_null(dir = opendir(path));
	while ((de = readdir(dir)) != NULL)
		cr_assert_eq(de->d_name[0], '.', "%s is left", de->d_name);
	closedir(dir);
	TEST_END();
}

/* --- replies ---------------------------------------------------------------------*/

Test(reply, an_error_of_the_server_does_not_show_its_reason)
{
	struct req	 rq = { .id = "r1" };
	struct reply	 rp;
	struct diag	 d = DIAG_INIT;

	reply_init(&rp);
	diag_set(&d, ERR_IO, NULL, "cannot open /srv/secret");
	reply_err(&rp, &rq, ERR_IO, &d);
	cr_assert_eq(rp.status, 500);
	cr_assert_null(strstr(buf_str(&rp.body), "secret"));
	cr_assert_not_null(strstr(buf_str(&rp.body), "\"r1\""));
	reply_clear(&rp);
	TEST_END();
}

Test(reply, every_error_has_a_status)
{
	for (int e = ERR_OK + 1; e < ERR__MAX; e++)
		cr_assert_geq(reply_err_status((enum err)e), 400, "%s",
		    err_code((enum err)e));
	TEST_END();
}

Test(reply, a_full_queue_says_when_to_come_back)
{
	struct req	 rq = { .id = "r1" };
	struct reply	 rp;
	struct diag	 d = DIAG_INIT;

	reply_init(&rp);
	reply_err(&rp, &rq, ERR_FULL, &d);
	cr_assert_eq(rp.status, 429);
	cr_assert_gt(rp.retry_after, 0);
	reply_clear(&rp);
	TEST_END();
}

/* --- JSON bodies ---------------------------------------------------------------*/

static const struct field json_table[] = {
	{ "name", field_text, FIELD_QUERY | FIELD_FORM, 8 },
	{ "count", field_count, FIELD_FORM | FIELD_NUMBER, 8 },
	{ "strict", field_text, FIELD_FORM | FIELD_BOOL, 8 },
	{ "ids", field_text, FIELD_FORM | FIELD_LIST, 8 },
	{ "limit", field_limit, FIELD_QUERY, 8 },
	{ NULL, NULL, 0, 0 },
};

static enum err
json(struct fields *f, const char *query, const char *body, struct diag *d)
{
	struct conf	 conf = { 0 };
	enum err	 e;

	fields_init(f, json_table);
	if ((e = fields_query(f, query, d)) == ERR_OK &&
	    (e = fields_json(f, body, strlen(body), d)) == ERR_OK)
		e = fields_check(f, &conf, d);
	return e;
}

Test(json_body, members_become_fields)
{
	struct fields	 f;

	cr_assert_eq(json(&f, "", "{\"name\":\" a \",\"count\":7,\"strict\":true,"
	    "\"ids\":[\"b\",\"a,b\"]}", NULL), ERR_OK);
	cr_assert_str_eq(f.v[0].str, "a");
	cr_assert_eq(f.v[1].num, 7);
	cr_assert_str_eq(f.v[2].str, "true");
	cr_assert_eq(f.v[3].nlist, 2);
	fields_clear(&f);
	TEST_END();
}

Test(json_body, null_is_nothing_and_the_query_wins)
{
	struct fields	 f;

	cr_assert_eq(json(&f, "", "null", NULL), ERR_OK);
	fields_clear(&f);
	cr_assert_eq(json(&f, "name=q", "{\"name\":\"b\",\"count\":null}",
	    NULL), ERR_OK);
	cr_assert_str_eq(f.v[0].str, "q");
	cr_assert_not(f.v[1].set);
	fields_clear(&f);
	TEST_END();
}

Test(json_body, anything_else_is_refused_by_name)
{
	static const struct {
		const char	*body, *field;
		enum err	 want;
	} bad[] = {
		{ "", "", ERR_SYNTAX },
		{ "[]", "", ERR_SYNTAX },
		{ "{\"name\":\"a\"", "", ERR_SYNTAX },
		{ "{\"name\":\"a\"}}", "", ERR_SYNTAX },
		{ "{} {}", "", ERR_SYNTAX },
		{ "{\"name\":\"a\",\"name\":\"b\"}", "", ERR_SYNTAX },
		{ "{\"other\":1}", "other", ERR_INVAL },
		{ "{\"Name\":\"a\"}", "Name", ERR_INVAL },
		{ "{\"limit\":1}", "limit", ERR_INVAL },
		{ "{\"name\":1}", "name", ERR_INVAL },
		{ "{\"name\":[\"a\"]}", "name", ERR_INVAL },
		{ "{\"name\":\"123456789\"}", "name", ERR_INVAL },
		{ "{\"name\":\"a\\u0000b\"}", "", ERR_INVAL },
		{ "{\"count\":\"1\"}", "count", ERR_INVAL },
		{ "{\"count\":1.5}", "count", ERR_INVAL },
		{ "{\"strict\":\"true\"}", "strict", ERR_INVAL },
		{ "{\"ids\":\"a\"}", "ids", ERR_INVAL },
		{ "{\"ids\":[1]}", "ids", ERR_INVAL },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fields	 f;
		struct diag	 d = DIAG_INIT;

		cr_assert_eq(json(&f, "", bad[i].body, &d), bad[i].want,
		    "%s: %s", bad[i].body, d.msg);
		cr_assert_str_eq(d.field, bad[i].field, "%s", bad[i].body);
		fields_clear(&f);
	}
	TEST_END();
}
