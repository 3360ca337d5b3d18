/*
 * bpfcompat compare: two runs, and whether the second may be shipped.  A
 * side is a report file, a run, or NAME@VERSION of this work folder.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/compare_load.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"

#define OUTPUT_MAX	((size_t)64 * 1024 * 1024)

struct	want {
	const char	*base_report, *head_report;
	const char	*name, *base_version, *head_version;
	const char	*out, *markdown, *fail_on;
	int64_t		 cost;
	bool		 json, never_fail;
};

/* --- finding the sides ----------------------------------------------------- */

static bool
is_run_id(const char *s)
{
	return strlen(s) == TIME_RUN_ID_SIZE - 1 && s[8] == 'T' &&
	    s[15] == 'Z' && s[16] == '-' && strspn(s, "0123456789TZ-abcdef")
	    == TIME_RUN_ID_SIZE - 1;
}

/* Opened only for a side that needs it. */
static enum err
need_db(const struct conf *c, struct compare_from *f, const char *field,
    struct diag *d)
{
	char	 path[PATH_MAX];

	if (f->db != NULL)
		return ERR_OK;
	if (path_join(path, sizeof(path), c->workdir, "bpfcompat.db",
	    NULL) != ERR_OK || !fsio_exists(path))
		return diag_set(d, ERR_NOTFOUND, field, "there is no history "
		    "in %s; name the work folder with --workdir, or give "
		    "report files", c->workdir);
	return db_open(c->workdir, DB_WEB, &f->db, d);
}

static enum err
side_file(const struct conf *c, struct compare_from *f, const char *path,
    const char *field, struct compare_side *s, struct diag *d)
{
	struct buf	 b = BUF_INIT(f->max);
	enum err	 e;

	/* Without a history there is no record to bind it to. */
	(void)need_db(c, f, field, NULL);
	if ((e = fsio_read(path, &b, d)) != ERR_OK)
		e = diag_set(d, e, field, e == ERR_TOOBIG ?
		    "%s is larger than any report that is compared" :
		    "cannot read the report %s", path);
	else
		e = compare_side_text(f, buf_str(&b), b.len, path, field, s,
		    d);
	buf_clear(&b);
	return e;
}

/* A file wins over a run and a version of the same name. */
static enum err
side_word(const struct conf *c, struct compare_from *f, const char *word,
    const char *field, struct compare_side *s, struct diag *d)
{
	const char	*at = strrchr(word, '@');
	char		 name[COMPARE_NAME_MAX + 1];
	struct stat	 st;
	enum err	 e;

	if (stat(word, &st) == 0 && S_ISREG(st.st_mode))
		return side_file(c, f, word, field, s, d);
	if (!is_run_id(word) && (at == NULL || at == word || at[1] == '\0' ||
	    (size_t)(at - word) >= sizeof(name)))
		return diag_set(d, ERR_INVAL, field, "%s is neither a report "
		    "file, nor a run, nor NAME@VERSION", word);
	if ((e = need_db(c, f, field, d)) != ERR_OK)
		return e;
	if (is_run_id(word))
		return compare_side_run(f, word, field, s, d);
	snprintf(name, sizeof(name), "%.*s", (int)(at - word), word);
	return compare_side_version(f, name, at + 1, field, s, d);
}

static bool
given(const char *s)
{
	return s != NULL && s[strspn(s, " \t")] != '\0';
}

static enum err
both_sides(const struct conf *c, struct compare_from *f,
    const struct want *w, char **words, int n, struct compare_side s[2],
    struct diag *d)
{
	enum err	 e;

	if (n == 2) {
		if ((e = side_word(c, f, words[0], "base", &s[0], d)) !=
		    ERR_OK)
			return e;
		return side_word(c, f, words[1], "head", &s[1], d);
	}
	if (given(w->base_report) && given(w->head_report)) {
		if ((e = side_file(c, f, w->base_report, "base", &s[0],
		    d)) != ERR_OK)
			return e;
		return side_file(c, f, w->head_report, "head", &s[1], d);
	}
	if (n != 0 || !given(w->name) || !given(w->base_version) ||
	    !given(w->head_version))
		return diag_set(d, ERR_INVAL, NULL, "name the two sides: "
		    "bpfcompat compare BASE HEAD, each a report file, a run "
		    "or NAME@VERSION");
	if ((e = need_db(c, f, "base", d)) != ERR_OK || (e =
	    compare_side_version(f, w->name, w->base_version, "base", &s[0],
	    d)) != ERR_OK)
		return e;
	return compare_side_version(f, w->name, w->head_version, "head",
	    &s[1], d);
}

