#!/bin/sh
# How often somebody may ask: per caller, per address for wrong credentials,
# over processes and restarts, and what the answers say about it.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

plan 36
export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_WRITE_KEY=right-key,second-key
export BPFCOMPAT_API_RATE_LIMIT_MAX_REQUESTS=4
export BPFCOMPAT_API_RATE_LIMIT_WINDOW_SECONDS=3600
export BPFCOMPAT_REGISTRY_AUTH_TOKEN=first-token
export BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS=3
export BPFCOMPAT_API_ENABLE_METRICS=true
export BPFCOMPAT_API_MAX_FAILED_LOGINS=5
export BPFCOMPAT_API_FAILED_LOGIN_WINDOW_SECONDS=3600
api_start
api_nginx
elf "$api/o.o"
elf "$api/big.o" 3000000

is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}
validate() {
	api_curl -F "artifact_file=@$api/o.o" -F profiles=debian-12-6.1 "$@" \
	    /api/validate/start
}
header() {
	tr -d '\r' <"$api/head" | sed -n "s/^$1: //Ip"
}
# between NAME LEAST MOST
between() {
	n=$(header "$1")
	[ "${n:-0}" -ge "$2" ] && [ "$n" -le "$3" ] ||
	    { echo "$1 is $n"; return 1; }
}

check "the first validation is taken" is "$(validate)" 202
check "and the answer tells the limit" has_header RateLimit-Limit 4
check "what is left" has_header RateLimit-Remaining 3
check "the rule" has_header RateLimit-Policy '4;w=3600'
check "and when all of it is there again" between RateLimit-Reset 3590 3930
validate >/dev/null
check "another address of the API counts together" \
    is "$(api_curl -F "artifact_file=@$api/o.o" -F profiles=debian-12-6.1 \
    /api/v1/validate/start)" 202
validate >/dev/null
check "the one over the limit is 429" is "$(validate)" 429
check "with its own code" body_has '.code == "rate_limited" and .request_id'
check "it says when to come again" between Retry-After 3500 3930
jobs=$(sql 'select count(*) from jobs')
check "and leaves no job" is "$jobs" 4
# At this rate the body would take five minutes.
check "it is refused before its body is read" is "$(api_curl \
    --limit-rate 10k -F "artifact_file=@$api/big.o" /api/validate/start)" 429
check "a caller with a name counts apart" \
    is "$(validate -H 'X-API-Key: right-key')" 202
check "reading is not limited" is "$(for i in 1 2 3 4 5 6; do
    api_curl /api/profiles; done)" 200200200200200200

registry() {
	for tenant; do
		api_curl -H 'Authorization: Bearer first-token' \
		    "/api/registry/projects?tenant=$tenant"
	done
}
check "the registry counts for each tenant" \
    is "$(registry acme acme acme other acme)" 200200200200429
check "by its own rule" has_header RateLimit-Policy '3;w=60'
check "and what it refuses is in the audit" is "$(sql "select count(*)
    from audit where action = 'project_list_denied' and tenant = 'acme'")" 1

# The right key was known before the flood, the second one was not.
wrong() {
	for i in 1 2 3 4 5; do
		api_curl -H "X-API-Key: wrong-$i" /api/history/runs
	done
}
check "wrong keys are 401" is "$(wrong)" 401401401401401
check "and 429 when they are too many" is "$(wrong)" 429429429429429
check "with the time to come again" between Retry-After 3500 3930
check "the audit has one event of that" is "$(sql "select count(*) from audit
    where action = 'login_denied'")" 1
check "a key that was right before goes on" \
    is "$(api_curl -H 'X-API-Key: right-key' /api/history/runs)" 200
check "one that was not is refused unseen" \
    is "$(api_curl -H 'X-API-Key: second-key' /api/history/runs)" 429
check "without credentials nothing changes" \
    is "$(api_curl /api/history/runs)$(api_curl /api/health)" 401200

metric() {
	awk -v name="$1" 'index($0, name " ") == 1 { print $NF }' "$api/body"
}
check "metrics are for readers" is "$(api_curl /metrics)" 401
check "and a reader gets them" \
    is "$(api_curl -H 'X-API-Key: right-key' /metrics)" 200
check "as Prometheus wants them" awk -f "$top_srcdir/tests/lib/promtext.awk" \
    "$api/body"
check "requests are counted by route and status" is "$(metric \
    'bpfcompat_http_requests_total{method="GET",route="/api/profiles",status="200"}')" 6
check "refused logins too" is "$(metric \
    'bpfcompat_rate_limit_drops_total{action="login"}')" 6
check "and the queue is what it is" is "$(metric \
    bpfcompat_validate_jobs_queued)" "$(sql "select count(*) from jobs
    where state = 'queued'")"

api_stop
export BPFCOMPAT_API_ENABLE_METRICS=false
export BPFCOMPAT_API_MAX_QUEUED_JOBS_PER_CALLER=2
api_start
api_nginx
check "a restart lifts no limit" \
    is "$(validate)$(api_curl -H 'X-API-Key: wrong' /api/history/runs)" 429429
check "nor what is known" \
    is "$(api_curl -H 'X-API-Key: right-key' /api/history/runs)" 200
check "metrics that are not wanted are not there" \
    is "$(api_curl -H 'X-API-Key: right-key' /metrics)" 404

# One of this caller's jobs waits since before.
check "a caller may have so many jobs in the queue" \
    is "$(validate -H 'X-API-Key: right-key')" 202
jobs=$(sql 'select count(*) from jobs')
check "and not one more" is "$(validate -H 'X-API-Key: right-key'
    )$(sql 'select count(*) from jobs')" "429$jobs"
check "with a code of its own" body_has '.code == "caller_queue_full"'
check "and the time to come again" has_header Retry-After 10
