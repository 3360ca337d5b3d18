/*
 * What the test objects share.  They need no vmlinux.h: the few kernel types
 * they touch are declared here, by the fields used, and libbpf finds the
 * rest in the BTF of the kernel that loads them.
 */
#ifndef BPF_TEST_H
#define BPF_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define CORE	__attribute__((preserve_access_index))

struct cgroup {
	int		 level;
} CORE;

struct css_set {
	struct cgroup	*dfl_cgrp;
} CORE;

struct task_struct {
	int		 pid;
	int		 tgid;
	struct css_set	*cgroups;
} CORE;

#define LICENSE(text)	char _license[] SEC("license") = text

#endif /* !BPF_TEST_H */
