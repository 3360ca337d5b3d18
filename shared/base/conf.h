/*
 * Configuration: the environment, read once, typed and checked against
 * conf_keys.def.  A value that breaks its rule is an error, never silently
 * the default.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct	conf {
#define CONF_HEAD(text)
#define CONF_STR(m, name, def, doc)			const char *m;
#define CONF_SECRET(m, name, doc)			const char *m;
#define CONF_BOOL(m, name, def, doc)			bool m;
#define CONF_LAX(m, name, def, doc)			bool m;
#define CONF_INT(m, name, def, min, max, doc)		int64_t m;
#define CONF_DUR(m, name, def, min, max, doc)		int64_t m;
#define CONF_WORD(m, name, def, words, doc)		const char *m;
#include "base/conf_keys.def"
#undef CONF_HEAD
#undef CONF_STR
#undef CONF_SECRET
#undef CONF_BOOL
#undef CONF_LAX
#undef CONF_INT
#undef CONF_DUR
#undef CONF_WORD
};

/*
 * Reads the process environment.  Strings point into it or are static, so
 * there is nothing to free.  Booleans: 1 t T TRUE true True and 0 f F FALSE
 * false False; a switch (CONF_LAX) takes yes, on, enabled and the like as
 * well.  An empty value is as good as none.  ERR_INVAL names the
 * variable and its rule.
 */
enum err	 conf_load(struct conf *, struct diag *);

enum	conf_format { CONF_TEXT, CONF_MARKDOWN, CONF_JSON };
/* The whole table with the values in force, for "bpfcompat env". */
enum err	 conf_print(const struct conf *, enum conf_format, struct buf *);

#endif /* !BASE_CONF_H */
