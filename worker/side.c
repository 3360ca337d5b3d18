#include "worker/side.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "domain/matrix.h"
#include "store/store_check.h"
#include "worker/engine.h"
#include "worker/guest_spec.h"

/* Verdicts that wait to be checked; more are let go. */
#define SAMPLES_MAX	8
/* Who asks again after so long gets another look: it may have been evicted. */
#define WARM_AGAIN_MS	30000

struct	sample {
	size_t	 profile;
	char	 run_id[64];
	char	 attach_mode[16];
	char	 target_dir[PATH_MAX];
	char	 artifact[PATH_MAX];
	int64_t	 timeout_ms;
};

/* One a profile of the catalogue. */
struct	warmth {
	bool	 wanted;
	int64_t	 looked_at;	/* 0: never */
	int64_t	 verdicts;	/* of clones */
};

struct	side {
	struct engine	*g;
	bool		 idle;
	struct warmth	*warmth;
	struct sample	 waiting[SAMPLES_MAX];
	size_t		 nwaiting;

	struct runner	*runner;	/* what runs, or NULL */
	size_t		 profile;	/* whose guest */
	bool		 checking;	/* of "sample", else it warms */
	struct sample	 sample;
};

static const struct runner_ops	 no_ops;

static const struct profile *
profile_at(const struct side *s, size_t i)
{
	return s->g->profiles.item[i];
}

/* Its place in the catalogue; the number of profiles: none. */
static size_t
place_of(const struct side *s, const char *id)
{
	size_t	 i;

	for (i = 0; i < s->g->profiles.n; i++)
		if (strcmp(profile_at(s, i)->id, id) == 0)
			break;
	return i;
}

