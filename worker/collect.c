#include "worker/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "worker/lost.h"

/* e_ident and the fields up to e_machine: nothing else of the object is
   looked at outside a guest. */
#define ELF_HEAD	20
#define ELF_EM_BPF	247

/* A fresh VM does not change these. */
static const char *const permanent[] = {
	"qemu_missing", "kernel_missing", "no_space", "wrong_kernel",
	"runner_missing", "kernel_damaged", "artifact_damaged",
	"artifact_missing", "unsupported",
};

void
collect_infra(struct collected *c, const char *code, const char *error,
    bool retry)
{
	c->status = REPORT_INFRA;
	c->failed_stage = "infra";
	c->retry = retry;
	snprintf(c->error_code, sizeof(c->error_code), "%s",
	    code[0] == '\0' ? "internal" : code);
	snprintf(c->error, sizeof(c->error), "%s", error);
}

static bool
is_permanent(const char *code)
{
	for (size_t i = 0; i < sizeof(permanent) / sizeof(permanent[0]); i++)
		if (strcmp(code, permanent[i]) == 0)
			return true;
	return false;
}

/* What the ELF header alone says against the object; "" if nothing. */
static void
look_at_elf(const char *artifact, char *out, size_t size)
{
	unsigned char	 h[ELF_HEAD];
	ssize_t		 n = -1;
	int		 fd, machine;

	out[0] = '\0';
	if ((fd = open(artifact, O_RDONLY | O_CLOEXEC)) != -1) {
		n = read(fd, h, sizeof(h));
		close(fd);
	}
	if (n == -1)
		return;
	if (n < ELF_HEAD || memcmp(h, "\177ELF", 4) != 0) {
		snprintf(out, size, "not ELF: the file does not begin with "
		    "the ELF magic");
		return;
	}
	machine = h[5] == 2 ? h[18] << 8 | h[19] : h[19] << 8 | h[18];
	if (h[4] != 2)
		snprintf(out, size, "32-bit ELF class");
	else if (h[5] != 1)
		snprintf(out, size, "big-endian byte order");
	else if (machine != ELF_EM_BPF)
		snprintf(out, size, "ELF machine %d is not BPF (247)",
		    machine);
}

/* NULL when there is none that can be trusted; "why" says so. */
static struct jval *
read_document(const char *dir, char *why, size_t size)
{
	struct buf	 b = BUF_INIT(COLLECT_RESULT_MAX);
	struct diag	 d = DIAG_INIT;
	struct jval	*doc = NULL;
	char		 path[4096];

	if (path_join(path, sizeof(path), dir, "validator-result.json",
	    NULL) != ERR_OK || fsio_read(path, &b, &d) != ERR_OK)
		snprintf(why, size, "the validator left no result that can "
		    "be read; see validator.stderr and serial.log");
	else if (jval_parse(buf_str(&b), b.len, &doc, &d) != ERR_OK)
		snprintf(why, size, "the validator's result is no valid JSON "
		    "(%s)", diag_text(&d));
	else if (strncmp(jval_get_str(doc, "schema_version", ""),
	    "validator.v0.", 13) != 0) {
		snprintf(why, size, "the validator's result has an unknown "
		    "schema; rebuild worker and validator together");
		jval_free(doc);
		doc = NULL;
	}
	buf_clear(&b);
	return doc;
}

static const struct jval *
programs_of(const struct jval *doc)
{
	return jval_get(jval_get(doc, "discovery"), "programs");
}

static const struct jval *
maps_of(const struct jval *doc)
{
	const struct jval	*m = jval_get(doc, "maps");

	return m != NULL ? m : jval_get(jval_get(doc, "discovery"), "maps");
}

static bool
is(const struct jval *j, const char *key, const char *word)
{
	return strcmp(jval_get_str(j, key, ""), word) == 0;
}

/* First element of "list" whose member "key" is "word"; NULL if none. */
static const struct jval *
first_with(const struct jval *list, const char *key, const char *word)
{
	for (size_t i = 0; i < jval_len(list); i++)
		if (is(jval_at(list, i), key, word))
			return jval_at(list, i);
	return NULL;
}

