#include "experiment.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "bench.h"
#include "steps.h"

/*
 * Every kind, in the order asked.  "{s}" in a question is the subject.
 *
 * attach_prog_type   subject: program type; "return 0" in the program's
 *                    place, with its type, attach point and flags
 * no_prog_flags      the same without flags, when it was refused with them
 * prog_type          subject: program type; any program of it
 * helper_known       subject: helper; asked with the program's own type,
 *                    attach point and flags, licence GPL
 * helper_known_any   subject: helper; for other types, when the answer
 *                    before was no
 * bpf_loop_callback  the address of a function as an argument (5.13)
 * insn_known         subject: kind of instruction the program uses
 * gpl_license        the same program, licence GPL
 * without_program    subject: programs switched off, with commas
 * map_type           subject: map type
 * map_small          the type with the smallest attributes it may have
 * map_no_flags       the map as it is, but no flags
 * map_fewer_entries  subject: the largest power of two that was taken
 * map_small_value    subject: value size that was taken
 * map_small_key      subject: key size that was taken
 * kallsyms           subject: function or variable; detail: what it is
 * traceable          subject: function; available_filter_functions
 * ftrace_blacklist   subject: function; "yes": on the kprobes' blacklist
 * kernel_btf_func    subject: function; in the BTF of the kernel itself
 * kernel_btf_type    subject: type, as above
 * module_btf         subject: the same; in the BTF of loaded modules
 * tracepoint         subject: category/name in tracefs
 * tracepoint_btf     subject: btf_trace_NAME in the kernel's BTF
 * config             subject: CONFIG_X; "no": off or unknown to this kernel
 * lsm_active         "bpf" is one of the active security modules
 * lockdown           "yes": the kernel is locked down
 * lockdown_said      subject: what the kernel's log says lockdown forbade
 *                    while this program or map was tried; "yes" or "unclear"
 * tracefs            "no": tracefs is mounted and empty (asked when locked)
 * jit_on             the same program, the JIT turned on for it
 * more_memory        subject: how much; tried where it is a limit, reckoned
 *                    where it is the guest's own memory
 * uprobe_symbol      subject: path:symbol in this guest
 * module_absent      subject: module; "yes": the name begins like this one,
 *                    which the guest does not have; "unclear": it has none
 * attach_kind        subject: attach type; asked with an impossible target
 */