static void
want_default(struct side *s)
{
	const struct conf	*c = s->g->conf;
	struct matrix		 m;

	if (matrix_open(c, c->matrix, &s->g->profiles, &m, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < m.n; i++)
		side_want(s, m.target[i].profile_id);
	matrix_clear(&m);
}

enum err
side_new(struct engine *g, bool idle, struct side **out)
{
	struct side	*s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->g = g;
	s->idle = idle;
	s->warmth = calloc(g->profiles.n + 1, sizeof(*s->warmth));
	if (s->warmth == NULL) {
		free(s);
		return ERR_NOMEM;
	}
	if (idle)
		want_default(s);
	*out = s;
	return ERR_OK;
}

void
side_free(struct side *s)
{
	if (s == NULL)
		return;
	runner_free(s->runner);
	free(s->warmth);
	free(s);
}

void
side_want(struct side *s, const char *profile_id)
{
	size_t	 i = place_of(s, profile_id);

	if (i < s->g->profiles.n && s->g->conf->template_warm &&
	    guest_saved(s->g->conf) && (s->warmth[i].looked_at == 0 ||
	    time_mono_ms() - s->warmth[i].looked_at > WARM_AGAIN_MS))
		s->warmth[i].wanted = true;
}

void
side_sample(struct side *s, const struct side_sample *v)
{
	struct sample	*to;
	int64_t		 every = s == NULL ? 0 : s->g->conf->template_check;
	size_t		 i;

	if (every == 0 || !s->idle ||
	    (i = place_of(s, v->profile_id)) == s->g->profiles.n ||
	    s->warmth[i].verdicts++ % every != 0)
		return;
	if (s->nwaiting == SAMPLES_MAX)
		return;
	to = &s->waiting[s->nwaiting++];
	to->profile = i;
	to->timeout_ms = v->timeout_ms;
	snprintf(to->run_id, sizeof(to->run_id), "%s", v->run_id);
	snprintf(to->attach_mode, sizeof(to->attach_mode), "%s",
	    v->attach_mode);
	snprintf(to->target_dir, sizeof(to->target_dir), "%s", v->target_dir);
	snprintf(to->artifact, sizeof(to->artifact), "%s", v->artifact);
}

/* --- the beginning --------------------------------------------------------- */

/* The folder of a check: beside the clone's. */
static enum err
check_dir(const struct sample *v, char out[static PATH_MAX])
{
	int	 n = snprintf(out, PATH_MAX, "%s.check", v->target_dir);

	return n < 0 || n >= PATH_MAX ? ERR_TOOBIG : ERR_OK;
}

static enum err
begin(struct side *s, struct runner_spec *spec, const char *dir,
    const char *against, struct diag *d)
{
	spec->task = s->checking ? "check" : "warm";
	if (s->checking) {
		enum err	 e;

		if ((e = fsio_rmtree(dir, d)) != ERR_OK ||
		    (e = fsio_mkdirs(dir, d)) != ERR_OK)
			return e;
		spec->run_id = s->sample.run_id;
		spec->target_dir = dir;
		spec->against = against;
		spec->artifact = s->sample.artifact;
		spec->attach_mode = s->sample.attach_mode;
		spec->timeout_ms = s->sample.timeout_ms;
	}
	return runner_start(s->g->runner, spec, s->g->conf->runner_grace,
	    &no_ops, NULL, &s->runner, d);
}

static void
start(struct side *s)
{
	const struct engine	*g = s->g;
	const struct profile	*p = profile_at(s, s->profile);
	struct buf		 cmdline = BUF_INIT(4096);
	struct runner_spec	 spec;
	struct kernel		 k;
	struct diag		 d = DIAG_INIT;
	char			 dir[PATH_MAX] = "", against[PATH_MAX] = "";
	enum err		 e;

	/* No kernel: whoever needs it says so. */
	if (kernel_find(g->conf, profile_kernel(p)->id, &k, NULL) != ERR_OK)
		return;
	e = guest_spec(g->conf, g->cache_dir, p, &k, &spec, &cmdline);
	if (e == ERR_OK && s->checking &&
	    (e = check_dir(&s->sample, dir)) == ERR_OK)
		e = path_join(against, sizeof(against), s->sample.target_dir,
		    "validator-result.json", NULL);
	if (e == ERR_OK)
		e = begin(s, &spec, dir, against, &d);
	if (e != ERR_OK)
		log_event(LOG_WARN, "template.not_started",
		    LOG_S("profile_id", p->id), LOG_S("error",
		    d.msg[0] != '\0' ? diag_text(&d) : err_text(e)));
	buf_clear(&cmdline);
	kernel_clear(&k);
}

void
side_start(struct side *s, int64_t now)
{
	for (size_t i = 0; i < s->g->profiles.n && s->runner == NULL; i++) {
		if (!s->warmth[i].wanted)
			continue;
		s->warmth[i].wanted = false;
		s->warmth[i].looked_at = now;
		s->profile = i;
		s->checking = false;
		start(s);
	}
	while (s->nwaiting > 0 && s->runner == NULL) {
		s->sample = s->waiting[0];
		s->nwaiting--;
		memmove(s->waiting, s->waiting + 1,
		    s->nwaiting * sizeof(s->waiting[0]));
		s->profile = s->sample.profile;
		s->checking = true;
		start(s);
	}
}

size_t
side_running(const struct side *s)
{
	return s->runner != NULL;
}

void
side_yield(struct side *s, int64_t now)
{
	if (s->runner != NULL)
		runner_stop(s->runner, now);
}

/* --- the end ----------------------------------------------------------------*/

static void
warmed(struct side *s, const struct runner_end *end)
{
	const struct jval	*look = jval_get(end->doc, "template_state");
	const char		*state = jval_get_str(look, "state", "");
	const char		*reason = jval_get_str(look, "reason", NULL);

	if (end->outcome == RUNNER_CANCELED) {
		s->warmth[s->profile].wanted = true;
		return;
	}
	log_event(strcmp(state, "ready") == 0 ? LOG_INFO : LOG_WARN,
	    "template.warmed",
	    LOG_S("profile_id", profile_at(s, s->profile)->id),
	    LOG_S("state", state), LOG_S("reason", reason != NULL ? reason :
	    end->error[0] != '\0' ? end->error : NULL));
}

static void
checked(struct side *s, const struct runner_end *end)
{
	const struct jval	*check = jval_get(end->doc, "check");
	struct check_row	 r = { 0 };
	char			 dir[PATH_MAX], text[1024];

	if (end->outcome == RUNNER_CANCELED) {
		if (s->nwaiting < SAMPLES_MAX)
			s->waiting[s->nwaiting++] = s->sample;
		return;
	}
	r.profile_id = profile_at(s, s->profile)->id;
	r.run_id = s->sample.run_id;
	r.differences = jval_get_int(check, "differences", 0);
	r.outcome = check == NULL ? CHECK_NOT_TOLD : r.differences > 0 ?
	    CHECK_DIFFERENT : CHECK_SAME;
	engine_scrub(s->g, check != NULL ? jval_get_str(check, "text", "") :
	    end->error, text, sizeof(text));
	r.text = text;
	if (store_check_add(s->g->db, &r) != ERR_OK)
		log_event(LOG_ERROR, "template.check_not_stored",
		    LOG_S("sqlite", db_errmsg(s->g->db)));
	log_event(r.outcome == CHECK_DIFFERENT ? LOG_ERROR : LOG_INFO,
	    "template.checked", LOG_S("profile_id", r.profile_id),
	    LOG_S("run_id", r.run_id),
	    LOG_S("outcome", check_word(r.outcome)),
	    LOG_S("text", text[0] != '\0' ? text : NULL));
	/* What differs is kept to be looked at. */
	if (r.outcome != CHECK_DIFFERENT &&
	    check_dir(&s->sample, dir) == ERR_OK)
		fsio_rmtree(dir, NULL);
}

static void
reap(struct side *s)
{
	struct runner_end	 end;

	if (s->runner == NULL || !runner_ended(s->runner, &end))
		return;
	if (s->checking)
		checked(s, &end);
	else
		warmed(s, &end);
	runner_free(s->runner);
	s->runner = NULL;
}

/* --- the loop's calls ---------------------------------------------------------*/

size_t
side_pollfds(const struct side *s, struct pollfd *p, size_t max)
{
	if (s->runner == NULL || max < RUNNER_NFDS)
		return 0;
	runner_pollfds(s->runner, p);
	return RUNNER_NFDS;
}

void
side_ready(struct side *s, const struct pollfd *p, size_t n)
{
	if (n == 0 || s->runner == NULL)
		return;
	runner_ready(s->runner, p);
	reap(s);
}

void
side_tick(struct side *s, int64_t now)
{
	if (s->runner == NULL)
		return;
	runner_tick(s->runner, now);
	reap(s);
}

int64_t
side_deadline(const struct side *s)
{
	return s->runner == NULL ? -1 : runner_deadline(s->runner);
}
