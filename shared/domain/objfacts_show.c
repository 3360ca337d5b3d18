/*
 * Object facts for people: plain text, Markdown, and the sentence that sets
 * the prediction beside what kernels said.  Names come from the object; they
 * go through report_md_text() or plain() and cannot reach a terminal or a
 * page as anything but text.
 */
#include "domain/objfacts.h"

#include <stdio.h>
#include <string.h>

#include "domain/features.h"
#include "domain/report.h"

#define LIST_MAX	40	/* programs and maps that are shown */
#define NAMES_MAX	12	/* helpers of one program */
#define TEXT_MAX	300

/* Control bytes could move a terminal's cursor; UTF-8 stays. */
static void
plain(struct buf *b, const char *s, size_t max)
{
	for (size_t i = 0; s[i] != '\0' && i < max; i++)
		buf_addc(b, (unsigned char)s[i] < 0x20 || s[i] == 0x7f ?
		    '?' : s[i]);
}

static const char *
str(const struct jval *j, const char *key)
{
	return jval_get_str(j, key, "");
}

static long long
num(const struct jval *j, const char *key)
{
	return (long long)jval_get_int(j, key, 0);
}

/* --- plain text ------------------------------------------------------------------*/

/* "bpf_loop (5.17), bpf_map_lookup_elem" and "optional" where guarded. */
static void
calls_text(const struct jval *prog, const char *key, const char *label,
    struct buf *b)
{
	const struct jval	*all = jval_get(prog, key);
	size_t			 n = jval_len(all);

	if (n == 0)
		return;
	buf_addf(b, "      %s: ", label);
	for (size_t i = 0; i < n && i < NAMES_MAX; i++) {
		const struct jval	*u = jval_at(all, i);

		buf_adds(b, i > 0 ? ", " : "");
		plain(b, str(u, "name"), TEXT_MAX);
		if (str(u, "since")[0] != '\0')
			buf_addf(b, " (%s)", str(u, "since"));
		if (jval_get_bool(u, "guarded", false))
			buf_adds(b, " optional");
	}
	if (n > NAMES_MAX)
		buf_addf(b, " and %zu more", n - NAMES_MAX);
	buf_addc(b, '\n');
}

static void
program_text(const struct jval *p, struct buf *b)
{
	buf_adds(b, "  ");
	plain(b, str(p, "name"), TEXT_MAX);
	buf_adds(b, "  SEC(\"");
	plain(b, str(p, "section"), TEXT_MAX);
	buf_addf(b, "\")  %s%s, %lld instructions, %s\n", str(p, "type"),
	    jval_get_bool(p, "sleepable", false) ? " sleepable" : "",
	    num(p, "insns_with_subprograms"), str(p, "isa"));
	calls_text(p, "helpers", "helpers", b);
	calls_text(p, "kfuncs", "kfuncs", b);
}

static void
programs_text(const struct jval *o, struct buf *b)
{
	const struct jval	*all = jval_get(o, "programs");
	size_t			 n = jval_len(all);

	buf_addf(b, "\nPrograms: %zu\n", n);
	for (size_t i = 0; i < n && i < LIST_MAX; i++)
		program_text(jval_at(all, i), b);
	if (n > LIST_MAX)
		buf_addf(b, "  and %zu more\n", n - LIST_MAX);
}

static void
maps_text(const struct jval *o, struct buf *b)
{
	const struct jval	*all = jval_get(o, "maps");
	size_t			 n = jval_len(all);

	buf_addf(b, "\nMaps: %zu\n", n);
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		const struct jval	*m = jval_at(all, i);

		buf_adds(b, "  ");
		plain(b, str(m, "name"), TEXT_MAX);
		buf_addf(b, "  %s, key %lld, value %lld, entries %lld",
		    str(m, "type_name"), num(m, "key_size"),
		    num(m, "value_size"), num(m, "max_entries"));
		if (num(m, "flags") != 0)
			buf_addf(b, ", flags 0x%llx",
			    (unsigned long long)num(m, "flags"));
		buf_addc(b, '\n');
	}
	if (n > LIST_MAX)
		buf_addf(b, "  and %zu more\n", n - LIST_MAX);
}

static void
list_text(const struct jval *arr, const char *head, struct buf *b)
{
	size_t	 n = jval_len(arr);

	if (n == 0)
		return;
	buf_adds(b, head);
	for (size_t i = 0; i < n; i++) {
		buf_adds(b, "  ");
		plain(b, jval_str(jval_at(arr, i), ""), TEXT_MAX);
		buf_addc(b, '\n');
	}
}

