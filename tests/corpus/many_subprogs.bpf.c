/* More functions than a program may have. */
#include "corpus.h"

#define SUB(n)								\
NOINLINE int								\
many_subprogs_##n(int x)						\
{									\
	barrier_var(x);							\
	return x;							\
}
#define SUB4(n)		SUB(n##0) SUB(n##1) SUB(n##2) SUB(n##3)
#define SUB16(n)	SUB4(n##0) SUB4(n##1) SUB4(n##2) SUB4(n##3)
#define SUB64(n)	SUB16(n##0) SUB16(n##1) SUB16(n##2) SUB16(n##3)
SUB64(1)
SUB64(2)
SUB64(3)
SUB64(4)

#define CALL(n)		x += many_subprogs_##n(x);
#define CALL4(n)	CALL(n##0) CALL(n##1) CALL(n##2) CALL(n##3)
#define CALL16(n)	CALL4(n##0) CALL4(n##1) CALL4(n##2) CALL4(n##3)
#define CALL64(n)	CALL16(n##0) CALL16(n##1) CALL16(n##2) CALL16(n##3)

SEC("tc")
int
many_subprogs(struct __sk_buff *ctx)
{
	int	 x = ctx->mark;

	CALL64(1)
	CALL64(2)
	CALL64(3)
	CALL64(4)
	return x & 1;
}

LICENSE("GPL");
