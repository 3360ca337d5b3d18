#!/bin/sh
# What every way a runner can end turns into, through the real worker loop.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 16
BPFCOMPAT_INFRA_RETRIES=1
BPFCOMPAT_RUNNER_GRACE=200ms
export BPFCOMPAT_INFRA_RETRIES BPFCOMPAT_RUNNER_GRACE

set -- debian-11-5.10 debian-12-6.1 debian-13-6.12 debian-13-bpo-6.16 \
    debian-13-bpo-6.17 debian-13-bpo-6.18 debian-13-bpo-6.19 \
    debian-13-bpo-7.0 debian-13-bpo-7.1 debian-13-bpo-7.2 debian-13-bpo-7.3
fake_kernel "$@"
matrix all "$@" debian-sid:optional
plan_for debian-11-5.10 pass
plan_for debian-12-6.1 fail
plan_for debian-13-6.12 infra pass
plan_for debian-13-bpo-6.16 hang
plan_for debian-13-bpo-6.17 garbage
plan_for debian-13-bpo-6.18 die pass
plan_for debian-13-bpo-6.19 longline
plan_for debian-13-bpo-7.0 died
plan_for debian-13-bpo-7.1 hung
plan_for debian-13-bpo-7.2 early_death pass
plan_for debian-13-bpo-7.3 no_space

"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
    --matrix "$world/all.yaml" --timeout 1s --concurrency 12 \
    --out "$world/r.json" --markdown "$world/r.md" \
    >"$world/out" 2>"$world/err"
code=$?

# cell PROFILE JQ WANTED
cell() {
	got=$(jq -r --arg p "$1" \
	    ".targets[] | select(.profile_id == \$p) | $2" "$world/r.json")
	[ "$got" = "$3" ] || {
		echo "$1: $2 is \"$got\", wanted \"$3\""
		return 1
	}
}
brief='[.status, .classification_code // .infra_error_code // "",
    (.attempts | length | tostring)] | join(" ")'

check "exit 1: a required target could not be told" test "$code" = 1
check "pass" cell debian-11-5.10 "$brief" "pass  1"
check "a rejected program is a failure with its cause" \
    cell debian-12-6.1 "$brief" "fail VERIFIER_REJECTION 1"
check "the failing program is named with the verifier's line" \
    cell debian-12-6.1 '.programs[] | select(.classification) |
    .name + ": " + .classification.evidence' \
    "suspect: R0 invalid mem access 'scalar'"
check "trouble, then a verdict from a fresh VM" \
    cell debian-13-6.12 "$brief" "pass  2"
check "a runner that hangs is killed at its deadline" \
    cell debian-13-bpo-6.16 "$brief" "infra_error runner_hung 2"
check "garbage gives no verdict" \
    cell debian-13-bpo-6.17 "$brief" "infra_error protocol 2"
check "a runner that dies is tried again" \
    cell debian-13-bpo-6.18 "$brief" "pass  2"
check "a line without end gives no verdict" \
    cell debian-13-bpo-6.19 "$brief" "infra_error protocol 2"
check "a guest that dies at work is the object's failure" \
    cell debian-13-bpo-7.0 "$brief" "fail GUEST_CRASH 1"
check "a guest that hangs at work is the object's failure" \
    cell debian-13-bpo-7.1 "$brief" "fail GUEST_HANG 1"
check "a guest that dies before the object is trouble" \
    cell debian-13-bpo-7.2 "$brief" "pass  2"
check "a full disk is not tried again" \
    cell debian-13-bpo-7.3 "$brief" "infra_error no_space 1"
check "a kernel that was never fetched says how to get it" \
    cell debian-sid '.infra_error | test("bpfcompat kernels fetch")' true
check "earlier evidence is kept beside the last" test -f \
    "$BPFCOMPAT_WORKDIR/$(jq -r .paths.run_dir "$world/r.json"
    )/targets/debian-13-6.12.attempt-1/serial.log"
check "the report holds no absolute path of ours" \
    sh -c "! grep -F '$world' '$world/r.json' '$world/r.md'"
