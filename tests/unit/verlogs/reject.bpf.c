/*
 * Programs the verifier refuses, each in its own way.  The logs beside this
 * file are what kernels said to them; the line with "HERE" is the one that
 * is wrong, which the explanation has to find.
 *
 * The logs are not made again when this file changes, so it should not:
 * README.md says how they were made.
 */
#include "bpf_test.h"

struct event {
	__u64	v[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} slots SEC(".maps");

struct locked {
	struct bpf_spin_lock lock;
	__u64		 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked);
} locks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, __u64);
} counts SEC(".maps");

const volatile __u32 setting = 1;
const char greeting[] = "hello";

#define TP SEC("tracepoint/sched/sched_process_exec")

TP int
oob_map(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&slots, &key);

	if (v == NULL)
		return 0;
	v[bpf_get_prandom_u32() & 7] = 1; /* HERE */
	return 0;
}

TP int
oob_unbounded(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&slots, &key);
	__u64	 n = bpf_get_prandom_u32();

	if (v == NULL)
		return 0;
	if (n > 1)
		n *= 3;
	v[n] = 1; /* HERE */
	return 0;
}

SEC("xdp") int
packet(struct xdp_md *ctx)
{
	__u8	*data = (void *)(long)ctx->data;
	__u8	*end = (void *)(long)ctx->data_end;

	if (data + 4 > end)
		return XDP_DROP;
	if (data[2] == 7)
		return XDP_PASS;
	return data[8] == 1 ? XDP_PASS : XDP_DROP; /* HERE */
}

TP int
uninit_reg(void *ctx)
{
	asm volatile ("r0 = r7" : : : "r0"); /* HERE */
	return 0;
}

TP int
null_deref(void *ctx)
{
	__u64	 key = 1;
	__u64	*v = bpf_map_lookup_elem(&counts, &key);

	*v += 1; /* HERE */
	return 0;
}

TP int
ref_leak(void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (e == NULL)
		return 1;
	*e = bpf_get_current_pid_tgid();
	if (*e == 7) {
		bpf_ringbuf_submit(e, 0);
		return 2;
	}
	return 0;
} /* HERE */

SEC("xdp") int
ctx_access(struct xdp_md *ctx)
{
	__u32	*p = (void *)ctx;

	return p[12] == 1 ? XDP_PASS : XDP_DROP; /* HERE */
}

SEC("xdp") int
ctx_write(struct xdp_md *ctx)
{
	ctx->ingress_ifindex = 3; /* HERE */
	return XDP_PASS;
}

TP int
loop(void *ctx)
{
	asm volatile ("r1 = 1; l_%=: r2 = 3; if r1 != 0 goto l_%=;" /* HERE */
	    : : : "r1", "r2");
	return 0;
}

TP int
stack_below(void *ctx)
{
	asm volatile ("r1 = 1; *(u64 *)(r10 - 520) = r1;" : : : "r1"); /* HERE */
	return 0;
}

TP int
stack_write_oob(void *ctx)
{
	char	buf[8] = {};

	bpf_probe_read_kernel(buf, 16, ctx); /* HERE */
	asm volatile ("" : : "r"(buf) : "memory");
	return buf[0] == 1;
}

static __noinline int
deep(int n)
{
	volatile char	buf[400];

	buf[n & 255] = 1;
	return buf[3];
}

TP int
stack_combined(void *ctx)
{
	volatile char	buf[200];

	buf[bpf_get_prandom_u32() & 127] = 1;
	return deep(buf[5]); /* HERE */
}

TP int
helper_arg(void *ctx)
{
	bpf_map_delete_elem(&counts, (void *)7); /* HERE */
	return 0;
}

TP int
helper_arg_map(void *ctx)
{
	__u64	 key = 1;

	bpf_map_lookup_elem(ctx, &key); /* HERE */
	return 0;
}

TP int
helper_len(void *ctx)
{
	char	 comm[16];
	__u32	 n = bpf_get_prandom_u32();

	bpf_get_current_comm(comm, n); /* HERE */
	return comm[0];
}

SEC("cgroup_skb/ingress") int
return_value(struct __sk_buff *skb)
{
	int	 v = bpf_get_prandom_u32();

	return v; /* HERE */
}

