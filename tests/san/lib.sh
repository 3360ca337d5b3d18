# Sourced by the tests that run the fast tests again in a second build.

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
