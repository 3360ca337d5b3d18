/*
 * The registry projects of a folder that is taken over.  Their records are
 * kept as they were signed, in a chain of their own as all that is imported;
 * each version whose object and report are there is then given to the
 * project here, where it is decided on, signed and put on record as an
 * upload is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/grow.h"
#include "base/json_in.h"
#include "base/timefmt.h"
#include "domain/registry.h"
#include "worker/audit_local.h"
#include "worker/import.h"
#include "worker/import_file.h"
#include "worker/registry_give.h"
#include "worker/registry_work.h"

#define TENANTS		"cloud-registry/tenants"
#define PROJECT_MAX	((size_t)1024 * 1024)
#define DETAILS_MAX	((size_t)64 * 1024)
/* Turns of registry_work() until a request has to be decided. */
#define TURNS_MAX	64

struct	project {
	struct import	 im;		/* of the project's folder */
	struct engine	 g;
	char		 prefix[192];	/* of its folder, for people */
	char		 tenant[REGISTRY_ID_MAX + 1];
	char		 name[REGISTRY_ID_MAX + 1];
	char		 actor[AUDIT_LOCAL_SIZE];
};

/* A version under way. */
struct	giving {
	struct project			*p;
	const struct history_record	*rec;
	struct object			*artifact, *report;
	char				 report_rel[PATH_MAX];
	bool				 claim;
	bool				 failed;
};

static enum err
fail(struct giving *v, const char *code, const char *text)
{
	char	 file[512];

	snprintf(file, sizeof(file), "%sartifacts/%.64s/%.64s", v->p->prefix,
	    v->rec->artifact_name, v->rec->artifact_version);
	if (v->p->im.o->problem != NULL)
		v->p->im.o->problem(file, 0, code, text, v->p->im.o->arg);
	v->failed = true;
	return ERR_OK;
}

/* --- the files of a version ------------------------------------------------- */

static enum err
object_from(struct project *p, int fd, int64_t max, struct object **out)
{
	char	 chunk[64 * 1024];
	ssize_t	 n = 0;
	enum err e;

	e = object_new(p->im.o->workdir, max, out, p->im.d);
	while (e == ERR_OK && (n = read(fd, chunk, sizeof(chunk))) > 0)
		e = object_add(*out, chunk, (size_t)n, p->im.d);
	if (e == ERR_OK && n == -1)
		e = ERR_IO;
	return e == ERR_OK ? object_seal(*out, p->im.d) : e;
}

static enum err
read_artifact(struct giving *v)
{
	const struct history_record	*r = v->rec;
	char				 rel[PATH_MAX];
	enum err			 e;
	int				 fd;

	snprintf(rel, sizeof(rel), "artifacts/%s/%s/%s.bpf.o",
	    r->artifact_name, r->artifact_version, r->artifact_sha256);
	if ((e = import_open(v->p->im.dir, rel, &fd)) != ERR_OK)
		return fail(v, e == ERR_DENIED ? "unsafe_file" :
		    "artifact_missing", "the artifact is not in the folder");
	e = object_from(v->p, fd, IMPORT_OBJECT_MAX, &v->artifact);
	close(fd);
	if (e == ERR_TOOBIG)
		return fail(v, "artifact_too_big", "the artifact is too "
		    "large");
	if (e == ERR_OK && strcmp(object_sha256(v->artifact),
	    r->artifact_sha256) != 0)
		return fail(v, "artifact_mismatch", "the artifact there is "
		    "not the one of the record");
	return e;
}

/* Where the first generation puts it, and where this one does. */
static enum err
open_report(struct giving *v, int *fd)
{
	const struct history_record	*r = v->rec;
	const char			*slash = strrchr(r->json_report_path,
					    '/');
	enum err			 e;

	snprintf(v->report_rel, sizeof(v->report_rel), "reports/%s",
	    slash == NULL ? r->json_report_path : slash + 1);
	e = import_open(v->p->im.dir, v->report_rel, fd);
	if (e != ERR_NOTFOUND)
		return e;
	snprintf(v->report_rel, sizeof(v->report_rel), "reports/%s/%s/%s",
	    r->artifact_name, r->artifact_version, slash == NULL ?
	    r->json_report_path : slash + 1);
	return import_open(v->p->im.dir, v->report_rel, fd);
}

