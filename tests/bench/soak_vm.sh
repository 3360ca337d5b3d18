#!/bin/sh
# Part of "make soak": real guests, one after the other, a thousand of them.
# Nothing may be left of any: no process, port, file, lock, descriptor; and
# the worker's own memory is flat.
#
# SOAK_TARGETS=1000
set -u
top_srcdir=$1
top_builddir=$2
export top_srcdir top_builddir
. "$top_srcdir/tests/vm/lib.sh"
targets=${SOAK_TARGETS:-1000}
BPFCOMPAT_CACHE_DIR=$tmp/cache
# Once of each kernel and once in fifty, as the self-check is to leak nothing.
BPFCOMPAT_TEMPLATE_CHECK_EVERY=50
BPFCOMPAT_BOOT_TIMEOUT=240s
export BPFCOMPAT_CACHE_DIR BPFCOMPAT_TEMPLATE_CHECK_EVERY
export BPFCOMPAT_BOOT_TIMEOUT
vm_setup "$top_srcdir/matrices/mvp.yaml"
worker=
soak_end() {
	[ -z "$worker" ] || {
		kill "$worker" 2>/dev/null
		wait "$worker"
	}
	rm -rf "$tmp"
}
trap soak_end EXIT
sql() {
	sqlite3 -cmd '.timeout 10000' "$BPFCOMPAT_WORKDIR/bpfcompat.db" "$1"
}
per_job=$(wc -l <"$tmp/kernels")
jobs=$(((targets + per_job - 1) / per_job))
n=0
while [ "$n" -lt "$jobs" ]; do
	"$bin/bpfcompat" test --no-fetch --queue --matrix mvp --artifact \
	    "$top_builddir/tests/bpf/ringbuf.bpf.o" >/dev/null || exit 1
	n=$((n + 1))
done

# below PID: its descendants, but for the signer, which stays.
below() {
	for below_pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		! grep -q bpfcompat-signe "/proc/$below_pid/comm" \
		    2>/dev/null || continue
		echo "$below_pid"
		below "$below_pid"
	done
}
ended() {
	[ "$(sql "SELECT count(*) FROM jobs WHERE state = 'completed'")" \
	    -ge "$1" ]
}
# Self-checks come after the verdicts, when a slot is free.
quiet() {
	ended "$jobs" && [ "$(sql "SELECT count(*) FROM template_checks")" -ge \
	    $((per_job * ((jobs + 49) / 50))) ] && [ -z "$(below "$worker")" ]
}
memory() {
	awk '/^VmRSS/ { print $2 }' "/proc/$worker/status"
}
descriptors() {
	find "/proc/$worker/fd" -mindepth 1 | wc -l
}
locks() {
	awk -v pid="$worker" '$5 == pid' /proc/locks | wc -l
}
# What lies in the cache, without its contents.
cached() {
	(cd "$BPFCOMPAT_CACHE_DIR" && find . | sort)
}
# Of one target, besides its evidence: the same for the first and the last.
run_files() {
	(cd "$BPFCOMPAT_WORKDIR/runs/$1" && find . -path '*.check*' -prune -o \
	    -print | sort)
}
# Without parent: of nobody who could be asked.
orphans() {
	ps -eo ppid=,args= | awk '$1 == 1 && /bpfcompat-runner|-name bpfcompat/' |
	    wc -l
}
before=$(orphans)

"$bin/bpfcompat-worker" 2>"$tmp/worker.log" &
worker=$!
tenth=$((jobs / 10 > 0 ? jobs / 10 : 1))
# The first tenth builds templates and fills caches.
wait_until 3600 ended "$tenth" || exit 1
memory_at=$(memory)
step=2
while [ "$step" -le 10 ] && [ $((tenth * step)) -le "$jobs" ]; do
	wait_until 3600 ended $((tenth * step)) || break
	echo "# $((tenth * step * per_job)) targets: $(memory) KiB," \
	    "$(descriptors) descriptors"
	[ "$step" -ne 2 ] || {
		fds=$(descriptors)
		cached >"$tmp/cached"
	}
	step=$((step + 1))
done
plan 10
check "$((jobs * per_job)) targets ended" wait_until 3600 quiet
memory_end=$(memory)
check "each with a verdict from a saved guest" test "$(sql "SELECT count(*)
    FROM job_targets WHERE state = 'pass'")" = $((jobs * per_job))
check "the worker has no child left" test -z "$(below "$worker")"
check "and nobody else has one of its guests" test "$(orphans)" -le "$before"
check "it has no more descriptors than after a fifth" test \
    "$(descriptors)" -le "$fds"
check "and holds no lock on a file but the database's" test "$(locks)" -le 2
check "its memory grew by less than 1 MiB since the first tenth" test \
    $((memory_end - memory_at)) -lt 1024
cached >"$tmp/cached.end"
check "the cache holds what it held after a fifth" cmp "$tmp/cached" \
    "$tmp/cached.end"
run_files "$(sql 'SELECT run_id FROM runs ORDER BY run_id LIMIT 1')" \
    >"$tmp/first"
run_files "$(sql 'SELECT run_id FROM runs ORDER BY run_id DESC LIMIT 1')" \
    >"$tmp/last"
check "the last run has the files that the first has" cmp "$tmp/first" \
    "$tmp/last"
check "no self-check found a difference" test "$(sql "SELECT count(*)
    FROM template_checks WHERE outcome = 'different'")" = 0
echo "# self-checks: $(sql "SELECT group_concat(n) FROM (SELECT outcome || ' '
    || count(*) AS n FROM template_checks GROUP BY outcome)")"
echo "# memory of the worker: $memory_at KiB after a tenth, $memory_end KiB" \
    "at the end; ports are QEMU's own and go with it"
exit "$tap_bad"
