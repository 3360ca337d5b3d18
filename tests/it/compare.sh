#!/bin/sh
# Comparing, paging and taking away: one server, many questions; and the same
# comparison on the command line.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_WRITE_KEY=right-key
plan 49
prog=$top_builddir/bin/bpfcompat
golden=$top_srcdir/tests/unit/golden

api_start --api-children 1 --wait-children 1
api_nginx

# run ID VERSION FILE: a finished run with this report.
run() {
	a_job -F artifact_name=execsnoop -F "artifact_version=$2"
	complete_job "$job" "$1"
	jq --arg id "$1" '.run.id = $id' "$3" >"$api_w/runs/$1/report.json"
	sql "pragma foreign_keys = off;
	    update runs set artifact_version = '$2', report_sha256 =
		'$(sha256sum "$api_w/runs/$1/report.json" | cut -c1-64)',
		started_at = '$4' where run_id = '$1';
	    update run_profiles set started_at = '$4' where run_id = '$1'"
}
base=20260526T090000Z-001122
head=20260527T120001Z-a1b2c3
run "$base" v1 "$golden/compare-base.json" 2026-05-26T09:00:00.000Z
run "$head" v2 "$golden/compare-head.json" 2026-05-27T12:00:01.000Z

# --- compare ------------------------------------------------------------------
C=/api/compare
V='artifact_name=execsnoop&base_version=v1&head_version=v2'
got() {
	api_curl "$2" >"$api/code"
	test "$(cat "$api/code")" = "$1"
}
check "two runs are compared by their ids" \
    got 200 "$C?base_run_id=$base&head_run_id=$head"
check "the verdict is first of all" body_has '.diff.verdict |
    .status == "fail" and .exit_code == 2 and (.sentence | length > 20)'
check "the summary is what clients know" body_has '.diff |
    .schema_version == "compat_diff.v0.1" and .summary.total_profiles == 8
    and .summary.required_regressions == 2 and
    .base.path == "runs/'"$base"'/report.json" and
    ([.profiles[].profile_id] | . == sort)'
check "two versions mean their newest runs" got 200 "$C?$V"
check "and are the same comparison" body_has \
    ".diff.head.run_id == \"$head\" and .diff.head.signed == false"
check "the threshold can be set" got 200 "$C?$V&cost_threshold_percent=50"
check "and is heeded" body_has '.diff.summary.cost_up == 1'
check "it can be had as Markdown" got 200 "$C?$V&format=markdown"
check "and is that" grep -q '^| debian-11-5.10 | yes | New failures' \
    "$api/body"

# refuses STATUS FIELD QUERY
refuses() {
	got "$1" "$C?$3" && body_has ".field == \"$2\""
}
check "an unknown version is 404" refuses 404 head_version \
    'artifact_name=execsnoop&base_version=v1&head_version=V2'
check "an unknown run is 404" refuses 404 base_run_id \
    "base_run_id=20260101T000000Z-ffffff&head_run_id=$head"
check "nothing to compare is 400" refuses 400 artifact_name ''
check "one version is not enough" refuses 400 head_version \
    'artifact_name=execsnoop&base_version=v1'
check "a path elsewhere is 400" refuses 400 base_report \
    'base_report=/etc/passwd&head_report=/etc/passwd'
check "so is one that leads out" refuses 400 base_report \
    'base_report=reports/../../etc/passwd&head_report=reports/x'
check "and no file of another kind is opened" refuses 400 base_report \
    "base_report=bpfcompat.db&head_report=bpfcompat.db"
check "a wrong threshold is named" refuses 400 cost_threshold_percent \
    "$V&cost_threshold_percent=x"
mkdir -p "$api/reports"
cp "$golden/compare-head.json" "$api/reports/ci.json"
echo '{"schema_version":"v9"}' >"$api/reports/odd.json"
check "a report in reports/ is taken" got 200 \
    "$C?base_report=runs/$base/report.json&head_report=reports/ci.json"
check "with what it is called" body_has '.diff.head.path ==
    "reports/ci.json" and .diff.head.signed == false'
check "what is no report is refused by name" refuses 400 \
    'head_report: schema_version' \
    "base_report=runs/$base/report.json&head_report=reports/odd.json"