TP int
no_return_value(void *ctx)
{
	int	 v;

	asm volatile ("" : "=r"(v)); return v; /* HERE */
}

TP int
pointer_mul(void *ctx)
{
	asm volatile ("r1 *= 4" : : : "r1"); /* HERE */
	return 0;
}

TP int
pointer_add(void *ctx)
{
	asm volatile ("r2 = r10; r2 += r1; " /* HERE */
	    : : : "r1", "r2");
	return 0;
}

TP int
lock_wrong_type(struct __sk_buff *skb)
{
	__u32		 key = 0;
	struct locked	*l = bpf_map_lookup_elem(&locks, &key);

	if (l != NULL)
		bpf_spin_lock(&l->lock); /* HERE */
	return 0;
}

SEC("tc") int
lock_not_released(struct __sk_buff *skb)
{
	__u32		 key = 0;
	struct locked	*l = bpf_map_lookup_elem(&locks, &key);

	if (l == NULL)
		return 0;
	bpf_spin_lock(&l->lock);
	l->n++;
	return 1;
} /* HERE */

SEC("tc") int
lock_twice(struct __sk_buff *skb)
{
	__u32		 key = 0;
	struct locked	*l = bpf_map_lookup_elem(&locks, &key);

	if (l == NULL)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_spin_lock(&l->lock); /* HERE */
	bpf_spin_unlock(&l->lock);
	return 1;
}

SEC("tc") int
lock_helper(struct __sk_buff *skb)
{
	__u32		 key = 0;
	struct locked	*l = bpf_map_lookup_elem(&locks, &key);

	if (l == NULL)
		return 0;
	bpf_spin_lock(&l->lock);
	l->n = bpf_get_prandom_u32(); /* HERE */
	bpf_spin_unlock(&l->lock);
	return 1;
}

SEC("tp_btf/task_newtask") int
BPF_PROG(sleeps, struct task_struct *task)
{
	char	 buf[8];

	return bpf_copy_from_user(buf, sizeof(buf), (void *)16); /* HERE */
}

struct bpf_cpumask {
	int	usage;
} CORE;

struct cpumask {
	int	bits;
} CORE;

struct cgroup *bpf_cgroup_from_id(__u64) __ksym __weak;
void bpf_cgroup_release(struct cgroup *) __ksym __weak;
struct task_struct *bpf_task_acquire(struct task_struct *) __ksym __weak;
void bpf_task_release(struct task_struct *) __ksym __weak;
void bpf_rcu_read_lock(void) __ksym __weak;
void bpf_rcu_read_unlock(void) __ksym __weak;
void bpf_preempt_disable(void) __ksym __weak;
void bpf_preempt_enable(void) __ksym __weak;

SEC("tp_btf/task_newtask") int
BPF_PROG(kfunc_leak, struct task_struct *task)
{
	struct cgroup	*cg = bpf_cgroup_from_id(1);

	if (cg == NULL)
		return 0;
	return 1;
} /* HERE */

SEC("tp_btf/task_newtask") int
BPF_PROG(kfunc_untrusted, struct task_struct *task)
{
	struct task_struct	*t = (void *)bpf_get_current_task(), *p;

	p = bpf_task_acquire(t); /* HERE */
	if (p != NULL)
		bpf_task_release(p);
	return 0;
}

SEC("tp_btf/task_newtask") int
BPF_PROG(kfunc_null, struct task_struct *task)
{
	struct cgroup	*cg = bpf_cgroup_from_id(1);

	bpf_cgroup_release(cg); /* HERE */
	return 0;
}

SEC("tp_btf/task_newtask") int
BPF_PROG(rcu_not_unlocked, struct task_struct *task)
{
	bpf_rcu_read_lock();
	if (task->pid == 7)
		return 0;
	bpf_rcu_read_unlock();
	return 0;
} /* HERE */

SEC("tp_btf/task_newtask") int
BPF_PROG(preempt_twice, struct task_struct *task)
{
	bpf_preempt_enable(); /* HERE */
	return 0;
}

TP int
dynptr_uninit(void *ctx)
{
	struct bpf_dynptr	 d;
	__u64			 v = 0;

	bpf_dynptr_read(&v, sizeof(v), &d, 0, 0); /* HERE */
	return v == 1;
}

