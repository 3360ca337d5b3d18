#include "store/store_check.h"

#include <stdio.h>

#include "base/timefmt.h"

const char *
check_word(enum check_outcome o)
{
	static const char *const words[CHECK__MAX] = {
		"same", "different", "not_told",
	};

	return words[o];
}

enum err
store_check_add(struct db *db, const struct check_row *r)
{
	struct stmt	*s = db_stmt(db, STMT_CHECK_ADD);
	char		 now[TIME_RFC3339_MS_SIZE];

	time_rfc3339_ms(time_now_ms(), now);
	stmt_text(s, ":now", now);
	stmt_text(s, ":profile", r->profile_id);
	stmt_text(s, ":run", r->run_id);
	stmt_text(s, ":outcome", check_word(r->outcome));
	stmt_int(s, ":differences", r->differences);
	stmt_text(s, ":text", r->text);
	return stmt_run(s, NULL);
}

static void
copy(struct stmt *s, int col, char *out, size_t size)
{
	const char	*text = stmt_col_text(s, col);

	snprintf(out, size, "%s", text == NULL ? "" : text);
}

enum err
store_check_last(struct db *db, const char *profile_id, struct check_last *c)
{
	struct stmt	*s = db_stmt(db, STMT_CHECK_LAST);
	enum err	 e;

	stmt_text(s, ":profile", profile_id);
	if ((e = stmt_step(s)) == ERR_OK) {
		copy(s, 0, c->checked_at, sizeof(c->checked_at));
		copy(s, 1, c->outcome, sizeof(c->outcome));
		copy(s, 2, c->text, sizeof(c->text));
		c->same = stmt_col_int(s, 3);
		c->different = stmt_col_int(s, 4);
	}
	stmt_reset(s);
	return e;
}
