#!/bin/sh
# "make fuzz": every target with libFuzzer and the sanitizers, one after the
# other, from its seeds; what it learned stays in the build folder.
#   run.sh SRCDIR BUILDDIR SECONDS [NAME...]
set -eu
src=$1
build=$2
secs=$3
shift 3

# libFuzzer comes with clang; gcc has none.
"$src/build-aux/second-tree.sh" "$build" fuzz fuzz-programs CC=clang \
    --with-fuzzer --with-sanitizer
cd "$build/build/fuzz"
# Where fuzz_request finds matrices and the API's document.
export top_srcdir="$src"

[ $# -gt 0 ] || set -- $(find tests/fuzz -type f -name 'fuzz_*' \
    ! -name '*.*' | sed 's|.*/fuzz_||' | sort)
bad=0
for name; do
	mkdir -p "corpus/$name" found
	echo "== $name: $secs s"
	if ! "tests/fuzz/fuzz_$name" -max_total_time="$secs" -timeout=10 \
	    -rss_limit_mb=1024 -max_len=65536 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix="found/$name-" "corpus/$name" \
	    "$src/tests/fuzz/$name.seeds" >"found/$name.log" 2>&1; then
		bad=1
		tail -n 40 "found/$name.log"
		echo "== $name: FOUND something; the input is in $PWD/found/"
		echo "   (mend it, then add the input to tests/fuzz/$name.seeds/)"
	else
		grep -E 'number_of_executed|average_exec' "found/$name.log"
	fi
done
exit $bad
