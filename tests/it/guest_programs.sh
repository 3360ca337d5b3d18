#!/bin/sh
# The guest programs as built, as far as this machine can run them: they are
# static, and the validator answers wrong input with a document or a clear
# refusal.  What needs a kernel is tested in guests.
set -u
. "$top_srcdir/tests/lib/tap.sh"

validator=$top_builddir/bin/bpfcompat-validator
init=$top_builddir/bin/bpfcompat-init
tmp=$(mktemp -d "${TMPDIR:-/tmp}/guest_programs.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

static() {
	[ -x "$1" ] && readelf -lW "$1" >"$tmp/elf" &&
	    ! grep -q INTERP "$tmp/elf" &&
	    ! readelf -dW "$1" 2>/dev/null | grep -q NEEDED
}

# exits CODE COMMAND...
exits() {
	want=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || { echo "exit $got, not $want"; cat \
	    "$tmp/err"; return 1; }
}

judge() {
	exits 2 "$validator" --artifact "$1" --out "$tmp/r.json" \
	    --probe-features false
}

says() {
	got=$(jq -r "$1" "$tmp/r.json")
	[ "$got" = "$2" ] || { echo "$1 is $got, not $2"; return 1; }
}

refuses_garbage() {
	echo "this is not an ELF file" >"$tmp/x.o"
	judge "$tmp/x.o" && says .load.error_code -4001 &&
	    says .input.elf.is_elf false && says .attach.status skipped
}

refuses_missing() {
	judge "$tmp/none.o" && says .load.error_code -2 &&
	    says .load.status fail
}

refuses_empty() {
	: >"$tmp/empty.o"
	judge "$tmp/empty.o" && says .load.status fail &&
	    says .input.elf.problem "the file is empty"
}

has_all_keys() {
	judge "$tmp/none.o" && jq -e '
	    .schema_version == "validator.v0.4" and .status == "fail" and
	    (.host | has("sysname") and has("release")) and
	    (.map_fixups | type == "array") and
	    (.auto_sized_maps | type == "array") and
	    (.auto_typed_programs | type == "array") and
	    (.program_type_overrides | type == "array") and
	    (.program_variants | type == "array") and
	    (.btf | has("kernel_btf_available") and
		has("artifact_has_btf_ext")) and
	    (.capabilities.map_types | has("ringbuf") and has("hash") and
		has("array") and has("perf_event_array")) and
	    (.capabilities.program_types | has("tracepoint") and
		has("kprobe") and has("tracing") and has("xdp")) and
	    (.capabilities.attach_prereqs | has("tracefs") and
		has("kprobe_events") and has("tracepoint_events")) and
	    (.discovery.programs | type == "array") and
	    (.functional.tests | type == "array") and
	    (.logs.libbpf | type == "string")' "$tmp/r.json"
}

# Frames in, frames out: the last is Z with the exit status of the program.
speaks_frames() {
	printf 'A\000\000\000\003abcG\000\000\000\000' |
	    "$validator" --wire --probe-features false >"$tmp/wire"
	[ $? -eq 2 ] || return 1
	[ "$(tail -c 10 "$tmp/wire")" = '{"exit":2}' ] &&
	    grep -aq '"phase":"open"' "$tmp/wire" &&
	    grep -aq validator.v0.4 "$tmp/wire"
}

breaks_off() {
	printf 'A\000\000\000\003ab' | exits_in 1 "$validator" --wire
}

exits_in() {
	want=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq "$want" ] && grep -q channel "$tmp/err"
}

plan 10
check "the validator is static" static "$validator"
check "init is static" static "$init"
check "init refuses to be anything but process 1" exits 2 "$init"
check "a wrong option is named and exits 1" exits 1 "$validator" --nonsense x
check "what is not ELF gets libbpf's code" refuses_garbage
check "a file that is not there gets ENOENT" refuses_missing
check "an empty file says so" refuses_empty
check "a result has every key of its schema" has_all_keys
check "on the wire everything is a frame" speaks_frames
check "a channel that ends early gives no result" breaks_off
