#!/bin/sh
# doc/openapi.yaml says what the route table says, and what the server does.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
. "$top_srcdir/tests/lib/registry.sh"
lib=$top_srcdir/tests/lib

plan 10
"$top_builddir/tests/lib/yaml2json" <"$top_srcdir/doc/openapi.yaml" \
    >"$api/doc.json" || exit 1
"$top_builddir/tests/lib/routes_json" >"$api/routes.json" || exit 1

# none FILTER: it prints nothing.
none() {
	jq -rn -L "$lib" --slurpfile d "$api/doc.json" \
	    --slurpfile r "$api/routes.json" --slurpfile a "$api/answers" \
	    "include \"openapi\"; \$d[0] as \$doc | \$r[0] as \$routes |
	    \$a as \$answers | $1" >"$api/wrong" 2>&1
	head -n 20 "$api/wrong"
	[ ! -s "$api/wrong" ]
}
: >"$api/answers"
check "it is OpenAPI 3.1" jq -e '.openapi == "3.1.0"' "$api/doc.json"
check "every reference leads somewhere" none 'dangling($doc)'
check "no operation has a name twice" none 'twice($doc)'
check "it has the routes, parameters and fields of the table" \
    none 'against_routes($doc; $routes)'
check "and no other routes" none '[$routes[] | .path] as $have |
    $doc.paths | keys - $have | .[]'

# --- what the server answers -----------------------------------------------------
export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_ENABLE_METRICS=true
export BPFCOMPAT_API_WRITE_KEY=write-key-of-the-test
export BPFCOMPAT_REGISTRY_AUTH_TOKEN=first-token-of-the-test
api_start
api_nginx

# ask METHOD PATH QUERY [OPTION...]: adds the answer to $api/answers.
ask() {
	ask_method=$1 ask_path=$2 ask_query=$3
	shift 3
	case $ask_path in
	/metrics) ask_base='' ;;
	*) ask_base=/api/v1 ;;
	esac
	ask_code=$(api_curl -X "$ask_method" "$@" \
	    "$ask_base$ask_path$ask_query")
	ask_type=$(tr -d '\r' <"$api/head" |
	    sed -n 's/^content-type: //Ip' | tail -n 1)
	case $ask_type in
	*json*) cp "$api/body" "$api/json" ;;
	*) echo null >"$api/json" ;;
	esac
	jq -c --arg m "$ask_method" --arg p "$ask_path" \
	    --argjson s "$ask_code" --arg t "$ask_type" \
	    '{method: $m, path: $p, status: $s, type: $t, body: .}' \
	    "$api/json" >>"$api/answers"
}
key='X-API-Key: write-key-of-the-test'
token='Authorization: Bearer first-token-of-the-test'
json='Content-Type: application/json'

# Every route as a stranger and with next to nothing in the request: what it
# answers is documented.
jq -r '.[] | "\(.method) \(.path)"' "$api/routes.json" |
    while read -r method path; do
	ask "$method" "$path" '?tenant=acme&project=edge' </dev/null
done
check "what a stranger is answered is documented" none \
    '$answers[] | answer_breaks($doc)'

: >"$api/answers"
# A report as the worker writes it.
api_report=$top_srcdir/tests/unit/golden/report.json
a_job
complete_job "$job" 20260101T000000Z-aaaaaa
a_job
ask GET /validate/status "?job_id=$job"
ask POST /validate/cancel "?job_id=$job"
ask GET /validate/status '?job_id=val-00000000000000000000000000000000'
ask POST /validate/start '' -F "artifact_file=@$api/job.o" \
    -F profiles=debian-12-6.1
ask POST /validate/start '' -F "artifact_file=@$api/job.o" -F profiles=none
ask POST /validate/start '' -F wrong=field
ask GET /history/runs ''
ask GET /history/runs '?limit=1&status=pass'
ask GET /history/runs '?limit=x'
ask GET /history/artifacts ''
ask GET /history/run-report '?run_id=20260101T000000Z-aaaaaa'
ask GET /history/run-report '?run_id=20260101T000000Z-bbbbbb'
ask GET /history/artifact '?run_id=20260101T000000Z-aaaaaa'
ask GET /compare '?base_run_id=20260101T000000Z-aaaaaa'
ask POST /compare '' -H "$key" -H "$json" -d '{"wrong":1}'
check "jobs, history and comparisons are" none \
    '$answers[] | answer_breaks($doc)'

: >"$api/answers"
ask POST /registry/projects '' -H "$token" -H "$json" \
    -d '{"tenant":"acme","project":"edge","visibility":"public"}'
ask POST /registry/projects '' -H "$token" -H "$json" -d '{"tenant":"acme"}'
ask GET /registry/projects '?tenant=acme' -H "$token"
ask GET /registry/projects '?tenant=acme&project=edge' -H "$token"
ask GET /registry/projects '?tenant=acme&project=no' -H "$token"
ask GET /registry/artifacts '?tenant=acme&project=edge'
ask GET /registry/artifacts '?tenant=acme&project=edge' -H "$token"
ask GET /registry/artifacts/download \
    '?tenant=acme&project=edge&artifact_name=a&version=1' -H "$token"
ask GET /registry/audit/events '?tenant=acme' -H "$token"
ask GET /registry/history/verify '?tenant=acme&project=edge' -H "$token"
ask GET /registry/audit/events '?tenant=acme' -H 'Authorization: Bearer no'
check "and the registry" none '$answers[] | answer_breaks($doc)'

# With a worker that signs: an artifact comes, is fetched and is taken back.
: >"$api/answers"
trap 'registry_worker_stop; api_cleanup' EXIT
registry_worker_start
elf "$api/x.o"
elf "$api/y.o" 600
# upload_x FILE [CURL-OPTION...]
upload_x() {
	up_file=$1
	shift
	ask POST /registry/artifacts/upload '?tenant=acme&project=edge' \
	    -H "$token" -F artifact_name=x -F artifact_version=1 \
	    -F "artifact_file=@$up_file" "$@"
}
of='?tenant=acme&project=edge&artifact_name=x&version=1'
yank='{"tenant":"acme","project":"edge","artifact_name":"x","version":"1",
    "reason":"broken"}'
upload_x "$api/x.o"
upload_x "$api/x.o"
upload_x "$api/y.o"
upload_x "$api/y.o" -F wrong=field
ask GET /registry/artifacts '?tenant=acme&project=edge' -H "$token"
ask GET /registry/artifacts/download "$of" -H "$token"
ask GET /registry/artifacts/download "$of" -H "$token" -H 'Range: bytes=0-3'
ask GET /registry/artifacts/download "$of" -H "$token" -H 'Range: bytes=99999-'
etag=$(tr -d '\r' <"$api/head" | sed -n 's/^etag: //Ip')
ask GET /registry/artifacts/download "$of" -H "$token" \
    -H "If-None-Match: ${etag:-*}"
ask GET /registry/artifacts/report "$of" -H "$token"
ask GET /registry/history/verify '?tenant=acme&project=edge' -H "$token"
ask POST /registry/artifacts/yank '' -H "$token" -H "$json" -d "$yank"
ask POST /registry/artifacts/yank '' -H "$token" -H "$json" -d "$yank"
ask GET /registry/artifacts/download "$of" -H "$token"
ask GET /registry/audit/events '?tenant=acme' -H "$token"
check "and what becomes of an artifact" none \
    '$answers[] | answer_breaks($doc)'
check "each step did what it was for" none '[$answers[].status] |
    select(. != [200, 200, 409, 400, 200, 200, 206, 416, 304, 200, 200, 200,
    200, 200, 200]) | tojson'
