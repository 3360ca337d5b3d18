#!/bin/sh
# What a kernel says when an object does it harm: found on the console, tied
# to the program that was being worked on, and told apart from what others
# write there.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
cat >"$tmp/m.yaml" <<'END'
name: crash-evidence
profiles:
  - id: debian-12-6.1
    required: true
  - id: debian-13-bpo-7.3
    required: true
END
sed '/7.3/,$d' "$tmp/m.yaml" >"$tmp/one.yaml"
vm_setup "$tmp/m.yaml"
vm_tmp=$tmp
. "$top_srcdir/tests/lib/runner.sh"
runner_setup
trap 'rm -rf "$tmp" "$vm_tmp"' EXIT
plan 27

# judge OBJECT MATRIX: a whole run; its report in $report.
judge() {
	report=$vm_tmp/$1.json
	"$bin/bpfcompat" test --artifact "$top_builddir/tests/bpf/$1.bpf.o" \
	    --matrix "$vm_tmp/$2.yaml" --out "$report" >"$vm_tmp/$1.out" 2>&1
}
# all OBJECT-REPORT JQ: does it hold for each target?
all() {
	jq -e "[.targets[] | $1] | all" "$report" >/dev/null ||
	    { jq -c ".targets[] | [.profile_id, .status,
	    .classification_code, .infra_error, .last_step,
	    (.kernel_events // [] | map(del(.text)))]" "$report"; return 1; }
}

# --- an object that ends the kernel
judge hostile_stack m
check "an object that runs the kernel's stack over fails" \
    all '.status == "fail"'
check "as the death of the guest" all '.classification_code == "GUEST_CRASH"'
check "with the step: the attachment of the program that began it" \
    all '.last_step.phase == "attach" and .last_step.program == "start"'
check "the oops is one event, tied to that program" \
    all '.kernel_events | length == 1 and (.[0] | .kind == "oops" and
    .fatal and .program == "start" and .index == 39)'
check "it says what happened" \
    all '.kernel_events[0].title | test("stack guard page was hit")'
check "with registers and trace, down to the panic" \
    all '.splat | test("RIP: ") and test("Call Trace") and
    test("Kernel panic - not syncing")'
check "and one attempt was enough" all '.attempts | length == 1'
check "the command line names it" grep -q \
    'kernel, attach of start: BUG: .*stack guard page' \
    "$vm_tmp/hostile_stack.out"

# --- memory
judge oom_percpu one
check "a map that uses up the memory is a memory limit" \
    all '.status == "fail" and .classification_code == "MEMORY_LIMIT"'
check "not a dead guest: nobody but the loader was killed" \
    all '.kernel_events | map(select(.kind == "oom_kill")) | length == 1 and
    (.[0] | .victim == "bpfcompat-valid" and (.fatal | not))'
check "at the creation of that map" \
    all '.kernel_events[0] | .phase == "map" and .program == "big"'
check "the evidence is the kernel's line" \
    all '.classification.evidence | test("Killed process [0-9]+ ")'

# --- a validator that is killed by what it attached
judge hostile_kill one
check "a validator killed by the object is no dead guest" \
    all '.status == "fail" and .classification_code == "VALIDATOR_KILLED"'
check "and the remedy is about the program" \
    all '.classification.remedy | test("bpf_send_signal")'

# --- program 7 of 300, by a validator that does it on demand
BPFCOMPAT_VALIDATOR_BIN=$top_builddir/tests/lib/fake_validator
export BPFCOMPAT_VALIDATOR_BIN
cache=$tmp/cache
folder=$BPFCOMPAT_KERNEL_DIR/debian-12-6.1/current
try() {
	echo "$1 " >"$tmp/artifact"
	run_runner "$folder" "$tmp/artifact"
}
event() {
	end_event | jq -r ".kernel_events[0] | $1"
}

try panic7
check "a panic at program 7 of 300" end_is guest_died guest_died
check "is program 7's" test \
    "$(event '"\(.kind) \(.program) \(.index)/\(.total)"')" = \
    "panic prog_7 7/300"
check "and so is the last step, though SSH told of none" test \
    "$(end_event | jq -r .last_step.program)" = prog_7

try oom7
check "a guest that survives gives its result" end_is "" "done"
check "what happened at program 7 is still program 7's" test \
    "$(event '"\(.kind) \(.program) \(.index)/\(.total)"')" = \
    "oom_kill prog_7 7/300"
check "an end of line in a task's name makes no second event" test \
    "$(end_event | jq '.kernel_events | length')" = 1
check "and ends nothing" test "$(event .fatal)" = false

try greedy7
check "a guest that complains of its memory goes on, too" end_is "" "done"
check "the complaint is one of program 7" test \
    "$(event '"\(.kind) \(.program) \(.index)/\(.total) \(.fatal)"')" = \
    "alloc_failure prog_7 7/300 false"
check "with its trace" test "$(event '.text | test("Call Trace") and
    test("aa_|apparmor")')" = true

try forge
check "what a process writes does not end a guest" end_is "" "done"
check "and is no event, nor are reports that were asked for" test \
    "$(end_event | jq '.kernel_events == null')" = true
check "though all of it is in the serial log" test \
    "$(grep -c "forged" "$tmp/target/serial.log")" = 4
