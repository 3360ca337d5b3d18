#!/bin/sh
# What a manifest changes on real kernels: which variant is used, how maps are
# sized, what has to attach, which commands run and how they end, and which
# failures are news.  Then commands without an object.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
old=debian-11-5.10
new=debian-12-6.1
printf 'profiles:\n  - id: %s\n  - id: %s\n' $old $new >"$tmp/two.yaml"
printf 'profiles:\n  - id: %s\n' $new >"$tmp/one.yaml"
vm_setup "$tmp/two.yaml"
objects=$top_builddir/tests/bpf
plan 27

# run MATRIX FLAG...: exit code in $code, report in $tmp/report.json
run() {
	matrix=$1
	shift
	code=0
	rm -f "$tmp/report.json"
	"$bin/bpfcompat" test --matrix "$tmp/$matrix.yaml" --timeout 6m \
	    --out "$tmp/report.json" "$@" >"$tmp/out" 2>&1 || code=$?
	sed 's/^/# /' "$tmp/out" | tail -n 12
}
# has PROFILE FILTER: true of that target of the report
has() {
	jq -e --arg id "$1" ".targets[] | select(.profile_id == \$id) | $2" \
	    "$tmp/report.json" >/dev/null
}
# of_program PROFILE PROGRAM FILTER
of_program() {
	has "$1" ".programs[] | select(.name == \"$2\") | $3"
}
of_test() {
	has "$1" ".functional.tests[] | select(.name == \"$2\") | $3"
}

# --- variants, maps, places, commands
cat >"$tmp/m.yaml" <<-'END'
	programs:
	  - name: on_unlink
	    attach: { kind: kprobe, symbol: do_unlinkat, required: true }
	maps:
	  - name: scratch
	    max_entries: cpus
	  - name: rings
	    inner_ringbuf_bytes: 4096
	program_variants:
	  - group: scan
	    programs:
	      - { name: scan_loop, requires_helper: bpf_loop, probe: trial_load }
	      - name: scan_plain
	functional_tests:
	  - name: a child keeps the pipes
	    command: "tail -f /dev/null & echo started"
	    timeout: 60s
	    expect_stdout_contains: started
	  - name: a daemon hangs on
	    command: "setsid sh -c 'setsid tail -f /dev/null & tail -f /dev/null' & tail -f /dev/null"
	    timeout: 1s
	    required: false
	  - name: nothing is left of them
	    command: "! pidof tail"
	  - name: fails
	    command: "echo words >&2; exit 7"
	    expect_exit_code: 7
	    expect_stderr_contains: words
END
run two --artifact "$objects/manifest.bpf.o" --manifest "$tmp/m.yaml" \
    --validation-mode behavior
check "what a manifest sets up loads and passes" test "$code" = 0
for id in $old $new; do
	check "$id: a required program attaches where it says" of_program \
	    $id on_unlink '.attach_status == "pass" and
	    .attach_target == "do_unlinkat"'
	check "$id: each program loads alone with the same maps" of_program \
	    $id on_unlink '.load_status == "pass"'
	check "$id: a child that keeps the pipes does not delay" of_test $id \
	    "a child keeps the pipes" '.status == "pass"'
	check "$id: the deadline is kept" of_test $id "a daemon hangs on" \
	    '.status == "fail" and .timed_out'
	check "$id: and a daemon does not outlive it" of_test $id \
	    "nothing is left of them" '.status == "pass"'
	check "$id: an optional test only warns" has $id \
	    '.functional.status == "warn" and .status == "pass"'
	check "$id: an exit code other than 0 can be right" of_test $id fails \
	    '.status == "pass"'
done
check "the old kernel gets the plain variant" of_program $old scan_loop \
    '.variant_off and .attach_status == "skipped"'
check "which is attached" of_program $old scan_plain \
    '.attach_status == "pass"'
check "the new one gets the other" of_program $new scan_plain \
    '.variant_off and .attach_status == "skipped"'

# --- what is expected
cat >"$tmp/x.yaml" <<-'END'
	expect:
	  - { kernels: "<5.17", result: fail, code: MISSING_HELPER,
	      reason: bpf_loop came with 5.17 }
	  - { profiles: [ debian-12-* ], result: fail }
END
run two --artifact "$objects/bpf_loop.bpf.o" --manifest "$tmp/x.yaml"
check "a failure that was expected does not block" has $old \
    '.status == "fail" and .expected.met and (.expected.blocks | not)'
check "and counts apart" jq -e '.summary.required_expected_failures == 1' \
    "$tmp/report.json"
check "a pass that was not expected is told" has $new \
    '.status == "pass" and .expected.unexpected_pass'
check "and blocks" test "$code" = 2

# --- a manifest about something else
printf 'programs: [ { name: on_exit } ]\n' >"$tmp/other.yaml"
run one --artifact "$objects/bpf_loop.bpf.o" --manifest "$tmp/other.yaml"
check "a program that is not there fails with the list of those that are" \
    has $new '.classification_code == "MANIFEST_MISMATCH" and
    (.classification_reason | test("on_exit.*it has: on_exec"))'

# --- commands; jq is a dynamic program with libraries of its own
run one --command 'jq -n 1+2 | grep -qx 3 && test -x "$BPFCOMPAT_BIN" && exit 3' --command-binary "$(command -v jq)" --command-expect-exit 3
check "a shipped program finds its libraries, its exit code is the verdict" \
    test "$code" = 0
run one --command 'echo gone; setsid tail -f /dev/null & tail -f /dev/null' \
    --command-timeout 1s
check "a command over its time is a failure" has $new \
    '.classification_code == "COMMAND_VALIDATION_FAILURE" and
    .functional.tests[0].timed_out'
check "with what it wrote" has $new \
    '.functional.tests[0].stdout_tail == "gone\n"'
check "and fails the run" test "$code" = 2