static const struct exp_kind kinds[] = {
	{ "attach_prog_type", "Does a program that only returns load with "
	    "this type ({s}), attach point and flags?",
	    EXP_AT_LOAD, exp_is_program, exp_control },
	{ "no_prog_flags", "Does a program that only returns load when its "
	    "flags ({s}) are left out?",
	    EXP_AT_LOAD, exp_control_flags, exp_no_prog_flags },
	{ "prog_type", "Does this kernel have programs of type {s}?",
	    EXP_NO_LOAD, exp_is_program, exp_prog_type },
	{ "helper_known", "May a program of this type and attach point call "
	    "{s} here?", EXP_AT_LOAD, exp_has_helpers, exp_helpers },
	{ "helper_known_any", "Does this kernel have {s} for any other type "
	    "of program?", 0, NULL, NULL },
	{ "bpf_loop_callback", "Does this kernel take the address of a "
	    "function of the program as an argument?",
	    EXP_AT_LOAD, exp_has_callbacks, exp_callbacks },
	{ "insn_known", "Does this kernel have the instruction {s}?",
	    EXP_AT_LOAD, exp_has_insns, exp_insns },
	{ "gpl_license", "Does the same program load with the licence GPL "
	    "in place of \"{s}\"?", EXP_AT_LOAD, exp_not_gpl, exp_gpl },
	{ "without_program", "Does the whole object load with {s} off?",
	    0, NULL, NULL },
	{ "map_type", "Does this kernel have maps of type {s}?",
	    EXP_NO_MAP, exp_is_map, exp_map_type },
	{ "map_small", "Is a {s} map with the smallest attributes it may "
	    "have created?", EXP_AT_CREATE, exp_is_map, exp_map_small },
	{ "map_no_flags", "Is the map created without its flags ({s})?",
	    EXP_AT_CREATE, exp_map_has_flags, exp_map_no_flags },
	{ "map_fewer_entries", "Is the map created with fewer entries ({s})?",
	    EXP_AT_CREATE, exp_map_has_entries, exp_map_entries },
	{ "map_small_value", "Is the map created with a smaller value "
	    "({s} bytes)?", EXP_AT_CREATE, exp_map_has_value, exp_map_value },
	{ "map_small_key", "Is the map created with a smaller key "
	    "({s} bytes)?", EXP_AT_CREATE, exp_map_has_key, exp_map_key },
	{ "kallsyms", "Does the running kernel have the symbol {s}?",
	    EXP_NO_LOAD | EXP_NO_EXTERN | EXP_NO_ATTACH, exp_wants_function,
	    exp_kallsyms },
	{ "traceable", "Is the function {s} one that ftrace can trace?",
	    EXP_NO_LOAD | EXP_NO_ATTACH, exp_wants_function, exp_traceable },
	{ "ftrace_blacklist", "Is the function {s} on the list of those that "
	    "must not be probed?", EXP_NO_ATTACH, exp_wants_function,
	    exp_blacklist },
	{ "kernel_btf_func", "Does the kernel's BTF have the function {s}?",
	    EXP_NO_LOAD | EXP_NO_MAP | EXP_NO_EXTERN | EXP_NO_ATTACH,
	    exp_wants_btf, exp_kernel_btf },
	{ "kernel_btf_type", "Does the kernel's BTF have the type {s}?",
	    0, NULL, NULL },
	{ "tracepoint_btf", "Does the kernel's BTF have the tracepoint {s}?",
	    0, NULL, NULL },
	{ "module_btf", "Does the BTF of a loaded module have {s}?",
	    0, NULL, NULL },
	{ "tracepoint", "Does tracefs have the event {s}?",
	    EXP_NO_LOAD | EXP_NO_ATTACH, exp_wants_tracepoint,
	    exp_tracepoint },
	{ "config", "Is the option {s} on in this kernel's configuration?",
	    EXP_NO_LOAD | EXP_NO_MAP | EXP_NO_EXTERN | EXP_NO_ATTACH,
	    exp_wants_options, exp_options },
	{ "lsm_active", "Is \"bpf\" one of the active security modules?",
	    EXP_NO_LOAD | EXP_NO_ATTACH, exp_is_lsm, exp_lsm_active },
	{ "lockdown", "Is the kernel locked down?",
	    EXP_NO_LOAD | EXP_NO_MAP | EXP_NO_ATTACH, exp_is_locked,
	    exp_lockdown },
	{ "lockdown_said", "Did the kernel say that lockdown forbids what was "
	    "tried ({s})?", EXP_NO_LOAD | EXP_NO_MAP | EXP_NO_ATTACH,
	    exp_is_locked, exp_lockdown_said },
	{ "tracefs", "Does tracefs have events in this kernel?",
	    EXP_NO_ATTACH, exp_wants_tracefs, exp_tracefs },
	{ "jit_on", "Does the same program load with the JIT on?",
	    EXP_AT_LOAD, exp_jit_off, exp_jit_on },
	{ "more_memory", "Would {s} do?", EXP_AT_LOAD | EXP_AT_CREATE,
	    exp_wants_memory, exp_memory },
	{ "uprobe_symbol", "Does this guest have {s}?",
	    EXP_NO_ATTACH, exp_wants_uprobe, exp_uprobe },
	{ "module_absent", "Does the name begin like {s}, a module of this "
	    "kernel that the guest does not have?",
	    EXP_NO_LOAD | EXP_NO_ATTACH, exp_wants_module, exp_module },
	{ "attach_kind", "Does this kernel know the attach type {s}?",
	    EXP_NO_ATTACH, exp_wants_way, exp_way },
};

