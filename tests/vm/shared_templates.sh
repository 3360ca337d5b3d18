#!/bin/sh
# Part of "make soak": two workers share one cache of saved guests, and one
# that is killed while it saves leaves a system that works.
set -u
. "$top_srcdir/tests/vm/lib.sh"
printf 'name: one\nprofiles:\n  - id: debian-12-6.1\n' >"$tmp/one.yaml"
vm_setup "$tmp/one.yaml"
BPFCOMPAT_CACHE_DIR=$tmp/cache
# Half of it is for saving, also on a machine that does other things.
BPFCOMPAT_BOOT_TIMEOUT=240s
export BPFCOMPAT_CACHE_DIR BPFCOMPAT_BOOT_TIMEOUT
templates=$tmp/cache/templates
# judge NAME: a worker with a work folder of its own.
judge() {
	BPFCOMPAT_WORKDIR=$tmp/$1 "$bin/bpfcompat" test --no-fetch \
	    --artifact "$top_builddir/tests/bpf/ringbuf.bpf.o" \
	    --matrix "$tmp/one.yaml" --timeout 300s \
	    --out "$tmp/$1.json" >"$tmp/$1.out" 2>&1
}
passed() {
	[ "$(jq -r '.targets[0] | .status, .template' "$tmp/$1.json" |
	    paste -sd ' ' -)" = "pass true" ]
}
saved() {
	find "$templates" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | wc -l
}
litter() {
	find "$templates" -mindepth 1 -maxdepth 1 \( -name '.new-*' -o \
	    -name '.old-*' -o -name '.failed-*' \)
}
plan 11

judge a &
judge b &
wait
check "two workers that begin at once both get a verdict from a template" \
    eval "passed a && passed b"
check "and save one" test "$(saved)" = 1
check "without leaving anything else" test -z "$(litter)"

# begin: a worker without saved guests; its pid is $pid.
begin() {
	rm -rf "$templates"
	BPFCOMPAT_WORKDIR=$tmp/killed "$bin/bpfcompat" test --no-fetch \
	    --artifact "$top_builddir/tests/bpf/ringbuf.bpf.o" \
	    --matrix "$tmp/one.yaml" --timeout 300s \
	    --out "$tmp/killed.json" >"$tmp/killed.out" 2>&1 &
	pid=$!
}
# in_the_middle FILE: until the unfinished template's file has something in
# it.  No nap: saving takes milliseconds.
in_the_middle() {
	until [ -n "$(find "$templates" -path '*/.new-*' -name "$1" -size +0c \
	    2>/dev/null)" ]; do
		kill -0 "$pid" 2>/dev/null || return 1
	done
}
# below PID: its descendants.
below() {
	for below_pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		echo "$below_pid"
		below "$below_pid"
	done
}
all_gone() {
	for gone_pid; do
		! kill -0 "$gone_pid" 2>/dev/null || return 1
	done
}
for when in ram state; do
	begin
	check "while its $when is written a worker" in_the_middle $when
	theirs=$(below "$pid")
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	# shellcheck disable=SC2086 # a list of numbers
	check "is killed, and its guest and runner with it" wait_until 10 \
	    all_gone $theirs
	judge after.$when
	check "the next one saves it again" passed after.$when
	check "and cleans up" eval 'test -z "$(litter)" && test "$(saved)" = 1'
done
exit "$tap_bad"
