/* Verdicts on records as JSON, the same for the API and the command line. */
#ifndef DOMAIN_HISTORY_SHOW_H
#define DOMAIN_HISTORY_SHOW_H

#include "base/json_out.h"
#include "domain/history_chain.h"

/*
 * One record of a verification, an object: the members that clients of the
 * first generation read, and "codes", the words of history_fault.h.
 */
void		 history_link_json(struct jsonw *, const struct history_link *);

#endif /* !DOMAIN_HISTORY_SHOW_H */
