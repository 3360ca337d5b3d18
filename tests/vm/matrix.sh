#!/bin/sh
# The real thing: every object of tests/bpf on every kernel of a matrix, each
# cell compared with tests/bpf/expect.tsv.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: mvp)
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
# BPFCOMPAT_TEST_SINCE		only objects that this line or a later one treats
#			otherwise than the one before it, and three refusals,
#			because each line words its verifier log anew
# BPFCOMPAT_TEST_SLOW		"yes": also what keeps a kernel busy for a minute;
#			"only": nothing else
# BPFCOMPAT_TEST_KEEP		folder for the reports, kept afterwards
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-mvp}.yaml
table=$top_srcdir/tests/bpf/expect.tsv
only=${BPFCOMPAT_TEST_OBJECTS:-*}

vm_setup "$matrix"
reports=${BPFCOMPAT_TEST_KEEP:-$tmp/reports}
mkdir -p "$reports"

# Rows of one object are one after the other; each object and mode once.
awk -F '\t' -v since="${BPFCOMPAT_TEST_SINCE:-0.0}" \
    -v slow="${BPFCOMPAT_TEST_SLOW:-no}" '
function chosen(    is_slow) {
	is_slow = $2 == "load_attach" && $1 ~ /^(too_complex|hostile_)/
	if (is_slow ? slow == "no" : slow == "only")
		return 0
	return number($3) >= number(since) || $4 ~ /MODULES/ ||
	    $1 ~ /^(verifier_uninit|helper_unknown|loop_unbounded)$/
}
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
!printed && chosen() {
	print last
	printed = 1
}' "$table" |
    while read -r object mode; do
	# shellcheck disable=SC2254 # a pattern is wanted
	case $object in
	$only) echo "$object $mode" ;;
	esac
done >"$tmp/list"
# Two at a time, so that one's boot fills the other's waits.
xargs -P 2 -n 2 "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/matrix_one.sh" \
    "$matrix" "$reports" <"$tmp/list"

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
