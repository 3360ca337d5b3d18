/*
 * Three hundred thousand loads before the one the verifier refuses: its log
 * has more than 20 MiB.  Not part of the score; see tests/vm/big.sh.
 */
#include "corpus.h"

SEC("raw_tp/sched_switch")
NAKED int
big_log(void)
{
	ASM(".rept 300000; r0 = *(u64 *)(r1 + 0); .endr");
	ASM("r0 = *(u64 *)(r10 - 520)"); /* HERE */
	ASM("exit");
}

LICENSE("GPL");
