#!/bin/sh
# A worker that is stopped (not dead) loses its lease.  When it goes on, its
# results are thrown away and its runners killed; the job is the other's.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 8
BPFCOMPAT_LEASE=1s
export BPFCOMPAT_LEASE
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-11-5.10 debian-12-6.1
plan_for debian-11-5.10 pass:600000 fail
plan_for debian-12-6.1 pass:600000 fail

id=$("$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml")
runs() {
	[ "$(wc -l <"$FAKE_RUNNER_LOG")" -ge "$1" ]
}
completed() {
	[ "$(job_state "$id")" = completed ]
}
gone() {
	! kill -0 "$1" 2>/dev/null
}
start_worker
check "the first worker has the job" wait_until 20 runs 2
first=$worker_pid
# Not in the middle of a write: that would stop everybody.
stopped() {
	kill -STOP "$first"
	sqlite3 -cmd '.timeout 100' "$BPFCOMPAT_WORKDIR/bpfcompat.db" \
	    'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null && return 0
	kill -CONT "$first"
	return 1
}
wait_until 20 stopped
start_worker
check "a second one takes it over when the lease has run out" \
    wait_until 20 completed
check "its verdicts count" test "$(sql "
    SELECT group_concat(state) FROM job_targets")" = "fail,fail"
kill -CONT "$first"
check "the first one notices" wait_until 10 \
    grep -q job.lease_lost "$world/worker.log"
for runner in $(awk '$3 == 1 { print $5 }' "$FAKE_RUNNER_LOG"); do
	check "and kills its runner" wait_until 10 gone "$runner"
done
check "nothing was overwritten" test "$(sql "
    SELECT group_concat(state) FROM job_targets")" = "fail,fail"
check "there is one run" test "$(sql 'SELECT count(*) FROM runs')" = 1
