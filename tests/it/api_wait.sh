#!/bin/sh
# Jobs after they were queued: long polls, synchronous validate, cancel,
# results and history, through real nginx.  The worker's part is played by
# SQL, so what is measured is the API alone.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true

plan 52
api_start --api-children 4 --wait-children 6
api_nginx 2 4

is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}
now_ms() {
	date +%s%3N
}
status_path() {
	echo "/api/validate/status?job_id=$job"
}
# poll FILE QUERY: a status request in the background.
poll() {
	curl -s --max-time 60 --unix-socket "$api_w/run/http.sock" -o "$1" \
	    "http://bpfcompat$(status_path)&$2" &
	poll_pid=$!
}
# Is process $1 still there after a second?
stays() {
	! wait_until 1 sh -c "! kill -0 $1"
}
touch_job() {
	sql "update jobs set message = '$1', revision = revision + 1
	    where id = '$job'"
}

# --- long poll ------------------------------------------------------------------
a_job
poll "$api/p1" 'wait=30&since=1'
check "a long poll waits" stays $poll_pid
touch_job one
from=$(now_ms)
wait $poll_pid
took=$(($(now_ms) - from))
check "a change of the job wakes it at once (took $took ms)" \
    test "$took" -lt 3000
check "and it brings the change" is "$(jq -r '.message + (.revision |
    tostring)' "$api/p1")" one2
check "another revision is answered at once" is \
    "$(api_curl "$(status_path)&wait=30&since=1")" 200
from=$(now_ms)
api_curl "$(status_path)&wait=1&since=2" >/dev/null
took=$(($(now_ms) - from))
check "without a change it ends when the time is up ($took ms)" \
    test "$took" -ge 1000 -a "$took" -lt 10000
check "with the same revision" body_has '.revision == 2'
check "and the next poll may follow at once" body_has '.poll_after_ms == 0'
api_curl "$(status_path)" >/dev/null
check "a request that does not wait shall come back later" body_has \
    '.poll_after_ms == 1000'
check "a queued job knows its place" body_has '.queue_position == 0'
check "each target is told" body_has '.total_profiles == 2 and
    (.targets | length == 2 and all(.[]; .status == "pending")) and
    .profile_statuses["debian-12-6.1"] == "pending"'
poll "$api/p1" 'wait=30'
main=$job
a_job -F artifact_name=other
other=$job
job=$main
check "another job's change wakes nobody" stays $poll_pid
kill $poll_pid

# --- many polls -----------------------------------------------------------------
# The time of 20 health requests, alone and beside 60 long polls.
health_20() {
	from=$(now_ms)
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(api_curl /api/health)" = 200 ] || return 1
	done
	took=$(($(now_ms) - from))
}
health_20
alone=$took
pids=
for i in 1 2 3 4 5 6; do
	for k in 1 2 3 4 5 6 7 8 9 10; do
		poll "$api/m$i$k" 'wait=50&since=2'
		pids="$pids $poll_pid"
	done
done
# Four slots wait; the others must have been answered.
check "polls without a slot are answered at once" wait_until 20 sh -c \
    "[ \$(ls $api/m* | wc -l) -ge 56 ]"
health_20
check "health answers beside 60 polls ($took ms, alone $alone ms)" \
    test "$took" -lt $((alone * 10 + 1000))
touch_job two
for p in $pids; do
	wait "$p" || echo "# a poll failed"
done
check "all 60 polls were answered" is "$(cat "$api"/m* |
    jq -r .job_id | sort | uniq -c | sed 's/^ *//')" "60 $job"
check "the waiting ones with the change" is "$(cat "$api"/m* |
    jq -r .revision | sort | uniq -c | tr -s ' \n' ' ' |
    sed 's/^ //; s/ $//')" "56 2 4 3"

# --- cancel ---------------------------------------------------------------------
cancel() {
	api_curl -X POST "/api/validate/cancel?job_id=$1"
}
check "a queued job is canceled at once" is "$(cancel "$other")" 200
check "and says so" body_has '.state == "canceled"'
check "cancel needs POST" is "$(api_curl \
    "/api/validate/cancel?job_id=$other")" 405
a_job -F artifact_name=third
sql "update jobs set state = 'running', holder = 'test', attempt = 1,
    lease_until = '2999-01-01T00:00:00.000Z' where id = '$job'"
check "a running job is asked to stop" is "$(cancel "$job")" 202
check "and says so" body_has '.state == "running" and .cancel_requested'
check "asking twice is fine" is "$(cancel "$job")" 202
job=$main
zero=val-00000000000000000000000000000000
check "an unknown job is 404" is "$(cancel $zero)" 404
check "naming the field" body_has '.field == "job_id"'

# --- result and history ------------------------------------------------------------
run=20260527T120001Z-a1b2c3
complete_job "$job" $run
check "cancel of a finished job is 409" is "$(cancel "$job")" 409
check "a finished job does not wait" is \
    "$(api_curl "$(status_path)&wait=30")" 200
check "it carries its result" body_has '.state == "completed" and
    .percent == 100 and .result.exit_code == 0 and .completed_profiles == 2
    and .result.report.schema_version == "v0.1"'
