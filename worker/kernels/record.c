#include "worker/kernels/record.h"

#include "base/buf.h"
#include "base/timefmt.h"
#include "domain/kernel.h"
#include "store/store_kernel.h"

static enum err
put(struct db *db, const struct kernel *k, const char *damage)
{
	struct kernel_row	 r;
	struct buf		 note = BUF_INIT(16 * 1024);
	char			 now[TIME_RFC3339_MS_SIZE];
	enum err		 e;

	time_rfc3339_ms(time_now_ms(), now);
	if (damage != NULL)
		buf_addf(&note, "damaged: %s", damage);
	for (int i = 0; i < k->nnotes; i++)
		buf_addf(&note, "%s%s", note.len > 0 ? "; " : "", k->note[i]);
	r = (struct kernel_row){
		.profile_id = k->profile_id,
		.release = k->release,
		.version_string = k->version_string,
		.arch = k->arch,
		.package = k->package[0].name,
		.package_version = k->package[0].version,
		.suite = k->package[0].suite,
		.vmlinuz_sha256 = k->vmlinuz_sha256,
		.size_bytes = k->size_bytes,
		.has_modules = k->has_modules,
		.damaged = damage != NULL,
		.fetched_at = k->fetched_at,
		.verified_at = now,
		.note = buf_str(&note),
	};
	e = store_kernel_put(db, &r);
	buf_clear(&note);
	return e;
}

/* As the disk has it now. */
static enum err
sync_one(struct db *db, const struct conf *c, const char *id,
    const char *damage)
{
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	e = kernel_find(c, id, &k, &d);
	if (e == ERR_NOTFOUND)
		return store_kernel_del(db, id);
	/* A damaged one keeps the row it had. */
	if (e != ERR_OK)
		return ERR_OK;
	e = put(db, &k, damage);
	kernel_clear(&k);
	return e;
}

enum err
record_all(const struct conf *c, const struct profile *const *p, size_t n,
    struct diag *d)
{
	struct db	*db;
	enum err	 e;

	if ((e = db_open(c->workdir, DB_WORKER, &db, d)) != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = sync_one(db, c, p[i]->id, NULL);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "cannot record the kernels: %s",
		    db_errmsg(db));
	db_close(db);
	return e;
}

enum err
record_check(const struct conf *c, const char *id, const char *damage,
    struct diag *d)
{
	struct db	*db;
	enum err	 e;

	if ((e = db_open(c->workdir, DB_WORKER, &db, d)) != ERR_OK)
		return e;
	if ((e = sync_one(db, c, id, damage)) != ERR_OK)
		diag_set(d, e, NULL, "cannot record the kernel: %s",
		    db_errmsg(db));
	db_close(db);
	return e;
}
