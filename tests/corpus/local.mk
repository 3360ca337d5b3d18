# tests/corpus: cases whose cause is known, see labels.tsv.
# "make corpus" scores all of them on every kernel line.

# Cases that fail, if at all, while their program is loaded: many in one
# object, fewer than the guest tries in batches (worker/guest/isolated.c).
CORPUS_g_memory = \
	ctx_beyond ctx_fentry_args ctx_narrow ctx_other_type ctx_raw_tp \
	ctx_tp_header ctx_variable ctx_write \
	map_read_only \
	oob_map_index oob_map_value oob_negative oob_packet \
	oob_packet_short oob_packet_var oob_unbounded packet_stale \
	rodata_buffer rodata_write scalar_task \
	uninit_branch uninit_clobbered uninit_exit uninit_key uninit_reg
CORPUS_g_pointer = \
	leak_ringbuf leak_socket lock_call lock_direct \
	lock_missing_unlock lock_tracing lock_twice \
	null_argument null_arithmetic null_map_value null_ringbuf \
	null_socket null_wrong_check ptr_far ptr_multiply ptr_packet_end \
	ptr_sum release_twice use_after_submit
CORPUS_g_flow = \
	call_depth_18 call_depth_9 dead_code div_zero jump_out \
	loop_infinite loop_jumps read_only_register ret_cgroup_skb \
	ret_connect ret_fentry ret_iter ret_sk_lookup shift_wide \
	stack_above stack_below stack_combined stack_misaligned \
	stack_private stack_variable unknown_opcode
CORPUS_g_call = \
	arg_map_kind arg_map_lookup arg_not_constant arg_not_ctx \
	arg_scalar arg_size_large arg_size_unbounded arg_size_zero \
	core_field core_guarded_ok helper_number helper_since_513 \
	helper_since_61 helper_type_tc helper_type_xdp sleep_helper
CORPUS_GROUPS = g_memory g_pointer g_flow g_call
# Cases that need an object of their own.
CORPUS_ALONE = sleep_target
CORPUS_CASES = $(CORPUS_g_memory) $(CORPUS_g_pointer) $(CORPUS_g_flow) \
	$(CORPUS_g_call) $(CORPUS_ALONE)
CORPUS_FILES = $(CORPUS_CASES:%=tests/corpus/%.bpf.c)
CORPUS_GENERATED = $(CORPUS_GROUPS:%=tests/corpus/%.bpf.c)
CORPUS_OBJECTS = $(CORPUS_GROUPS:%=tests/corpus/%.bpf.o) \
	$(CORPUS_ALONE:%=tests/corpus/%.bpf.o)

EXTRA_DIST += $(CORPUS_FILES) tests/corpus/corpus.h \
	tests/corpus/gen.sh tests/corpus/labels.tsv tests/corpus/README.md
check_DATA += $(CORPUS_OBJECTS)
CLEANFILES += $(CORPUS_OBJECTS) $(CORPUS_GENERATED)

tests/corpus/g_%.bpf.c: tests/corpus/gen.sh tests/corpus/local.mk
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && \
	    $(SHELL) $< $(CORPUS_g_$*) >$@
$(CORPUS_GENERATED): tests/corpus/gen.sh
$(CORPUS_GROUPS:%=tests/corpus/%.bpf.o): $(CORPUS_FILES)
tests/corpus/%.bpf.o: tests/corpus/%.bpf.c tests/corpus/corpus.h \
    tests/bpf/bpf_test.h | $(LIBBPF_STAMP)
	$(AM_V_GEN)$(MKDIR_P) tests/corpus && $(CLANG) -target bpfel \
	    $(BPF_CFLAGS) -I$(top_srcdir)/tests/corpus -c $< -o $@

.PHONY: corpus corpus-objects
corpus-objects: $(CORPUS_OBJECTS)
corpus:
	BPFCOMPAT_TEST_MATRIX=debian-all $(MAKE) check \
	    TESTS=tests/vm/corpus.sh
TESTS += tests/vm/corpus.sh
EXTRA_DIST += tests/vm/corpus.sh tests/vm/corpus_one.sh \
	tests/vm/corpus.jq tests/vm/score.awk
soak: corpus
