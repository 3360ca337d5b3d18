#!/bin/sh
# A disk that fills up while targets run: the job stays, and is ended with
# all its verdicts as soon as there is room.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
mkdir -p "$BPFCOMPAT_WORKDIR"
mount -t tmpfs -o size=3m,mode=0700 bpfcompat-test "$BPFCOMPAT_WORKDIR" \
    2>/dev/null || skip_all "mounting a small file system needs root"
disk_end() {
	rm -f "$BPFCOMPAT_WORKDIR/filler"
	for d_pid in $worker_pids; do
		kill -9 "$d_pid" 2>/dev/null
		wait "$d_pid" 2>/dev/null
	done
	umount "$BPFCOMPAT_WORKDIR"
	fake_world_end
}
trap disk_end EXIT
plan 5
BPFCOMPAT_LEASE=2s
export BPFCOMPAT_LEASE
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-11-5.10 debian-12-6.1
plan_for debian-11-5.10 pass:1500 pass
plan_for debian-12-6.1 fail:1500 fail
id=$("$bin/bpfcompat" test --queue --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml")
runs() {
	[ "$(wc -l <"$FAKE_RUNNER_LOG")" -ge "$1" ]
}
completed() {
	[ "$(job_state "$id")" = completed ]
}
start_worker
check "the targets run" wait_until 20 runs 2
head -c 4000000 /dev/zero >"$BPFCOMPAT_WORKDIR/filler" 2>/dev/null
wait_until 20 grep -q -e not_written -e write_failed -e claim_failed \
    "$world/worker.log"
check "the worker says that the disk is full" \
    grep -qi -e "no space" -e "disk.*full" "$world/worker.log"
check "the job is still there" sh -c "[ '$(job_state "$id")' = running ] ||
    [ '$(job_state "$id")' = queued ]"
rm "$BPFCOMPAT_WORKDIR/filler"
check "with room again it is completed" wait_until 60 completed
check "with the right verdicts" test "$(sql "
    SELECT group_concat(state) FROM job_targets")" = "pass,fail"
