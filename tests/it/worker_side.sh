#!/bin/sh
# What a worker does besides its jobs: it warms the default matrix, and asks
# for the first verdict of a clone again; people see what came of it.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 8
FAKE_RUNNER_CLONES=1
FAKE_RUNNER_DIFFERS=$world/differs
BPFCOMPAT_TEMPLATE_CHECK_EVERY=2
export FAKE_RUNNER_CLONES FAKE_RUNNER_DIFFERS BPFCOMPAT_TEMPLATE_CHECK_EVERY
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-12-6.1
list() {
	"$bin/bpfcompat" kernels list --json debian-12-6.1 |
	    jq -r ".kernels[0].$1"
}
job() {
	"$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
	    --matrix "$world/m.yaml" >>"$world/ids"
}
runs_are() {
	[ "$(sql "SELECT count(*) FROM runs")" = "$1" ]
}
checks_are() {
	[ "$(sql "SELECT group_concat(outcome) FROM template_checks")" = "$1" ]
}
job
start_worker
warmed() {
	[ "$(grep -c '"event":"template.warmed".*"state":"ready"' \
	    "$world/worker.log")" = 2 ]
}
check "the kernels of the default matrix are warmed" wait_until 20 warmed
check "a kernel tells that its template is there" test \
    "$(list template.state)" = ready
check "the first verdict of a clone is checked" wait_until 20 \
    checks_are same
job
wait_until 20 runs_are 2
: >"$world/differs"
job
check "so is the third, and a difference is recorded" wait_until 20 \
    checks_are same,different
check "with what it was" test "$(sql "SELECT text FROM template_checks
    WHERE outcome = 'different'")" = "good load_status: pass, fail"
check "the list tells" test "$(list template_check.outcome)" = different
check "for people, too" sh -c "'$bin/bpfcompat' kernels list debian-12-6.1 |
    grep -q '1 of 2 self-checks differed'"
check "only verdicts used the plan" test "$(wc -l <"$FAKE_RUNNER_LOG")" = 3