/*
 * What keeps libbpf from preparing an object keeps it from handing over any
 * of its programs; so many are tried before that is believed.
 */
#define MISSES_MAX	4

#define NKINDS	(sizeof(kinds) / sizeof(kinds[0]))

static size_t
kind_index(const char *kind)
{
	size_t	 i;

	for (i = 0; i < NKINDS; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return i;
	return NKINDS;
}

static void
note(struct exp_notes *n, size_t kind, const char *subject,
    enum exp_answer answer, int error)
{
	struct exp_note	*e;

	if (n->n == EXP_NOTES_MAX || kind >= NKINDS)
		return;
	e = &n->v[n->n];
	memset(e, 0, sizeof(*e));
	e->kind = (uint16_t)kind;
	e->answer = (uint8_t)answer;
	e->error = error;
	snprintf(e->subject, sizeof(e->subject), "%s", subject);
}

void
exp_say(struct exp_case *c, const char *subject, enum exp_answer answer,
    int error, const char *fmt, ...)
{
	struct exp_notes	*n = c->notes;
	va_list			 ap;

	if (n->n == EXP_NOTES_MAX)
		return;
	note(n, n->kind, subject, answer, error);
	va_start(ap, fmt);
	vsnprintf(n->v[n->n].detail, sizeof(n->v[n->n].detail), fmt, ap);
	va_end(ap);
	/* Counted last: a child that dies here leaves whole answers only. */
	n->n++;
}

void
exp_say_as(struct exp_case *c, const char *kind, const char *subject,
    enum exp_answer answer, int error, const char *detail)
{
	struct exp_notes	*n = c->notes;

	if (n->n == EXP_NOTES_MAX)
		return;
	note(n, kind_index(kind), subject, answer, error);
	snprintf(n->v[n->n].detail, sizeof(n->v[n->n].detail), "%s", detail);
	n->n++;
}

void
exp_rows(struct exp_case *c)
{
	size_t	 i;

	for (i = 0; i < NKINDS; i++) {
		if ((kinds[i].stages & c->stage) == 0 ||
		    !kinds[i].applies(c))
			continue;
		c->notes->kind = i;
		c->notes->running = true;
		kinds[i].run(c);
		c->notes->running = false;
	}
}

/* --- what the run keeps ------------------------------------------------- */

static bool
out_of_time(struct experiments *x)
{
	if (x->deadline == 0)
		x->deadline = time_mono_ms() + EXP_TOTAL_MS;
	if (x->n < EXPERIMENTS_MAX && time_mono_ms() < x->deadline)
		return false;
	x->cut = true;
	return true;
}

static void
keep(struct experiments *x, enum exp_about about, const char *name,
    const struct exp_note *e)
{
	struct experiment	*p;

	if (x->n == EXPERIMENTS_MAX) {
		x->cut = true;
		return;
	}
	p = reallocarray(x->v, x->n + 1, sizeof(*p));
	if (p == NULL)
		return;
	x->v = p;
	p += x->n++;
	p->about = about;
	p->name = strdup(name);
	p->kind = kinds[e->kind].kind;
	p->question = kinds[e->kind].question;
	p->subject = strndup(e->subject, sizeof(e->subject));
	p->answer = (enum exp_answer)e->answer;
	p->error = e->error;
	p->detail = strndup(e->detail, sizeof(e->detail));
}

static void
keep_notes(struct exp_case *c)
{
	struct experiments	*x = &c->run->experiments;
	struct exp_notes	*n = c->notes;
	enum exp_about		 about = c->prog != NULL ? EXP_PROGRAM :
				    c->map != NULL ? EXP_MAP : EXP_EXTERN;
	const char		*name = c->prog != NULL ? c->prog->name :
				    c->map != NULL ? c->map->name : c->ext;
	size_t			 i;

	if (n->running)
		exp_say(c, "", EXP_UNCLEAR, -ECHILD, "the process that tried "
		    "it died or took too long");
	for (i = 0; i < n->n && i < EXP_NOTES_MAX; i++)
		if (n->v[i].kind < NKINDS)
			keep(x, about, name, &n->v[i]);
}

static void
notes_reset(struct exp_notes *n)
{
	n->n = n->kind = 0;
	n->running = n->reached = n->refused = n->allowed_no_flags = false;
	n->allowed_value = n->allowed_key = n->allowed_entries = 0;
	memset(n->helpers, 0, sizeof(n->helpers));
}

/* Rows that need no child. */
static void
ask_here(struct exp_case *c, enum exp_stage stage)
{
	notes_reset(c->notes);
	c->stage = stage;
	exp_rows(c);
	keep_notes(c);
}

/* --- programs that do not load ------------------------------------------ */

struct	door {
	struct exp_case	*c;
	struct capture	*capture;
	const struct bpf_program *prog;
	const struct bpf_map *map;
};

/* libbpf loads little programs of its own to see what the kernel can. */
static void
at_load(void *arg, const struct prog_load *l)
{
	struct door	*d = arg;

	if (l->insns != bpf_program__insns(d->prog))
		return;
	loadhook_set(NULL, NULL, NULL);
	d->c->notes->reached = true;
	d->c->load = l;
	d->c->stage = EXP_AT_LOAD;
	exp_rows(d->c);
	bench_finish(d->c->bench, d->capture, 0);
}

static void
child_load(struct exp_case *c, struct bpf_object *tmpl)
{
	struct capture		 cap;
	struct door		 d = { c, &cap, NULL, NULL };
	struct bpf_program	*p;
	size_t			 i = 0;
	int			 err;

	capture_init(&cap);
	capture_use(&cap);
	bpf_object__for_each_program(p, tmpl) {
		bpf_program__set_autoload(p, &c->run->progs[i] == c->prog);
		if (&c->run->progs[i] == c->prog)
			d.prog = p;
		i++;
	}
	loadhook_set(at_load, NULL, &d);
	err = bpf_object__load(tmpl);
	bench_finish(c->bench, &cap, err);
}

static void
try_at_load(struct exp_case *c)
{
	struct bpf_object	*tmpl = bench_template(c->bench, c->prog);
	pid_t			 pid;

	if (tmpl == NULL)
		return;
	if ((pid = bench_fork(c->bench)) == 0)
		child_load(c, tmpl);
	if (pid != -1)
		bench_in_time(pid, EXP_CHILD_MS);
	bench_wait(c->bench, pid);
	exp_jit_restore(c->run);
	keep_notes(c);
}

/*
 * The answers about helpers belong to the program.  Where libbpf did not get
 * as far as the kernel, or the kernel took nothing in this place, what is
 * known of the type has to do.
 */
static void
keep_helpers(struct exp_case *c, struct prog *p)
{
	size_t	 i;
	int	 known;

	for (i = 0; i < p->use.nhelpers; i++) {
		if (c->notes->helpers[i] == EXP_UNCLEAR) {
			known = probes_helper(&c->run->facts, p->type,
			    p->use.helpers[i]);
			c->notes->helpers[i] = known == 1 ? EXP_YES :
			    known == 0 ? EXP_NO : EXP_UNCLEAR;
		}
		p->helper_known[i] = c->notes->helpers[i] == EXP_YES ?
		    HELPER_KNOWN : c->notes->helpers[i] == EXP_NO ?
		    HELPER_UNKNOWN : HELPER_UNCLEAR;
	}
}

/*
 * "at_kernel": try it where libbpf hands it over.  False when libbpf did not
 * get there.
 */
static bool
one_program(struct bench *b, struct exp_notes *notes, struct prog *p,
    bool at_kernel)
{
	struct exp_case	 c = { .run = b->run, .bench = b, .notes = notes,
			    .prog = p, .use = &p->use };

	bool		 reached = false;

	if (out_of_time(&b->run->experiments))
		return false;
	target_parse(p->section, &c.target);
	notes_reset(notes);
	if (at_kernel) {
		try_at_load(&c);
		reached = notes->reached;
	}
	keep_helpers(&c, p);
	c.refused = notes->refused;
	ask_here(&c, EXP_NO_LOAD);
	return reached;
}

/* --- the object without the programs that fail alone --------------------- */

/* Their names with commas; how many of those to be loaded fail. */
static size_t
failing(const struct run *r, char *out, size_t size, const struct prog **first)
{
	size_t	 i, n = 0, len = 0;

	out[0] = '\0';
	for (i = 0; i < r->nprogs; i++) {
		if (!r->progs[i].autoload || r->progs[i].load != OUT_FAIL)
			continue;
		if (n++ == 0)
			*first = &r->progs[i];
		if (len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s",
			    n > 1 ? "," : "", r->progs[i].name);
	}
	return n;
}

static size_t
to_load(const struct run *r)
{
	size_t	 i, n = 0;

	for (i = 0; i < r->nprogs; i++)
		n += r->progs[i].autoload;
	return n;
}

static void
child_without(struct bench *b, struct bpf_object *tmpl)
{
	struct capture		 cap;
	struct bpf_program	*p;
	size_t			 i = 0;

	capture_init(&cap);
	capture_use(&cap);
	bpf_object__for_each_program(p, tmpl) {
		bpf_program__set_autoload(p, b->run->progs[i].autoload &&
		    b->run->progs[i].load != OUT_FAIL);
		i++;
	}
	bench_finish(b, &cap, bpf_object__load(tmpl));
}

static void
without_programs(struct bench *b, struct exp_notes *notes)
{
	struct exp_case		 c = { .run = b->run, .bench = b,
				    .notes = notes };
	struct bpf_object	*tmpl;
	char			 names[128];
	size_t			 n;
	pid_t			 pid;
	bool			 done;

	n = failing(b->run, names, sizeof(names), &c.prog);
	if (n == 0 || n == to_load(b->run) ||
	    out_of_time(&b->run->experiments))
		return;
	tmpl = b->run->prepared ? b->run->obj : bench_aux(b, false);
	if (tmpl == NULL)
		return;
	if ((pid = bench_fork(b)) == 0)
		child_without(b, tmpl);
	done = pid == -1 || bench_in_time(pid, EXP_CHILD_MS);
	bench_wait(b, pid);
	notes_reset(notes);
	notes->kind = kind_index("without_program");
	exp_say(&c, names, !done ? EXP_UNCLEAR : b->rep->error == 0 ?
	    EXP_YES : EXP_NO, b->rep->error, "%zu of %zu programs were left "
	    "on", to_load(b->run) - n, to_load(b->run));
	keep_notes(&c);
	if (tmpl != b->run->obj)
		bpf_object__close(tmpl);
}

/* --- maps that are not created ------------------------------------------- */

static bool
same_map(const struct bpf_map *m, const struct map_create *got)
{
	return got->type == bpf_map__type(m) &&
	    got->key_size == bpf_map__key_size(m) &&
	    got->value_size == bpf_map__value_size(m) &&
	    (bpf_map__is_internal(m) || got->name == NULL ||
	    strcmp(got->name, bpf_map__name(m)) == 0);
}

static void
at_create(void *arg, const struct map_create *m)
{
	struct door	*d = arg;

	if (!same_map(d->map, m))
		return;
	loadhook_set(NULL, NULL, NULL);
	d->c->notes->reached = true;
	d->c->create = m;
	d->c->stage = EXP_AT_CREATE;
	exp_rows(d->c);
	bench_finish(d->c->bench, d->capture, 0);
}

static void
child_create(struct exp_case *c, struct bpf_object *tmpl)
{
	struct capture		 cap;
	struct door		 d = { c, &cap, NULL, NULL };
	struct bpf_program	*p;
	struct bpf_map		*m;
	size_t			 i = 0;
	int			 err;

	capture_init(&cap);
	capture_use(&cap);
	bpf_object__for_each_program(p, tmpl)
		bpf_program__set_autoload(p, false);
	bpf_object__for_each_map(m, tmpl) {
		bpf_map__set_autocreate(m, &c->run->maps[i] == c->map);
		if (&c->run->maps[i] == c->map)
			d.map = m;
		i++;
	}
	loadhook_set(NULL, at_create, &d);
	err = bpf_object__load(tmpl);
	bench_finish(c->bench, &cap, err);
}

static void
keep_allowed(const struct exp_notes *n, struct map *m)
{
	m->allowed.entries = n->allowed_entries;
	m->allowed.value_size = n->allowed_value;
	m->allowed.key_size = n->allowed_key;
	m->allowed.no_flags = n->allowed_no_flags;
}

static void
one_map(struct bench *b, struct exp_notes *notes, struct bpf_object *tmpl,
    struct map *m)
{
	struct exp_case	 c = { .run = b->run, .bench = b, .notes = notes,
			    .map = m };
	pid_t		 pid;

	if (out_of_time(&b->run->experiments))
		return;
	notes_reset(notes);
	if (tmpl != NULL) {
		if ((pid = bench_fork(b)) == 0)
			child_create(&c, tmpl);
		if (pid != -1)
			bench_in_time(pid, EXP_CHILD_MS);
		bench_wait(b, pid);
		keep_notes(&c);
		keep_allowed(notes, m);
	}
	ask_here(&c, EXP_NO_MAP);
}

/*
 * libbpf gives up an object whose struct_ops type this kernel does not have
 * before any map is tried.
 */
static bool
map_refused(const struct run *r, const struct map *m)
{
	if (m->tried)
		return !m->created;
	return m->ops_type != NULL && !r->prepared;
}

static void
failed_maps(struct bench *b, struct exp_notes *notes)
{
	struct run		*r = b->run;
	struct bpf_object	*tmpl = NULL;
	size_t			 i;
	int			 err;

	for (i = 0; i < r->nmaps; i++) {
		if (!map_refused(r, &r->maps[i]))
			continue;
		if (tmpl == NULL && (tmpl = object_open(r, &err)) != NULL)
			setup_apply(r, tmpl, false);
		one_map(b, notes, tmpl, &r->maps[i]);
	}
	bpf_object__close(tmpl);
}

/* A weak one that is missing is no failure as long as programs load. */
static void
failed_externs(struct bench *b, struct exp_notes *notes)
{
	const struct extern_sym	*s;
	const struct prog	*first;
	char			 names[1];
	size_t			 i;
	bool			 weak;

	weak = failing(b->run, names, sizeof(names), &first) > 0;
	for (i = 0; i < b->run->externs.n; i++) {
		s = &b->run->externs.v[i];
		if ((s->state == EXTERN_MISSING ||
		    s->state == EXTERN_INCOMPATIBLE ||
		    (weak && s->state == EXTERN_WEAK_MISSING)) &&
		    !out_of_time(&b->run->experiments)) {
			struct exp_case	 c = { .run = b->run, .bench = b,
					    .notes = notes, .ext = s->name,
					    .ext_kind = s->kind };

			ask_here(&c, EXP_NO_EXTERN);
		}
	}
}

/* --- the two times in a run ---------------------------------------------- */

static bool
all_well(const struct run *r)
{
	size_t	 i;

	for (i = 0; i < r->nprogs; i++)
		if (r->progs[i].load == OUT_FAIL)
			return false;
	for (i = 0; i < r->nmaps; i++)
		if (map_refused(r, &r->maps[i]))
			return false;
	return r->prepared;
}

void
experiments_load_run(struct bench *b)
{
	struct run		*r = b->run;
	struct exp_notes	*notes;
	size_t			 i, misses = 0;

	if (r->obj == NULL || b->rep == NULL || !r->elf.native ||
	    !r->args->isolate || all_well(r))
		return;
	if ((notes = bench_share(sizeof(*notes))) == NULL)
		return;
	sink_progress(r->sink, "experiments", NULL, 0, 0);
	failed_maps(b, notes);
	failed_externs(b, notes);
	without_programs(b, notes);
	for (i = 0; i < r->nprogs; i++) {
		if (r->progs[i].load != OUT_FAIL)
			continue;
		sink_progress(r->sink, "experiments", r->progs[i].name, i + 1,
		    r->nprogs);
		if (one_program(b, notes, &r->progs[i], misses < MISSES_MAX))
			misses = 0;
		else if (!r->prepared)
			misses++;
	}
	munmap(notes, sizeof(*notes));
}

void
experiments_attach_run(struct bench *b)
{
	struct run		*r = b->run;
	struct exp_notes	*notes;
	size_t			 i;

	if (r->obj == NULL || b->rep == NULL || r->attach.failed == 0 ||
	    (notes = bench_share(sizeof(*notes))) == NULL)
		return;
	for (i = 0; i < r->nprogs; i++) {
		struct exp_case	 c = { .run = r, .bench = b, .notes = notes,
				    .prog = &r->progs[i],
				    .use = &r->progs[i].use };

		if (r->progs[i].attach != OUT_FAIL ||
		    out_of_time(&r->experiments))
			continue;
		target_parse(r->progs[i].section, &c.target);
		ask_here(&c, EXP_NO_ATTACH);
	}
	munmap(notes, sizeof(*notes));
}

/* --- the document --------------------------------------------------------- */

const char *
exp_answer_word(enum exp_answer a)
{
	return a == EXP_YES ? "yes" : a == EXP_NO ? "no" : "unclear";
}

static void
write_question(struct jsonw *w, const struct experiment *e)
{
	const char	*hole = strstr(e->question, "{s}");
	char		 text[384];

	if (hole == NULL) {
		jsonw_str(w, "question", e->question);
		return;
	}
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(hole - e->question),
	    e->question, e->subject == NULL ? "" : e->subject, hole + 3);
	jsonw_str(w, "question", text);
}

