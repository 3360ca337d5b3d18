/* The section name that was usual before "tc". */
#include "corpus.h"

SEC("classifier")
int
section_classifier_ok(struct __sk_buff *ctx)
{
	return 0;
}

LICENSE("GPL");
