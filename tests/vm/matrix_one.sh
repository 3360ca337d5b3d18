#!/bin/sh
# One object in one mode on the kernels of a matrix, for matrix.sh: leaves
# the report and its cells.
#
#   matrix_one.sh MATRIX FOLDER OBJECT MODE
set -u
matrix=$1 object=$3 mode=$4
to=$2/$object.$mode

case $mode in
required) flags='--validation-mode load_attach --require-attach' ;;
*) flags="--validation-mode $mode" ;;
esac
case $object.$mode in
hostile_*.load_attach) flags="$flags --timeout 75s" ;;
esac
# shellcheck disable=SC2086,SC2154 # flags are words; automake sets the rest
"$top_builddir/bin/bpfcompat" test \
    --artifact "$top_builddir/tests/bpf/$object.bpf.o" --matrix "$matrix" \
    --concurrency 1 --out "$to.json" $flags >"$to.out" 2>&1
[ -f "$to.json" ] || exit 0
# shellcheck disable=SC2154
exec jq -r --arg object "$object" --arg mode "$mode" \
    -f "$top_srcdir/tests/vm/cells.jq" "$to.json" >"$to.cells"
