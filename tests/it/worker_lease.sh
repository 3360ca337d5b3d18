#!/bin/sh
# A worker that is stopped (not dead) loses its lease.  When it goes on, its
# results are thrown away and its runners killed; the job is the other's.
#
# Every wait is for an event: a line in a log, the end of a process.  LATE is
# only there so that a test that hangs ends; how busy the machine is does not
# matter.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 9
LATE=180
BPFCOMPAT_LEASE=1s
export BPFCOMPAT_LEASE
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-11-5.10 debian-12-6.1
plan_for debian-11-5.10 pass:600000 fail
plan_for debian-12-6.1 pass:600000 fail

"$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml" >"$world/id"
# said FILE PATTERN [COUNT]: until the file has so many such lines; tail wakes
# up when it grows.  Without a reader grep would stop at the first.
said() {
	timeout "$LATE" tail -n +1 -F "$1" 2>/dev/null |
	    grep -m "${3:-1}" -- "$2" | cat >/dev/null
	[ "$(grep -c -- "$2" "$1")" -ge "${3:-1}" ]
}
# Until the process has ended.
gone() {
	timeout "$LATE" tail -f --pid="$1" /dev/null
}
# Not in the middle of a write: that would stop everybody.
stopped() {
	kill -STOP "$first"
	sqlite3 -cmd '.timeout 100' "$BPFCOMPAT_WORKDIR/bpfcompat.db" \
	    'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null && return 0
	kill -CONT "$first"
	return 1
}

start_worker
check "the first worker has the job" said "$FAKE_RUNNER_LOG" . 2
first=$worker_pid
check "it is stopped" wait_until "$LATE" stopped
log=$world/second.log
"$bin/bpfcompat-worker" 2>"$log" &
worker_pids="$worker_pids $!"
check "a second one takes it over when the lease has run out" \
    said "$log" job.completed
check "its verdicts count" test "$(sql "
    SELECT group_concat(state) FROM job_targets")" = "fail,fail"
kill -CONT "$first"
check "the first one notices" said "$world/worker.log" job.lease_lost
for runner in $(awk '$3 == 1 { print $5 }' "$FAKE_RUNNER_LOG"); do
	check "and kills its runner" gone "$runner"
done
check "nothing was overwritten" test "$(sql "
    SELECT group_concat(state) FROM job_targets")" = "fail,fail"
check "there is one run" test "$(sql 'SELECT count(*) FROM runs')" = 1
