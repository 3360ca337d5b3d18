# tests/corpus: cases whose cause is known, see labels.tsv.
# "make corpus" scores all of them on every kernel line.

# Cases that fail, if at all, while their program is loaded: many in one
# object, fewer than the guest tries in batches (worker/guest/isolated.c).
CORPUS_g_memory = \
	btf_beyond btf_write ctx_atomic ctx_beyond ctx_fentry_args \
	ctx_narrow ctx_other_type ctx_raw_tp ctx_tp_header ctx_variable \
	ctx_write map_read_only map_write_only oob_map_index oob_map_value \
	oob_negative oob_packet oob_packet_short oob_packet_var \
	oob_unbounded packet_stale rodata_buffer rodata_write scalar_task \
	socket_write stack_unwritten_spill uninit_branch uninit_clobbered \
	uninit_exit uninit_key uninit_reg
CORPUS_g_pointer = \
	dynptr_leak dynptr_ok dynptr_overwrite dynptr_uninit leak_ringbuf \
	leak_socket lock_call lock_direct lock_missing_unlock \
	lock_not_taken lock_ok lock_tracing lock_twice null_argument \
	null_arithmetic null_map_value null_ringbuf null_socket \
	null_wrong_check ptr_far ptr_half ptr_minus_stack ptr_multiply \
	ptr_packet_end ptr_sum ptr_xor release_twice release_unowned \
	timer_other_map use_after_submit
CORPUS_g_flow = \
	call_depth_18 call_depth_9 loop_bounded_ok loop_infinite loop_jumps \
	loop_recursion ret_cgroup_skb ret_connect ret_fentry ret_getsockopt \
	ret_iter ret_lsm ret_pointer ret_sk_lookup ret_xdp_ok stack_above \
	stack_below stack_combined stack_misaligned stack_private \
	stack_tail_call stack_variable
CORPUS_g_insn = \
	dead_code div_zero insn_atomic_fetch insn_load_acquire \
	insn_load_signed insn_long_jump insn_may_goto insn_packet_load \
	insn_reserved jump_into_middle jump_out no_exit read_only_register \
	shift_wide unknown_opcode
CORPUS_g_call = \
	arg_format arg_map_kind arg_map_lookup arg_not_constant arg_not_ctx \
	arg_scalar arg_size_large arg_size_unbounded arg_size_zero \
	cb_bounds cb_number cb_return core_enum core_field core_guarded_ok \
	core_renamed_field core_type core_type_ok global_many global_null \
	global_void helper_number helper_since_513 helper_since_517 \
	helper_since_61 helper_type_raw_tp helper_type_tc helper_type_xdp \
	sleep_helper
CORPUS_g_more = \
	arg_map_storage arg_null arg_size_maybe_zero core_field_kind \
	config_override core_size_ok helper_since_515 \
	helper_type_socket many_subprogs \
	map_update_read_only null_inner_map oob_packet_before oob_record \
	packet_atomic ptr_map stack_read_below
CORPUS_g_held = \
	addr_cast_no_arena address_kept_ok arg_key_ctx cb_frame cb_leak \
	cgroup_write_packet ctx_moved d_path_place dynptr_data_bounds \
	dynptr_data_null dynptr_twice fexit_noreturn global_leak \
	global_not_ctx inner_value_bounds key_short leak_subprog \
	lock_not_there lock_other lock_percpu lock_sleepable loop_random \
	map_prealloc outer_update percpu_elem_null percpu_other_map \
	read_too_much record_moved ret_sysctl ringbuf_size_ok \
	rodata_atomic section_classifier_ok sleep_hook stack_chain \
	tail_lock tail_reference tail_subprog_ok timer_percpu
# Their kernel functions are weak, so that old kernels try the rest.
CORPUS_g_kfunc = \
	cpumask_leak irq_kept iter_after_destroy iter_overwrite \
	kfunc_not_constant kfunc_twice object_leak preempt_sleep rcu_sleep \
	rcu_unlock_only throw_lock xdp_metadata
CORPUS_GROUPS = g_memory g_pointer g_flow g_insn g_call g_more g_held g_kfunc
# Cases that need an object of their own.
CORPUS_ALONE = \
	arena_flags arena_two fentry_module fentry_module_ok fentry_notrace \
	inner_other_type inner_twice kconfig_kind kprobe_middle \
	kprobe_notrace ksym_kind map_cgrp_storage map_mmap_hash \
	map_ringbuf_key map_user_ringbuf multi_notrace struct_ops_unbound \
	struct_ops_write tail_other_type tp_category \
	attach_tcx config_fprobe config_sched_ext \
	fentry_none fmod_ret_plain freplace_nowhere gpl_helper \
	gpl_not_needed_ok iter_bounds iter_gone iter_leak iter_ok \
	iter_uninit ksym_percpu_null ksym_percpu_ok map_pinned_ok \
	sleep_map struct_ops_member \
	kconfig_gone kconfig_ok kconfig_weak_ok kfunc_leak kfunc_missing \
	kfunc_null kfunc_number kfunc_ok kfunc_preempt kfunc_prog_type \
	kfunc_prototype kfunc_rcu kfunc_sleepable kfunc_untrusted \
	kfunc_weak_ok kprobe_forbidden kprobe_gone kprobe_ok kretprobe_gone \
	ksym_gone ksym_weak_ok legacy_maps lsm_gone map_bloom map_flags \
	map_key_size map_memory map_no_key map_number map_percpu_value \
	map_queue_key map_trie_flags map_value_huge no_licence raw_tp_gone \
	section_odd sleep_target struct_ops_gone throw_holding throw_ok \
	too_long tp_btf_gone tp_gone type_netfilter type_syscall \
	uprobe_gone usdt_gone
