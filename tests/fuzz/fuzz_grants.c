/*
 * The registry's grant file, as any bytes.  An empty tenant or list opens
 * nothing, and one that breaks a rule never counts.
 */
#include "tests/fuzz/fuzz.h"

#include "base/hash.h"
#include "base/json_in.h"
#include "domain/grant.h"

static void
holds(const struct grant *g)
{
	MUST(g->broken[0] == '\0' || !grant_valid(g, 1780000000000));
	MUST(!g->can_write || g->can_read || g->broken[0] != '\0');
	MUST(g->nprojects <= GRANT_PROJECTS_MAX);
	MUST(g->salt_len <= GRANT_SALT_MAX);
	if (g->tenant != NULL && g->tenant[0] == '\0')
		MUST(!grant_covers(g, "acme", "edge"));
	if (!g->all_projects && g->nprojects == 0)
		MUST(!grant_covers(g, "acme", "edge"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const uint8_t	 salt[GRANT_SALT_LEN];
	const struct jval	*list;
	struct jval		*doc = NULL;

	if (jval_parse((const char *)p, len, &doc, NULL) != ERR_OK)
		return 0;
	list = jval_get(doc, "tokens");
	for (size_t i = 0; i < jval_len(list); i++) {
		struct grant	 g;

		memset(&g, 0, sizeof(g));
		MUST(grant_parse(jval_at(list, i), salt, &g) == ERR_OK);
		holds(&g);
		grant_clear(&g);
	}
	jval_free(doc);
	return 0;
}