static void
floor_text(const struct jval *o, struct buf *b)
{
	const struct jval	*f = jval_get(o, "predicted_floor");
	const char		*all = str(f, "kernel");
	const char		*load = str(f, "load_kernel");

	if (str(f, "beyond")[0] != '\0') {
		buf_adds(b, "\nPredicted floor: no kernel known here; ");
		plain(b, str(f, "beyond"), TEXT_MAX);
		buf_adds(b, "\nThe rest needs:\n");
	} else
		buf_addf(b, "\nPredicted floor: %s%s\n", all[0] != '\0' ?
		    all : "none", all[0] != '\0' ? " or newer" :
		    "; nothing here is new");
	if (strcmp(all, load) != 0 && load[0] != '\0')
		buf_addf(b, "  to load alone: %s\n", load);
	list_text(jval_get(f, "because"), "", b);
	list_text(jval_get(f, "optional"), "Used where a kernel has it:\n",
	    b);
	list_text(jval_get(f, "lower_bound"), "The floor may be higher:\n",
	    b);
}

void
objfacts_text(const struct jval *o, struct buf *b)
{
	const char	*problem = str(o, "problem");

	if (problem[0] != '\0') {
		buf_adds(b, "This is no BPF object: ");
		plain(b, problem, TEXT_MAX);
		buf_addc(b, '\n');
		return;
	}
	buf_addf(b, "BPF object, %s-endian, instruction set %s, ",
	    str(jval_get(o, "elf"), "byte_order"), str(o, "isa"));
	buf_addf(b, "type information: %s, CO-RE relocations: %lld, "
	    "licence: ", jval_get_bool(o, "has_btf", false) ? "yes" : "no",
	    num(o, "relocation_count"));
	plain(b, str(o, "license")[0] != '\0' ? str(o, "license") : "none",
	    TEXT_MAX);
	buf_addc(b, '\n');
	programs_text(o, b);
	maps_text(o, b);
	floor_text(o, b);
	list_text(jval_get(o, "notes"), "Notes:\n", b);
}

/* --- Markdown ----------------------------------------------------------------------*/

static void
md_list(const struct jval *arr, const char *label, struct buf *b)
{
	for (size_t i = 0; i < jval_len(arr); i++) {
		buf_addf(b, "- %s: ", label);
		report_md_text(b, jval_str(jval_at(arr, i), ""), TEXT_MAX);
		buf_addc(b, '\n');
	}
}

static void
md_programs(const struct jval *o, struct buf *b)
{
	const struct jval	*all = jval_get(o, "programs");
	size_t			 n = jval_len(all);

	if (n == 0)
		return;
	buf_adds(b, "\n| Program | Section | Type | Instructions | "
	    "Helpers |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		const struct jval	*p = jval_at(all, i);
		const struct jval	*h = jval_get(p, "helpers");

		buf_adds(b, "| ");
		report_md_text(b, str(p, "name"), TEXT_MAX);
		buf_adds(b, " | ");
		report_md_text(b, str(p, "section"), TEXT_MAX);
		buf_addf(b, " | %s%s | %lld | ", str(p, "type"),
		    jval_get_bool(p, "sleepable", false) ? " sleepable" : "",
		    num(p, "insns_with_subprograms"));
		for (size_t k = 0; k < jval_len(h) && k < NAMES_MAX; k++) {
			buf_adds(b, k > 0 ? ", " : "");
			report_md_text(b, str(jval_at(h, k), "name"),
			    TEXT_MAX);
		}
		buf_adds(b, " |\n");
	}
	if (n > LIST_MAX)
		buf_addf(b, "\nand %zu more programs\n", n - LIST_MAX);
}

/* How a source became the object. */
static void
md_compile(const struct jval *c, struct buf *b)
{
	const struct jval	*flags = jval_get(c, "flags");

	if (c == NULL)
		return;
	buf_adds(b, "- Compiled from ");
	report_md_text(b, str(jval_get(c, "source"), "name"), TEXT_MAX);
	buf_adds(b, " (SHA-256 ");
	report_md_text(b, str(jval_get(c, "source"), "sha256"), TEXT_MAX);
	buf_adds(b, ") by ");
	report_md_text(b, str(c, "compiler"), TEXT_MAX);
	for (size_t i = 0; i < jval_len(flags); i++) {
		buf_addc(b, ' ');
		report_md_text(b, jval_str(jval_at(flags, i), ""), TEXT_MAX);
	}
	buf_addc(b, '\n');
}

