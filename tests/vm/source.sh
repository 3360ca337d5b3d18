#!/bin/sh
# From a C source to a real kernel's verdict, and the predicted floor beside
# it: a helper that the kernel lacks, asked for without and with a guard.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
if [ ! -f "$top_builddir/sdk/x86_64/vmlinux.h" ]; then
	skip_all "there are no headers to compile with (make sdk)"
fi
old=debian-11-5.10
printf 'profiles:\n  - id: %s\n' $old >"$tmp/one.yaml"
vm_setup "$tmp/one.yaml"
plan 6

cat >"$tmp/loop.bpf.c" <<'END'
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
#ifdef GUARD
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		return 0;
#endif
	return bpf_loop(1, (void *)0, (void *)0, 0);
}

char _license[] SEC("license") = "GPL";
END

# run FLAGS: code in $code, report in $tmp/report.json
run() {
	code=0
	rm -f "$tmp/report.json"
	"$bin/bpfcompat" test --matrix "$tmp/one.yaml" --timeout 6m \
	    --source "$tmp/loop.bpf.c" --clang-flags "$1" \
	    --out "$tmp/report.json" >"$tmp/out" 2>&1 || code=$?
	sed 's/^/# /' "$tmp/out" | tail -n 12
}

has() {
	jq -e "$1" "$tmp/report.json" >/dev/null
}

run ''
check "an old kernel refuses what needs a newer one" test "$code" = 2
check "the floor was predicted, with the reason" has \
    '.object.predicted_floor | .kernel == "5.17" and
    .because == ["needs 5.17: helper bpf_loop in program on_exec"]'
check "prediction and verdict agree" has \
    '.object_comparison | test("5.10 refuses it, as predicted")'
check "the run says so to who reads it" grep -q \
    '^Floor: .* 5.17 or newer; 5.10 refuses it, as predicted' "$tmp/out"

run -DGUARD
check "behind a guard the same helper is no need, and the kernel agrees" \
    test "$code" = 0
check "it is listed as used where a kernel has it" has \
    '.object.predicted_floor | .kernel == "5.4" and
    (.optional[0] | test("5.17: helper bpf_loop"))'