static enum err
read_report(struct giving *v)
{
	struct buf	 b = BUF_INIT((size_t)REGISTRY_REPORT_MAX);
	struct jval	*doc = NULL;
	enum err	 e;
	int		 fd;

	if ((e = open_report(v, &fd)) != ERR_OK)
		return fail(v, e == ERR_DENIED ? "unsafe_file" :
		    "report_missing", "the report is not in the folder");
	e = object_from(v->p, fd, REGISTRY_REPORT_MAX, &v->report);
	close(fd);
	if (e == ERR_OK)
		e = object_read(v->report, &b, v->p->im.d);
	if (e == ERR_TOOBIG)
		e = fail(v, "report_invalid", "the report is too large");
	else if (e == ERR_OK && jval_parse(buf_str(&b), b.len, &doc, NULL) !=
	    ERR_OK)
		e = fail(v, "report_invalid", "the report is no JSON");
	else if (e == ERR_OK)
		v->claim = strcmp(jval_get_str(doc, "schema_version", ""),
		    REGISTRY_CLAIM_SCHEMA) == 0;
	jval_free(doc);
	buf_clear(&b);
	return e;
}

/* --- asking ------------------------------------------------------------------ */

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static enum err
answered(struct giving *v, const char *id)
{
	struct import_count	*n = &v->p->im.sum->versions;
	struct registry_answer	 a = { 0 };
	bool			 pending = true;
	enum err		 e = ERR_OK;

	for (int i = 0; i < TURNS_MAX && pending && e == ERR_OK; i++) {
		(void)registry_work(&v->p->g, time_mono_ms());
		answer_clear(&a);
		if ((e = store_registry_answer(v->p->g.db, id, &a)) == ERR_OK)
			pending = strcmp(a.state, "pending") == 0;
	}
	if (e == ERR_OK && pending) {
		(void)store_registry_withdraw(v->p->g.db, id);
		e = diag_set(v->p->im.d, ERR_UNAVAILABLE, NULL, "a version "
		    "could not be signed; the log says why");
	} else if (e == ERR_OK && strcmp(a.state, "done") != 0)
		e = fail(v, a.code, a.error);
	else if (e == ERR_OK && a.repeated)
		n->known++;
	else if (e == ERR_OK)
		n->imported++;
	answer_clear(&a);
	return e;
}

static enum err
give(struct giving *v, const struct version_key *k)
{
	const struct history_record	*r = v->rec;
	struct buf			 details = BUF_INIT(DETAILS_MAX);
	bool				 yank = v->artifact == NULL;
	struct registry_details		 dt = { .variant =
		or_empty(r->artifact_variant), .uri = or_empty(r->artifact_uri),
		.manifest_path = or_empty(r->manifest_path),
		.source_run_id = yank ? "" : or_empty(r->run_id),
		.matrix_path = "", .matrix_name = "", .markdown_path = "",
		.reason = yank ? "yanked on the server it comes from" : "",
		.claimed = v->claim && strcmp(or_empty(r->summary_status),
		    "unknown") != 0 };
	struct registry_gift		 gift = { .workdir =
		v->p->im.o->workdir, .db = v->p->g.db,
		.objects = { v->artifact, v->report },
		.nobjects = yank ? 0 : 2 };
	char				 id[REGISTRY_REQUEST_ID_SIZE];
	enum err			 e;

	gift.ask = (struct registry_ask){ .kind = yank ? "yank" : "upload",
	    .key = *k, .claim = v->claim, .actor = v->p->actor,
	    .identity_type = "local" };
	if (!yank) {
		gift.ask.sha256 = object_sha256(v->artifact);
		gift.ask.size = object_size(v->artifact);
		gift.ask.report_sha256 = object_sha256(v->report);
	}
	if ((e = registry_details_write(&dt, &details)) == ERR_OK) {
		gift.ask.details = buf_str(&details);
		if ((e = registry_give(&gift, id, v->p->im.d)) == ERR_OK)
			e = answered(v, id);
	}
	buf_clear(&details);
	return e;
}

