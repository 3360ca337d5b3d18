#!/bin/sh
# Every seed of every fuzz target, through the plain main.
set -u
. "$top_srcdir/tests/lib/tap.sh"

set -- "$top_builddir"/tests/fuzz/fuzz_*
n=0
for prog; do
	case ${prog##*/} in
	*.*) ;;
	*) n=$((n + 1)) ;;
	esac
done
plan "$n"
for prog; do
	case ${prog##*/} in
	*.*) continue ;;
	esac
	name=${prog##*/fuzz_}
	seeds=$top_srcdir/tests/fuzz/$name.seeds
	if [ -z "$(ls "$seeds" 2>/dev/null)" ]; then
		fail "fuzz_$name has seeds" "put some into $seeds"
		continue
	fi
	check "fuzz_$name takes its seeds" "$prog" "$seeds"/*
done
