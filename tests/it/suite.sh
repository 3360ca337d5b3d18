#!/bin/sh
# A suite from its file to its report, over runners that boot nothing: the
# verdicts of its cases, what the file may say, stopping, resuming, and the
# baseline.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 40
a=debian-11-5.10
b=debian-12-6.1
fake_kernel $a $b
mkdir "$world/s"
cp "$world/prog.bpf.o" "$world/s/prog.bpf.o"
printf 'name: both\nprofiles: [ { id: %s }, { id: %s } ]\n' $a $b \
    >"$world/s/both.yaml"
printf 'name: new\nprofiles: [ { id: %s } ]\n' $b >"$world/s/new.yaml"
plan_for $a fail

# suite FILE FLAG...
suite() {
	file=$world/s/$1
	shift
	code=0
	rm -f "$world/r.json" "$world/r.md"
	"$bin/bpfcompat" suite "$file" --no-fetch --out "$world/r.json" \
	    --markdown "$world/r.md" --workdir "$BPFCOMPAT_WORKDIR" "$@" \
	    >"$world/out" 2>"$world/err" || code=$?
}
# yaml FILE: the suite on standard input
yaml() {
	cat >"$world/s/$1"
}
report() {
	jq -e "$1" "$world/r.json"
}
case_is() {
	jq -e --arg n "$1" ".cases[] | select(.name == \$n) | $2" \
	    "$world/r.json"
}
jobs() {
	sql 'SELECT count(*) FROM jobs'
}

# --- three cases, one of which fails
yaml good.yaml <<'END'
name: product
defaults: { matrix: new.yaml, report_dir: out, timeout: 60s }
cases:
  - { name: loads, artifact: prog.bpf.o, validation_mode: load-only }
  - name: old
    artifact: prog.bpf.o
    matrix: both.yaml
    artifact_name: agent
  - name: behaves
    artifact: prog.bpf.o
    manifest: m.yaml
    test:
      mode: behavior
      command: "grep -q 'a <b>' /tmp/x"
      timeout: 15s
      expect: { exit_code: 3, event_contains: seen }
END
printf 'name: agent\nprograms: [ { name: good } ]\n' \
    >"$world/s/m.yaml"
suite good.yaml
check "a case that fails fails the suite" test "$code" = 2
check "the report says so" report '.schema_version ==
    "bpfcompat_suite.v0.1" and .name == "product" and .status == "fail" and
    .exit_code == 2 and ([.cases[].name] == ["loads", "old", "behaves"])'
check "a case has its mode" case_is loads '.validation_mode == "load_only" and
    .status == "pass" and .exit_code == 0 and .required_passed == 1'
check "and its targets with their causes" case_is old '.targets[0] |
    .profile_id == "debian-11-5.10" and .status == "fail" and .required and
    .classification_code == "VERIFIER_REJECTION" and
    (.programs | length == 1) and (.programs[0].classification.remedy != "")'
check "a report of its own" jq -e '.artifact.name == "agent"' \
    "$world/s/out/old.json"
check "and Markdown" grep -q '^# bpfcompat' "$world/s/out/old.md"
check "a test joins the manifest" jq -e '.programs[0].name == "good" and
    .functional_tests == [ { name: "behaves-behavior",
    command: "grep -q '"'a <b>'"' /tmp/x", required: true, timeout: "15s",
    expect_exit_code: 3, expect_stdout_contains: "seen" } ]' \
    "$world/s/out/behaves.behavior-manifest.yaml"
plan_of() {
	cat "$BPFCOMPAT_WORKDIR/runs/$(jq -r --arg n "$1" '.cases[] |
	    select(.name == $n) | .run_id' "$world/r.json")/plan.txt"
}
plan_of behaves >"$world/plan.txt"
check "and reaches the guest as it was written" grep -qxF \
    "command=grep -q 'a <b>' /tmp/x" "$world/plan.txt"
check "the Markdown has the matrix of kernels and cases" grep -qF \
    '| debian-12-6.1 | pass, required | pass, required | pass, required |' \
    "$world/r.md"
check "and a hyphen where a case has no such kernel" grep -qF \
    '| debian-11-5.10 | - | fail, required, VERIFIER\_REJECTION | - |' \
    "$world/r.md"
check "people read the failing case first" grep -q \
    '^FAIL: 1 of 3 cases do not pass - product' "$world/out"
cp "$world/r.json" "$world/base.json"
suite good.yaml --json
check "with --json the report is all there is" jq -e '.status == "fail"' \
    "$world/out"
suite good.yaml --case loads,behaves
check "chosen cases alone decide" test "$code" = 0

# --- the baseline
suite good.yaml --baseline "$world/base.json"
check "a failure of the baseline does not block" test "$code" = 0
check "the report tells what is known" report '.status == "pass" and
    .baseline.known_failures == 1 and .baseline.new_failures == 0 and
    (.cases[1] | .status == "fail" and .exit_code == 0 and
    .targets[0].baseline == "known")'
plan_for $b fail
suite good.yaml --baseline "$world/base.json"
check "a new one blocks" test "$code" = 2
check "and is called new" report '.baseline.new_failures == 3 and
    .baseline.known_failures == 1'
rm "$world/plan/$b"
jq '.cases[1].targets[0].classification_code = "OTHER"' "$world/base.json" \
    >"$world/base2.json"
suite good.yaml --baseline "$world/base2.json"
check "another cause is told and does not block" report '.exit_code == 0 and
    .cases[1].targets[0].baseline == "cause_changed"'
