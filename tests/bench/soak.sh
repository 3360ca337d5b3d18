#!/bin/sh
# "make soak": many jobs at once through nginx, API and workers, while
# clients poll and workers are killed.  At the end nothing is lost, nothing
# was judged twice, and the API answered all the time.  The virtual machines
# are the fake ones: this is about everything above them.
# SOAK_JOBS=200 SOAK_CLIENTS=50 SOAK_KILLS=5
set -u
top_srcdir=$1
top_builddir=$2
export top_srcdir top_builddir
jobs=${SOAK_JOBS:-200}
clients=${SOAK_CLIENTS:-50}
kills=${SOAK_KILLS:-5}
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
set -- debian-11-5.10 debian-12-6.1 debian-13-6.12
fake_kernel "$@"
for id; do
	plan_for "$id" pass:50
done
BPFCOMPAT_LEASE=2s
BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS=$((jobs * 2))
export BPFCOMPAT_LEASE BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS

serve_pid=
soak_end() {
	: >"$world/stop"
	[ -z "$serve_pid" ] || {
		kill "$serve_pid" 2>/dev/null
		wait "$serve_pid"
	}
	wait
	fake_world_end
}
trap soak_end EXIT
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
"$bin/bpfcompat" serve --public-demo --no-fetch --addr "127.0.0.1:$port" \
    >"$world/url" 2>"$world/serve.log" &
serve_pid=$!
wait_until 30 test -s "$world/url" || {
	cat "$world/serve.log"
	exit 1
}
url=$(cat "$world/url")

# client N: reads status and health until the end, counts what went wrong.
client() {
	while [ ! -e "$world/stop" ]; do
		id=$(tail -n "$1" "$world/ids" | head -n 1)
		for path in /api/health \
		    "/api/validate/status?job_id=$id&wait=1"; do
			code=$(curl -s -o /dev/null --max-time 30 \
			    -w '%{http_code}' "$url$path")
			[ "$code" = 200 ] || echo "$code $path"
		done
	done >"$world/client.$1"
}
worker() {
	for w_pid in $(cat /proc/"$serve_pid"/task/*/children); do
		grep -qa bpfcompat-worker "/proc/$w_pid/cmdline" &&
		    echo "$w_pid"
	done
}
ended() {
	[ "$(sql "SELECT count(*) FROM jobs WHERE state = 'completed'")" -ge \
	    "$1" ]
}

: >"$world/ids"
client_pids=
# The clients come while jobs are still queued.
early=20
[ "$jobs" -ge "$early" ] || early=1
n=0
while [ "$n" -lt "$jobs" ]; do
	curl -s -F "artifact_file=@$world/prog.bpf.o" \
	    -F profiles=debian-11-5.10,debian-12-6.1,debian-13-6.12 \
	    "$url/api/validate/start" | jq -r '.job_id // .error' \
	    >>"$world/ids"
	n=$((n + 1))
	[ "$n" -ne "$early" ] || {
		i=0
		while [ "$i" -lt "$clients" ]; do
			i=$((i + 1))
			client "$i" &
			client_pids="$client_pids $!"
		done
	}
done
accepted=$(grep -c '^val-' "$world/ids")
i=0
while [ "$i" -lt "$kills" ]; do
	i=$((i + 1))
	wait_until 300 ended $((accepted * i / (kills + 2)))
	pid=$(worker)
	[ -z "$pid" ] || kill -9 $pid
done
wait_until 600 ended "$accepted"
: >"$world/stop"
for pid in $client_pids; do
	wait "$pid"
done

plan 5
check "all $jobs jobs were accepted" test "$accepted" = "$jobs"
check "all of them ended with a verdict" test "$(sql "SELECT count(*) FROM runs
    WHERE summary_status = 'pass'")" = "$jobs"
check "no target was judged twice" test "$(sql "SELECT count(*) FROM
    (SELECT 1 FROM target_attempts WHERE outcome = 'done'
    GROUP BY job_id, profile_id HAVING count(*) > 1)")" = 0
bad=$(cat "$world"/client.* | sort | uniq -c | sort -rn | head)
if [ -z "$bad" ]; then
	pass "every request of $clients clients was answered with 200"
else
	fail "every request of $clients clients was answered with 200" "$bad"
fi
kill "$serve_pid"
wait "$serve_pid"
code=$?
serve_pid=
check "serve ended by itself" test "$code" = 0
exit "$tap_bad"
