#!/bin/sh
# Ctrl-C of "bpfcompat test" cancels its job within a second, also when a
# runner ignores SIGTERM.  (tests/it/serve.sh cancels through the API.)
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 14
fake_kernel debian-11-5.10 debian-12-6.1 debian-13-6.12
matrix m debian-11-5.10 debian-12-6.1 debian-13-6.12
plan_for debian-11-5.10 hang
plan_for debian-12-6.1 pass:600000
plan_for debian-13-6.12 pass

"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml" --concurrency 3 >"$world/out" 2>"$world/err" &
worker_pid=$!
worker_pids=$worker_pid
two_of_three_run() {
	[ "$(wc -l <"$FAKE_RUNNER_LOG")" = 3 ] &&
	    [ "$(sql "SELECT group_concat(state) FROM job_targets
	    WHERE profile_id = 'debian-13-6.12'")" = pass ]
}
check "one target has its verdict, two run" wait_until 20 two_of_three_run
# The shell ignores SIGINT for its background processes; SIGTERM is the same.
from=$(date +%s%N)
kill -TERM "$worker_pid"
wait "$worker_pid"
code=$?
took=$((($(date +%s%N) - from) / 1000000))
check "it could not tell" test "$code" = 1
check "it ends within a second (and the slack of a busy machine)" \
    test "$took" -lt 2000
check "the job is canceled" test "$(sql 'SELECT state FROM jobs')" = canceled
# The script is the inner shell's.
# shellcheck disable=SC2016
check "no runner is left" sh -c '
    for p in $(cut -d" " -f5 "$FAKE_RUNNER_LOG"); do
	! kill -0 "$p" 2>/dev/null || exit 1
    done'
check "the verdict that was there is kept" test "$(sql "
    SELECT state FROM job_targets WHERE profile_id = 'debian-13-6.12'")" = pass
check "with its part of the report" sh -c "jq -e '.status == \"pass\"' \
    '$BPFCOMPAT_WORKDIR/$(sql "SELECT report_path FROM job_targets
    WHERE profile_id = 'debian-13-6.12'")' >/dev/null"
check "open targets are canceled, not judged" test "$(sql "
    SELECT count(*) FROM job_targets WHERE state = 'canceled'")" = 2

# --- the report of what was found ------------------------------------------
report=$BPFCOMPAT_WORKDIR/runs/$(sql 'SELECT run_id FROM jobs')/report
check "the report names what was judged and what was not" test "$(jq -r '
    [.targets[] | .profile_id + "=" + .status] | join(" ")' "$report.json")" \
    = "debian-11-5.10=canceled debian-12-6.1=canceled debian-13-6.12=pass"
check "as a whole it tells nothing" test "$(jq -r '[.run.canceled,
    .summary.status, .summary.exit_code, .summary.canceled_profiles,
    .summary.required_passed] | map(tostring) | join(" ")' "$report.json")" \
    = "true error 1 2 1"
check "it says why" test "$(jq -r '.targets[0].notes[0]' "$report.json")" = \
    "its guest was stopped: the job was canceled"
check "so does the Markdown" grep -q '^| debian-11-5.10 .*| canceled |' \
    "$report.md"
check "the command line shows it" grep -q \
    '^CANCELED: 1 of 3 kernels were judged' "$world/out"
check "it is no run" test "$(sql 'SELECT count(*) FROM runs')" = 0
echo "# canceled after $took ms"