suite good.yaml --baseline "$world/s/out/old.json"
check "a baseline that is no suite's report is refused" grep -q \
    'not the report of a finished suite' "$world/err"

# --- stopping, and cases that cannot be run
yaml bad.yaml <<'END'
name: bad
defaults: { matrix: new.yaml, report_dir: out }
cases:
  - { name: gone, artifact: nowhere.bpf.o }
  - { name: next, artifact: prog.bpf.o }
END
suite bad.yaml
check "a case that cannot be run is an error" test "$code" = 1
check "and the others run" report '.status == "error" and
    (.cases[0] | .status == "error" and (.error | test("nowhere"))) and
    .cases[1].status == "pass"'
suite bad.yaml --stop-on-failure
check "unless the suite shall stop" report '.cases[1].status == "skipped" and
    .exit_code == 1'
yaml stop.yaml <<'END'
name: stop
defaults: { matrix: both.yaml, report_dir: out }
cases:
  - { name: one, artifact: prog.bpf.o }
  - { name: two, artifact: prog.bpf.o }
  - { name: three, artifact: prog.bpf.o }
  - { name: four, artifact: prog.bpf.o }
  - { name: five, artifact: prog.bpf.o }
END
plan_for $b pass:1500
suite stop.yaml --stop-on-failure --concurrency 1
check "it stops after the first case that fails" report '.exit_code == 2 and
    .cases[0].status == "fail" and .cases[4].status == "skipped"'

# --- resuming
: >"$FAKE_RUNNER_LOG"
yaml resume.yaml <<'END'
name: resume
defaults: { matrix: both.yaml, report_dir: out }
cases:
  - { name: one, artifact: prog.bpf.o }
  - { name: two, artifact: prog.bpf.o, validation_mode: load_only }
  - { name: three, artifact: prog.bpf.o, artifact_name: x }
END
plan_for $a pass
plan_for $b hang
"$bin/bpfcompat" suite "$world/s/resume.yaml" --no-fetch \
    --out "$world/half.json" --workdir "$BPFCOMPAT_WORKDIR" \
    >/dev/null 2>&1 &
pid=$!
worker_pids="$worker_pids $pid"
check "a suite is killed in the middle" wait_until 20 eval \
    "[ \$(grep -c $a '$FAKE_RUNNER_LOG') -ge 1 ] &&
    [ \$(sql \"SELECT count(*) FROM job_targets WHERE state = 'pass' AND
    job_id IN (SELECT id FROM jobs ORDER BY seq DESC LIMIT 3)\") -ge 1 ]"
kill -9 "$pid"
wait "$pid" 2>/dev/null
plan_for $b pass
before=$(jobs)
started() {
	awk -v p=$a '$2 == p' "$FAKE_RUNNER_LOG" | wc -l
}
done_a=$(sql "SELECT count(*) FROM job_targets WHERE state = 'pass' AND
    profile_id = '$a' AND job_id IN (SELECT id FROM jobs
    ORDER BY seq DESC LIMIT 3)")
started_a=$(started)
suite resume.yaml --resume
check "it goes on" test "$code" = 0
check "with the jobs it had" test "$(jobs)" = "$before"
check "and the targets that had ended" test \
    $(($(started) - started_a)) = $((3 - done_a))
suite resume.yaml --resume
check "a finished suite is not run again" report '[.cases[].resumed] ==
    [true, true, true]'
check "no job was added" test "$(jobs)" = "$before"
printf x >>"$world/s/prog.bpf.o"
suite resume.yaml --resume
check "a case whose object changed is" report '[.cases[].resumed] ==
    [null, null, null] and .exit_code == 0'
check "by new jobs" test "$(jobs)" = $((before + 3))

# --- command cases
printf '#!/bin/sh\n' >"$world/s/load.sh"
yaml cmd.yaml <<'END'
name: cmd
defaults: { matrix: new.yaml, report_dir: out, validation_mode: load_only }
cases:
  - name: loader
    command: { run: "load.sh -v", files: [ load.sh ], timeout: 20s }
END
suite cmd.yaml
check "a command is a case" case_is loader '.validation_mode == "command"'
check "it is run as it is written" jq -e '.command.command == "load.sh -v"' \
    "$world/s/out/loader.json"

# --- what is refused
refused() {
	yaml no.yaml
	suite no.yaml
	[ "$code" = 1 ] && [ ! -e "$world/r.json" ] &&
	    grep -qF "$world/s/no.yaml:$1" "$world/err"
}
head='name: x
defaults: { matrix: new.yaml }
cases:
'
check "an unknown key" refused '4: cases[0].artefact: unknown key' <<END
$head  - { name: a, artefact: x }
END
check "two cases of one name" refused '5: cases[1].name: is there twice' <<END
$head  - { name: a, artifact: x }
  - { name: a, artifact: x }
END
check "a mode that is none" refused \
    '4: cases[0].validation_mode: must be load_only' <<END
$head  - { name: a, artifact: x, validation_mode: attach }
END
check "a time that is none" refused '4: cases[0].timeout: must be a duration' <<END
$head  - { name: a, artifact: x, timeout: 5 }
END
check "a case without an object" refused '4: cases[0].artifact: is missing' <<END
$head  - { name: a }
END
check "a test and a command in one case" refused \
    '4: cases[0].command: excludes test' <<END
$head  - { name: a, command: { run: x }, test: { mode: behavior, command: y } }
END
suite good.yaml --check --json
check "--check runs nothing" jq -e '.name == "product" and
    .cases[2].mode == "behavior"' "$world/out"
