#!/bin/sh
# Every program says which one it is, so that a mix of builds can be seen.
set -u
. "$top_srcdir/tests/lib/tap.sh"
plan 8

version=$("$top_builddir/bin/bpfcompat" --version | sed -n 's/^bpfcompat //p')
check "bpfcompat has a version" test -n "$version"
for p in fcgi worker runner inspect prepare validator init; do
	# shellcheck disable=SC2154 # automake sets it
	check "bpfcompat-$p has the same" test "$("$top_builddir/bin/bpfcompat-$p" \
	    --version </dev/null 2>/dev/null)" = "bpfcompat-$p $version"
done
