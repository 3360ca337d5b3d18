#!/bin/sh
# How long POST /api/runtime/select takes over 100,000 signed records, ten
# artifacts of 10,000 each, nginx and the decision it puts on record included:
# the median of 51 requests.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
rows=${ROWS:-100000}
budget_ms=${BUDGET_MS:-20}
export BPFCOMPAT_API_WRITE_KEY=write-key-of-the-bench
export BPFCOMPAT_API_RATE_LIMIT_MAX_REQUESTS=0
plan 1

"$top_builddir/tests/lib/history_writer" -l -b 2000 -t "$api_w" '' "$rows" \
    >/dev/null || exit 1
api_start --api-children 1 --wait-children 1
api_nginx

ask() {
	curl -s --unix-socket "$api_w/run/http.sock" -o "$api/body" \
	    -w '%{time_total}\n' -H "X-API-Key: $BPFCOMPAT_API_WRITE_KEY" \
	    -H 'Content-Type: application/json' \
	    -d '{"artifact_name":"probe-1","limit":5}' \
	    http://bpfcompat/api/runtime/select
}
ask >/dev/null
jq -e ".selection.candidates_reviewed == $rows / 10" "$api/body" \
    >/dev/null || echo "# $(head -c 300 "$api/body")"
i=0
while [ "$i" -lt 51 ]; do
	ask
	i=$((i + 1))
done | sort -n >"$api/times"
median=$(sed -n 26p "$api/times" | awk '{ printf "%.1f", $1 * 1000 }')
least=$(sed -n 1p "$api/times" | awk '{ printf "%.1f", $1 * 1000 }')
echo "# select over $rows records: median $median ms, least $least ms"
check "select over $rows records takes $budget_ms ms at most" \
    awk "BEGIN { exit !($median <= $budget_ms) }"
