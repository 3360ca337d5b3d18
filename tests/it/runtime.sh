#!/bin/sh
# Probe, select and decisions: one server with a signed history, many
# questions, and what is on record and published afterwards.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
. "$top_srcdir/tests/lib/registry.sh"
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_WRITE_KEY=write-key-of-the-test
plan 34
prog=$top_builddir/bin/bpfcompat
key='X-API-Key: write-key-of-the-test'

# The bench's histories: ten artifacts of one form, eleven kernels passed.
"$top_builddir/tests/lib/history_writer" -l "$api_w" '' 20 >/dev/null || exit 1
registry_start

got() {
	got_code=$1
	shift
	api_curl "$@" >"$api/code"
	test "$(cat "$api/code")" = "$got_code"
}
select_() {
	got "$1" -H "$key" -H 'Content-Type: application/json' -d "$2" \
	    /api/runtime/select
}
refused() {
	select_ 400 "$2" && body_has ".field == \"$1\""
}

# --- probe --------------------------------------------------------------------
check "the host can be asked" got 200 /api/runtime/probe
check "and answers as clients know it" body_has '.probe |
    .schema_version == "runtime_probe.v0.1" and (.kernel.release | length > 0)
    and (.host.arch | test("^(amd64|arm64)$")) and
    (.btf.kernel_available | type == "boolean") and (.features | keys) ==
    ["attach_kprobe_events", "attach_tracefs", "map_perf_event_array",
    "map_ringbuf", "prog_kprobe", "prog_tracepoint", "prog_tracing",
    "prog_xdp"]'
check "each feature says how it was learnt" body_has '[.probe.features[] |
    (.source | IN("syscall", "heuristic", "filesystem")) and
    (.status | IN("supported", "unsupported", "unknown")) and
    (.reason | length > 0)] | all'
check "what could not be asked is unknown, with the errno" body_has '
    [.probe.features[] | select(.source == "syscall" and .status == "unknown")
    | .errno > 0] | all'
check "facts say where they are from" body_has '[.probe.facts[] |
    .source | length > 0] | all'
check "lockdown, LSM, JIT, sysctl and capabilities are among them" body_has '
    .probe.facts | has("lockdown") and has("lsm") and has("jit") and
    has("unprivileged_bpf_disabled") and has("cap_effective")'
check "its name is not told" body_has '.probe.host.hostname == "demo-host"'
cp "$api/body" "$api/first"
check "the answer is kept for a while" got 200 /api/runtime/probe
check "and is the same" cmp -s "$api/body" "$api/first"
check "options are booleans" got 400 '/api/runtime/probe?use_sudo=maybe'
check "sudo is not run for whoever asks" got 200 \
    '/api/runtime/probe?prefer_privileged=true&use_sudo=true'
check "and that is no error" body_has '.probe.probe_mode |
    test("^heuristic") and (test("sudo") | not)'

# --- select --------------------------------------------------------------------
check "selecting takes the write key" got 401 -H \
    'Content-Type: application/json' -d '{"artifact_name":"probe-1"}' \
    /api/runtime/select
check "a version is selected" select_ 200 '{"artifact_name":"probe-1"}'
check "with its reasons" body_has '.selection |
    .schema_version == "runtime_selection.v0.1" and
    .selected.artifact_version == "v11" and
    (.selected.reasons | length > 0) and .candidates_reviewed == 2'
check "the record is named by place and digests" body_has '.selection.selected
    | .record_seq == 11 and (.record_sha256 | length == 64) and
    (.artifact_sha256 | length == 64) and (.run_id | length > 0)'
check "with a correlation id, the host and the record of it" body_has '
    (.correlation_id | test("^[0-9a-f]{32}$")) and
    .host_probe.schema_version == "runtime_probe.v0.1" and
    .audit.event.correlation_id == .correlation_id and
    .audit.event_stream_path == "registry/runtime_decisions.jsonl" and
    .audit.trace_path == "runtime-audit/decisions/" + .audit.decision_id +
    ".json"'
id=$(jq -r .audit.decision_id "$api/body")
corr=$(jq -r .correlation_id "$api/body")
check "no name of a server's file is told" sh -c \
    "! grep -q '\"/tmp\|$api_w' '$api/body'"
check "an artifact nobody knows is not found" select_ 404 \
    '{"artifact_name":"nothing"}'
check "and that is a decision, too" body_has '.code == "artifact_unknown" and
    .audit.event.status == "denied" and (.correlation_id | length == 32)'
check "neither is a version" select_ 404 \
    '{"artifact_name":"probe-1","version":"v9"}'
check "what a policy rejects is told with each reason" select_ 409 \
    '{"artifact_name":"probe-1","policy":{"require_summary_pass":true}}'
check "version by version" body_has '.code == "no_acceptable_candidate" and
    ([.selection.rejected[] | .policy_violations | length > 0] |
    length == 2 and all)'
check "a wrong rule is named" refused policy.require_pass \
    '{"artifact_name":"x","policy":{"require_pass":true}}'
check "a negative limit of failures is refused" refused \
    policy.max_required_failed \
    '{"artifact_name":"x","policy":{"max_required_failed":-1}}'
check "an option nobody has is refused" refused probe.root \
    '{"artifact_name":"x","probe":{"root":true}}'
check "a request chooses no folder" refused workdir \
    '{"artifact_name":"x","workdir":"/etc"}'

# --- on record -------------------------------------------------------------------
check "decisions are listed, newest first" got 200 \
    '/api/runtime/decisions?limit=2'
check "with a way to the older ones" body_has '(.records | length) == 2 and
    .records[0].code == "no_acceptable_candidate" and
    (.next_cursor | length > 0)'
check "a decision's event is in the audit" test 1 = "$(sql "select count(*)
    from audit where action = 'runtime_select' and
    line like '%\"correlation_id\":\"$corr\"%'")"
published() {
	test -s "$api_w/runtime-audit/decisions/$id.json" &&
	    test 4 = "$(wc -l <"$api_w/registry/runtime_decisions.jsonl")"
}
check "trace and stream are published" wait_until 20 published
check "the trace is the decision" jq -e --arg c "$corr" '
    .schema_version == "runtime_decision_trace.v0.1" and
    .correlation_id == $c and .status == "success" and
    (.host_probe.host.hostname != "demo-host") and
    .selection.selected.record_seq == 11' \
    "$api_w/runtime-audit/decisions/$id.json"
check "the stream names its digest" sh -c "sum=\$(sha256sum \
    '$api_w/runtime-audit/decisions/$id.json' | cut -c1-64);
    grep -q \"\\\"trace_sha256\\\":\\\"\$sum\\\"\" \
    '$api_w/registry/runtime_decisions.jsonl'"
check "all of it follows from the database" "$prog" admin publish \
    --workdir "$api_w" --check
