/*
 * What the server is doing, for a status page, and a run's counts as an
 * image, for a README.
 */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "config.h"
#include "domain/kernel.h"
#include "handlers.h"
#include "store/store_job.h"
#include "store/store_load.h"
#include "store/store_totals.h"

/* --- the badge ------------------------------------------------------------- */

#define BADGE_LEFT	54	/* width of "compat" with its margins */
#define BADGE_CHAR	7	/* of a character of Verdana at 11 px */

const struct field badge_fields[] = {
	{ "run_id", field_run_id, FIELD_QUERY | FIELD_REQUIRED, 64 },
	{ NULL, NULL, 0, 0 },
};

static const char *
badge_colour(const struct run_counts *n)
{
	return n->total == 0 ? "#6b7280" : n->required_failed > 0 ?
	    "#b42318" : n->failed > 0 ? "#855300" :
	    n->passed == n->total ? "#11704a" : "#6b7280";
}

/* Nothing of a caller's gets into it: numbers and our own words. */
static void
badge_svg(struct buf *b, const struct run_counts *n)
{
	char	 text[64];
	int	 right, wide;

	if (n->total == 0)
		snprintf(text, sizeof(text), "unknown");
	else
		snprintf(text, sizeof(text), "%lld/%lld kernels",
		    (long long)n->passed, (long long)n->total);
	right = (int)strlen(text) * BADGE_CHAR + 14;
	wide = BADGE_LEFT + right;
	buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"20\" role=\"img\" aria-label=\"compat: %s\">"
	    "<title>compat: %s</title>"
	    "<rect width=\"%d\" height=\"20\" rx=\"4\" fill=\"#3b4350\"/>"
	    "<path d=\"M%d 0h%da4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-%dz\" "
	    "fill=\"%s\"/>", wide, text, text, wide, BADGE_LEFT, right - 4,
	    right - 4, badge_colour(n));
	buf_addf(b, "<g fill=\"#fff\" text-anchor=\"middle\" "
	    "font-family=\"Verdana,DejaVu Sans,sans-serif\" "
	    "font-size=\"11\"><text x=\"%d\" y=\"14\">compat</text>"
	    "<text x=\"%d\" y=\"14\">%s</text></g></svg>\n",
	    BADGE_LEFT / 2, BADGE_LEFT + right / 2, text);
}

/* An unknown run has a badge, too: a README must not show a broken image. */
enum err
h_badge(struct app *app, struct call *c)
{
	struct run_counts	 n = { 0 };
	struct db		*db;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK)
		return e;
	e = store_run_counts(db, c->f.v[0].str, &n);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	c->rp->type = "image/svg+xml";
	c->rp->cache = CACHE_PUBLIC_5MIN;
	badge_svg(&c->rp->body, &n);
	return buf_err(&c->rp->body);
}

/* --- the server ------------------------------------------------------------ */

static void
kernels(struct jsonw *w, const struct app *app)
{
	struct diag	 d = DIAG_INIT;
	struct kernel	 k = { 0 };
	int64_t		 fetched = 0;

	for (size_t i = 0; i < app->profiles.n; i++)
		if (kernel_find(app->conf,
		    profile_kernel(app->profiles.item[i])->id, &k, &d) ==
		    ERR_OK) {
			kernel_clear(&k);
			fetched++;
		}
	jsonw_obj(w, "kernels");
	jsonw_int(w, "profiles", (int64_t)app->profiles.n);
	jsonw_int(w, "fetched", fetched);
	jsonw_end(w);
}

static void
disk(struct jsonw *w, const struct app *app)
{
	struct statvfs	 v;

	if (statvfs(app->conf->workdir, &v) == -1)
		return;
	jsonw_obj(w, "disk");
	jsonw_int(w, "free_bytes", (int64_t)v.f_bavail * (int64_t)v.f_frsize);
	jsonw_int(w, "total_bytes", (int64_t)v.f_blocks *
	    (int64_t)v.f_frsize);
	jsonw_end(w);
}

static enum err
totals(struct jsonw *w, struct db *db)
{
	struct total	 t[TOTALS_MAX];
	size_t		 n = 0;
	enum err	 e;

	if ((e = store_totals(db, t, &n)) != ERR_OK)
		return e;
	jsonw_obj(w, "totals");
	for (size_t i = 0; i < n; i++)
		jsonw_int(w, t[i].name, t[i].n);
	jsonw_end(w);
	return ERR_OK;
}

enum err
h_server(struct app *app, struct call *c)
{
	struct jsonw	*w = reply_json(c->rp);
	struct load	 l = { 0 };
	struct db	*db;
	int64_t		 queued = 0, running = 0;
	enum err	 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_queue_counts(db, &queued, &running)) != ERR_OK ||
	    (e = store_load_get(db, app->conf->lease, &l)) != ERR_OK)
		return e;
	jsonw_obj(w, NULL);
	jsonw_str(w, "version", PACKAGE_VERSION);
	jsonw_obj(w, "queue");
	jsonw_int(w, "queued", queued);
	jsonw_int(w, "running", running);
	jsonw_int(w, "max_queued", app->conf->max_queued_jobs);
	jsonw_end(w);
	jsonw_obj(w, "workers");
	jsonw_int(w, "alive", l.workers);
	jsonw_int(w, "slots", l.slots);
	jsonw_int(w, "targets_running", l.busy);
	jsonw_int(w, "targets_pending", l.pending);
	jsonw_end(w);
	kernels(w, app);
	disk(w, app);
	e = totals(w, db);
	jsonw_end(w);
	return e;
}