/* A member that is a text and not empty, or NULL. */
static const char *
text_of(const struct jval *j, const char *key)
{
	const char	*s = jval_get_str(j, key, NULL);

	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* The map that the kernel refused in the load that counts. */
static const struct jval *
failed_map(const struct jval *doc)
{
	const char	*name = text_of(jval_get(doc, "load"), "failed_map");
	const struct jval *m = NULL;

	if (name != NULL)
		m = first_with(maps_of(doc), "name", name);
	return m != NULL ? m : first_with(maps_of(doc), "status", "failed");
}

/* A program alone fails too when one of its maps cannot be created. */
static const struct jval *
map_in(const struct jval *doc, const char *messages)
{
	const struct jval	*maps = maps_of(doc), *m;
	char			 needle[160];

	for (size_t i = 0; messages != NULL && i < jval_len(maps); i++) {
		m = jval_at(maps, i);
		snprintf(needle, sizeof(needle), "map '%.100s': failed to "
		    "create", jval_get_str(m, "name", "?"));
		if (strstr(messages, needle) != NULL)
			return m;
	}
	return NULL;
}

/*
 * A map that was not created and the program uses, when its first
 * instruction was never looked at (or the verifier never asked): what else
 * is wrong with it comes after the map.  Later on what the verifier met
 * first is the cause.
 */
static const struct jval *
map_before_walk(const struct jval *doc, const struct jval *program)
{
	const char		*name = text_of(program, "missed_map");
	const struct jval	*m;

	if (name == NULL || jval_get_int(jval_get(program, "verifier"),
	    "processed_insns", 0) != 0)
		return NULL;
	m = first_with(maps_of(doc), "name", name);
	return is(m, "status", "failed") ? m : NULL;
}

/*
 * Alone a program is loaded without the maps that the kernel refused, and
 * libbpf marks where it uses one: why the map was refused is why it fails.
 */
static const struct jval *
map_missed(const struct jval *doc, const struct jval *program)
{
	const struct jval	*maps = maps_of(doc), *m, *mark;
	char			 needle[160];

	mark = first_with(jval_get(program, "poison"), "kind", "map");
	for (size_t i = 0; mark != NULL && i < jval_len(maps); i++) {
		m = jval_at(maps, i);
		snprintf(needle, sizeof(needle), "map '%.100s' is",
		    jval_get_str(m, "name", "?"));
		if (is(m, "status", "failed") &&
		    strstr(jval_get_str(mark, "detail", ""), needle) != NULL)
			return m;
	}
	return mark == NULL ? map_before_walk(doc, program) : NULL;
}

/* The verifier's log and libbpf's messages; an old validator mixes them. */
static void
program_texts(const struct jval *p, struct class_facts *f)
{
	const char	*mixed = text_of(p, "load_log");
	const char	*log = text_of(p, "log_tail");
	const char	*messages = text_of(p, "load_messages");

	f->verifier_log = log != NULL ? log : messages == NULL ? mixed : NULL;
	f->libbpf_log = messages != NULL ? messages : mixed;
}

static struct class_result *
classify_new(const struct class_facts *f)
{
	struct class_result	*r = malloc(sizeof(*r));

	if (r != NULL)
		classify(f, r);
	return r;
}

/* Each failing program gets its own cause. */
static void
classify_programs(struct collected *c, const char *elf,
    const struct runner_end *end)
{
	const struct jval	*all = programs_of(c->result), *p;
	size_t			 n = jval_len(all), done = 0;

	if (n == 0 || (c->prog_cls = calloc(n, sizeof(*c->prog_cls))) == NULL)
		return;
	c->nprogs = n;
	for (size_t i = 0; i < n && done < COLLECT_PROGRAMS_MAX; i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD };

		p = jval_at(all, i);
		if (is(p, "load_status", "fail")) {
			f.program_error = (int)jval_get_int(p, "load_errno",
			    0);
			program_texts(p, &f);
			/* Its own loader, killed: by whom? */
			if (f.program_error == -ECHILD)
				f.oom = lost_for_memory(end->doc,
				    jval_get_str(p, "name", "?"));
			f.last_step = "the load of that program";
			f.map = map_in(c->result, f.libbpf_log);
			if (f.map == NULL)
				f.map = map_missed(c->result, p);
		} else if (is(p, "attach_status", "fail")) {
			f.stage = CLASS_AT_ATTACH;
			f.program_error = (int)jval_get_int(p, "attach_errno",
			    0);
		} else
			continue;
		f.program = p;
		f.doc = c->result;
		snprintf(f.elf, sizeof(f.elf), "%s", elf);
		c->prog_cls[i] = classify_new(&f);
		done++;
	}
}

