# Sourced after api.sh: a registry with a worker, and words to ask it with.
#
#   registry_start           API, nginx and worker; BPFCOMPAT_* set before count
#   authed CURL-ARGUMENT...  with the first token; prints the status
#   get PATH, put JSON, upload VERSION FILE [CURL-ARGUMENT...], yank JSON
#   status_is NAME STATUS CODE FIELD COMMAND...   the refusal has these
#   left NAME STATUS CODE FIELD COMMAND...        and nothing is left behind

registry_secret=boot-secret
token="Authorization: Bearer $registry_secret"
# shellcheck disable=SC2034
of_x='tenant=acme&project=demo&artifact_name=x'
registry_worker=

registry_worker_start() {
	BPFCOMPAT_RUNNER_BIN=$top_builddir/tests/lib/fake_runner \
	    BPFCOMPAT_WORKDIR=$api_w "$top_builddir/bin/bpfcompat-worker" \
	    2>>"$api_w/logs/worker.log" &
	registry_worker=$!
}

registry_worker_stop() {
	[ -n "$registry_worker" ] || return 0
	kill "$registry_worker" 2>/dev/null
	wait "$registry_worker" 2>/dev/null
	registry_worker=
}

registry_start() {
	BPFCOMPAT_REGISTRY_AUTH_TOKEN=$registry_secret
	BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS=${registry_rate:-0}
	BPFCOMPAT_REGISTRY_SIGN_TIMEOUT=20s
	export BPFCOMPAT_REGISTRY_AUTH_TOKEN BPFCOMPAT_REGISTRY_SIGN_TIMEOUT
	export BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS
	trap 'registry_worker_stop; api_cleanup' EXIT
	api_start
	api_nginx
	registry_worker_start
}

authed() {
	api_curl -H "$token" "$@"
}

get() {
	authed "$1"
}

put() {
	authed -H 'Content-Type: application/json' -d "$1" \
	    /api/registry/projects
}

upload_to() {
	up_tenant=$1 up_project=$2 up_version=$3 up_file=$4
	shift 4
	authed -F "tenant=$up_tenant" -F "project=$up_project" \
	    -F artifact_name=x -F "artifact_version=$up_version" \
	    -F "artifact_file=@$up_file" "$@" /api/registry/artifacts/upload
}

upload() {
	upload_to acme demo "$@"
}

# yank '"VERSION", "reason": "..."'
yank() {
	authed -H 'Content-Type: application/json' -d "{\"tenant\": \"acme\",
	    \"project\": \"demo\", \"artifact_name\": \"x\", \"version\": $1}" \
	    /api/registry/artifacts/yank
}

# report SHA256: three targets, one of them optional
report() {
	jq -n --arg sha "$1" '{schema_version: "v0.1", run: {id: "other"},
	    artifact: {sha256: $sha}, matrix: {name: "m"}, targets: [
	    {profile_id: "a-1", required: true, status: "pass"},
	    {profile_id: "b-1", required: true, status: "fail",
	     classification_code: "MISSING_BTF"},
	    {profile_id: "c-1", required: false, status: "pass"}],
	    summary: {status: "Fail"}}'
}

records() {
	sql "select count(*) from history where chain = 'acme/demo'"
}

status_is() {
	si_name=$1 si_status=$2 si_code=$3 si_field=$4
	shift 4
	si_got=$("$@")
	if [ "$si_got" = "$si_status" ] && body_has ".code == \"$si_code\" and
	    .field == $si_field and (.error | length > 0)"; then
		pass "$si_name"
	else
		fail "$si_name" "status $si_got, wanted $si_status" \
		    "$(cat "$api/body")"
	fi
}

registry_traces() {
	echo "$(records) $(uploads) $(sql "select count(*) from artifacts;
	    select count(*) from registry_requests where state = 'pending'")"
}

left() {
	left_before=$(registry_traces)
	left_name=$1
	shift
	if left_out=$(status_is "$left_name leaves nothing" "$@") &&
	    [ "$left_before" != "$(registry_traces)" ]; then
		fail "$left_name leaves nothing" "before: $left_before" \
		    "after: $(registry_traces)"
	else
		tap_n=$((tap_n + 1))
		echo "$left_out"
	fi
}
