/* One way to let an array grow, so that no caller counts its room wrongly. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum err
grow(void *array, size_t have, size_t *room, size_t size)
{
	size_t	 want = *room == 0 ? GROW_FIRST : *room * 2;
	void	*p;

	if (have < *room)
		return ERR_OK;
	memcpy(&p, array, sizeof(p));
	if ((p = reallocarray(p, want, size)) == NULL)
		return ERR_NOMEM;
	memcpy(array, &p, sizeof(p));
	*room = want;
	return ERR_OK;
}
