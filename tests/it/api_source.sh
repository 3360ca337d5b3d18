#!/bin/sh
# Sources over HTTP: compiled by the worker, errors with line and column,
# the object to download.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

if ! command -v bwrap >/dev/null 2>&1; then
	skip_all "bubblewrap is not installed"
fi
if [ ! -f "$top_builddir/sdk/x86_64/vmlinux.h" ]; then
	skip_all "there are no headers to compile with (make sdk)"
fi
export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_MAX_SOURCE_BYTES=1024

plan 15
api_start
api_nginx
worker_pid=
stop_worker() {
	[ -z "$worker_pid" ] || {
		kill "$worker_pid" 2>/dev/null
		wait "$worker_pid" 2>/dev/null
	}
	api_cleanup
}
trap stop_worker EXIT

S=/api/validate/start
good='source_code=#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("xdp") int pass(struct xdp_md *c) { return XDP_PASS; }
char l[] SEC("license") = "GPL";'

check "the configuration says that sources are compiled" eval \
    '[ "$(api_curl /api/config)" = 200 ] && body_has ".features.compile"'
refused "a flag that is not in the list" invalid 400 '"clang_flags"' \
    --form-string "$good" -F clang_flags=-fplugin=x.so $S
refused "an include path outside of the headers" invalid 400 \
    '"clang_flags"' --form-string "$good" -F 'clang_flags=-I /etc' $S
head -c 2000 /dev/zero | tr '\0' ' ' >"$api/long.bpf.c"
refused "a source over the limit" too_large 413 '"source_file"' \
    -F "source_file=@$api/long.bpf.c" $S
refused "two sources" invalid 400 '"source_code"' --form-string "$good" \
    -F "source_file=@$top_srcdir/tests/bpf/xdp.bpf.c" $S

FAKE_RUNNER_PLAN=$api FAKE_RUNNER_LOG=$api/runs.log
export FAKE_RUNNER_PLAN FAKE_RUNNER_LOG
BPFCOMPAT_RUNNER_BIN=$top_builddir/tests/lib/fake_runner \
    BPFCOMPAT_INFRA_RETRIES=0 "$top_builddir/bin/bpfcompat-worker" \
    --workdir "$api_w" 2>"$api/worker.log" &
worker_pid=$!

# --- one that does not compile ------------------------------------------------
bad='source_code=int f(void)
{
	return nothing;
}'
got=$(api_curl --form-string "$bad" -F profiles=debian-12-6.1 /api/validate)
check "a source that does not compile is the client's error" \
    test "$got" = 400
check "its code and field say so" body_has \
    '.code == "compile_failed" and .field == "source_code"'
check "each complaint has file, line, column and text" body_has \
    '.diagnostics[0] | .file == "source.bpf.c" and .line == 3 and
    .column == 9 and .severity == "error" and (.message | length > 0)'
got=$(api_curl --form-string "$bad" -F profiles=debian-12-6.1 $S)
job=$(jq -r .job_id "$api/body")
ended() {
	api_curl "/api/validate/status?job_id=$job" >/dev/null
	body_has '.state | IN("failed", "completed")'
}
wait_until 30 ended
check "a queued one ends as failed, with the same complaints" body_has \
    '.state == "failed" and .error_code == "compile_failed" and
    .diagnostics[0].line == 3'

# --- one that does ----------------------------------------------------------------
got=$(api_curl --form-string "$good" -F clang_flags='-mcpu=v3' -F \
    profiles=debian-12-6.1 $S)
check "a good source is taken" test "$got" = 202
job=$(jq -r .job_id "$api/body")
wait_until 40 ended
check "its report tells how it was compiled" body_has \
    '.result.report.compile | .flags == ["-mcpu=v3"] and
    (.compiler | test("clang"))'
run=$(jq -r .run_id "$api/body")
sha=$(jq -r '.result.report.compile.objects[0].sha256' "$api/body")
file=$(jq -r '.result.report.compile.objects[0].path' "$api/body")
got=$(api_curl "/api/history/evidence?run_id=$run&file=$file")
check "the object can be had, and has its digest" eval \
    '[ "$got" = 200 ] &&
    [ "$(sha256sum <"$api/body" | cut -c1-64)" = "$sha" ]'
check "nothing else of the run's folder can" eval \
    '[ "$(api_curl \
    "/api/history/evidence?run_id=$run&file=compile/../report.json")" \
    = 400 ]'

# --- one that takes for ever --------------------------------------------------------
bomb='source_code=#define A(x) x+x+x+x+x+x+x+x
#define B(x) A(A(A(A(x))))
int f(void) { return B(B(B(B(1)))); }'
got=$(api_curl --form-string "$bomb" -F profiles=debian-12-6.1 $S)
job=$(jq -r .job_id "$api/body")
# In brackets, so that the search does not find itself.
compiling() {
	grep -qs "$api_w/object[s]" /proc/[0-9]*/cmdline
}
wait_until 20 compiling
api_curl -X POST "/api/validate/cancel?job_id=$job" >/dev/null
canceled() {
	api_curl "/api/validate/status?job_id=$job" >/dev/null
	body_has '.state == "canceled"'
}
check "a job is canceled while it compiles" wait_until 5 canceled
check "its compiler is gone" wait_until 5 eval '! compiling'
