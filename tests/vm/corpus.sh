#!/bin/sh
# The measure of truth: every case of tests/corpus on every kernel of a
# matrix, compared with what labels.tsv says about cause and source line.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: mvp; "make corpus": all)
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
# BPFCOMPAT_TEST_KEEP		folder for the reports, kept afterwards
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-mvp}.yaml
corpus=$top_srcdir/tests/corpus
only=${BPFCOMPAT_TEST_OBJECTS:-*}

vm_setup "$matrix"
reports=${BPFCOMPAT_TEST_KEEP:-$tmp/reports}
mkdir -p "$reports"

# Groups first, they take longest; then the cases with an object of their own.
{
	for source in "$top_builddir"/tests/corpus/g_*.bpf.o; do
		source=${source##*/}
		echo "${source%.bpf.o} load"
	done
	awk -F '\t' '!/^#/ && !seen[$1]++ { print $1, $2 }' \
	    "$corpus/labels.tsv" | while read -r object mode; do
		[ ! -f "$top_builddir/tests/corpus/$object.bpf.o" ] ||
		    echo "$object $mode"
	done
} | while read -r object mode; do
	# shellcheck disable=SC2254 # a pattern is wanted
	case $object in
	$only) echo "$object $mode" ;;
	esac
done >"$tmp/list"
xargs -P 2 -n 2 "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/corpus_one.sh" \
    "$matrix" "$reports" <"$tmp/list"

while read -r object mode; do
	[ -s "$reports/$object.cells" ] || echo "# $object: no report:" \
	    "$(tail -n 1 "$reports/$object.out")"
	# A group stands for its cases.
	case $object in
	g_*) sed -n 's/^#include "\(.*\)\.bpf\.c"$/\1/p' \
	    "$top_builddir/tests/corpus/$object.bpf.c" ;;
	*) echo "$object" ;;
	esac >>"$tmp/cases"
	cat "$reports/$object.cells" >>"$tmp/cells" 2>/dev/null
done <"$tmp/list"
grep -n 'HERE \*/' "$corpus"/*.bpf.c |
    sed 's,^.*/\([^/]*\)\.bpf\.c:\([0-9]*\):.*,\1	\2,' >"$tmp/here"
awk -f "$top_srcdir/tests/vm/score.awk" "$corpus/labels.tsv" "$tmp/kernels" \
    "$tmp/here" "$tmp/cases" "$tmp/cells"
