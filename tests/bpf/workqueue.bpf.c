/* bpf_wq, work that may sleep (6.10). */
#include "bpf_test.h"

struct elem {
	struct bpf_wq	w;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct elem);
} works SEC(".maps");

extern int	bpf_wq_init(struct bpf_wq *, void *map, unsigned int) __ksym;
extern int	bpf_wq_start(struct bpf_wq *, unsigned int) __ksym;
extern int	bpf_wq_set_callback_impl(struct bpf_wq *,
		    int (*)(void *, int *, void *), unsigned int,
		    void *) __ksym;

static int
work(void *map, int *key, void *value)
{
	return 0;
}

SEC("fentry/bpf_fentry_test1")
int
BPF_PROG(start)
{
	int		 key = 0;
	struct elem	*e = bpf_map_lookup_elem(&works, &key);

	if (e == NULL)
		return 0;
	if (bpf_wq_init(&e->w, &works, 0) != 0)
		return 0;
	if (bpf_wq_set_callback_impl(&e->w, work, 0, NULL) != 0)
		return 0;
	bpf_wq_start(&e->w, 0);
	return 0;
}

LICENSE("GPL");
