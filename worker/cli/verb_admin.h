/* The verbs of "bpfcompat admin"; verb_admin.c has their table. */
#ifndef CLI_VERB_ADMIN_H
#define CLI_VERB_ADMIN_H

#include "base/conf.h"

int		 admin_approval(struct conf *, int argc, char **argv);
int		 admin_token(struct conf *, int argc, char **argv);
int		 admin_import(struct conf *, int argc, char **argv);
int		 admin_doctor(struct conf *, int argc, char **argv);
int		 admin_publish(struct conf *, int argc, char **argv);
/* The names of older command lines. */
int		 admin_list_tokens(struct conf *, int argc, char **argv);
int		 admin_revoke_token(struct conf *, int argc, char **argv);
int		 admin_audit_export(struct conf *, int argc, char **argv);
int		 admin_audit_verify(struct conf *, int argc, char **argv);
int		 admin_verify_chain(struct conf *, int argc, char **argv);

#endif /* !CLI_VERB_ADMIN_H */
