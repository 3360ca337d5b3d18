/* The load of the whole object: what a plain loader would see. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "steps.h"

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
}

void
load_run(struct run *r)
{
	int	 err;

	if (r->obj == NULL || !r->prepared)
		return;
	err = bpf_object__load(r->obj);
	r->load.status = err == 0 ? OUT_PASS : OUT_FAIL;
	r->load.error = err;
}
