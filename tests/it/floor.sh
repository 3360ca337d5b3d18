#!/bin/sh
# Predicted floors against what kernels really do: tests/bpf/expect.tsv tells
# for each object which lines take it, and tests/vm/ proves that on the lines
# themselves.  A floor must not lie above a line that loads the object, and
# where the reason is a feature that came later, not below the last line that
# lacks it.
set -u
. "$top_srcdir/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-floor.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

plan 3
lines='5.10 6.1 6.12 6.16 6.17 6.18 6.19 7.0 7.1 7.2 7.3'

# "object load_floor floor" a line, of every object that is one.
for o in "$top_builddir"/tests/bpf/*.bpf.o; do
	name=${o##*/}
	"$top_builddir/bin/bpfcompat" inspect --json "$o" 2>/dev/null |
	    jq -r --arg n "${name%.bpf.o}" 'select(.predicted_floor) |
	    "\($n) \(.predicted_floor.load_kernel) \(.predicted_floor.kernel)"'
done >"$tmp/floors"
check "every object but the broken ones has facts" test \
    "$(wc -l <"$tmp/floors")" -gt 80

# Kernel ranges of expect.tsv, line by line.
awk -F '\t' -v lines="$lines" -v floors="$tmp/floors" '
function num(v,    p) {
	split(v, p, ".")
	return p[1] * 1000 + p[2]
}
function covers(range, k,    p) {
	if (range == "*")
		return 1
	if (range ~ /^</)
		return num(k) < num(substr(range, 2))
	if (range ~ /^>=/)
		return num(k) >= num(substr(range, 3))
	split(range, p, "-")
	return num(k) >= num(p[1]) && (p[2] == "" || num(k) <= num(p[2]))
}
BEGIN {
	while ((getline line < floors) > 0) {
		split(line, f, " ")
		load[f[1]] = f[2]
		all[f[1]] = f[3]
	}
	n = split(lines, line_of, " ")
}
/^#/ || !($1 in load) || $4 != "-" { next }
{
	for (i = 1; i <= n; i++) {
		k = line_of[i]
		if (!covers($3, k))
			continue
		if ($5 == "pass" && load[$1] != "" &&
		    num(k) < num(load[$1]))
			print $1 ": floor " load[$1] " but " k " loads it"
		if ($5 == "fail" && $8 ~ /^(MISSING_HELPER|MISSING_KFUNC|UNSUPPORTED_(MAP|PROGRAM)_TYPE)/ &&
		    all[$1] != "" && num(k) >= num(all[$1]))
			print "low: " $1 ": floor " all[$1] " but " k \
			    " lacks something: " $8 " " $9
	}
}' "$top_srcdir/tests/bpf/expect.tsv" >"$tmp/found"
check "no floor lies above a line that takes the object" eval \
    '! grep -v "^low: " "$tmp/found"'

# Below: what no table can know is named here, and why.
#  helper_override	needs a build option
#  helper_unknown	calls a number that no kernel has
#  helper_wrong_type	the helper is for other program types
#  map_type_unknown	a type that no kernel has
#  workqueue		its kfunc changed its arguments later
known='helper_override|helper_unknown|helper_wrong_type|map_type_unknown|workqueue'
check "no floor lies below a line that lacks the feature" eval \
    '! grep "^low: " "$tmp/found" | grep -Ev "^low: ($known):"'
