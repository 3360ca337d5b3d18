#!/bin/sh
# "make bench": what matters, as ratios of two measurements of the same run,
# so that a slow or busy machine does not change the answer.  Budgets are
# those of doc/architecture.md; BENCH_STRICT=1 makes a missed one an error.
set -u
top_srcdir=$1
top_builddir=$2
export top_srcdir top_builddir
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
missed=0

# ratio NAME A B BUDGET: A / B, and whether it is within the budget.
ratio() {
	awk -v name="$1" -v a="$2" -v b="$3" -v budget="$4" 'BEGIN {
		r = b > 0 ? a / b : 0
		ok = r > 0 && r <= budget
		printf "%-58s %8.2f  (budget %s) %s\n", name, r, budget,
		    ok ? "" : "MISSED"
		exit !ok
	}' || missed=1
}

# --- queue and history: 1000 rows against 100000 -----------------------------
# rows N: as many finished jobs, copied inside the database.
rows() {
	sql "PRAGMA foreign_keys = OFF;
	WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n
	    WHERE i < $1)
	INSERT INTO jobs (id, state, origin, artifact_sha256, artifact_size,
	    artifact_basename, timeout_ms, concurrency, created_at,
	    updated_at, run_id, exit_code)
	SELECT printf('val-%032x', $2 + i), 'completed', 'api', sha256, 3,
	    'a.o', 60000, 1, t, t, printf('20260101T000000Z-%06x', $2 + i), 0
	FROM n, (SELECT sha256, '2026-01-01T00:00:00.000Z' AS t
	    FROM artifacts LIMIT 1);
	INSERT INTO runs (run_id, job_id, started_at, finished_at,
	    artifact_name, artifact_version, artifact_sha256, summary_status,
	    exit_code, required_passed, required_failed, total_profiles,
	    report_path, report_sha256)
	SELECT run_id, id, created_at, created_at, 'a', '1', artifact_sha256,
	    'pass', 0, 1, 0, 1, 'runs/x', 'x'
	FROM jobs WHERE run_id NOT IN (SELECT run_id FROM runs)
	    AND state = 'completed';
	INSERT INTO job_targets (job_id, position, profile_id, required,
	    timeout_ms, state, updated_at, finished_at, duration_ms)
	SELECT id, 0, 'debian-12-6.1', 1, 60000, 'pass', updated_at,
	    updated_at, 5
	FROM jobs WHERE id NOT IN (SELECT job_id FROM job_targets)"
}
us() {
	awk -v name="$2" '$1 == name { print $2 }' "$world/$1"
}

bench=$top_builddir/tests/bench/bench_store
mkdir -p "$BPFCOMPAT_WORKDIR"
"$bench" "$BPFCOMPAT_WORKDIR" >/dev/null || exit 1
rows 1000 1000000
"$bench" "$BPFCOMPAT_WORKDIR" >"$world/few" || exit 1
rows 99000 2000000
"$bench" "$BPFCOMPAT_WORKDIR" >"$world/many" || exit 1
echo "microseconds (median) with 1000 and with 100000 rows"
for what in claim status history counts; do
	printf '  %-10s %10s %10s\n' "$what" "$(us few $what)" \
	    "$(us many $what)"
done
for what in claim status history counts; do
	ratio "$what with 100000 rows / with 1000" "$(us many $what)" \
	    "$(us few $what)" 2
done

# --- requests: history with those rows against a constant answer ----------------
BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ
"$bin/bpfcompat-fcgi" 2>"$world/fcgi.log" &
fcgi_pid=$!
trap 'kill "$fcgi_pid" 2>/dev/null; wait; fake_world_end' EXIT
client=$top_builddir/tests/lib/fcgi_client
sock=$BPFCOMPAT_WORKDIR/run/api.sock
wait_until 20 "$client" "$sock" GET /readyz || exit 1

# requests PATH: milliseconds that 300 of them take, one after the other.
requests() {
	req_from=$(date +%s%N)
	req_n=0
	while [ "$req_n" -lt 300 ]; do
		"$client" "$sock" GET "$1" >/dev/null || exit 1
		req_n=$((req_n + 1))
	done
	echo $((($(date +%s%N) - req_from) / 1000000))
}
job=$(sql "SELECT id FROM jobs WHERE state = 'queued' LIMIT 1")
requests /api/health >/dev/null
health=$(requests /api/health)
ratio "GET validate/status / GET health" \
    "$(requests "/api/validate/status?job_id=$job")" "$health" 2
ratio "GET history/runs?limit=50 of 100000 / GET health" \
    "$(requests '/api/history/runs?limit=50')" "$health" 3
rss=$(for pid in $(cat /proc/$fcgi_pid/task/*/children); do
	awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
done | sort -n | tail -n 1)
ratio "memory of an API process / 12 MiB" "$rss" 12288 1
kill "$fcgi_pid"
wait "$fcgi_pid"
trap fake_world_end EXIT

[ "$missed" -eq 0 ] || [ -z "${BENCH_STRICT:-}" ]
