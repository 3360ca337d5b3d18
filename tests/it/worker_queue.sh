#!/bin/sh
# 200 jobs at once, two workers: all end, each target runs exactly once.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 6
jobs=200
# With sanitizers the same takes many times as long and shows no more.
! nm "$bin/bpfcompat-worker" | grep -q __asan_init || jobs=30
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-11-5.10 debian-12-6.1
n=0
while [ $n -lt $jobs ]; do
	"$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
	    --matrix "$world/m.yaml" >>"$world/ids"
	n=$((n + 1))
done
check "all are queued" test "$(sort -u "$world/ids" | wc -l)" = $jobs
start_worker
second=$worker_pid
start_worker
all_done() {
	[ "$(sql "SELECT count(*) FROM jobs WHERE state = 'completed'"
	    )" = $jobs ]
}
from=$(date +%s)
check "all end" wait_until 600 all_done
echo "# 200 jobs took $(($(date +%s) - from)) s"
peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$worker_pid/status")
kill -TERM "$second"
wait "$second"
check "each target ran once" test "$(wc -l <"$FAKE_RUNNER_LOG")" = $((jobs * 2))
check "no two workers had one target" test \
    "$(cut -d' ' -f1,2 "$FAKE_RUNNER_LOG" | sort -u | wc -l)" = $((jobs * 2))
check "each job has its run" test "$(sql "SELECT count(*) FROM runs")" = \
    $jobs
if nm "$bin/bpfcompat-worker" | grep -q __asan_init; then
	pass "memory is not measured with sanitizers # SKIP"
else
	check "the worker stays within 30 MiB" test "$peak" -lt 30720
fi
echo "# peak resident memory of a worker: $peak KiB"
