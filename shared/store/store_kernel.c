#include "store/store_kernel.h"

enum err
store_kernel_put(struct db *db, const struct kernel_row *k)
{
	struct stmt	*s = db_stmt(db, STMT_KERNEL_PUT);

	stmt_text(s, ":profile", k->profile_id);
	stmt_text(s, ":release", k->release);
	stmt_text(s, ":version_string", k->version_string);
	stmt_text(s, ":arch", k->arch);
	stmt_text(s, ":package", k->package);
	stmt_text(s, ":package_version", k->package_version);
	stmt_text(s, ":suite", k->suite);
	stmt_text(s, ":sha256", k->vmlinuz_sha256);
	stmt_int(s, ":size", k->size_bytes);
	stmt_int(s, ":has_modules", k->has_modules);
	stmt_text(s, ":state", k->damaged ? "damaged" : "ok");
	stmt_text(s, ":fetched", k->fetched_at);
	stmt_text(s, ":verified", k->verified_at);
	stmt_text(s, ":note", k->note);
	return stmt_run(s, NULL);
}

enum err
store_kernel_del(struct db *db, const char *profile_id)
{
	struct stmt	*s = db_stmt(db, STMT_KERNEL_DEL);

	stmt_text(s, ":profile", profile_id);
	return stmt_run(s, NULL);
}
