#!/bin/sh
# One object of the corpus on the kernels of a matrix, for corpus.sh: leaves
# its report and the report's cells.
#
#   corpus_one.sh FOLDER MATRIX OBJECT MODE
set -u
matrix=$2 object=$3 mode=$4
to=$1/$object

case $mode in
attach) flags='--validation-mode load_attach --require-attach' ;;
*) flags='--validation-mode load_only' ;;
esac
# shellcheck disable=SC2086,SC2154 # flags are words; automake sets the rest
"$top_builddir/bin/bpfcompat" test \
    --artifact "$top_builddir/tests/corpus/$object.bpf.o" \
    --matrix "$matrix" --concurrency 1 --out "$to.json" $flags \
    >"$to.out" 2>&1
[ -f "$to.json" ] || exit 0
# shellcheck disable=SC2154
exec jq -r --arg object "$object" -f "$top_srcdir/tests/vm/corpus.jq" \
    "$to.json" >"$to.cells"
