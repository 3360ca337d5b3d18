/*
 * The report as Markdown.  Nearly every text in it may come from a hostile
 * object or guest (names, errors, logs), so every text goes through
 * report_md_text(), and only literals of this file make structure.
 */
#include "domain/report.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "domain/objfacts.h"
#include "domain/report_md.h"

#define SPLAT_LINES	40

void
report_md_text(struct buf *b, const char *s, size_t max)
{
	size_t		 len = strlen(s), i = 0, n;
	uint32_t	 cp;

	while (i < len && i < max) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			buf_adds(b, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			buf_addc(b, ' ');
		else if (utf8_hides(cp))
			buf_adds(b, "\xef\xbf\xbd");
		else if (cp == '<')
			buf_adds(b, "&lt;");
		else if (cp == '>')
			buf_adds(b, "&gt;");
		else if (cp == '&')
			buf_adds(b, "&amp;");
		/* What follows always stands behind a literal, so marks
		   that count only at the start of a line are harmless. */
		else if (cp < 0x80 && strchr("\\`*_{}[]#!|~@", (int)cp) !=
		    NULL) {
			buf_addc(b, '\\');
			buf_addc(b, (char)cp);
		} else if (cp == ':' && s[i + 1] == '/') {
			/* No automatic link. */
			buf_adds(b, "\\:");
		} else
			buf_add(b, s + i, n);
		i += n;
	}
	if (i < len)
		buf_adds(b, " ...");
}

void
md_bullet(struct buf *b, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_addf(b, "- %s: ", label);
	report_md_text(b, text, MD_LINE_MAX);
	buf_addc(b, '\n');
}

void
md_cell(struct buf *b, const char *text)
{
	buf_addc(b, ' ');
	report_md_text(b, text == NULL ? "" : text, MD_CELL_MAX);
	buf_adds(b, " |");
}

/* A code block that no line of its content can close. */
void
md_code_block(struct buf *b, int indent, const char *text)
{
	size_t	 n;

	buf_addc(b, '\n');
	for (int i = 0; i < SPLAT_LINES && *text != '\0'; i++) {
		n = strcspn(text, "\n");
		/* Indented: needs no fence, and a fence in it is text. */
		buf_addf(b, "%*s", indent, "");
		for (size_t k = 0; k < n; k++)
			buf_addc(b, (unsigned char)text[k] < 0x20 ||
			    (unsigned char)text[k] >= 0x7f ? '.' : text[k]);
		buf_addc(b, '\n');
		text += n;
		if (*text == '\n')
			text++;
	}
	buf_addc(b, '\n');
}

/* "debian 12 6.1 x86_64": what is known of it. */
static void
env_text(const struct jval *e, char *out, size_t size)
{
	static const char *const keys[] = { "distro", "version",
		"kernel_family", "arch" };
	size_t		 n = 0;
	const char	*s;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		s = jval_get_str(e, keys[i], "");
		if (s[0] != '\0' && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? " " : "", s);
	}
}

static void
header(struct buf *b, const struct jval *r)
{
	const struct jval	*run = jval_get(r, "run");
	const struct jval	*art = jval_get(r, "artifact");
	const struct jval	*val = jval_get(r, "validator");
	const struct jval	*mx = jval_get(r, "matrix");
	const struct jval	*profiles = jval_get(mx, "profiles");

	buf_adds(b, "# bpfcompat Compatibility Report\n\n");
	md_bullet(b, "Run ID", jval_get_str(run, "id", ""));
	md_bullet(b, "Started At", jval_get_str(run, "started_at", ""));
	md_bullet(b, "Finished At", jval_get_str(run, "finished_at", ""));
	buf_adds(b, "- Status: **");
	report_md_text(b, jval_get_str(jval_get(r, "summary"), "status", ""),
	    MD_CELL_MAX);
	buf_adds(b, "**\n");
	md_bullet(b, "Artifact", jval_get_str(art, "basename", ""));
	md_bullet(b, "Artifact Source", jval_get_str(art, "source", ""));
	md_bullet(b, "Artifact SHA-256", jval_get_str(art, "sha256", ""));
	md_bullet(b, "Validator", jval_get_str(val, "basename", ""));
	md_bullet(b, "Validator SHA-256", jval_get_str(val, "sha256", ""));
	md_bullet(b, "Manifest", jval_get_str(jval_get(r, "manifest"),
	    "basename", ""));
	md_bullet(b, "Manifest SHA-256", jval_get_str(jval_get(r,
	    "manifest"), "sha256", ""));
	md_bullet(b, "Command", jval_get_str(jval_get(r, "command"),
	    "command", ""));
	md_bullet(b, "Matrix", jval_get_str(mx, "path", ""));
	md_bullet(b, "Matrix Name", jval_get_str(mx, "name", ""));
	buf_adds(b, "- Profiles: ");
	for (size_t i = 0; i < jval_len(profiles); i++) {
		if (i > 0)
			buf_adds(b, ", ");
		report_md_text(b, jval_str(jval_at(profiles, i), ""),
		    MD_CELL_MAX);
	}
	buf_addc(b, '\n');
}

