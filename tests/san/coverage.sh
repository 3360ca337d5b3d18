#!/bin/sh
# "make coverage": the fast tests in a tree that counts, then how many lines
# of each file and folder ran, as text.
#   coverage.sh SRCDIR BUILDDIR
set -eu
src=$1
top=$2
"$src/build-aux/second-tree.sh" "$top" coverage check-programs \
    --enable-coverage CFLAGS=-g
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
cd "$top/build/coverage"
find . -name '*.gcda' -exec rm -f {} +
make -k check-fast >check.log 2>&1 || echo "some tests failed: $PWD/check.log"

# gcov -n prints, per object, "File 'x'" and "Lines executed:50.00% of 20".
find . -name '*.gcda' | while IFS= read -r data; do
	gcov -n -o "${data%.gcda}.o" "$data" 2>/dev/null
done | awk '
/^File / {
	file = $0
	sub(/^File ./, "", file)
	sub(/.$/, "", file)
	sub(/^.*coverage-src\//, "", file)
}
/^Lines executed:/ {
	split($0, part, /[:% ]+/)
	if (file !~ /^(shared|fcgi|worker)\// || file in done)
		next
	if (file ~ /\.h$/)
		next
	n = part[5]
	ran = int(part[3] * n / 100 + 0.5)
	# An object may be compiled twice, for two programs: the better run.
	if (!(file in lines) || ran > hit[file]) {
		lines[file] = n
		hit[file] = ran
	}
}
END {
	for (f in lines) {
		dir = f
		sub(/\/[^\/]*$/, "/", dir)
		dn[dir] += lines[f]
		dh[dir] += hit[f]
		tn += lines[f]
		th += hit[f]
		printf "%6.1f%% %6d of %6d  %s\n", 100 * hit[f] / lines[f],
		    hit[f], lines[f], f | "sort -k5"
	}
	close("sort -k5")
	print ""
	for (d in dn)
		printf "%6.1f%% %6d of %6d  %s\n", 100 * dh[d] / dn[d], dh[d],
		    dn[d], d | "sort -k5"
	close("sort -k5")
	if (tn)
		printf "%6.1f%% %6d of %6d  all\n", 100 * th / tn, th, tn
}' | tee coverage.txt
