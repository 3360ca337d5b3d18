# tests/bpf: objects for the test of real kernels, compiled with clang.
# "make bpf-objects" makes them without running a test.

BPF_NAMES = \
	attach_cgroup attach_iter attach_net attach_sleep attach_sock \
	attach_tc attach_trace cgroup_unix freplace freplace_missing \
	fsession iter_new lsm_cgroup netkit uprobe_multi uprobe_session \
	arena bloom_filter bpf_loop cgroup_connect cgroup_skb \
	cgrp_storage core_enum_missing core_field_missing core_flavors \
	core_guarded core_kinds core_renamed core_type_missing core_type_zero dynptr \
	fentry fentry_gone fentry_sleepable fexit fmod_ret hash_global \
	helper_override helper_unknown helper_wrong_type hostile_hang \
	hostile_kill hostile_stack insn_array insn_v4 iter_kmem_cache iter_num \
	iter_task kfunc_cpumask kfunc_icmp kfunc_obj_new kfunc_strcasecmp \
	kfunc_strcasestr kfunc_stream kfunc_strlen kfunc_strncasecmp \
	kfunc_weak kfunc_weak_unasked kprobe kprobe_missing kprobe_multi \
	kprobe_session ksym_missing license_gpl loop_unbounded lsm \
	lsm_hook_missing map_too_large map_type_unknown mixed \
	module_absent module_probe netfilter \
	no_programs oom_percpu \
	null_const_key optional_prog perf_event perfbuf raw_tp rhash \
	ringbuf sched_ext section_unknown sk_lookup sockops \
	struct_ops_tcp syscall_prog task_storage tc tcx timer \
	too_complex too_many_jumps \
	tp_basic tp_btf tp_btf_missing tp_btf_switch tp_missing \
	uprobe_bare uprobe_missing user_ringbuf verifier_null \
	verifier_oob verifier_scalar verifier_stack verifier_uninit \
	verifier_uninit_stack workqueue workqueue_new xdp xdp_frags
# What a policy forbids: not in expect.tsv, as a kernel by itself takes them
# (tests/vm/variants.sh).
ENV_NAMES = env_callback env_memlock env_memory env_read env_subprog \
	env_write_user
# Not compiled from a source of the same name.
BPF_ODD = many_progs big_endian x86_64 elf32 class32 truncated \
	garbage empty
BPF_OBJECTS = $(BPF_NAMES:%=tests/bpf/%.bpf.o) \
	$(BPF_ODD:%=tests/bpf/%.bpf.o) $(ENV_NAMES:%=tests/bpf/%.bpf.o)

EXTRA_DIST += $(BPF_NAMES:%=tests/bpf/%.bpf.c) \
	$(ENV_NAMES:%=tests/bpf/%.bpf.c) tests/bpf/bpf_test.h \
	tests/bpf/gen.sh tests/bpf/expect.tsv tests/bpf/README.md
# Not in expect.tsv: what they do depends on a manifest.
MANIFEST_OBJECTS = tests/bpf/manifest.bpf.o
EXTRA_DIST += tests/bpf/manifest.bpf.c
check_DATA += $(BPF_OBJECTS) $(MANIFEST_OBJECTS)
CLEANFILES += $(BPF_OBJECTS) $(MANIFEST_OBJECTS) tests/bpf/many_progs.bpf.c

# uapi headers come from libbpf, the rest of linux/ from the system.
BPF_CFLAGS = -g -O2 -Wall -Werror -I$(top_srcdir)/tests/bpf \
	-I$(LIBBPF_DIR)/include \
	-idirafter /usr/include/$$($(CC) -print-multiarch)
BPF_COMPILE = $(AM_V_GEN)$(MKDIR_P) tests/bpf && \
	$(CLANG) -target $(1) $(BPF_CFLAGS) -c $< -o $@
BPF_GEN = $(AM_V_GEN)$(MKDIR_P) tests/bpf && \
	$(SHELL) $(top_srcdir)/tests/bpf/gen.sh
BPF_GENERAL = tests/bpf/bpf_test.h | $(LIBBPF_STAMP)

tests/bpf/%.bpf.o: tests/bpf/%.bpf.c $(BPF_GENERAL)
	$(call BPF_COMPILE,bpfel)
tests/bpf/big_endian.bpf.o: tests/bpf/ringbuf.bpf.c $(BPF_GENERAL)
	$(call BPF_COMPILE,bpfeb)
tests/bpf/many_progs.bpf.c: tests/bpf/gen.sh
	$(BPF_GEN) many_progs 300 > $@
tests/bpf/x86_64.bpf.o: tests/bpf/gen.sh
	$(AM_V_GEN)$(MKDIR_P) tests/bpf && \
	    echo 'int x;' | $(CLANG) -target x86_64-linux-gnu -c -x c - -o $@
tests/bpf/elf32.bpf.o: tests/bpf/gen.sh
	$(AM_V_GEN)$(MKDIR_P) tests/bpf && \
	    echo 'int x;' | $(CLANG) -target i386-linux-gnu -c -x c - -o $@
tests/bpf/class32.bpf.o: tests/bpf/ringbuf.bpf.o tests/bpf/gen.sh
	$(BPF_GEN) class32 $< > $@
tests/bpf/truncated.bpf.o: tests/bpf/ringbuf.bpf.o tests/bpf/gen.sh
	$(BPF_GEN) truncated $< > $@
tests/bpf/garbage.bpf.o: tests/bpf/gen.sh
	$(BPF_GEN) garbage > $@
tests/bpf/empty.bpf.o: tests/bpf/gen.sh
	$(AM_V_GEN)$(MKDIR_P) tests/bpf && : > $@

.PHONY: bpf-objects
bpf-objects: $(BPF_OBJECTS)

# The kernel matrix; "make soak" runs every object on every line.
MATRIX_TESTS = tests/vm/matrix.sh tests/vm/lines.sh tests/vm/slow.sh \
	tests/vm/crash_evidence.sh
TESTS += $(MATRIX_TESTS)
EXTRA_DIST += $(MATRIX_TESTS) tests/vm/lib.sh tests/vm/cells.jq \
	tests/vm/compare.awk tests/vm/matrix_one.sh
soak: soak-matrix
.PHONY: soak-matrix
soak-matrix:
	BPFCOMPAT_TEST_MATRIX=debian-all BPFCOMPAT_TEST_SLOW=yes \
	    $(MAKE) check \
	    TESTS=tests/vm/matrix.sh