void
experiments_write(struct jsonw *w, const struct experiments *x)
{
	static const char *const	 about[] = {
		[EXP_PROGRAM] = "program", [EXP_MAP] = "map",
		[EXP_EXTERN] = "extern",
	};
	const struct experiment		*e;
	char				 id[24];
	size_t				 i;

	jsonw_arr(w, "experiments");
	for (i = 0; i < x->n; i++) {
		e = &x->v[i];
		snprintf(id, sizeof(id), "e%zu", i + 1);
		jsonw_obj(w, NULL);
		jsonw_str(w, "id", id);
		jsonw_obj(w, "about");
		jsonw_str(w, about[e->about], e->name);
		jsonw_end(w);
		jsonw_str(w, "kind", e->kind);
		jsonw_str(w, "subject", e->subject);
		write_question(w, e);
		jsonw_str(w, "answer", exp_answer_word(e->answer));
		jsonw_int(w, "errno", e->error);
		jsonw_str(w, "detail", e->detail);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_bool(w, "experiments_cut", x->cut);
}

void
experiments_free(struct experiments *x)
{
	size_t	 i;

	for (i = 0; i < x->n; i++) {
		free(x->v[i].name);
		free(x->v[i].subject);
		free(x->v[i].detail);
	}
	free(x->v);
	x->v = NULL;
	x->n = 0;
}
