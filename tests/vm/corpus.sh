#!/bin/sh
# The measure of truth: every case of tests/corpus on real kernels, compared
# with what labels.tsv says about cause and source line.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: debian-all)
# BPFCOMPAT_TEST_WHOLE		"yes" ("make corpus"): every case on every kernel;
#			else see corpus_choose.awk
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
# BPFCOMPAT_TEST_KEEP		folder for the reports, kept afterwards
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-debian-all}.yaml
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
	$only) printf '%s\t%s\n' "$object" "$mode" ;;
	esac
done >"$tmp/objects"

ranges=$top_srcdir/tests/vm/ranges.awk
case ${BPFCOMPAT_TEST_WHOLE:-no} in
yes)
	all=$(cut -f 1 "$tmp/kernels" | paste -sd ' ' -)
	sed "s/$/	$all/" "$tmp/objects" ;;
*)
	sed -n 's/^ *- id: *\([^ #]*\).*/\1/p' \
	    "$top_srcdir/matrices/mvp.yaml" >"$tmp/always"
	awk -f "$ranges" -f "$top_srcdir/tests/vm/corpus_choose.awk" \
	    "$corpus/labels.tsv" "$tmp/kernels" "$tmp/always" "$tmp/objects" ;;
esac >"$tmp/list"
while read -r object mode profiles; do
	{
		printf 'name: corpus\nprofiles:\n'
		# shellcheck disable=SC2086 # a list of names
		printf '  - id: %s\n' $profiles
	} >"$tmp/$object.yaml"
	echo "$tmp/$object.yaml $object $mode"
done <"$tmp/list" | xargs -P 2 -n 3 "${SHELL:-/bin/sh}" \
    "$top_srcdir/tests/vm/corpus_one.sh" "$reports"

while read -r object mode profiles; do
	[ -s "$reports/$object.cells" ] || echo "# $object: no report:" \
	    "$(tail -n 1 "$reports/$object.out")"
	# A group stands for its cases.
	case $object in
	g_*) sed -n 's/^#include "\(.*\)\.bpf\.c"$/\1/p' \
	    "$top_builddir/tests/corpus/$object.bpf.c" ;;
	*) echo "$object" ;;
	esac | sed "s/$/	$profiles/" >>"$tmp/cases"
	cat "$reports/$object.cells" >>"$tmp/cells" 2>/dev/null
done <"$tmp/list"
grep -n 'HERE \*/' "$corpus"/*.bpf.c |
    sed 's,^.*/\([^/]*\)\.bpf\.c:\([0-9]*\):.*,\1	\2,' >"$tmp/here"
awk -f "$ranges" -f "$top_srcdir/tests/vm/score.awk" "$corpus/labels.tsv" \
    "$tmp/kernels" "$tmp/here" "$tmp/cases" "$tmp/cells"
