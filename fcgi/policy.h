/*
 * The policy in force, for people: who gets through on each route, and what
 * in the configuration is unsafe.  Printed by "bpfcompat-fcgi --policy", which
 * "bpfcompat admin doctor" calls; no secret is in it.
 */
#ifndef FCGI_POLICY_H
#define FCGI_POLICY_H

#include <stddef.h>

#include "app.h"

/* *warnings is their number. */
enum err	 policy_print(struct app *, struct buf *, size_t *warnings);

#endif /* !FCGI_POLICY_H */
