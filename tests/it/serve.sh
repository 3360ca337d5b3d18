#!/bin/sh
# "bpfcompat serve" with the real nginx, API and worker, and a runner that
# boots nothing: the page, a job through the API, what happens when a child
# is killed, and how it stops.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null ||
    skip_all "nginx is not installed"
plan 21
BPFCOMPAT_LEASE=3s
export BPFCOMPAT_LEASE
fake_kernel debian-11-5.10 debian-12-6.1
plan_for debian-12-6.1 pass:600000 pass

serve_end() {
	[ -z "$serve_pid" ] || kill -9 "$serve_pid" 2>/dev/null
	sweep
	fake_world_end
}
# Whatever still works on this workdir.
sweep() {
	for s_pid in $(left_over); do
		kill -9 "$s_pid" 2>/dev/null
	done
}
left_over() {
	for s_dir in /proc/[0-9]*; do
		[ "${s_dir#/proc/}" != $$ ] || continue
		grep -qsF "$world/work" "$s_dir/cmdline" &&
		    echo "${s_dir#/proc/}"
	done
}
serve_pid=
trap serve_end EXIT

# A port nobody has: serve itself says when it is taken.
start_serve() {
	for s_try in 1 2 3 4 5; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
		: >"$world/url"
		"$bin/bpfcompat" serve --public-demo --no-fetch \
		    --addr ":$port" >"$world/url" 2>>"$world/serve.log" &
		serve_pid=$!
		wait_until 30 is_up_or_gone
		[ ! -s "$world/url" ] || break
		wait "$serve_pid"
	done
	url=$(cat "$world/url")
}
is_up_or_gone() {
	[ -s "$world/url" ] || ! kill -0 "$serve_pid" 2>/dev/null
}
child() {
	for c_pid in $(cat /proc/"$serve_pid"/task/*/children); do
		case $(tr '\0' ' ' <"/proc/$c_pid/cmdline") in
		*$1*) echo "$c_pid" ;;
		esac
	done
}
get() {
	curl -sf --max-time 20 "$url$1"
}
start_job() {
	curl -sf --max-time 20 -F "artifact_file=@$world/prog.bpf.o" \
	    -F profiles=debian-11-5.10 -F profiles=debian-12-6.1 \
	    -F required_profiles=debian-11-5.10 "$url/api/validate/start" |
	    jq -r .job_id
}
status() {
	get "/api/validate/status?job_id=$1" | jq -r "$2"
}
is() {
	[ "$(status "$1" "$2")" = "$3" ]
}

# Not inside of check: that is a process of its own.
start_serve
check "it starts and prints the address" test -n "$url"
check "on loopback, when no host was named" \
    test "$url" = "http://127.0.0.1:$port"
check "the page answers" sh -c "curl -sf '$url/' | grep -qi '<html'"

id=$(start_job)
check "a job runs" wait_until 20 \
    is "$id" '.profile_statuses["debian-11-5.10"]' pass
wait_until 20 is "$id" '.profile_statuses["debian-12-6.1"]' running
old=$(child bpfcompat-worker)
kill -9 "$old"
check "a killed worker's job is ended by the next one" wait_until 30 \
    is "$id" .state completed
check "with the right exit code" is "$id" .result.exit_code 0
check "and the finished target was not run twice" test \
    "$(grep -c debian-11-5.10 "$FAKE_RUNNER_LOG")" = 1

kill -9 "$(cut -d' ' -f1 "/proc/$(child bpfcompat-fcgi)/task/$(child \
    bpfcompat-fcgi)/children")"
check "the API answers after one of its children was killed" \
    wait_until 10 get /livez
kill -9 "$(child bpfcompat-fcgi)"
check "and after all of them were" wait_until 20 get /livez

matrix one debian-11-5.10
check "the command line lets the server do it" "$bin/bpfcompat" test \
    --server "$url/" --artifact "$world/prog.bpf.o" \
    --matrix "$world/one.yaml" --out "$world/remote.json"
check "and gets the report" jq -e '.schema_version == "v0.1" and
    .targets[0].status == "pass"' "$world/remote.json"
check "a key goes to another machine over https only" sh -c "! \
    BPFCOMPAT_REMOTE_KEY=x '$bin/bpfcompat' test --server http://192.0.2.1 \
    --artifact '$world/prog.bpf.o' --matrix '$world/one.yaml' 2>'$world/err' &&
    grep -q 'over https only' '$world/err'"

plan_for debian-11-5.10 hang
plan_for debian-12-6.1 hang
id=$(start_job)
wait_until 20 is "$id" '[.profile_statuses[]] | join(" ")' \
    "running running"
from=$(date +%s%N)
curl -s -X POST "$url/api/validate/cancel?job_id=$id" \
    >"$world/cancel"
check "cancel is obeyed" wait_until 10 is "$id" .state canceled
took=$((($(date +%s%N) - from) / 1000000))
check "within a second (and the slack of a busy machine)" \
    test "$took" -lt 2500
check "what was found before comes with the state" is "$id" \
    '.result | "\(.exit_code) \(.report.run.canceled) " +
    ([.report.targets[].status] | join(" "))' "1 true canceled canceled"
echo "# canceled through the API after $took ms"

"$bin/bpfcompat" serve --no-fetch --addr ":$port" >"$world/out" \
    2>"$world/err"
check "a second one in the same workdir is refused" \
    grep -q "another .serve. runs" "$world/err"
BPFCOMPAT_WORKDIR=$world/work2 "$bin/bpfcompat" serve --no-fetch \
    --addr ":$port" >"$world/out" 2>"$world/err"
check "a port in use is named, with another one to try" \
    grep -q "port $port on 127.0.0.1 is in use.*--addr" "$world/err"

# nginx's own workers do not die with a killed serve; the next one ends them.
kill -9 "$serve_pid"
wait "$serve_pid" 2>/dev/null
start_serve
check "it starts again after a kill -9" test -n "$url"
id=$(start_job)
wait_until 20 is "$id" '[.profile_statuses[]] | join(" ")' \
    "running running"
from=$(date +%s%N)
kill -INT "$serve_pid" 2>/dev/null
kill -TERM "$serve_pid"
wait "$serve_pid"
code=$?
took=$((($(date +%s%N) - from) / 1000000))
serve_pid=
check "a signal ends it well" test "$code" = 0
check "nothing is left running" test -z "$(left_over)"
check "and no accepted job is lost" test "$(sql "
    SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")" = 1
echo "# stopped after $took ms"
