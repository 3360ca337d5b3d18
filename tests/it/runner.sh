#!/bin/sh
# The runner when there is no guest: bad input, missing files, a QEMU that
# fails, hangs or talks nonsense, and its own end.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/runner.sh"
runner_setup
unset BPFCOMPAT_CACHE_DIR
cache=$tmp/cache
plan 18

kernel=$tmp/kernel
mkdir "$kernel"
echo kernel >"$kernel/vmlinuz"
sha=$(sha256sum <"$kernel/vmlinuz" | cut -c1-64)
jq -n --arg sha "$sha" '{profile_id: "test", release: "6.1.0-fake",
    version_string: "Linux version 6.1.0-fake", uname_version: "#1 fake",
    arch: "x86_64", packages: [{name: "linux-image-fake", version: "1",
    suite: "fake", sha256: $sha, size_bytes: 7, source_url: "file:fake"}],
    vmlinuz_sha256: $sha, files_sha256: $sha, has_modules: false,
    size_bytes: 7, fetched_at: "2026-01-01T00:00:00Z",
    suite_date: "2026-01-01T00:00:00Z", notes: []}' >"$kernel/kernel.json"
echo object >"$tmp/object"

# fake_qemu BODY: a program in QEMU's place.
fake_qemu() {
	printf '#!/bin/sh\n%s\n' "$1" >"$tmp/qemu"
	chmod 755 "$tmp/qemu"
	BPFCOMPAT_QEMU_X86_64=$tmp/qemu
	export BPFCOMPAT_QEMU_X86_64
}

# --- input
echo '{"schema":"runner.v1"' | "$runner" >"$tmp/events" 2>"$tmp/stderr"
check "input that is not JSON is refused" test $? = 1
check "and gives no event" test ! -s "$tmp/events"

runner_spec "$kernel" "$tmp/object" '.cpus = 0' | "$runner" \
    >"$tmp/events" 2>"$tmp/stderr"
check "a bad key is named" grep -q '"field":"cpus"' "$tmp/stderr"

# --- what is missing
fake_qemu 'exit 0'
run_runner "$tmp/nowhere" "$tmp/object"
check "a kernel that was never fetched" end_is kernel_missing

BPFCOMPAT_QEMU_X86_64=$tmp/no-such-qemu run_runner "$kernel" "$tmp/object"
check "QEMU is not installed" end_is qemu_missing
check "and the remedy is said" sh -c "tail -n 1 '$tmp/events' |
    grep -q 'install the Debian package qemu-system-x86'"

run_runner "$kernel" "$tmp/no-object"
check "an artifact that is not there" end_is internal

# --- a QEMU that fails
fake_qemu 'echo "qemu: cannot set up guest memory" >&2; exit 1'
run_runner "$kernel" "$tmp/object"
check "QEMU that ends at once is noticed" end_is qemu_failed
check "in less than five seconds" sh -c \
    "[ $(end_event | jq .ms.total) -lt 5000 ]"
check "with its last words" sh -c "tail -n 1 '$tmp/events' |
    grep -q 'cannot set up guest memory'"

fake_qemu 'kill -9 $$'
run_runner "$kernel" "$tmp/object" '.fresh_boot = true'
check "QEMU that is killed" end_is qemu_failed

fake_qemu 'exec sleep 600'
run_runner "$kernel" "$tmp/object" \
    '.fresh_boot = true | .boot_timeout_ms = 500'
check "QEMU that never says anything" end_is boot_timeout
check "runner.json is the end event" sh -c \
    "jq -e '.error_code == \"boot_timeout\"' '$tmp/target/runner.json'"

# --- a guest whose clock runs away
# guest_clock SECONDS: a QEMU whose guest tells its time twice, the second
# time as if so long had passed, once the first line was read.
guest_clock() {
	fake_qemu "for a; do case \$a in
socket,id=serial,fd=*) n=\${a##*=} ;;
esac; done
exec bash -c \"
    printf '<12>[    1.000000] bpfcompat: tick\\n' >&\$n
    while [ ! -s '$tmp/target/serial.log' ]; do :; done
    printf '<12>[  %3d.000000] bpfcompat: tick\\n' $1 >&\$n
    exec sleep 600\""
	run_runner "$kernel" "$tmp/object" \
	    '.fresh_boot = true | .boot_timeout_ms = 1500'
}
guest_clock 2
check "an honest clock is no trouble" end_is boot_timeout
guest_clock 128
check "one that runs away is, and gives no verdict" end_is guest_clock

# --- the runner's own end
: >"$tmp/qemu.pid"
chmod 666 "$tmp/qemu.pid"
fake_qemu "echo \$\$ >>'$tmp/qemu.pid'; exec sleep 600"
runner_spec "$kernel" "$tmp/object" '.fresh_boot = true' >"$tmp/spec"
"$runner" <"$tmp/spec" >"$tmp/events" 2>"$tmp/stderr" &
pid=$!
qemu=$(fake_pid)
kill -TERM $pid
wait $pid
check "SIGTERM ends it as canceled" end_is canceled
check "and its QEMU is gone" gone "${qemu:-1}"

: >"$tmp/qemu.pid"
"$runner" <"$tmp/spec" >"$tmp/events" 2>"$tmp/stderr" &
pid=$!
qemu=$(fake_pid)
kill -KILL $pid
check "kill -9 of the runner takes QEMU along" gone "${qemu:-1}"
