/*
 * What works and still deserves a word: a program close to the verifier's
 * limit, code that a guard silently turned off because this kernel lacks
 * something, an LSM program that will never run.
 */
#ifndef DOMAIN_CAUTION_H
#define DOMAIN_CAUTION_H

#include "base/json_in.h"
#include "base/json_out.h"

/* More than this of one kind are counted. */
#define CAUTIONS_MAX	6

/*
 * Member "cautions", an array of sentences about a validator document; left
 * out when there are none.
 */
void	 caution_write(struct jsonw *, const struct jval *doc);
/* "bpf" is among the active LSMs, or it is not known. */
int	 caution_lsm_active(const struct jval *doc);

#endif /* !DOMAIN_CAUTION_H */
