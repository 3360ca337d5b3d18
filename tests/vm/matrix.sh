#!/bin/sh
# The real thing: every object of tests/bpf on every kernel of a matrix, each
# cell compared with tests/bpf/expect.tsv.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: mvp)
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
# BPFCOMPAT_TEST_SINCE		only objects that this line or a later one treats
#			otherwise than the one before it
# BPFCOMPAT_TEST_KEEP		folder for the reports, kept afterwards
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-mvp}.yaml
table=$top_srcdir/tests/bpf/expect.tsv
only=${BPFCOMPAT_TEST_OBJECTS:-*}

vm_setup "$matrix"
reports=${BPFCOMPAT_TEST_KEEP:-$tmp/reports}
mkdir -p "$reports"

# One object in one mode on all kernels; leaves its cells beside the report.
run_one() {
	object=$1 mode=$2
	to=$reports/$object.$mode
	case $mode in
	required) flags='--validation-mode load_attach --require-attach' ;;
	*) flags="--validation-mode $mode" ;;
	esac
	# shellcheck disable=SC2086 # flags are words
	"$bin/bpfcompat" test --artifact \
	    "$top_builddir/tests/bpf/$object.bpf.o" --matrix "$matrix" \
	    --concurrency 1 --out "$to.json" $flags >"$to.out" 2>&1
	echo $? >"$to.exit"
	[ -f "$to.json" ] || return 0
	jq -r --arg object "$object" --arg mode "$mode" \
	    -f "$top_srcdir/tests/vm/cells.jq" "$to.json" >"$to.cells"
}

# Two streams, so that one's boot fills the other's waits.
run_stream() {
	while read -r object mode; do
		run_one "$object" "$mode"
	done
}

# Rows of one object are one after the other; each object and mode once.
awk -F '\t' -v since="${BPFCOMPAT_TEST_SINCE:-0.0}" '
function number(v,    part) {
	gsub(/^[<>=]+/, "", v)
	split(v, part, /[.-]/)
	return part[1] * 1000 + part[2]
}
/^#/ { next }
$1 " " $2 != last {
	last = $1 " " $2
	printed = 0
}
!printed && (number($3) >= number(since) || $4 ~ /MODULES/) {
	print last
	printed = 1
}' "$table" |
    while read -r object mode; do
	# shellcheck disable=SC2254 # a pattern is wanted
	case $object in
	$only) echo "$object $mode" ;;
	esac
done >"$tmp/list"
awk 'NR % 2 == 1' "$tmp/list" >"$tmp/list.1"
awk 'NR % 2 == 0' "$tmp/list" >"$tmp/list.2"
run_stream <"$tmp/list.1" &
run_stream <"$tmp/list.2"
wait

# A run without a report has no cells, and that has to be seen.
while read -r object mode; do
	to=$reports/$object.$mode
	if [ -s "$to.cells" ]; then
		cat "$to.cells"
	else
		printf '%s\t%s\t-\t-\tno report\t-\t-\t-\t0\t0\t%s\n' \
		    "$object" "$mode" "$(tail -n 1 "$to.out")"
	fi
done <"$tmp/list" >"$tmp/cells"
awk -f "$top_srcdir/tests/vm/compare.awk" "$table" "$tmp/kernels" \
    "$tmp/cells"