TP int
dynptr_leak(void *ctx)
{
	struct bpf_dynptr	 d;

	bpf_ringbuf_reserve_dynptr(&events, 8, 0, &d);
	return 0; /* HERE */
}

int bpf_iter_num_new(struct bpf_iter_num *, int, int) __ksym __weak;
int *bpf_iter_num_next(struct bpf_iter_num *) __ksym __weak;
void bpf_iter_num_destroy(struct bpf_iter_num *) __ksym __weak;

TP int
iter_uninit(void *ctx)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_next(&it); /* HERE */
	return 0;
}

TP int
iter_not_destroyed(void *ctx)
{
	struct bpf_iter_num	 it;

	bpf_iter_num_new(&it, 0, 3);
	while (bpf_iter_num_next(&it) != NULL)
		bpf_get_prandom_u32();
	return 0; /* HERE */
}

static int
visit(__u32 i, __u64 **v)
{
	return **v == i; /* HERE callback */
}

TP int
callback(void *ctx)
{
	__u64	 key = 1;
	__u64	*v = bpf_map_lookup_elem(&counts, &key);

	bpf_loop(3, visit, &v, 0);
	return 0;
}

TP int
division(void *ctx)
{
	asm volatile ("r1 = 8; r1 /= 0;" : : : "r1"); /* HERE */
	return 0;
}

TP int
read_only(void *ctx)
{
	__u32	*p = (void *)&setting;

	asm volatile ("" : "+r"(p));
	*p = 2; /* HERE */
	return 0;
}

__noinline int
global_deref(__u64 *p)
{
	return *p == 3; /* HERE */
}

TP int
subprog_arg(void *ctx)
{
	__u64	v = 3;

	return global_deref(&v);
}

static __noinline int
helper_of(__u64 *v, int n)
{
	if (n > 100)
		n = 100;
	return v[n]; /* HERE in_subprog */
}

TP int
in_subprog(void *ctx)
{
	__u32	 key = 0;
	__u64	*v = bpf_map_lookup_elem(&slots, &key);

	if (v == NULL)
		return 0;
	return helper_of(v, bpf_get_prandom_u32());
}

TP int
alignment(void *ctx)
{
	asm volatile ("r1 = 1; *(u64 *)(r10 - 12) = r1;" : : : "r1"); /* HERE */
	return 0;
}

TP int
probe_scalar(void *ctx)
{
	struct task_struct	*t = (void *)bpf_get_current_task();

	return t->pid; /* HERE */
}

SEC("tp_btf/task_newtask") int
BPF_PROG(btf_write, struct task_struct *task)
{
	task->pid = 3; /* HERE */
	return 0;
}

TP int
unreachable(void *ctx)
{
	asm volatile ("r0 = 0; exit; r0 = 1; exit;"); /* HERE */
	return 0;
}

TP int
out_of_range(void *ctx)
{
	asm volatile ("goto +2000;"); /* HERE */
	return 0;
}

SEC("tc") int
tail(struct __sk_buff *skb)
{
	asm volatile ("r0 = 1; r1 = 7;"); /* HERE */
	__builtin_unreachable();
}

TP int
opcode(void *ctx)
{
	asm volatile (".byte 0xff, 0, 0, 0, 0, 0, 0, 0"); /* HERE */
	return 0;
}

TP int
many_paths(void *ctx)
{
	__u64	 n = bpf_get_prandom_u32(), m = 0, i;

	for (i = 0; i < 20000; i++) {
		if (n & (1ul << (i & 31))) /* HERE */
			m += i;
		asm volatile ("" : "+r"(m));
	}
	return m == 7;
}

SEC("xdp") int
branches(struct xdp_md *ctx)
{
	__u8	*data = (void *)(long)ctx->data;
	__u8	*end = (void *)(long)ctx->data_end;
	int	 off = 0;

	if (data + 16 > end)
		return XDP_DROP;
	if (data[0] == 1)
		off += 4;
	if (data[1] == 2)
		off += 8;
	if (data[2] == 3)
		off += 4;
	return data[off] == 1 ? XDP_PASS : XDP_DROP; /* HERE */
}

LICENSE("GPL");
