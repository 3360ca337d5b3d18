/*
 * JUnit XML: a suite of tests per case, a test per kernel.  There is no one
 * schema; this is what the strict one of Ant and the lenient one of Jenkins
 * both take (tests/lib/junit.xsd).  What does not block is "skipped" with its
 * reason, because a reader of JUnit only knows passed, failed and skipped.
 */
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "domain/out.h"

#define ATTR_MAX	400
#define BODY_MAX	4000

static void
attr(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, " %s=\"", name);
	out_xml(b, value, ATTR_MAX);
	buf_addc(b, '"');
}

static void
seconds(struct buf *b, int64_t ms)
{
	buf_addf(b, " time=\"%lld.%03lld\"", (long long)(ms / 1000),
	    (long long)(ms % 1000));
}

static void
line(struct buf *b, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_adds(b, label);
	out_xml(b, text, BODY_MAX);
	buf_addc(b, '\n');
}

static void
findings(const struct oc_target *t, const struct out_opts *o, struct buf *b)
{
	for (size_t i = 0; i < t->nfindings; i++) {
		const struct oc_finding	*f = &t->findings[i];

		line(b, "program: ", f->program);
		line(b, "cause: ", f->code);
		line(b, "", f->reason);
		if (f->file[0] != '\0') {
			line(b, "source: ", out_source(o, f->file));
			buf_addf(b, "line: %lld\n", (long long)f->line);
			line(b, "  ", f->text);
		}
		line(b, "verifier: ", f->verdict);
		line(b, "remedy: ", f->remedy[0] != '\0' ? f->remedy :
		    f->fix);
	}
	for (size_t i = 0; i < t->ntests; i++)
		if (strcmp(t->tests[i].status, "pass") != 0) {
			line(b, "test: ", t->tests[i].name);
			line(b, "  ", t->tests[i].error);
			line(b, "  stdout: ", t->tests[i].out);
			line(b, "  stderr: ", t->tests[i].err);
		}
}

/* What is not good: <failure>, <error> or <skipped>. */
static void
verdict(const struct oc_target *t, const struct out_opts *o, struct buf *b)
{
	static const char *const tags[OC_EFFECT__MAX] = {
		[OC_BLOCKS] = "failure", [OC_UNKNOWN] = "error",
	};
	const char	*tag = tags[t->effect];
	struct buf	 why = BUF_INIT(BODY_MAX);

	out_why(t, &why);
	buf_addf(b, "      <%s", tag != NULL ? tag : "skipped");
	if (tag != NULL)
		attr(b, "type", t->code[0] != '\0' ? t->code : t->status);
	attr(b, "message", buf_str(&why));
	if (tag == NULL) {
		buf_adds(b, "/>\n");
	} else {
		buf_addc(b, '>');
		findings(t, o, b);
		buf_addf(b, "</%s>\n", tag);
	}
	buf_clear(&why);
}

static void
begin_test(const struct outcome *o, const struct oc_case *c,
    const char *name, int64_t ms, struct buf *b)
{
	buf_adds(b, "    <testcase classname=\"");
	if (o->suite) {
		out_xml(b, o->name, ATTR_MAX);
		buf_addc(b, '.');
	}
	out_xml(b, c->name, ATTR_MAX);
	buf_addc(b, '"');
	attr(b, "name", name);
	seconds(b, ms);
}

/* A case that could not be run, or was not. */
static void
no_targets(const struct outcome *o, const struct oc_case *c, struct buf *b)
{
	begin_test(o, c, "case", 0, b);
	if (strcmp(c->status, "skipped") == 0) {
		buf_adds(b, ">\n      <skipped");
		attr(b, "message", c->error);
	} else {
		buf_adds(b, ">\n      <error type=\"error\"");
		attr(b, "message", c->error);
	}
	buf_adds(b, "/>\n    </testcase>\n");
}

static void
counts(const struct oc_case *c, struct buf *b)
{
	size_t	 n[OC_EFFECT__MAX] = { 0 }, skipped, errors;
	bool	 skip = strcmp(c->status, "skipped") == 0;

	for (size_t i = 0; i < c->ntargets; i++)
		n[c->targets[i].effect]++;
	errors = n[OC_UNKNOWN] + (c->ntargets == 0 && !skip);
	skipped = n[OC_EXPECTED] + n[OC_KNOWN] + n[OC_OPTIONAL] +
	    n[OC_UNTOLD] + (c->ntargets == 0 && skip);
	buf_addf(b, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
	    "skipped=\"%zu\"", c->ntargets == 0 ? 1 : c->ntargets,
	    n[OC_BLOCKS], errors, skipped);
}

static void
property(struct buf *b, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_addf(b, "      <property name=\"%s\"", name);
	attr(b, "value", value);
	buf_adds(b, "/>\n");
}

/* Of the schema: a time without a zone. */
static void
timestamp(const struct outcome *o, const struct oc_case *c, struct buf *b)
{
	const char	*at = c->started_at[0] != '\0' ? c->started_at :
			    o->started_at;
	char		 text[TIME_RFC3339_SIZE];
	int64_t		 ms = 0;

	(void)time_parse_rfc3339(at, &ms);
	time_rfc3339(ms, text);
	text[strcspn(text, "Z")] = '\0';
	attr(b, "timestamp", text);
}

static void
one_case(const struct outcome *o, size_t i, const struct out_opts *opts,
    struct buf *b)
{
	const struct oc_case	*c = &o->cases[i];

	buf_adds(b, "  <testsuite");
	attr(b, "name", c->name);
	attr(b, "package", o->suite ? o->name : "bpfcompat");
	buf_addf(b, " id=\"%zu\" hostname=\"localhost\"", i);
	timestamp(o, c, b);
	counts(c, b);
	seconds(b, c->ms);
	buf_adds(b, ">\n    <properties>\n");
	property(b, "artifact", c->artifact);
	property(b, "sha256", c->sha256);
	property(b, "matrix", c->matrix);
	property(b, "mode", c->mode);
	property(b, "run_id", c->run_id);
	buf_adds(b, "    </properties>\n");
	if (c->ntargets == 0)
		no_targets(o, c, b);
	for (size_t k = 0; k < c->ntargets; k++) {
		const struct oc_target	*t = &c->targets[k];

		begin_test(o, c, t->profile, t->ms, b);
		if (t->effect == OC_OK) {
			buf_adds(b, "/>\n");
			continue;
		}
		buf_adds(b, ">\n");
		verdict(t, opts, b);
		buf_adds(b, "    </testcase>\n");
	}
	buf_adds(b, "    <system-out></system-out>\n"
	    "    <system-err></system-err>\n  </testsuite>\n");
}

enum err
out_junit(const struct outcome *o, const struct out_opts *opts,
    struct buf *b)
{
	buf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites>\n");
	for (size_t i = 0; i < o->n; i++)
		one_case(o, i, opts, b);
	buf_adds(b, "</testsuites>\n");
	return buf_err(b);
}
