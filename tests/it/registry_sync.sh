#!/bin/sh
# Finished runs become versions of a registry project by themselves.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 9
fake_kernel debian-12-6.1
matrix m debian-12-6.1

run() {
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --matrix "$world/m.yaml" "$@" >"$world/out" 2>"$world/err"
}
run --artifact-name early --artifact-version v1

BPFCOMPAT_API_AUTO_SYNC_REGISTRY=true
BPFCOMPAT_API_AUTO_SYNC_TENANT=acme
BPFCOMPAT_API_AUTO_SYNC_PROJECT=ci
BPFCOMPAT_API_AUTO_SYNC_PROJECT_VISIBILITY=public
export BPFCOMPAT_API_AUTO_SYNC_REGISTRY BPFCOMPAT_API_AUTO_SYNC_TENANT
export BPFCOMPAT_API_AUTO_SYNC_PROJECT
export BPFCOMPAT_API_AUTO_SYNC_PROJECT_VISIBILITY
worker() {
	"$bin/bpfcompat-worker" 2>>"$world/worker.log" &
	worker=$!
	worker_pids="$worker_pids $worker"
	wait_until 20 begun
}
begun() {
	[ "$(sql 'SELECT count(*) FROM registry_sync')" = 1 ]
}
# synced N: so many runs were looked at.
synced() {
	[ "$(sql 'SELECT seq FROM registry_sync')" = "$1" ] &&
	    [ "$(sql "SELECT count(*) FROM registry_requests
	    WHERE state = 'pending'")" = 0 ]
}
versions() {
	sql "SELECT group_concat(artifact_name || '@' || artifact_version ||
	    ' ' || evidence, ',') FROM registry_versions"
}

worker
run --artifact-name probe --artifact-version v1
check "a finished run is looked at" wait_until 20 synced 2
check "it is a version that this server has measured; earlier runs are left \
alone" test "$(versions)" = "probe@v1 run"
check "its project is made with the visibility that was asked for" test \
    "$(sql "SELECT tenant || '/' || project || ' ' || visibility
    FROM registry_projects")" = "acme/ci public"
check "project and version are on record in the audit" test "$(sql "SELECT
    group_concat(action || ' ' || actor, ',') FROM (SELECT * FROM audit
    ORDER BY seq)")" = "project_upsert auto-sync,artifact_upload auto-sync"
check "the record names the run" test "$(sql "SELECT run_id FROM history
    WHERE chain = 'acme/ci'")" = "$(sql "SELECT run_id FROM history
    WHERE chain = '' AND artifact_name = 'probe'")"

sql "UPDATE registry_projects SET visibility = 'private'"
run --artifact-name probe --artifact-version v1
wait_until 20 synced 3
check "a version that is there stays, and so does its project" test \
    "$(versions) $(sql 'SELECT visibility FROM registry_projects')" = \
    "probe@v1 run private"

run --artifact-name 'no name' --artifact-version v1
wait_until 20 synced 4
check "a name that is none is passed over, on record" test "$(sql "SELECT
    json_extract(line, '\$.metadata.deny_reason') FROM audit
    WHERE status = 'denied'")" = name_invalid

# Runs that end while nobody is there are not forgotten.
kill -9 "$worker"
wait "$worker" 2>/dev/null
run --artifact-name probe --artifact-version v2
worker
wait_until 20 synced 5
check "what ended meanwhile is caught up with" test "$(versions)" = \
    "probe@v1 run,probe@v2 run"
check "every chain verifies" "$bin/bpfcompat" history verify --all
