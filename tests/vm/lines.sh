#!/bin/sh
# Every kernel line the suites carry, with the objects that tell the newer
# ones apart; "make soak" runs all objects on them.
BPFCOMPAT_TEST_MATRIX=debian-all
BPFCOMPAT_TEST_SINCE=6.13
export BPFCOMPAT_TEST_MATRIX BPFCOMPAT_TEST_SINCE
# shellcheck disable=SC2154 # automake sets it
exec "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/matrix.sh"
