# Sourced by the tests that need a second build.

# plain_tree TARGET: the build for valgrind and for make install, in $tree;
# ends the test when it fails.  Its compiler does not set variables to zero,
# that would hide what valgrind looks for.
plain_tree() {
	tree=$top_builddir/build/plain
	if ! pt_out=$("$top_srcdir/build-aux/second-tree.sh" "$top_builddir" \
	    plain "$1" --disable-hardening CFLAGS='-g -O1' \
	    --prefix="$tree/inst" 2>&1); then
		plan 1
		fail "the plain tree builds" "$pt_out"
		exit 0
	fi
}

# results DIR PREFIX: one TAP line for each test program that ran below DIR.
results() {
	find "$1/tests" -name '*.trs' | LC_ALL=C sort >"$1/trs"
	while IFS= read -r trs; do
		name=${trs#"$1/"}
		name=${name%.trs}
		log=${trs%.trs}.log
		ran=$(grep -c '^:test-result: PASS' "$trs")
		if grep -Eq '^:test-result: (FAIL|ERROR|XPASS)' "$trs"; then
			fail "$2 $name" "$(grep -E '^:test-result: (FAIL|ERROR|XPASS)' "$trs")" \
			    "$(tail -n 60 "$log")"
		elif [ "$ran" -eq 0 ]; then
			tap_n=$((tap_n + 1))
			echo "ok $tap_n - $2 $name # SKIP it skipped itself"
		else
			pass "$2 $name ($ran tests)"
		fi
	done <"$1/trs"
}
