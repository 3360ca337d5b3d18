/* The verbs below "bpfcompat history" that have a file of their own. */
#ifndef CLI_VERB_HISTORY_H
#define CLI_VERB_HISTORY_H

#include <stdbool.h>

#include "base/conf.h"

int		 verb_history_keys(struct conf *, int argc, char **argv);
int		 history_export_verb(struct conf *, int argc, char **argv);
/*
 * Checks a file offline.  "key" is a public key (a file of keys, or base64)
 * or NULL: then the keys of the work folder and the configuration count.
 */
int		 history_verify_bundle(const struct conf *, const char *path,
		    const char *key, bool json);
int		 history_sign_verb(struct conf *, int argc, char **argv);

#endif /* !CLI_VERB_HISTORY_H */
