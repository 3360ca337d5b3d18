/* The verbs of "bpfcompat history" that are about bundles. */
#ifndef CLI_VERB_HISTORY_H
#define CLI_VERB_HISTORY_H

#include <stdbool.h>

#include "base/conf.h"

int		 history_export_verb(struct conf *, int argc, char **argv);
/*
 * Checks a file offline.  "key" is a public key (a file of keys, or base64)
 * or NULL: then the keys of the work folder and the configuration count.
 */
int		 history_verify_bundle(const struct conf *, const char *path,
		    const char *key, bool json);

#endif /* !CLI_VERB_HISTORY_H */