void
objfacts_markdown(const struct jval *report, struct buf *b)
{
	const struct jval	*o = jval_get(report, "object");
	const struct jval	*f = jval_get(o, "predicted_floor");

	if (o == NULL)
		return;
	buf_adds(b, "\n## Object\n\n");
	md_compile(jval_get(report, "compile"), b);
	if (str(o, "problem")[0] != '\0') {
		buf_adds(b, "- Not a BPF object: ");
		report_md_text(b, str(o, "problem"), TEXT_MAX);
		buf_addc(b, '\n');
		return;
	}
	buf_addf(b, "- Instruction set: %s\n- Predicted floor: ",
	    str(o, "isa"));
	report_md_text(b, str(f, "beyond")[0] != '\0' ? str(f, "beyond") :
	    str(f, "kernel")[0] != '\0' ? str(f, "kernel") : "none",
	    TEXT_MAX);
	if (str(f, "beyond")[0] != '\0')
		buf_adds(b, ", which no kernel known here has");
	buf_addc(b, '\n');
	md_list(jval_get(f, "because"), "Because it", b);
	md_list(jval_get(f, "optional"), "Optional", b);
	if (str(report, "object_comparison")[0] != '\0') {
		buf_adds(b, "- Predicted and observed: ");
		report_md_text(b, str(report, "object_comparison"),
		    2 * TEXT_MAX);
		buf_addc(b, '\n');
	}
	md_list(jval_get(o, "notes"), "Note", b);
	md_programs(o, b);
}

/* --- predicted against observed -------------------------------------------------------*/

struct	observed {
	unsigned int	 good, bad;	/* lowest good, highest bad; 0: none */
	unsigned int	 bad_above;	/* lowest bad from the floor on */
	unsigned int	 good_below;	/* lowest good under the floor */
	const char	*why;		/* code at bad_above */
};

static unsigned int
kernel_of(const struct jval *t)
{
	unsigned int	 v = kver_parse(str(jval_get(t, "host"), "kernel"));

	return v != 0 ? v : kver_parse(str(jval_get(t, "kernel"),
	    "release"));
}

static void
observe(struct observed *ob, const struct jval *t, unsigned int floor)
{
	unsigned int	 v = kernel_of(t);
	enum report_status s = report_status_parse(str(t, "status"));

	/* A policy says nothing about versions. */
	if (v == 0 || s == REPORT_INFRA || s == REPORT_CANCELED ||
	    s == REPORT__MAX || jval_get(t, "environment") != NULL)
		return;
	if (s == REPORT_PASS) {
		if (ob->good == 0 || v < ob->good)
			ob->good = v;
		if (v < floor && (ob->good_below == 0 || v < ob->good_below))
			ob->good_below = v;
		return;
	}
	if (v > ob->bad)
		ob->bad = v;
	if (v >= floor && (ob->bad_above == 0 || v < ob->bad_above)) {
		ob->bad_above = v;
		ob->why = str(t, "classification_code");
	}
}

/* Does attaching decide the verdict of this run? */
static bool
attach_counts(struct jval *const *targets, size_t n)
{
	return n > 0 && strcmp(str(jval_get(targets[0], "validation"),
	    "attach_mode"), "required") == 0;
}

void
objfacts_compare(const struct jval *o, struct jval *const *targets,
    size_t n, struct buf *b)
{
	const struct jval	*f = jval_get(o, "predicted_floor");
	const char		*want = str(f, attach_counts(targets, n) ?
				    "kernel" : "load_kernel");
	unsigned int		 floor = kver_parse(want);
	struct observed		 ob = { .why = "" };
	char			 v[KVER_TEXT_SIZE], w[KVER_TEXT_SIZE];

	if (f == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		observe(&ob, targets[i], floor);
	if (ob.good == 0 && ob.bad == 0)
		return;
	if (str(f, "beyond")[0] != '\0') {
		buf_addf(b, "The object itself asks for what no kernel known "
		    "here has: %.200s; ", str(f, "beyond"));
		if (ob.good != 0)
			buf_addf(b, "%s takes it all the same.",
			    kver_text(ob.good, v));
		else
			buf_addf(b, "%s refuses it, as predicted.",
			    kver_text(ob.bad, v));
		return;
	}
	if (floor == 0)
		buf_adds(b, "The object itself asks for no particular "
		    "kernel; ");
	else
		buf_addf(b, "The object itself asks for %s or newer; ",
		    want);
	if (ob.bad_above != 0)
		buf_addf(b, "%s has all it names and refuses it all the same "
		    "(%.60s).", kver_text(ob.bad_above, v),
		    ob.why[0] != '\0' ? ob.why : "cause unknown");
	else if (ob.good_below != 0)
		buf_addf(b, "%s takes it already: that kernel carries the "
		    "feature back, or the object gets by without it.",
		    kver_text(ob.good_below, v));
	else if (ob.bad != 0 && ob.good != 0)
		buf_addf(b, "%s refuses it and %s takes it, as predicted.",
		    kver_text(ob.bad, v), kver_text(ob.good, w));
	else if (ob.good != 0)
		buf_addf(b, "%s takes it, as predicted.",
		    kver_text(ob.good, v));
	else
		buf_addf(b, "%s refuses it, as predicted.",
		    kver_text(ob.bad, v));
}
