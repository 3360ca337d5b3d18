/* Projects and versions of the registry as clients see them. */
#ifndef FCGI_REGISTRY_JSON_H
#define FCGI_REGISTRY_JSON_H

#include "base/json_out.h"
#include "route.h"
#include "store/store_registry.h"

void	 project_json(struct jsonw *, const char *key,
	    const struct registry_project *);
/*
 * What is known of a version beside its signed record.  "yank": the record
 * it stands beside is that of its yank.
 */
void	 version_json(struct jsonw *, const char *key,
	    const struct registry_version *, bool yank);

/*
 * The project, or ERR_NOTFOUND with the words for it; "p" may be NULL.
 */
enum err registry_project_known(struct app *, struct call *,
	    const char *tenant, const char *project, struct db **,
	    struct registry_project *p);

#endif /* !FCGI_REGISTRY_JSON_H */