static const char *
btf_text(const struct jval *t)
{
	const struct jval	*btf = jval_get(t, "btf");

	if (btf == NULL)
		return "";
	return jval_get_bool(btf, "kernel_btf_available", false) ?
	    "kernel_btf:yes" : "kernel_btf:no";
}

static const char *
status_text(const struct jval *t)
{
	const struct jval	*x = jval_get(t, "expected");

	if (jval_get_bool(x, "unexpected_pass", false))
		return "pass (unexpected)";
	if (jval_get_bool(x, "met", false) && jval_get_str(x, "result",
	    "")[0] == 'f')
		return "fail (expected)";
	return jval_get_str(t, "status", "");
}

static void
table(struct buf *b, const struct jval *targets)
{
	char	 env[256];

	buf_adds(b, "\n## Targets\n\n| Profile | Profile Env | Host Kernel | "
	    "Status | Failed Stage | Required | BTF | Functional | "
	    "Classification | Confidence | Infra Error |\n"
	    "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < jval_len(targets); i++) {
		const struct jval	*t = jval_at(targets, i);

		env_text(jval_get(t, "profile"), env, sizeof(env));
		buf_addc(b, '|');
		md_cell(b, jval_get_str(t, "profile_id", ""));
		md_cell(b, env);
		md_cell(b, jval_get_str(jval_get(t, "host"), "kernel", ""));
		md_cell(b, status_text(t));
		md_cell(b, jval_get_str(t, "failed_stage", ""));
		md_cell(b, jval_get_bool(t, "required", false) ? "yes" : "no");
		md_cell(b, btf_text(t));
		md_cell(b, jval_get_str(jval_get(t, "functional"), "status",
		    ""));
		md_cell(b, jval_get_str(t, "classification_code", ""));
		md_cell(b, jval_get_str(t, "classification_confidence", ""));
		md_cell(b, jval_get_str(t, "infra_error", ""));
		buf_addc(b, '\n');
	}
}

static void
tests(struct buf *b, const struct jval *t)
{
	const struct jval	*all;

	all = jval_get(jval_get(t, "functional"), "tests");
	for (size_t i = 0; i < jval_len(all); i++) {
		const struct jval	*f = jval_at(all, i);

		buf_adds(b, "  - test ");
		report_md_text(b, jval_get_str(f, "name", "?"), MD_CELL_MAX);
		buf_adds(b, ": ");
		report_md_text(b, jval_get_str(f, "status", ""), MD_CELL_MAX);
		buf_addf(b, ", exit %lld, expected %lld%s ",
		    (long long)jval_get_int(f, "exit_code", 0),
		    (long long)jval_get_int(f, "expected_exit_code", 0),
		    jval_get_bool(f, "required", false) ? ", required" : "");
		report_md_text(b, jval_get_str(f, "error", ""), MD_LINE_MAX);
		buf_addc(b, '\n');
		if (strcmp(jval_get_str(f, "status", ""), "pass") == 0)
			continue;
		if (jval_get_str(f, "stdout_tail", "")[0] != '\0')
			md_code_block(b, 8, jval_get_str(f, "stdout_tail",
			    ""));
		if (jval_get_str(f, "stderr_tail", "")[0] != '\0')
			md_code_block(b, 8, jval_get_str(f, "stderr_tail",
			    ""));
	}
}

