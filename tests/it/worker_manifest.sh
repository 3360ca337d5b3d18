#!/bin/sh
# A manifest from the command line to the report, over runners that boot
# nothing: what is expected, what does not fit the object, what is refused
# before a job exists, and what a damaged input does.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 24
set -- debian-11-5.10 debian-12-6.1 debian-13-6.12 debian-13-bpo-6.16 \
    debian-13-bpo-6.17 debian-13-bpo-6.18
fake_kernel "$@"
matrix all "$@"
matrix one debian-12-6.1
matrix two debian-12-6.1 debian-13-6.12:optional
plan_for debian-11-5.10 fail
plan_for debian-12-6.1 fail
plan_for debian-13-bpo-6.17 fail

# run MATRIX FLAG...
run() {
	run_matrix=$1
	shift
	code=0
	rm -f "$world/r.json"
	"$bin/bpfcompat" test --no-fetch --matrix "$world/$run_matrix.yaml" \
	    --out "$world/r.json" --markdown "$world/r.md" --timeout 60s \
	    "$@" >"$world/out" 2>"$world/err" || code=$?
}
has() {
	jq -e --arg id "$1" ".targets[] | select(.profile_id == \$id) | $2" \
	    "$world/r.json"
}
summary() {
	jq -e ".summary | $1" "$world/r.json"
}
jobs() {
	sql 'select count(*) from jobs' 2>/dev/null
}

# --- expectations
cat >"$world/x.yaml" <<'END'
name: expectations
programs:
  - name: good
expect:
  - { profiles: [ debian-11-5.10 ], result: fail, code: VERIFIER_REJECTION,
      reason: known since May }
  - { profiles: [ "debian-12-*" ], result: fail, code: MISSING_HELPER }
  - { profiles: [ debian-13-6.12 ], result: fail }
  - { profiles: [ debian-13-bpo-6.17 ], program: suspect, result: fail }
  - { profiles: [ debian-13-bpo-6.18 ], result: fail, unexpected_pass: allow }
END
run all --artifact "$world/prog.bpf.o" --manifest "$world/x.yaml"
check "a failure with the expected code is met" has debian-11-5.10 \
    '.status == "fail" and .expected.met and .expected.code ==
    "VERIFIER_REJECTION" and .expected.reason == "known since May"'
check "with another code it is not" has debian-12-6.1 \
    '.status == "fail" and (.expected.met | not) and .expected.blocks'
check "a pass that was not expected blocks" has debian-13-6.12 \
    '.status == "pass" and .expected.unexpected_pass and .expected.blocks'
check "unless it is allowed" has debian-13-bpo-6.18 \
    '.expected.unexpected_pass and (.expected.blocks | not)'
check "a program that was to fail explains the failure" \
    has debian-13-bpo-6.17 '.expected.met and .expected.program == "suspect"'
check "a kernel nobody spoke of has no expectation" has debian-13-bpo-6.16 \
    '.status == "pass" and (has("expected") | not)'
check "expected failures count apart" summary \
    '.required_expected_failures == 2 and .required_failed == 2 and
    .required_passed == 2 and .unexpected_passes == 2'
check "the rest fails the run" test "$code" = 2
check "the report names the manifest" jq -e --arg sha \
    "$(sha256sum <"$world/x.yaml" | cut -c1-64)" \
    '.manifest == { basename: "x.yaml", sha256: $sha }' "$world/r.json"
check "the Markdown tells them apart" grep -q 'fail (expected)' "$world/r.md"
check "and the command line" grep -q 'expected: this kernel failed as expected: known since May' "$world/out"

# --- required profiles
printf 'required_profiles: [ debian-13-6.12 ]\n' >"$world/req.yaml"
run two --artifact "$world/prog.bpf.o" --manifest "$world/req.yaml"
check "a profile the manifest requires is required" has debian-13-6.12 \
    .required

# --- names
printf 'programs: [ { name: gone } ]\n' >"$world/gone.yaml"
run two --artifact "$world/prog.bpf.o" --manifest "$world/gone.yaml"
check "a program that is not there fails every target" has debian-13-6.12 \
    '.status == "fail" and .failed_stage == "validation" and
    .classification_code == "MANIFEST_MISMATCH" and
    (.classification_reason | test("it has: good, suspect"))'

# --- refused before there is a job
before=$(jobs)
printf 'name: x\nmaps: [ { name: m } ]\n' >"$world/bad.yaml"
run one --artifact "$world/prog.bpf.o" --manifest "$world/bad.yaml"
check "a manifest that breaks a rule is an error" test "$code" = 1
check "with file, line and key" grep -q \
    'bad.yaml:2: maps\[0\]: needs max_entries' "$world/err"
run one --artifact "$world/prog.bpf.o" --manifest "$world/req.yaml"
check "so is a kernel that is not in the matrix" grep -q \
    'debian-13-6.12 is not among' "$world/err"
run one --command 'x' --command-binary "$world/nothing"
check "and a program that is not there" test "$code" = 1
check "none of them left a job" test "$(jobs)" = "$before"

# --- what the guest is told
: >"$world/m.yaml"
run one --artifact "$world/prog.bpf.o" --manifest "$world/m.yaml"
check "an empty manifest changes nothing" test "$code" = 2
cat >"$world/m.yaml" <<'END'
functional_tests: [ { name: t, command: "echo 'a b' \"$HOME\"" } ]
END
run one --artifact "$world/prog.bpf.o" --manifest "$world/m.yaml"
plan_file() {
	cat "$BPFCOMPAT_WORKDIR/runs/$(jq -r .run.id "$world/r.json")/plan.txt"
}
check "a command reaches the plan as it is written" sh -c \
    "grep -qxF \"command=echo 'a b' \\\"\\\$HOME\\\"\"" <<END
$(plan_file)
END
run one --artifact "$world/prog.bpf.o" --manifest "$world/m.yaml" \
    --validation-mode load_attach
check "and stays out of it where none are run" sh -c '! grep -q BEGIN' <<END
$(plan_file)
END

# --- command mode
run one --command 'mine --once' --command-binary "$(command -v jq)"
check "a program's libraries are inputs of the job" test "$(sql "select
    count(*) > 1 and sum(basename = 'libc.so.6') = 1 from job_inputs where
    kind = 'library' and job_id = (select id from jobs order by seq desc
    limit 1)")" = 1
check "and the program is what was tested" jq -e \
    '.artifact.basename == "jq" and .command.command == "mine --once"' \
    "$world/r.json"

# --- a damaged input
echo 'name: damaged' >"$world/req2.yaml"
id=$("$bin/bpfcompat" test --queue --matrix "$world/one.yaml" \
    --artifact "$world/prog.bpf.o" --manifest "$world/req2.yaml")
sha=$(sha256sum <"$world/req2.yaml" | cut -c1-64)
echo 'name: changed' >"$BPFCOMPAT_WORKDIR/objects/sha256/$(echo "$sha" |
    cut -c1-2)/$sha"
start_worker
wait_until 10 eval '[ "$(job_state "$id")" = failed ]'
check "a manifest that is not what it was ends the job" test \
    "$(sql "select error like '%manifest req2.yaml does not have its digest%'
    from jobs where id = '$id'")" = 1