check "POST needs write authority" test "$(api_curl -d '{}' $C)" = 401
# posts STATUS BODY
posts() {
	[ "$(api_curl -H 'X-API-Key: right-key' -d "$2" $C)" = "$1" ]
}
check "and compares with it" posts 200 '{"artifact_name": " execsnoop ",
    "base_version": "v1", "head_version": "v2", "base_report": ""}'
check "with the same answer" body_has '.diff.verdict.exit_code == 2'
check "two paths win over versions" posts 200 '{"artifact_name": "x",
    "base_report": "runs/'"$base"'/report.json",
    "head_report": "runs/'"$head"'/report.json", "cost_threshold_percent": 9}'
check "an unknown member is refused" posts 400 '{"artifact": "x"}'
check "and whatever follows the body" posts 400 '{} {}'
cp "$api_w/runs/$base/report.json" "$api/kept"
echo >>"$api_w/runs/$base/report.json"
check "a stored report that was changed is not compared" got 500 "$C?$V"
cp "$api/kept" "$api_w/runs/$base/report.json"

# --- pages --------------------------------------------------------------------
R=/api/history/runs
check "a page says where the next begins" got 200 "$R?limit=1"
check "with the newest first" body_has ".records[0].run_id == \"$head\""
cursor=$(jq -r .next_cursor "$api/body")
check "the next page begins there" got 200 "$R?limit=1&cursor=$cursor"
check "and is the last" body_has \
    ".records[0].run_id == \"$base\" and (has(\"next_cursor\") | not)"
check "a cursor of another filter is 400" got 400 \
    "$R?limit=1&status=pass&cursor=$cursor"
check "so is any other text" got 400 "$R?cursor=MQ"
check "runs are narrowed by name, version, kernel, status and time" got 200 \
    "$R?artifact_name=execsnoop&artifact_version=v1&profile=debian-12-6.1&status=pass&from=2026-05-26&to=2026-05-27"
check "to what fits" body_has '.records | length == 1'
check "a version without a name is 400" got 400 "$R?artifact_version=v1"
check "a time that is none is 400" got 400 "$R?from=yesterday"
check "records have the same pages" got 200 \
    "/api/history/artifacts?profile=debian-12-6.1&limit=5"

# --- what can be taken away -----------------------------------------------------
A="/api/history/artifact?run_id=$head"
check "the object of a run is downloaded" got 200 "$A"
check "whole" cmp -s "$api/body" "$api/job.o"
check "with its digest and a safe name" sh -c "
    grep -qi '^X-BPF-SHA256: $(sha256sum "$api/job.o" | cut -c1-64)' \
	'$api/head' && grep -qi 'filename=\"execsnoop-v2.bpf.o\"' \
	'$api/head' && grep -qi '^Repr-Digest: sha-256=:' '$api/head'"
etag=$(tr -d '\r' <"$api/head" | sed -n 's/^[Ee][Tt]ag: //p')
check "who has it gets 304" test \
    "$(api_curl -H "If-None-Match: $etag" "$A")" = 304
check "a part is 206" test \
    "$(api_curl -H 'Range: bytes=0-3' "$A")" = 206
check "of the right bytes" sh -c "head -c 4 '$api/job.o' |
    cmp -s - '$api/body' && grep -qi '^Content-Range: bytes 0-3/' \
    '$api/head'"
check "beyond the end is 416" test \
    "$(api_curl -H 'Range: bytes=9999999-' "$A")" = 416
object=$(find "$api_w/objects" -type f -name "$(sha256sum "$api/job.o" |
    cut -c1-64)")
printf x | dd of="$object" bs=1 conv=notrunc 2>/dev/null
check "a damaged object is not sent" got 500 "$A"
echo log >"$api_w/runs/$head/targets/debian-12-6.1/logs/p000.object.log.zst"
E="/api/history/evidence?run_id=$head&profile=debian-12-6.1"
check "a verifier log comes by its id" got 200 "$E&log_id=p000.object"
check "an id that leads out does not" got 400 "$E&log_id=../../../x"

# --- the command line -----------------------------------------------------------
"$prog" compare --workdir "$api_w" execsnoop@v1 "$head" >"$api/out" \
    2>"$api/err"
check "bpfcompat compare ends with the verdict's code" test $? = 2