static void
verdict(struct buf *b, const struct jval *t)
{
	const struct jval	*v = jval_get(t, "validation");
	char			 line[256];

	if (v != NULL) {
		snprintf(line, sizeof(line), "%s, code %lld %s",
		    jval_get_str(v, "load_status", "not tried"),
		    (long long)jval_get_int(v, "load_error_code", 0),
		    jval_get_str(v, "load_error", ""));
		md_bullet(b, "Load", line);
		snprintf(line, sizeof(line), "%s (%s): %lld tried, %lld "
		    "passed, %lld failed", jval_get_str(v, "attach_status",
		    "skipped"), jval_get_str(v, "attach_mode", ""),
		    (long long)jval_get_int(v, "attach_attempted", 0),
		    (long long)jval_get_int(v, "attach_passed", 0),
		    (long long)jval_get_int(v, "attach_failed", 0));
		md_bullet(b, "Attach", line);
	}
}

static void
expectation(struct buf *b, const struct jval *t)
{
	const struct jval	*x = jval_get(t, "expected");

	if (x != NULL)
		md_bullet(b, jval_get_bool(x, "met", false) ? "As expected" :
		    "Not as expected", jval_get_str(x, "text", ""));
}

/* How the guest of a variant differs from its base. */
static void
environment(struct buf *b, const struct jval *t)
{
	const struct jval	*env = jval_get(t, "environment");
	const struct jval	*all = jval_get(env, "differs");
	struct buf		 line = BUF_INIT(MD_LINE_MAX);

	if (env == NULL)
		return;
	for (size_t i = 0; i < jval_len(all); i++)
		buf_addf(&line, "%s, ", jval_str(jval_at(all, i), ""));
	buf_addf(&line, "else as %s", jval_get_str(env, "base", "?"));
	md_bullet(b, "Environment", buf_str(&line));
	buf_clear(&line);
}

static void
detail(struct buf *b, const struct jval *t)
{
	const struct jval	*notes = jval_get(t, "notes");
	char			 env[256];

	buf_adds(b, "\n### ");
	report_md_text(b, jval_get_str(t, "profile_id", "?"), MD_CELL_MAX);
	buf_adds(b, "\n\n");
	md_bullet(b, "Status", jval_get_str(t, "status", ""));
	expectation(b, t);
	env_text(jval_get(t, "profile"), env, sizeof(env));
	md_bullet(b, "Declared", env);
	environment(b, t);
	md_bullet(b, "Booted", jval_get_str(jval_get(t, "host"), "kernel", ""));
	md_bullet(b, "Kernel package",
	    jval_get_str(jval_get(t, "kernel"), "version", ""));
	md_bullet(b, "Failed stage", jval_get_str(t, "failed_stage", ""));
	md_bullet(b, "Infrastructure error", jval_get_str(t, "infra_error", ""));
	verdict(b, t);
	md_cause(b, t);
	for (size_t i = 0; i < jval_len(jval_get(t, "cautions")); i++)
		md_bullet(b, "Caution", jval_str(jval_at(jval_get(t,
		    "cautions"), i), ""));
	tests(b, t);
	if (jval_len(jval_get(t, "attempts")) > 1)
		buf_addf(b, "- VMs tried: %zu\n",
		    jval_len(jval_get(t, "attempts")));
	md_bullet(b, "Result", jval_get_str(t, "validator_result", ""));
	md_bullet(b, "Serial log", jval_get_str(t, "serial_log", ""));
	for (size_t i = 0; i < jval_len(notes); i++)
		md_bullet(b, "Note", jval_str(jval_at(notes, i), ""));
	if (jval_get_str(t, "splat", "")[0] != '\0') {
		buf_adds(b, "- Kernel messages:\n");
		md_code_block(b, 6, jval_get_str(t, "splat", ""));
	}
}

enum err
report_markdown(const struct jval *r, struct buf *b)
{
	const struct jval	*targets = jval_get(r, "targets");
	const struct jval	*notes;

	header(b, r);
	table(b, targets);
	objfacts_markdown(r, b);
	buf_adds(b, "\n## Target Details\n");
	for (size_t i = 0; i < jval_len(targets); i++)
		detail(b, jval_at(targets, i));
	md_cost(b, targets);
	buf_adds(b, "\n## Notes\n\n");
	notes = jval_get(jval_get(r, "summary"), "notes");
	if (jval_len(notes) == 0)
		buf_adds(b, "None\n");
	for (size_t i = 0; i < jval_len(notes); i++) {
		buf_adds(b, "- ");
		report_md_text(b, jval_str(jval_at(notes, i), ""),
		    MD_LINE_MAX);
		buf_addc(b, '\n');
	}
	return buf_err(b);
}
