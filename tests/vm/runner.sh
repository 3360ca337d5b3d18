#!/bin/sh
# The runner with real kernels and a validator that misbehaves on demand:
# what a guest can do to it, and how each end is told apart.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
vm_setup "$top_srcdir/matrices/mvp.yaml"
vm_tmp=$tmp
. "$top_srcdir/tests/lib/runner.sh"
runner_setup
trap 'rm -rf "$tmp" "$vm_tmp"' EXIT
# Its own: it damages templates.
cache=$tmp/cache
BPFCOMPAT_VALIDATOR_BIN=$top_builddir/tests/lib/fake_validator
export BPFCOMPAT_VALIDATOR_BIN

oldest=$(head -n 1 "$vm_tmp/kernels" | cut -f1)
newest=$(tail -n 1 "$vm_tmp/kernels" | cut -f1)
folder=$BPFCOMPAT_KERNEL_DIR/$oldest/current
plan 33

# artifact WORD: a file whose first word tells the validator what to do.
artifact() {
	echo "$1 " >"$tmp/artifact"
}

try() {
	artifact "$1"
	run_runner "$folder" "$tmp/artifact" "${2:-.}"
}

# --- a guest of its own, and a clone
try ok '.fresh_boot = true'
check "a cold boot gives a result" end_is "" "done"
check "and says that it is no template" sh -c \
    "end=\$(tail -n 1 '$tmp/events') && [ \"\$(echo \"\$end\" |
    jq .template)\" = false ]"
check "uname -r is the fetched kernel's" test \
    "$(end_event | jq -r .uname_release)" = \
    "$(jq -r .release "$folder/kernel.json")"
check "stages come in order" test "$(jq -r 'select(.event == "stage").stage' \
    "$tmp/events" | tr '\n' ' ')" = \
    "prepare boot connect send validate collect teardown "

try ok
check "the first clone gives a result" end_is "" "done"
check "and is one" test "$(end_event | jq .template)" = true
cp "$tmp/target/validator-result.json" "$tmp/first.json"
try ok
check "so does the second" end_is "" "done"
check "it has random numbers of its own" test \
    "$(jq -r .random "$tmp/first.json")" != \
    "$(jq -r .random "$tmp/target/validator-result.json")"
check "and a boot id of its own" test \
    "$(jq -r .boot_id "$tmp/first.json")" != \
    "$(jq -r .boot_id "$tmp/target/validator-result.json")"
skew=$(($(date +%s) - $(jq -r .time "$tmp/target/validator-result.json")))
check "its clock is right" test "$skew" -ge 0 -a "$skew" -le 20

head -c 3000000 /dev/zero >"$tmp/artifact"
run_runner "$folder" "$tmp/artifact"
check "3 MB arrive whole" test \
    "$(jq .bytes "$tmp/target/validator-result.json")" = 3000000

# --- deaths
try panic
check "a panic is a death of the guest" end_is guest_died guest_died
check "with its splat" sh -c "tail -n 1 '$tmp/events' | jq -r .splat |
    grep -q 'Kernel panic - not syncing'"
check "and the step it was in" test \
    "$(end_event | jq -r .last_step.program)" = fake
check "and the serial log" grep -q "Kernel panic" "$tmp/target/serial.log"
try reboot
check "so is a reboot" end_is guest_died guest_died
try hang '.timeout_ms = 25000'
check "a silent guest is hung" end_is guest_hung guest_hung
try spin '.timeout_ms = 25000'
check "a busy one is only slow" end_is timeout
try crash
check "a validator that crashes is no verdict" end_is protocol
try slay
check "a guest whose server was ended is lost at once" end_is ssh_failed
try forge
check "what a process writes to the kernel's log does not end it" \
    end_is "" "done"
check "nor is it taken for the kernel's word" test \
    "$(end_event | jq '.kernel_events == null and .splat == null')" = true

# --- lies
try junk
check "what is no frame is no verdict" end_is protocol
try flood
check "a result without end is cut off" end_is protocol
try escape
check "a log name with a path is refused" end_is protocol
check "and nothing left the folder" test ! -e "$tmp/evil.log.zst"

# --- a kernel that is not the one
mkdir "$tmp/wrong"
cp -rs "$(readlink -f "$folder")/." "$tmp/wrong/"
rm "$tmp/wrong/kernel.json"
jq '.version_string = "Linux version 99.0"' "$folder/kernel.json" \
    >"$tmp/wrong/kernel.json"
artifact ok
run_runner "$tmp/wrong" "$tmp/artifact"
check "another kernel than expected is no verdict" end_is wrong_kernel

# --- outside forces
# qemu_of RUNNER: its QEMU.
qemu_of() {
	ps -o pid= --ppid "$1" | tr -d ' ' | head -n 1
}
artifact hang
runner_spec "$folder" "$tmp/artifact" >"$tmp/spec"
: >"$tmp/events"
"$runner" <"$tmp/spec" >"$tmp/events" 2>/dev/null &
pid=$!
wait_event '"event":"progress"'
kill -KILL "$(qemu_of $pid)"
wait $pid
check "kill -9 of QEMU is no verdict" end_is qemu_failed
: >"$tmp/events"
"$runner" <"$tmp/spec" >"$tmp/events" 2>/dev/null &
pid=$!
wait_event '"event":"progress"'
qemu=$(qemu_of $pid)
kill -KILL $pid
check "kill -9 of the runner leaves no QEMU" gone "$qemu"

# --- a template that is damaged
for dir in "$cache"/templates/[0-9a-f]*; do
	: >"$dir/state"
done
try ok
check "a damaged template is not the end" end_is "" "done"
check "the note says that it booted anew" sh -c "tail -n 1 '$tmp/events' |
    grep -q 'booted anew'"
rm -f "$cache"/templates/.failed-*

# --- without a network driver
folder=$BPFCOMPAT_KERNEL_DIR/$newest/current
mkdir "$tmp/bare"
cp -s "$(readlink -f "$folder")/vmlinuz" "$tmp/bare/"
jq '.has_modules = false' "$folder/kernel.json" >"$tmp/bare/kernel.json"
artifact ok
run_runner "$tmp/bare" "$tmp/artifact"
check "without modules SSH comes over the serial port" end_is "" "done"
artifact slay
run_runner "$tmp/bare" "$tmp/artifact"
check "and its end is noticed there, too" end_is ssh_failed
