#!/bin/sh
# SIGTERM: running targets may finish, the rest is handed back, and nothing
# that was accepted is lost.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 7
BPFCOMPAT_API_SHUTDOWN_DRAIN_TIMEOUT=20s
export BPFCOMPAT_API_SHUTDOWN_DRAIN_TIMEOUT
fake_kernel debian-11-5.10 debian-12-6.1 debian-13-6.12
matrix m debian-11-5.10 debian-12-6.1 debian-13-6.12
plan_for debian-11-5.10 pass:1500
id=$("$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml" --concurrency 1)
start_worker
runs() {
	[ "$(wc -l <"$FAKE_RUNNER_LOG")" = "$1" ]
}
check "the first target runs" wait_until 20 runs 1
kill -TERM "$worker_pid"
wait "$worker_pid"
check "the worker ends well" test $? = 0
check "the running target finished" test "$(sql "
    SELECT state FROM job_targets WHERE profile_id = 'debian-11-5.10'
    ")" = pass
check "the job waits again" test "$(job_state "$id")" = queued
check "no further target was begun" runs 1
start_worker
completed() {
	[ "$(job_state "$id")" = completed ]
}
check "the next worker ends it" wait_until 20 completed
check "each target ran once" runs 3