/* It is here: as the same bytes, yanked or not, or as others. */
static enum err
compare(struct giving *v, const struct registry_version *have, bool yanked,
    bool *done)
{
	*done = !yanked || have->yanked_at[0] != '\0';
	if (strcmp(have->sha256, v->rec->artifact_sha256) != 0) {
		*done = true;
		return fail(v, REFUSE_EXISTS, "this version is another "
		    "artifact here");
	}
	if (*done)
		v->p->im.sum->versions.known++;
	return ERR_OK;
}

static enum err
one_version(struct giving *v)
{
	const struct history_record	*r = v->rec;
	const struct version_key	 k = { v->p->tenant, v->p->name,
		r->artifact_name, r->artifact_version };
	struct registry_version		 have;
	bool				 yanked, done = false;
	enum err			 e;

	if (!registry_id_ok(k.name) || !registry_id_ok(k.version) ||
	    !hex_is_sha256(r->artifact_sha256))
		return fail(v, "version_invalid", "name, version or digest "
		    "are none that the registry takes");
	yanked = strcmp(r->summary_status, REGISTRY_STATUS_YANKED) == 0;
	if ((e = store_version_get(v->p->g.db, &k, &have)) == ERR_OK) {
		e = compare(v, &have, yanked, &done);
		version_clear(&have);
	} else if (e == ERR_NOTFOUND)
		e = ERR_OK;
	if (e != ERR_OK || done || (!yanked &&
	    ((e = read_artifact(v)) != ERR_OK || v->failed ||
	    (e = read_report(v)) != ERR_OK || v->failed)))
		return e;
	if (v->p->im.o->dry_run) {
		v->p->im.sum->versions.imported++;
		return ERR_OK;
	}
	return give(v, &k);
}

static enum err
versions(struct project *p)
{
	struct import_taken	*t = &p->im.taken;
	struct history_entry	 en;
	enum err		 e = ERR_OK;

	for (size_t i = 0; i < t->n && e == ERR_OK; i++) {
		struct giving	 v = { .p = p };

		if ((e = history_parse(t->line[i], strlen(t->line[i]), &en,
		    NULL)) != ERR_OK)
			break;
		v.rec = &en.rec;
		p->im.sum->versions.read++;
		e = one_version(&v);
		p->im.sum->versions.failed += v.failed;
		object_free(v.artifact);
		object_free(v.report);
		history_entry_free(&en);
	}
	return e;
}

/* --- projects ---------------------------------------------------------------- */

static void
project_problem(struct project *p, const char *code, const char *text)
{
	char	 file[256];

	snprintf(file, sizeof(file), "%sproject.json", p->prefix);
	p->im.sum->projects.failed++;
	if (p->im.o->problem != NULL)
		p->im.o->problem(file, 0, code, text, p->im.o->arg);
}

static enum err
describe(struct project *p, const struct jval *doc)
{
	const struct project_put put = { p->tenant, p->name,
		jval_get_str(doc, "visibility", ""),
		jval_get_str(doc, "default_matrix_path", "") };
	bool			 made = false;
	enum err		 e;

	if (strcmp(jval_get_str(doc, "schema_version", ""),
	    REGISTRY_PROJECT_SCHEMA) != 0 ||
	    strcmp(jval_get_str(doc, "tenant", ""), p->tenant) != 0 ||
	    strcmp(jval_get_str(doc, "project", ""), p->name) != 0 ||
	    (strcmp(put.visibility, "private") != 0 &&
	    strcmp(put.visibility, "public") != 0) ||
	    strlen(put.matrix_path) > 512) {
		project_problem(p, "project_invalid", "it does not describe "
		    "the project of this folder");
		return ERR_INVAL;
	}
	if (p->im.o->dry_run) {
		e = store_project_get(p->g.db, p->tenant, p->name, NULL);
		made = e == ERR_NOTFOUND;
		e = made ? ERR_OK : e;
	} else
		e = registry_give_project(p->g.db, &put, p->actor, &made);
	p->im.sum->projects.imported += e == ERR_OK && made;
	p->im.sum->projects.known += e == ERR_OK && !made;
	return e;
}

