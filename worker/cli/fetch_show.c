#include "worker/cli/fetch_show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/kernel.h"
#include "domain/profile.h"
#include "worker/cli/progress.h"
#include "worker/kernels/kernels.h"

struct	shown {
	struct progress	*progress;
	const char	**ids;
	int		*rows;
	size_t		 n;
};

static void
on_event(void *arg, const struct kernels_event *ev)
{
	struct shown	*s = arg;

	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->ids[i], ev->profile_id) != 0)
			continue;
		if (ev->stage == KSTAGE_DONE || ev->stage == KSTAGE_FAILED)
			progress_end(s->progress, s->rows[i],
			    ev->stage == KSTAGE_DONE, ev->text);
		else
			progress_set(s->progress, s->rows[i],
			    kernels_stage_word(ev->stage), ev->done,
			    ev->total, ev->stage == KSTAGE_DOWNLOAD,
			    ev->text);
		return;
	}
}

static bool
is_missing(const struct conf *c, const char *id)
{
	struct kernel	 k;

	if (kernel_find(c, id, &k, NULL) != ERR_OK)
		return true;
	kernel_clear(&k);
	return false;
}

/* The kernels of the matrix that are not here, each once. */
static void
list_missing(const struct conf *c, const struct matrix *mx,
    const struct profile_set *set, struct shown *s)
{
	const struct profile	*p;
	const char		*id;
	size_t			 k;

	for (size_t i = 0; i < mx->n; i++) {
		p = profile_set_find(set, mx->target[i].profile_id);
		id = p == NULL ? mx->target[i].profile_id :
		    profile_kernel(p)->id;
		for (k = 0; k < s->n && strcmp(s->ids[k], id) != 0; k++)
			continue;
		if (k == s->n && is_missing(c, id))
			s->ids[s->n++] = id;
	}
}

enum err
fetch_missing(const struct conf *c, const struct matrix *mx, int cancel_fd,
    struct diag *d)
{
	struct kernels_fetch_opts o = KERNELS_FETCH_OPTS_INIT;
	struct profile_set	 set = { NULL, 0 };
	struct shown		 s = { NULL };
	enum err		 e;

	if ((e = profile_set_load_default(c, &set, d)) != ERR_OK)
		return e;
	s.ids = calloc(mx->n, sizeof(*s.ids));
	s.rows = calloc(mx->n, sizeof(*s.rows));
	if (s.ids == NULL || s.rows == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	list_missing(c, mx, &set, &s);
	if (s.n == 0)
		goto out;
	s.progress = progress_new(STDERR_FILENO, PROGRESS_AUTO);
	progress_note(s.progress, "Kernels that are not there yet are "
	    "fetched first; this happens once.");
	for (size_t i = 0; i < s.n; i++)
		s.rows[i] = progress_add(s.progress, s.ids[i]);
	o.missing_only = true;
	o.cancel_fd = cancel_fd;
	o.fn = on_event;
	o.arg = &s;
	e = kernels_fetch_ids(c, s.ids, s.n, &o, d);
out:
	progress_free(s.progress);
	free(s.ids);
	free(s.rows);
	profile_set_clear(&set);
	return e;
}

enum err
fetch_matrix(const struct conf *c, const char *name, int cancel_fd,
    struct diag *d)
{
	struct profile_set	 known = { 0 };
	struct matrix		 mx = { 0 };
	enum err		 e;

	if ((e = profile_set_load_default(c, &known, d)) == ERR_OK &&
	    (e = matrix_open(c, name, &known, &mx, d)) == ERR_OK)
		e = fetch_missing(c, &mx, cancel_fd, d);
	matrix_clear(&mx);
	profile_set_clear(&known);
	return e;
}