/* --- showing --------------------------------------------------------------- */

static void
as_json(const struct compare *c, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	compare_json(c, &w, NULL, time_now_ms());
	buf_addc(b, '\n');
}

/* Files first; what goes to standard output is one kind and nothing else. */
static int
show(const struct compare *c, const struct want *w, struct diag *d)
{
	struct buf	 b = BUF_INIT(OUTPUT_MAX);
	enum err	 e = ERR_OK;
	int		 code;

	if (given(w->markdown)) {
		compare_markdown(c, &b, time_now_ms());
		e = cli_write_file(w->markdown, &b, d);
	}
	buf_reset(&b);
	if (e == ERR_OK && given(w->out)) {
		as_json(c, &b);
		e = cli_write_file(w->out, &b, d);
	}
	buf_reset(&b);
	if (e != ERR_OK) {
		code = cli_error("compare", w->json, d);
	} else {
		if (w->json)
			as_json(c, &b);
		else
			compare_text(c, &b);
		code = cli_print(&b);
	}
	buf_clear(&b);
	if (code != CLI_OK)
		return code;
	return w->never_fail ? CLI_OK : compare_exit_code(c->verdict);
}

static int
compare(struct conf *conf, struct want *w, char **words, int n)
{
	struct compare_from	 f = { NULL, conf->workdir,
				    COMPARE_REPORT_MAX };
	struct compare_opts	 o = { w->cost, 0 };
	struct compare_side	 s[2] = { 0 };
	struct compare		 c = { 0 };
	struct diag		 d = DIAG_INIT;
	enum err		 e;
	int			 code;

	if ((e = compare_strict_parse(w->fail_on, &o.strict, &d)) == ERR_OK &&
	    (e = both_sides(conf, &f, w, words, n, s, &d)) == ERR_OK)
		e = compare_sides(&c, &s[0], &s[1], &o);
	if (e == ERR_OK)
		code = show(&c, w, &d);
	else {
		if (d.msg[0] == '\0')
			diag_set(&d, e, NULL, "%s", err_text(e));
		code = cli_error("compare", w->json, &d);
	}
	compare_clear(&c);
	compare_side_clear(&s[0]);
	compare_side_clear(&s[1]);
	if (f.db != NULL)
		db_close(f.db);
	return code;
}

int
verb_compare(struct conf *c, int argc, char **argv)
{
	struct want		 w = { .fail_on = "",
				    .cost = COMPARE_COST_PERCENT };
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_N("cost-threshold", &w.cost, 0, COMPARE_COST_PERCENT_MAX,
		    "PERCENT", "verifier cost that is worth telling"),
		FLAG_S("fail-on", &w.fail_on, "WORDS", "fail also on: "
		    "optional, programs, cost, existing"),
		FLAG_B("no-fail", &w.never_fail, "exit code 0 whatever the "
		    "verdict"),
		FLAG_B("json", &w.json, "the whole comparison as JSON"),
		FLAG_S("out", &w.out, "FILE", "write the JSON to a file"),
		FLAG_S("markdown", &w.markdown, "FILE", "write Markdown to a "
		    "file"),
		FLAG_S("base-report", &w.base_report, "FILE", "the base, as "
		    "a report"),
		FLAG_S("head-report", &w.head_report, "FILE", "the head, as "
		    "a report"),
		FLAG_S("artifact-name", &w.name, "NAME", "of both versions"),
		FLAG_S("base-version", &w.base_version, "VERSION",
		    "the base, in the history"),
		FLAG_S("head-version", &w.head_version, "VERSION",
		    "the head, in the history"),
		FLAG_LAST
	};
	const struct flags	 f = { "compare", "[BASE HEAD]", "Compares two "
	    "runs: may the head be shipped?  A side is a report file, a run "
	    "or\nNAME@VERSION of the work folder.  Exit code: 0 nothing got "
	    "worse on a required\nkernel, 2 something did, 1 it cannot be "
	    "told, or the input is wrong.", 2, table };
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	/* What callers of the flags have always got. */
	if (n == 0 && !given(w.out) && !given(w.markdown))
		w.json = true;
	return compare(c, &w, argv, n);
}
