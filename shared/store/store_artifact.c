#include "store/store_artifact.h"

#include "base/timefmt.h"

enum err
store_artifact_add(struct db *db, const char *sha256, int64_t size)
{
	char		 now[TIME_RFC3339_MS_SIZE];
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	time_rfc3339_ms(time_now_ms(), now);
	s = db_stmt(db, STMT_ARTIFACT_ADD);
	stmt_text(s, ":sha256", sha256);
	stmt_int(s, ":size", size);
	stmt_text(s, ":now", now);
	return db_end(db, stmt_run(s, NULL));
}
