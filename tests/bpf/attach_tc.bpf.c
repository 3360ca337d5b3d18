/* Traffic control under its old names: classifiers and an action. */
#include "bpf_test.h"

#define PROG(section, name)						\
	SEC(section)							\
	int								\
	on_##name(struct __sk_buff *skb)					\
	{								\
		return 0; /* TC_ACT_OK */				\
	}

PROG("tc", tc)
PROG("tc/ingress", tc_ingress)
PROG("tc/egress", tc_egress)
PROG("classifier", classifier)
PROG("action", action)

LICENSE("GPL");