check "runs are listed" is "$(api_curl /api/v1/history/runs)" 200
check "with their members" body_has ".records | length == 1 and
    (.[0] | .run_id == \"$run\" and .schema_version == \"registry.v0.1\" and
    .summary_status == \"pass\" and .artifact_sha256 and .started_at)"
R="/api/history/run-report?run_id=$run"
check "a report is served" is "$(api_curl $R)" 200
check "byte for byte" is "$(jq -S .report "$api/body" | sha256sum)" \
    "$(jq -S . "$api_w/runs/$run/report.json" | sha256sum)"
etag=$(sed -n 's/^[Ee][Tt][Aa][Gg]: \(.*\)\r$/\1/p' "$api/head")
check "and cached by its digest" is \
    "$(api_curl -H "If-None-Match: $etag" $R)" 304
check "an unknown run is 404" is "$(api_curl \
    /api/history/run-report?run_id=20260527T120001Z-ffffff)" 404
check "a run id that is none is 400" is "$(api_curl \
    /api/history/run-report?run_id=../../etc)" 400
limits=
for l in 0 -1 x 1001 5; do
	limits="$limits$(api_curl "/api/history/runs?limit=$l") "
done
check "limits are checked" is "$limits" "400 400 400 200 200 "

t=$api_w/runs/$run/targets/debian-12-6.1
echo booted >"$t/serial.log"
echo secret >"$api_w/secret"
ln -s ../../../../secret "$t/qemu.log"
E="/api/history/evidence?run_id=$run&profile=debian-12-6.1&file"
check "evidence is served" is "$(api_curl "$E=serial.log")" 200
check "as it is" is "$(cat "$api/body")" booted
check "a file that is not there is 404" is "$(api_curl "$E=libbpf.log")" 404
check "a link out of the run is not followed" is \
    "$(api_curl "$E=qemu.log")" 404
others=
for f in ../../report.json logs/../serial.log /etc/passwd id_ed25519 .log \
    logs/logs/a.log; do
	others="$others$(api_curl "$E=$f") "
done
check "no other name is served" is "$others" "400 400 400 400 400 400 "

# --- synchronous validate -------------------------------------------------------------
# keyed FILE [KEY]: a validate in the background, perhaps with a key.
keyed() {
	curl -s --max-time 60 --unix-socket "$api_w/run/http.sock" -o "$1" \
	    ${2:+-H "Idempotency-Key: $2"} \
	    -F "artifact_file=@$api/job.o" -F profiles=debian-12-6.1 \
	    http://bpfcompat/api/validate &
	sync_pid=$!
}
# sync FILE [KEY]: the same until its job is there, whose id is in $job.
sync() {
	jobs=$(sql 'select count(*) from jobs')
	keyed "$@"
	wait_until 20 sh -c "[ \"\$(sqlite3 '$api_w/bpfcompat.db' \
	    'select count(*) from jobs')\" -gt $jobs ]"
	job=$(sql 'select id from jobs order by seq desc limit 1')
}
sync "$api/s1"
complete_job "$job" 20260527T120002Z-a1b2c3
wait $sync_pid
check "validate answers with exit code and report" is "$(jq -c \
    '[.exit_code, .report.run.id]' "$api/s1")" \
    '[0,"20260527T120002Z-a1b2c3"]'
sync "$api/s2"
gone=$job
kill $sync_pid
wait $sync_pid 2>/dev/null
check "a client that leaves cancels its job" wait_until 10 sh -c \
    "[ \"\$(sqlite3 '$api_w/bpfcompat.db' \
    \"select state from jobs where id = '$gone'\")\" = canceled ]"
# The key says that somebody will come back for the result.
sync "$api/k1" once
kill $sync_pid
wait $sync_pid 2>/dev/null
keyed "$api/k2" once
check "with a key it may come back, and waits" stays $sync_pid
check "the job is the same and not canceled" is "$(sql "select count(*)
    from jobs where state = 'queued' and idempotency_key is not null")" 1
api_curl -H 'Idempotency-Key: once' -F "artifact_file=@$api/job.o" \
    -F profiles=debian-12-6.1 /api/validate/start >/dev/null
check "another caller with the key joins it" body_has ".job_id == \"$job\""
complete_job "$job" 20260527T120003Z-a1b2c3
wait $sync_pid
check "who came back has the verdict" is "$(jq -r .report.run.id "$api/k2")" \
    20260527T120003Z-a1b2c3
sync "$api/s3"
one=$sync_pid
sync "$api/s4"
jobs=$(sql 'select count(*) from jobs')
check "a validate too many is 503" is "$(api_curl \
    -F "artifact_file=@$api/job.o" /api/validate)" 503
check "with Retry-After, and without a row" sh -c \
    "grep -qi '^retry-after: [0-9]' '$api/head' &&
    [ $jobs = \$(sqlite3 '$api_w/bpfcompat.db' 'select count(*) from jobs') ]"

# --- the end -----------------------------------------------------------------------------
poll "$api/last" 'wait=50'
check "before the stop a poll waits" stays $poll_pid
kill $api_pid
wait $api_pid
check "SIGTERM ends the server properly" is $? 0
api_pid=
wait $poll_pid
wait $one
check "what waited was answered" is \
    "$(jq -r .job_id "$api/last") $(jq -r .code "$api/s3")" \
    "$job unavailable"
check "without the API nginx answers in its format" is \
    "$(api_curl /api/health) $(jq -r .code "$api/body")" "503 unavailable"
check "and says when to try again" grep -qi '^retry-after: [0-9]' "$api/head"
