/* The verbs below "bpfcompat runtime". */
#ifndef CLI_VERB_RUNTIME_H
#define CLI_VERB_RUNTIME_H

#include "base/conf.h"

/* verb_runtime_load.c */
int		 runtime_worker_verb(struct conf *, int argc, char **argv);
int		 runtime_list_verb(struct conf *, int argc, char **argv);
int		 runtime_status_verb(struct conf *, int argc, char **argv);
int		 runtime_detach_verb(struct conf *, int argc, char **argv);
/* verb_runtime_select.c */
int		 runtime_probe_verb(struct conf *, int argc, char **argv);
int		 runtime_select_verb(struct conf *, int argc, char **argv);

#endif /* !CLI_VERB_RUNTIME_H */
