#!/bin/sh
# Unit tests, fuzz seeds and integration tests once more, in a tree with
# AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer.  A report
# of any process counts, also of one whose exit status nobody looked at.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/san/lib.sh"

tree=$top_builddir/build/asan
if ! out=$("$top_srcdir/build-aux/second-tree.sh" "$top_builddir" asan \
    check-programs --with-sanitizer 2>&1); then
	plan 1
	fail "the tree with sanitizers builds" "$out"
	exit 0
fi

rm -rf "$tree/reports"
mkdir -p "$tree/reports"
find "$tree/tests" \( -name '*.trs' -o -name '*.log' \) -exec rm -f {} +
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
ASAN_OPTIONS=log_exe_name=1:log_path=$tree/reports/asan:detect_stack_use_after_return=1
export ASAN_OPTIONS
make -C "$tree" -k -j2 check-fast >"$tree/check.log" 2>&1

results "$tree" asan
# UndefinedBehaviorSanitizer writes to standard error only.
find "$tree/tests" -name '*.log' -exec grep -H 'runtime error:' {} + \
    >"$tree/reports/undefined"
[ -s "$tree/reports/undefined" ] || rm -f "$tree/reports/undefined"
if [ -z "$(ls "$tree/reports")" ]; then
	pass "no process left a sanitizer report"
else
	fail "no process left a sanitizer report" \
	    "$(cat "$tree"/reports/* | grep -a 'SUMMARY: \|runtime error: ' |
	    sort | uniq -c | sort -rn | head -n 20)" \
	    "$(cat "$tree"/reports/* | head -n 60 | cut -c1-300)"
fi
for fault in leak overflow undefined; do
	if out=$("$tree/tests/san/canary" "$fault" 2>&1); then
		fail "asan sees the canary: $fault" "$out"
	else
		pass "asan sees the canary: $fault"
	fi
done
plan "$tap_n"
