#!/bin/sh
# kill -9 of the worker in the middle of a job: another one ends the job, no
# finished target is judged again, no runner is left.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 9
fake_kernel debian-11-5.10 debian-12-6.1 debian-13-6.12
matrix m debian-11-5.10 debian-12-6.1 debian-13-6.12
plan_for debian-11-5.10 pass
# The first attempt lasts for as long as the test needs.
plan_for debian-12-6.1 pass:600000 fail
plan_for debian-13-6.12 fail

id=$("$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml" --concurrency 3)
done_targets() {
	[ "$(sql "SELECT count(*) FROM job_targets WHERE job_id = '$id' AND
	    finished_at IS NOT NULL")" = "$1" ]
}
runner_runs() {
	grep -q "debian-12-6.1 1 " "$FAKE_RUNNER_LOG"
}
gone() {
	! kill -0 "$1" 2>/dev/null
}
ended() {
	[ "$(job_state "$id")" = completed ]
}

start_worker
check "two of three targets end, the third works" \
    wait_until 20 eval 'done_targets 2 && runner_runs'
runner=$(awk '$2 == "debian-12-6.1" { print $5 }' "$FAKE_RUNNER_LOG")
kill -9 "$worker_pid"
wait "$worker_pid" 2>/dev/null
check "the runner dies with its worker" wait_until 5 gone "$runner"
check "the job is still the dead worker's" \
    test "$(job_state "$id")" = running

start_worker
check "the next worker takes it over at once and ends it" \
    wait_until 10 ended
check "every target was judged once" test "$(sql "
    SELECT count(*) FROM target_attempts WHERE outcome = 'done'")" = 3
check "finished targets were not started again" test "$(awk '
    $2 != "debian-12-6.1"' "$FAKE_RUNNER_LOG" | wc -l)" = 2
check "the exit code is right" test "$(sql "
    SELECT exit_code FROM jobs WHERE id = '$id'")" = 2
report=$BPFCOMPAT_WORKDIR/$(sql "SELECT report_path FROM runs")
check "the report has all three verdicts" test "$(jq -r '
    [.targets[].status] | join(" ")' "$report")" = "pass fail fail"
check "the report is the one the run row means" test \
    "$(sha256sum <"$report" | cut -c1-64)" = \
    "$(sql "SELECT report_sha256 FROM runs")"
