/* Eighteen frames on top of each other. */
#include "corpus.h"

#define CALL_DEPTH_18(n, next)						\
NOINLINE int								\
call_depth_18_##n(int x)						\
{									\
	barrier_var(x);							\
	return next + 1;						\
}
CALL_DEPTH_18(18, x)
CALL_DEPTH_18(17, call_depth_18_18(x))
CALL_DEPTH_18(16, call_depth_18_17(x))
CALL_DEPTH_18(15, call_depth_18_16(x))
CALL_DEPTH_18(14, call_depth_18_15(x))
CALL_DEPTH_18(13, call_depth_18_14(x))
CALL_DEPTH_18(12, call_depth_18_13(x))
CALL_DEPTH_18(11, call_depth_18_12(x))
CALL_DEPTH_18(10, call_depth_18_11(x))
CALL_DEPTH_18(9, call_depth_18_10(x))
CALL_DEPTH_18(8, call_depth_18_9(x))
CALL_DEPTH_18(7, call_depth_18_8(x))
CALL_DEPTH_18(6, call_depth_18_7(x))
CALL_DEPTH_18(5, call_depth_18_6(x))
CALL_DEPTH_18(4, call_depth_18_5(x))
CALL_DEPTH_18(3, call_depth_18_4(x))
CALL_DEPTH_18(2, call_depth_18_3(x))

SEC("tc")
int
call_depth_18(struct __sk_buff *ctx)
{
	return call_depth_18_2(1);
}

LICENSE("GPL");
