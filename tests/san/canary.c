/*
 * A fault on purpose, so that the tests with sanitizers and valgrind know
 * that their tools still see one.
 *   canary leak|overflow|undefined|uninitialised
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char **argv)
{
	const char	*how = argc > 1 ? argv[1] : "";
	volatile char	*volatile p = malloc(8);
	volatile int	 n = INT_MAX;

	if (p == NULL)
		return 1;
	if (strcmp(how, "leak") == 0) {
		p = NULL;
	} else if (strcmp(how, "overflow") == 0) {
		p[argc + 6] = 'x';
	} else if (strcmp(how, "undefined") == 0) {
		n = n + argc;
	} else if (strcmp(how, "uninitialised") == 0) {
		if (p[0] == 'x')
			puts("x");
	}
	free((void *)p);
	return 0;
}
