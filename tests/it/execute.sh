#!/bin/sh
# The loader with a kernel at hand: what is loaded is what was asked for, who
# owns it is on record, and what it leaves behind is nothing.
set -u
. "$top_srcdir/tests/lib/tap.sh"

bin=$top_builddir/bin
[ -x "$bin/bpfcompat-execute" ] || skip_all "built without a loader"
[ "$(id -u)" = 0 ] || skip_all "loading into a kernel takes root"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-exec.XXXXXX")
fs=$tmp/bpf
mkdir "$fs"
mount -t bpf bpf "$fs" 2>/dev/null || { rmdir "$fs" "$tmp"; skip_all "no BPF file system"; }
cleanup() {
	umount "$fs" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
export BPFCOMPAT_WORKDIR="$tmp/work" BPFCOMPAT_RUNTIME_BPFFS="$fs/owned"

object=$top_builddir/tests/bpf/raw_tp.bpf.o
id=00112233445566778899aabbccddeeff
sum() {
	sha256sum "$1" | cut -d' ' -f1
}
# request OBJECT JQ: a request for it, changed by a filter.
request() {
	jq -cn --arg sha "$(sum "$1")" --argjson n "$(stat -c %s "$1")" \
	    --arg id "$id" '{schema_version: "execute_request.v0.1",
	    op: "load", load_id: $id, tenant: "acme", project: "edge",
	    artifact_name: "tcp", artifact_version: "v1",
	    allow_host_load: true, requested_by: "ci", sha256: $sha,
	    artifact_bytes: $n} | '"$2"
	cat "$1"
}
# load OBJECT JQ: asks the loader; the answer is in $tmp/out.
load() {
	request "$1" "$2" | "$bin/bpfcompat" runtime worker-execute \
	    >"$tmp/out" 2>"$tmp/err"
}
says() {
	jq -e "$1" "$tmp/out" >/dev/null || { cat "$tmp/out"; return 1; }
}
# refused CODE OBJECT JQ: an error by that name, nothing pinned or recorded.
refused() {
	! load "$2" "$3" && says ".code == \"$1\"" && nothing
}
nothing() {
	[ -z "$(find "$fs" -path '*owned/*')" ] &&
	    [ -z "$(find "$tmp/work" -name '*.json' 2>/dev/null)" ] ||
	    { find "$fs" "$tmp/work"; return 1; }
}
runtime() {
	"$bin/bpfcompat" runtime "$@" >"$tmp/out" 2>"$tmp/err"
}

load "$object" '.dry_run = true'
jq -e '.execution.validator.load_status == "pass" and
    .execution.validator.attach_status == "pass"' "$tmp/out" >/dev/null ||
    skip_all "this kernel attaches no raw tracepoint"
plan 21

check "a dry run loads, attaches and leaves nothing" nothing
check "bytes other than the digest says are not loaded" \
    refused digest_mismatch "$object" \
    '.sha256 = "0000000000000000000000000000000000000000000000000000000000000000"'
check "nothing is loaded unless it is said in so many words" \
    refused invalid "$object" '.allow_host_load = false'
check "a request without a digest is refused" \
    refused invalid "$object" 'del(.sha256)'
check "one that ends too early is refused" \
    refused syntax "$object" '.artifact_bytes += 1'
check "a name that is no load's is refused" \
    refused invalid "$object" '.load_id = "../../etc"'
timed_out() {
	load "$object" '.timeout_ms = 1' && nothing &&
	    says '.execution | .status == "error" and .timed_out == true'
}
check "a load that takes too long is stopped and leaves nothing" timed_out
no_object() {
	head -c 3000 "$object" >"$tmp/broken.o"
	load "$tmp/broken.o" . && nothing &&
	    says '.execution.validator.load_status == "fail"'
}
check "what is no object fails and leaves nothing" no_object

# manifest TEXT: a load under it.
manifest() {
	printf '%s' "$1" >"$tmp/m.yaml"
	{
		request "$object" ".manifest_sha256 = \"$(sum "$tmp/m.yaml")\" |
		    .manifest_bytes = $(stat -c %s "$tmp/m.yaml")"
		cat "$tmp/m.yaml"
	} | "$bin/bpfcompat" runtime worker-execute >"$tmp/out" 2>"$tmp/err"
}
mismatch() {
	! manifest 'programs:
  - name: not_there
    attach: {required: true}
' && says '.error | contains("not_there")' && nothing
}
check "a manifest that names another program is respected" mismatch
check "it is pinned and attached" load "$object" .
check "the answer names the load" says ".execution | .kept and
    .load_id == \"$id\" and .status == \"pass\""
check "a pin for each link, in a folder of its own" \
    test "$(cd "$fs/owned" && find . -type f)" = "./$id/on_exec"
check "the record says whose it is" jq -e '.tenant == "acme" and
    .requested_by == "ci" and .links[0].link_id > 0' \
    "$tmp/work/runtime-loads/loads/$id.json"
listed() {
	runtime list --json && says '.loads | length == 1 and
	    .[0].state == "attached" and .[0].kernel[0].state == "attached"'
}
check "the kernel lists it" listed
again() {
	load "$object" '.load_id = "ffffffffffffffff"' &&
	    says ".execution | .already_loaded and .load_id == \"$id\""
}
check "the same bytes for the same owner are not loaded twice" again
same_id() {
	! load "$top_builddir/tests/bpf/iter_task.bpf.o" . && says '.code == "exists"'
}
check "nor another object under the same name" same_id
swept() {
	mkdir "$fs/owned/new-dead" && runtime list --json &&
	    [ ! -e "$fs/owned/new-dead" ]
}
check "what a killed loader left is cleared away" swept
# Another link under our name: load a second, and exchange the pins.
foreign() {
	load "$top_builddir/tests/bpf/iter_task.bpf.o" \
	    '.load_id = "aaaaaaaaaaaaaaaa" | .artifact_name = "other"' &&
	    mv "$fs/owned/$id/on_exec" "$fs/owned/kept" &&
	    mv "$fs/owned/aaaaaaaaaaaaaaaa/dump" "$fs/owned/$id/on_exec" &&
	    runtime status "$id" --json && says '.load.state == "foreign"' &&
	    ! runtime detach "$id" && [ -e "$fs/owned/$id/on_exec" ]
}
check "a pin that was exchanged is seen, and not touched" foreign
mv "$fs/owned/$id/on_exec" "$fs/owned/aaaaaaaaaaaaaaaa/dump"
mv "$fs/owned/kept" "$fs/owned/$id/on_exec"
detached() {
	runtime detach "$id" && runtime detach aaaaaaaaaaaaaaaa &&
	    runtime status "$id" --json && says '.load.state == "detached"' &&
	    [ -z "$(find "$fs/owned" -type f)" ]
}
check "it is taken out of the kernel" detached
unknown() {
	! runtime status 1234567890abcdef --json && says '.code == "not_found"'
}
check "an unknown load is told from a detached one" unknown
no_fs() {
	! BPFCOMPAT_RUNTIME_BPFFS=$tmp/plain load "$object" '.load_id =
	    "bbbbbbbbbbbbbbbb" | .artifact_name = "third"' &&
	    says '.code == "no_bpffs"'
}
check "without a BPF file system nothing is kept" no_fs
