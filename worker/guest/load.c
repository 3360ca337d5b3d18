/* The load of the whole object: what a plain loader would see. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "kmsg.h"
#include "steps.h"

/* Only statistics and the verifier's last words are asked for. */
#define LOG_STATS	4
#define LOG_SIZE	(1024 * 1024)

static void
note_maps(struct run *r)
{
	size_t	 i;

	for (i = 0; i < r->nmaps; i++) {
		if (!r->maps[i].autocreate)
			continue;
		r->maps[i].tried = true;
		r->maps[i].created = true;
	}
}

void
insns_note(struct run *r, struct bpf_object *obj, bool optional)
{
	struct bpf_program	*p;
	size_t			 i = 0;

	bpf_object__for_each_program(p, obj) {
		if (!optional || !r->progs[i].autoload || !r->prepared)
			insns_scan(bpf_program__insns(p),
			    bpf_program__insn_cnt(p), &r->progs[i].use);
		i++;
	}
}

/*
 * Creates the maps and resolves relocations and externs once.  Programs are
 * then loaded alone from copies of this state (isolated.c) and together
 * (load_run).
 */
void
prepare_run(struct run *r)
{
	int	 err;

	if (r->obj == NULL)
		return;
	/* Only load checks the byte order; prepare would misread the code. */
	err = r->elf.native ? bpf_object__prepare(r->obj) :
	    bpf_object__load(r->obj);
	r->prepared = err == 0 && r->elf.native;
	if (r->prepared) {
		note_maps(r);
	} else if (err != 0) {
		r->load.status = OUT_FAIL;
		r->load.error = err;
	}
	externs_note(&r->externs, buf_str(&r->capture.externs));
	relocs_parse(&r->relocs, buf_str(&r->capture.relocs),
	    r->capture.relocs.len);
	buf_clear(&r->capture.relocs);
	insns_note(r, r->obj, false);
}

/*
 * Left to itself libbpf verifies a failing program again for its log, and
 * again with twice the room as often as the log does not fit: minutes, for
 * one that is too complex.  The log is known from the program's own load,
 * so the whole object is loaded once, with a buffer for the complaint only.
 */
static char *
set_logs(struct run *r)
{
	struct bpf_program	*p;
	char			*buf = malloc(LOG_SIZE);

	if (buf == NULL)
		return NULL;
	buf[0] = '\0';
	bpf_object__for_each_program(p, r->obj) {
		bpf_program__set_log_level(p, LOG_STATS);
		bpf_program__set_log_buf(p, buf, LOG_SIZE);
	}
	return buf;
}

/* The program libbpf stopped at: the last one it complains of. */
static struct prog *
culprit(const struct run *r, const char *complaint)
{
	struct prog	*hit = NULL;
	char		 line[256];
	size_t		 i;

	for (i = 0; i < r->nprogs; i++) {
		snprintf(line, sizeof(line), "libbpf: prog '%s': %s",
		    r->progs[i].name, complaint);
		if (strstr(buf_str(&r->capture.text), line) != NULL)
			hit = &r->progs[i];
	}
	return hit;
}

/* Says the log where libbpf would have said it. */
static void
say_log(struct run *r, const char *complaint)
{
	const struct prog	*p = culprit(r, "failed to load: ");
	const char		*text = complaint;

	if (p == NULL)
		return;
	if (p->log.last != NULL)
		text = p->log.last;
	if (text == NULL || text[0] == '\0')
		return;
	buf_addf(&r->capture.text, "libbpf: prog '%s': -- BEGIN PROG LOAD "
	    "LOG --\n%s%s-- END PROG LOAD LOG --\n", p->name, text,
	    text[strlen(text) - 1] == '\n' ? "" : "\n");
}

/* libbpf loads them in order and takes all back at the first that fails. */
static void
settle_fates(struct run *r)
{
	const struct prog	*bad = NULL;
	enum object_fate	 fate = FATE_NOT_REACHED;
	struct prog		*p;
	size_t			 i;

	if (r->load.error != 0)
		bad = culprit(r, r->prepared ? "failed to load: " : "relo #");
	if (r->prepared && (r->load.error == 0 || bad != NULL))
		fate = FATE_LOADED;
	for (i = 0; i < r->nprogs; i++) {
		p = &r->progs[i];
		p->fate = !p->autoload ? FATE_OFF : p == bad ? FATE_FAILED :
		    fate;
		if (p != bad)
			continue;
		p->fate_errno = r->load.error;
		fate = FATE_NOT_REACHED;
	}
}

void
load_run(struct run *r)
{
	char	*log;
	int	 err;

	if (r->obj != NULL && r->prepared) {
		log = set_logs(r);
		kmsg_loads("load", r->progs, 0, r->nprogs, r->nprogs);
		err = bpf_object__load(r->obj);
		kmsg_loads(NULL, NULL, 0, 0, 0);
		r->load.status = err == 0 ? OUT_PASS : OUT_FAIL;
		r->load.error = err;
		if (err != 0)
			say_log(r, log);
		free(log);
	}
	settle_fates(r);
}