static void
fail_at(struct collected *c, const char *stage, const struct class_facts *f)
{
	c->status = REPORT_FAIL;
	c->failed_stage = stage;
	c->cls = classify_new(f);
}

/* The program that stopped the whole load, or NULL. */
static const struct jval *
stopping_program(const struct jval *doc)
{
	const struct jval	*all = programs_of(doc), *p = NULL;
	const char		*name;

	name = text_of(jval_get(doc, "load"), "failed_program");
	if (name != NULL)
		p = first_with(all, "name", name);
	if (p == NULL)
		p = first_with(all, "object_status", "failed");
	return p != NULL ? p : first_with(all, "load_status", "fail");
}

/* What its own load gave, if that gave anything; NULL else. */
static const struct class_result *
own_cause(const struct collected *c, const struct jval *program)
{
	const struct jval	*all = programs_of(c->result);

	for (size_t i = 0; i < c->nprogs; i++)
		if (jval_at(all, i) == program && c->prog_cls[i] != NULL &&
		    strcmp(c->prog_cls[i]->code, CLASS_UNKNOWN) != 0)
			return c->prog_cls[i];
	return NULL;
}

/* With the failing programs off the object loads: nothing else is wrong. */
static void
prove_alone(const struct jval *doc, struct class_result *res)
{
	const struct jval	*x;
	struct class_proof	*p;

	x = first_with(jval_get(doc, "experiments"), "kind",
	    "without_program");
	if (res == NULL || res->nproof == CLASS_PROOF_MAX ||
	    !is(x, "answer", "yes"))
		return;
	p = &res->proof[res->nproof++];
	p->kind = "experiment";
	snprintf(p->ref, sizeof(p->ref), "%s", jval_get_str(x, "id", ""));
	snprintf(p->text, sizeof(p->text), "%s yes",
	    jval_get_str(x, "question", ""));
}

/*
 * Maps come first, so a refused map is why the object failed; else it is
 * the program that the whole load stopped at, or the first one that cannot
 * be loaded even alone.  What that program's own load said is what is known
 * best, and one failure has one cause.
 */
static void
load_failed(struct collected *c, struct class_facts *f)
{
	const struct jval	*load = jval_get(c->result, "load");
	const char		*whole = f->libbpf_log;
	const struct class_result *own = NULL;

	f->stage = is(load, "stage", "open") ||
	    (jval_len(programs_of(c->result)) == 0 &&
	    jval_len(maps_of(c->result)) == 0) ? CLASS_AT_OPEN :
	    CLASS_AT_LOAD;
	f->error = (int)jval_get_int(load, "error_code", 0);
	f->error_text = jval_get_str(load, "error", "");
	if ((f->map = failed_map(c->result)) == NULL) {
		f->program = stopping_program(c->result);
		own = own_cause(c, f->program);
	}
	if (f->program != NULL) {
		f->program_error = (int)jval_get_int(f->program,
		    "load_errno", 0);
		program_texts(f->program, f);
	}
	if (f->verifier_log == NULL && f->map == NULL)
		f->verifier_log = whole;
	/* What stopped the whole load is said there, if not here. */
	if (f->program == NULL || f->program_error == 0 ||
	    f->libbpf_log == NULL)
		f->libbpf_log = whole;
	fail_at(c, "load", f);
	if (own != NULL && c->cls != NULL)
		*c->cls = *own;
	prove_alone(c->result, c->cls);
}

static void
attach_failed(struct collected *c, struct class_facts *f)
{
	f->stage = CLASS_AT_ATTACH;
	f->program = first_with(programs_of(c->result), "attach_status",
	    "fail");
	f->program_error = (int)jval_get_int(f->program, "attach_errno", 0);
	fail_at(c, "attach", f);
}

/* Was a command run in place of a validation? */
static bool
is_command(const struct jval *doc)
{
	return jval_get_bool(jval_get(doc, "input"), "command_mode", false);
}

