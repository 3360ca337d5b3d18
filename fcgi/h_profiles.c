/* The kernel catalogue, and what of it lies ready on this server. */
#include <stdio.h>

#include "domain/kernel.h"
#include "handlers.h"

static const char *
source_name(enum profile_source s)
{
	switch (s) {
	case PROFILE_PACKAGE:
		return "package";
	case PROFILE_URL:
		return "url";
	case PROFILE_LOCAL:
		break;
	}
	return "local";
}

/* What was fetched for a profile: version and origin, for people. */
static void
fetched(struct jsonw *w, const struct kernel *k)
{
	jsonw_str_opt(w, "kernel_release", k->release);
	jsonw_str_opt(w, "fetched_at", k->fetched_at);
	jsonw_bool(w, "has_modules", k->has_modules);
	if (k->npackages == 0)
		return;
	jsonw_str_opt(w, "kernel_package", k->package[0].name);
	jsonw_str_opt(w, "kernel_package_version", k->package[0].version);
	jsonw_str_opt(w, "kernel_package_suite", k->package[0].suite);
}

/* A variant: whose kernel it boots, and what differs. */
static void
environment(struct jsonw *w, const struct profile *p)
{
	char		 buf[PROFILE_ENV_WORD_MAX];
	const char	*word;

	if (p->base[0] == '\0')
		return;
	jsonw_str(w, "base_profile", p->base);
	jsonw_arr(w, "environment");
	for (int i = 0; (word = profile_env_word(p, i, buf)) != NULL; i++)
		jsonw_str(w, NULL, word);
	jsonw_end(w);
}

static void
profile(struct jsonw *w, const struct app *app, const struct profile *p)
{
	const struct matrix_target	*t = matrix_find(&app->matrix, p->id);
	char		 image[PROFILE_ID_MAX + 32];
	struct kernel	 k = { 0 };
	struct diag	 d = DIAG_INIT;
	bool		 cached;

	cached = kernel_find(app->conf, profile_kernel(p)->id, &k, &d) ==
	    ERR_OK;
	/* Relative: a client learns nothing about the server's disk. */
	snprintf(image, sizeof(image), "kernels/%s/%s",
	    profile_kernel(p)->id, KERNEL_CURRENT);
	jsonw_obj(w, NULL);
	jsonw_str(w, "id", p->id);
	jsonw_str(w, "distro", p->distro);
	jsonw_str(w, "version", p->version);
	jsonw_str(w, "kernel_family", p->kernel_family);
	jsonw_str(w, "arch", p->arch);
	environment(w, p);
	jsonw_bool(w, "required_default", t != NULL && t->required);
	jsonw_bool(w, "in_default_matrix", t != NULL);
	jsonw_str(w, "image_local_path", image);
	jsonw_bool(w, "image_cached", cached);
	jsonw_str(w, "source", source_name(p->source));
	jsonw_str(w, "source_mode", profile_source_mode(p));
	if (cached && k.npackages > 0)
		jsonw_str_opt(w, "source_url", k.package[0].source_url);
	else
		jsonw_str_opt(w, "source_url", p->image_url);
	jsonw_str(w, "transport", profile_transport(p));
	jsonw_bool(w, "transport_supported", profile_transport_supported(p));
	jsonw_str_opt(w, "transport_note", profile_transport_note(p));
	if (cached)
		fetched(w, &k);
	jsonw_end(w);
	kernel_clear(&k);
}

enum err
h_profiles(struct app *app, struct call *c)
{
	struct jsonw	*w = reply_json(c->rp);

	c->rp->cache = CACHE_REVALIDATE;
	jsonw_obj(w, NULL);
	jsonw_arr(w, "profiles");
	for (size_t i = 0; i < app->profiles.n; i++)
		profile(w, app, app->profiles.item[i]);
	jsonw_end(w);
	jsonw_end(w);
	return ERR_OK;
}
