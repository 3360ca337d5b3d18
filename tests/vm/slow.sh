#!/bin/sh
# Objects that keep a kernel busy for long, or attack the guest once they are
# attached, on two kernels.
BPFCOMPAT_TEST_MATRIX=quick
BPFCOMPAT_TEST_SLOW=only
export BPFCOMPAT_TEST_MATRIX BPFCOMPAT_TEST_SLOW
# shellcheck disable=SC2154 # automake sets it
exec "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/matrix.sh"
