/* What select.c makes and select_json.c shows. */
#ifndef DOMAIN_SELECT_IMPL_H
#define DOMAIN_SELECT_IMPL_H

#include "domain/select.h"

struct	selection {
	char			*name, *version, *target_profile;
	char			 hint[HOST_HINT_SIZE];
	struct buf		 policy;	/* JSON; "": demands nothing */
	struct select_candidate	*accepted, *rejected;
	size_t			 naccepted, nrejected;	/* listed */
	int64_t			 reviewed, total_accepted;
};

#endif /* !DOMAIN_SELECT_IMPL_H */
