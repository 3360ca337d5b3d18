/* Nine frames on top of each other; eight are the limit. */
#include "corpus.h"

#define CALL_DEPTH_9(n, next)						\
NOINLINE int								\
call_depth_9_##n(int x)							\
{									\
	barrier_var(x);							\
	return next + 1;						\
}
CALL_DEPTH_9(9, x)
CALL_DEPTH_9(8, call_depth_9_9(x))
CALL_DEPTH_9(7, call_depth_9_8(x))
CALL_DEPTH_9(6, call_depth_9_7(x))
CALL_DEPTH_9(5, call_depth_9_6(x))
CALL_DEPTH_9(4, call_depth_9_5(x))
CALL_DEPTH_9(3, call_depth_9_4(x))
CALL_DEPTH_9(2, call_depth_9_3(x))

SEC("raw_tp/sched_switch")
int
call_depth_9(void *ctx)
{
	return call_depth_9_2(1);
}

LICENSE("GPL");