# Not compiled from a source of the same name, or not like the others.
CORPUS_ODD = big_endian no_btf not_elf x86_64
# Not part of the score.
CORPUS_BIG = big_log
CORPUS_CASES = $(CORPUS_g_memory) $(CORPUS_g_pointer) $(CORPUS_g_flow) \
	$(CORPUS_g_insn) $(CORPUS_g_call) $(CORPUS_g_more) \
	$(CORPUS_g_held) $(CORPUS_g_kfunc) \
	$(CORPUS_ALONE)
CORPUS_FILES = $(CORPUS_CASES:%=tests/corpus/%.bpf.c)
CORPUS_GENERATED = $(CORPUS_GROUPS:%=tests/corpus/%.bpf.c) \
	tests/corpus/big_log.bpf.c
CORPUS_OBJECTS = $(CORPUS_GROUPS:%=tests/corpus/%.bpf.o) \
	$(CORPUS_ALONE:%=tests/corpus/%.bpf.o) \
	$(CORPUS_ODD:%=tests/corpus/%.bpf.o) \
	$(CORPUS_BIG:%=tests/corpus/%.bpf.o)

EXTRA_DIST += $(CORPUS_FILES) tests/corpus/corpus.h \
	tests/corpus/gen.sh tests/corpus/labels.tsv tests/corpus/README.md
check_DATA += $(CORPUS_OBJECTS)
CLEANFILES += $(CORPUS_OBJECTS) $(CORPUS_GENERATED)

tests/corpus/g_%.bpf.c: tests/corpus/gen.sh tests/corpus/local.mk
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && \
	    $(SHELL) $< $(CORPUS_g_$*) >$@
$(CORPUS_GENERATED): tests/corpus/gen.sh
tests/corpus/big_log.bpf.c: tests/corpus/gen.sh
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && $(SHELL) $< --big-log >$@
$(CORPUS_GROUPS:%=tests/corpus/%.bpf.o): $(CORPUS_FILES)
CORPUS_GENERAL = tests/corpus/corpus.h tests/bpf/bpf_test.h | $(LIBBPF_STAMP)
CORPUS_COMPILE = $(AM_V_GEN)$(MKDIR_P) tests/corpus && \
	$(CLANG) $(BPF_CFLAGS) -I$(top_srcdir)/tests/corpus
tests/corpus/%.bpf.o: tests/corpus/%.bpf.c $(CORPUS_GENERAL)
	$(CORPUS_COMPILE) -target bpfel -c $< -o $@
# Without -g there is no BTF.
tests/corpus/no_btf.bpf.o: tests/corpus/map_bloom.bpf.c $(CORPUS_GENERAL)
	$(CORPUS_COMPILE) -target bpfel -g0 -c $< -o $@
tests/corpus/big_endian.bpf.o: tests/corpus/loop_bounded_ok.bpf.c \
    $(CORPUS_GENERAL)
	$(CORPUS_COMPILE) -target bpfeb -c $< -o $@
tests/corpus/x86_64.bpf.o: tests/bpf/x86_64.bpf.o
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && cp $< $@
tests/corpus/not_elf.bpf.o: tests/bpf/garbage.bpf.o
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && cp $< $@

CORPUS_TESTS = tests/vm/big.sh tests/vm/corpus.sh tests/vm/veristat.sh
TESTS += $(CORPUS_TESTS)
EXTRA_DIST += $(CORPUS_TESTS) tests/vm/corpus_one.sh tests/vm/corpus.jq \
	tests/vm/corpus_choose.awk tests/vm/ranges.awk \
	tests/vm/score.awk tests/vm/veristat.awk \
	tests/vm/veristat_boot.sh tests/vm/veristat_get.sh \
	tests/vm/veristat_init.sh
soak: corpus soak-veristat
.PHONY: corpus corpus-objects soak-veristat
corpus-objects: $(CORPUS_OBJECTS)
corpus:
	BPFCOMPAT_TEST_WHOLE=yes $(MAKE) check TESTS=tests/vm/corpus.sh
soak-veristat:
	BPFCOMPAT_TEST_MATRIX=mvp BPFCOMPAT_TEST_OBJECTS='*' \
	    $(MAKE) check TESTS=tests/vm/veristat.sh
