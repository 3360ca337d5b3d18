#include "app.h"

#include <limits.h>
#include <string.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "identity.h"
#include "metrics.h"
#include "mtls.h"
#include "proxies.h"

enum err
app_init(struct app *a, const struct conf *conf, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	memset(a, 0, sizeof(*a));
	a->conf = conf;
	buf_init(&a->openapi, APP_OPENAPI_MAX);
	if ((e = profile_set_load_default(conf, &a->profiles, d)) != ERR_OK)
		return e;
	if ((e = matrix_open(conf, conf->matrix, &a->profiles, &a->matrix,
	    d)) != ERR_OK ||
	    (e = paths_data(conf, "doc/openapi.yaml", path, sizeof(path),
	    d)) != ERR_OK ||
	    (e = fsio_read(path, &a->openapi, d)) != ERR_OK ||
	    (e = identity_new(conf, &a->identity, d)) != ERR_OK ||
	    (conf->mtls_map[0] != '\0' &&
	    (e = mtls_map_new(conf->mtls_map, &a->mtls)) != ERR_OK) ||
	    (e = proxies_new(conf->trusted_proxies, &a->proxies, d)) !=
	    ERR_OK ||
	    (e = grants_new(conf, &a->grants, d)) != ERR_OK ||
	    (e = metrics_new(&a->metrics)) != ERR_OK)
		app_clear(a);
	return e;
}

void
app_clear(struct app *a)
{
	history_view_free(a->view);
	db_watch_free(a->watch);
	db_close(a->db);
	metrics_free(a->metrics);
	identity_free(a->identity);
	mtls_map_free(a->mtls);
	proxies_free(a->proxies);
	grants_free(a->grants);
	buf_clear(&a->openapi);
	matrix_clear(&a->matrix);
	profile_set_clear(&a->profiles);
	memset(a, 0, sizeof(*a));
}

enum err
app_db(struct app *a, struct db **out, struct diag *d)
{
	if (a->db == NULL &&
	    db_open(a->conf->workdir, DB_WEB, &a->db, d) != ERR_OK) {
		a->db = NULL;
		return ERR_UNAVAILABLE;
	}
	*out = a->db;
	return ERR_OK;
}

enum err
app_watch(struct app *a, struct db_watch **out, struct diag *d)
{
	struct db	*db;
	enum err	 e;

	if ((e = app_db(a, &db, d)) != ERR_OK)
		return e;
	if (a->watch == NULL && db_watch_new(db, &a->watch, d) != ERR_OK) {
		a->watch = NULL;
		return ERR_UNAVAILABLE;
	}
	*out = a->watch;
	return ERR_OK;
}

enum err
app_view(struct app *a, struct history_view **out, struct diag *d)
{
	struct db	*db;
	enum err	 e;

	if ((e = app_db(a, &db, d)) != ERR_OK || (a->view == NULL && (e =
	    history_view_new(a->conf, NULL, &a->view, d)) != ERR_OK))
		return e;
	if (history_view_refresh(a->view, db, d) != ERR_OK)
		return ERR_UNAVAILABLE;
	*out = a->view;
	return ERR_OK;
}
