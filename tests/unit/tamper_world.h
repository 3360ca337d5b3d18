/*
 * A small work folder: two runs, their records by two keys, a project with
 * two versions and a yank, a record that was taken over, the audit of it and
 * a seal, all of it published; and every check there is of such a folder.
 */
#ifndef TESTS_UNIT_TAMPER_WORLD_H
#define TESTS_UNIT_TAMPER_WORLD_H

#include "tests/unit/test.h"

#include <sqlite3.h>
#include <stdbool.h>

extern char	 dir[64];
extern sqlite3	*raw;	/* bound by no role */

void	 setup(void);
void	 teardown(void);
void	 sql(const char *);
/* The first column of the first row, or ""; the caller frees. */
char	*one_text(const char *sql_text);

/* admin publish --rebuild. */
void	 republish(void);

/* True: the check says that something is wrong. */
typedef bool	 (*bad_fn)(void);
bool	 history_bad(void);	/* history verify --all */
/* One row after the other, by a reader that has proved what was there. */
bool	 proof_bad(void);
bool	 audit_bad(void);	/* admin audit-verify */
bool	 rows_bad(void);
bool	 files_bad(void);	/* admin publish --check */
bool	 runs_bad(void);	/* one of the last two */

#endif /* !TESTS_UNIT_TAMPER_WORLD_H */
