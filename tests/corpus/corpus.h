/*
 * What the cases share.  A case is one file with one program of the same
 * name; gen.sh puts many of them into one object, which then has one licence.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include "bpf_test.h"

#ifdef CORPUS_GROUP
#undef LICENSE
#define LICENSE(text)	_Static_assert(1, text)
#endif

#define MAP(name, kind, keytype, valuetype, n)	\
	struct {				\
		__uint(type, kind);		\
		__uint(max_entries, n);		\
		__type(key, keytype);		\
		__type(value, valuetype);	\
	} name SEC(".maps")

/* One instruction, or a few, that the compiler leaves as they are. */
#define ASM(text)	asm volatile(text ::: "r0", "r1", "r2", "r3", "r4", \
			    "r5", "r6", "r7", "r8", "r9", "memory")
#define NAKED		__attribute__((naked))
#define NOINLINE	static __attribute__((noinline))

#endif /* !CORPUS_H */
