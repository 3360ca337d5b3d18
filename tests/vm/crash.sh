#!/bin/sh
# kill -9 in the middle of a job with real VMs: of a QEMU, of a runner, of
# the worker.  The job ends with a correct report, nothing is judged twice,
# no VM is left.
set -u
. "$top_srcdir/tests/vm/lib.sh"
cat >"$tmp/m.yaml" <<'END'
name: crash
profiles:
  - id: debian-12-6.1
    required: true
  - id: debian-13-6.12
    required: true
END
vm_setup "$tmp/m.yaml"
plan 11
BPFCOMPAT_VM_SLOTS=2
export BPFCOMPAT_VM_SLOTS

sql() {
	sqlite3 -cmd '.timeout 10000' "$BPFCOMPAT_WORKDIR/bpfcompat.db" "$1"
}
queue() {
	"$bin/bpfcompat" test --queue --fresh-boot --concurrency 2 \
	    --artifact "$top_builddir/tests/bpf/$1.bpf.o" \
	    --matrix "$tmp/m.yaml"
}
start_worker() {
	"$bin/bpfcompat-worker" 2>>"$tmp/worker.log" &
	worker=$!
	# shellcheck disable=SC2064 # this worker, not a later one
	trap "kill -9 $worker 2>/dev/null; rm -rf '$tmp'" EXIT
}
# descendants PID NAME: processes below PID whose name begins with NAME
descendants() {
	for d_pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		case $(cat "/proc/$d_pid/comm" 2>/dev/null) in
		"$2"*) echo "$d_pid" ;;
		esac
		descendants "$d_pid" "$2"
	done
}
two_qemus() {
	[ "$(descendants "$worker" qemu-system | wc -l)" -ge 2 ]
}
gone() {
	for g_pid; do
		[ ! -e "/proc/$g_pid" ] || return 1
	done
}
ended() {
	[ "$(sql "SELECT state FROM jobs WHERE id = '$1'")" = completed ]
}
verdicts() {
	sql "SELECT group_concat(state) FROM job_targets
	    WHERE job_id = '$1'"
}
# Attempts that gave a verdict: one for each target, never more.
judged() {
	sql "SELECT count(*) FROM target_attempts
	    WHERE job_id = '$1' AND outcome = 'done'"
}

start_worker
id=$(queue tp_basic)
check "two VMs boot" wait_until 120 two_qemus
kill -9 "$(descendants "$worker" qemu-system | head -n 1)"
check "a killed QEMU: the job is completed" wait_until 400 ended "$id"
check "with a verdict from a fresh VM" test "$(verdicts "$id")" = pass,pass
check "the trouble is recorded" test "$(sql "SELECT count(*)
    FROM target_attempts WHERE outcome = 'infra_error'")" = 1

id=$(queue verifier_null)
wait_until 120 two_qemus
kill -9 "$(descendants "$worker" bpfcompat-runne | head -n 1)"
check "a killed runner: the job is completed" wait_until 400 ended "$id"
check "with the right verdicts" test "$(verdicts "$id")" = fail,fail

id=$(queue verifier_null)
wait_until 120 two_qemus
qemus=$(descendants "$worker" qemu-system)
kill -9 "$worker"
wait "$worker" 2>/dev/null
# shellcheck disable=SC2086 # a list
check "a killed worker takes its VMs along" wait_until 10 gone $qemus
start_worker
check "and the next one completes the job" wait_until 400 ended "$id"
check "with the right verdicts" test "$(verdicts "$id")" = fail,fail
check "nothing was judged twice" test "$(judged "$id")" = 2
report=$BPFCOMPAT_WORKDIR/$(sql "SELECT report_path FROM runs
    WHERE job_id = '$id'")
check "the report says which kernels booted" test "$(jq -r '
    [.targets[] | .host.kernel == .kernel.release] | all' "$report")" = true
kill -TERM "$worker"
wait "$worker"