/* ERR_INVAL: it was told what is wrong; its records come over all the same. */
static enum err
read_project(struct project *p)
{
	struct buf	 b = BUF_INIT(PROJECT_MAX);
	struct jval	*doc = NULL;
	enum err	 e;

	p->im.sum->projects.read++;
	e = import_read(p->im.dir, "project.json", &b);
	if (e == ERR_OK && jval_parse(buf_str(&b), b.len, &doc, NULL) ==
	    ERR_OK)
		e = describe(p, doc);
	else if (e != ERR_NOMEM) {
		project_problem(p, e == ERR_DENIED ? "unsafe_file" :
		    "project_invalid", "the description of the project is "
		    "not there, or no JSON");
		e = ERR_INVAL;
	}
	jval_free(doc);
	buf_clear(&b);
	return e;
}

static enum err
take_project(struct project *p)
{
	enum err	 e, described;

	if ((e = history_trust_new(&p->im.trust)) != ERR_OK)
		return e;
	described = read_project(p);
	if (described != ERR_OK && described != ERR_INVAL)
		return described;
	p->im.keep = true;
	if ((e = import_keys(&p->im)) == ERR_OK &&
	    (e = import_records(&p->im)) == ERR_OK && described == ERR_OK)
		e = versions(p);
	return e;
}

static enum err
open_project(const struct import *im, const char *tenant, const char *name,
    struct project **out)
{
	struct project	*p;
	char		 rel[256];
	enum err	 e;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	p->im = *im;
	p->im.trust = NULL;
	p->g = (struct engine){ .conf = im->o->conf, .db = im->o->db,
	    .signer = im->o->signer };
	snprintf(p->tenant, sizeof(p->tenant), "%s", tenant);
	snprintf(p->name, sizeof(p->name), "%s", name);
	audit_local_actor(p->actor);
	snprintf(rel, sizeof(rel), TENANTS "/%s/projects/%s", p->tenant,
	    p->name);
	snprintf(p->prefix, sizeof(p->prefix), "%.180s/", rel);
	p->im.prefix = p->prefix;
	if (realpath(im->o->workdir, p->g.workdir) == NULL)
		e = err_from_errno(ENOENT);
	else
		e = import_folder_open(im->dir, rel, &p->im.dir);
	if (e != ERR_OK) {
		free(p);
		return e;
	}
	*out = p;
	return ERR_OK;
}

static enum err
one_project(const struct import *im, const char *tenant, const char *name)
{
	struct project	*p;
	enum err	 e;

	e = open_project(im, tenant, name, &p);
	if (e == ERR_NOTFOUND || e == ERR_DENIED)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	e = take_project(p);
	import_taken_clear(&p->im.taken);
	history_trust_free(p->im.trust);
	close(p->im.dir);
	free(p);
	return e;
}

/* --- folders ------------------------------------------------------------------- */

typedef enum err (*name_fn)(const struct import *, const char *outer,
    const char *name);

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

typedef char	 id_text[REGISTRY_ID_MAX + 1];

/* Each folder in "rel" whose name is an identifier, in order. */
static enum err
each_folder(const struct import *im, const char *rel, const char *outer,
    name_fn fn)
{
	id_text		*ids = NULL;
	struct dirent	*de;
	size_t		 n = 0, room = 0;
	DIR		*dir;
	enum err	 e;
	int		 fd;

	if ((e = import_folder_open(im->dir, rel, &fd)) != ERR_OK)
		return e == ERR_NOTFOUND || e == ERR_DENIED ? ERR_OK : e;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	while (e == ERR_OK && (de = readdir(dir)) != NULL)
		if (registry_id_ok(de->d_name) && (e = grow(&ids, n, &room,
		    sizeof(*ids))) == ERR_OK)
			memcpy(ids[n++], de->d_name, strlen(de->d_name) + 1);
	closedir(dir);
	if (n > 0)
		qsort(ids, n, sizeof(*ids), by_name);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = fn(im, outer, ids[i]);
	free(ids);
	return e;
}

static enum err
one_tenant(const struct import *im, const char *outer, const char *name)
{
	char	 rel[192];

	(void)outer;
	snprintf(rel, sizeof(rel), TENANTS "/%s/projects", name);
	return each_folder(im, rel, name, one_project);
}

enum err
import_registry(struct import *im)
{
	return each_folder(im, TENANTS, "", one_tenant);
}
