/* What "bpfcompat suite" shows at the end, and what --check shows. */
#ifndef CLI_SUITE_SHOW_H
#define CLI_SUITE_SHOW_H

#include <stdbool.h>

#include "base/buf.h"
#include "domain/outcome.h"
#include "domain/suite.h"

/* The verdict, one line per case, and what failed in it and why. */
void	 suite_show(const struct outcome *, struct buf *);
/* The cases as they were read, for people or as JSON; the exit code. */
int	 suite_show_plan(const struct suite *, bool json);

#endif /* !CLI_SUITE_SHOW_H */
