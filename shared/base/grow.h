/* Arrays that grow as they are filled. */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <stddef.h>

#include "base/err.h"

/* Room of an array at its first element; it doubles from there. */
#define GROW_FIRST	16

/*
 * Makes sure that the array has room for one element more than the "have" it
 * holds.  "array" is the address of the pointer to its elements of "size"
 * bytes (NULL for none yet), *room how many fit; both change together.  New
 * elements are not initialised.  ERR_NOMEM leaves the array as it was; the
 * caller frees it.
 */
enum err	 grow(void *array, size_t have, size_t *room, size_t size);

#endif