static void
functional_failed(struct collected *c, struct class_facts *f)
{
	const struct jval	*tests, *t;
	char			 text[CLASS_TEXT_MAX] = "a required test did "
				    "not pass";

	tests = jval_get(jval_get(c->result, "functional"), "tests");
	for (size_t i = 0; i < jval_len(tests); i++) {
		t = jval_at(tests, i);
		if (!jval_get_bool(t, "required", true) ||
		    is(t, "status", "pass"))
			continue;
		snprintf(text, sizeof(text), "test %s: %s",
		    jval_get_str(t, "name", "?"), jval_get_str(t, "error",
		    "it did not pass"));
		break;
	}
	f->stage = is_command(c->result) ? CLASS_AT_COMMAND :
	    CLASS_AT_FUNCTIONAL;
	f->error_text = text;
	fail_at(c, "functional", f);
}

/* Tests without a verdict: the target's time was used up before them. */
static void
tests_unfinished(struct collected *c)
{
	collect_infra(c, "timeout", "the target's time was used up before "
	    "all commands had run; raise its timeout or lower theirs",
	    false);
}

/* The rules of the verdict over a document. */
static void
judge(struct collected *c, const char *elf, const struct runner_end *end)
{
	const struct jval	*d = c->result;
	struct class_facts	 f = { .doc = d };
	bool			 fails = is(d, "status", "fail");
	struct lost		 lost;

	snprintf(f.elf, sizeof(f.elf), "%s", elf);
	f.libbpf_log = jval_get_str(jval_get(d, "logs"), "libbpf", NULL);
	classify_programs(c, elf, end);
	if (is(d, "status", "pass") && (is(jval_get(d, "load"), "status",
	    "pass") || is_command(d)))
		c->status = REPORT_PASS;
	else if (fails && lost_loader(end, d, &lost))
		fail_at(c, lost.failed_stage, &lost.facts);
	else if (fails && is(jval_get(d, "load"), "status", "fail"))
		load_failed(c, &f);
	/*
	 * A failed attach fails the tests that need it, so it is the cause
	 * and comes first.
	 */
	else if (fails && is(jval_get(d, "attach"), "status", "fail"))
		attach_failed(c, &f);
	else if (fails && is(jval_get(d, "functional"), "status", "fail"))
		functional_failed(c, &f);
	else if (fails && is(jval_get(d, "functional"), "status",
	    "unfinished"))
		tests_unfinished(c);
	else
		collect_infra(c, "protocol", "the validator's result does "
		    "not add up (its parts contradict its verdict); see "
		    "validator-result.json", true);
}

static void
guest_lost(struct collected *c, const struct runner_end *end)
{
	struct lost	 l;

	lost_guest(end, &l);
	if (l.touched)
		fail_at(c, l.failed_stage, &l.facts);
	else
		collect_infra(c, end->outcome == RUNNER_GUEST_DIED ?
		    "guest_died" : "guest_hung", end->error[0] != '\0' ?
		    end->error : "the guest stopped before the object was "
		    "looked at; see serial.log", true);
}

void
collect(const char *dir, const char *artifact, const struct runner_end *end,
    struct collected *c)
{
	char		 why[1024], elf[80];
	const char	*uname, *release;

	memset(c, 0, sizeof(*c));
	switch (end->outcome) {
	case RUNNER_DONE:
		break;
	case RUNNER_GUEST_DIED:
	case RUNNER_GUEST_HUNG:
		guest_lost(c, end);
		return;
	default:
		collect_infra(c, end->error_code, end->error,
		    !is_permanent(end->error_code));
		return;
	}
	if ((c->result = read_document(dir, why, sizeof(why))) == NULL) {
		collect_infra(c, "protocol", why, true);
		return;
	}
	/* Two independent witnesses must agree on what booted. */
	uname = jval_get_str(end->doc, "uname_release", "");
	release = jval_get_str(jval_get(c->result, "host"), "release", "");
	if (strcmp(uname, release) != 0) {
		snprintf(why, sizeof(why), "the guest says it runs kernel "
		    "\"%.64s\", its result says \"%.64s\"", uname, release);
		collect_infra(c, "wrong_kernel", why, false);
		return;
	}
	look_at_elf(artifact, elf, sizeof(elf));
	judge(c, elf, end);
}

void
collect_clear(struct collected *c)
{
	for (size_t i = 0; i < c->nprogs; i++)
		free(c->prog_cls[i]);
	free(c->prog_cls);
	free(c->cls);
	jval_free(c->result);
	memset(c, 0, sizeof(*c));
}
