/* A section that does not tell the program's type. */
#include "corpus.h"

SEC("no_such_section")
int
section_odd(void *ctx)
{
	return 0;
}

LICENSE("GPL");
