#include "store/store_totals.h"

#include <stdio.h>

enum err
store_totals(struct db *db, struct total t[static TOTALS_MAX], size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_TOTALS);
	enum err	 e = ERR_OK;

	for (*n = 0; *n < TOTALS_MAX && (e = stmt_step(s)) == ERR_OK; (*n)++) {
		snprintf(t[*n].name, sizeof(t[*n].name), "%s",
		    stmt_col_text(s, 0));
		t[*n].n = stmt_col_int(s, 1);
	}
	stmt_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
