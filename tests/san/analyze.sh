#!/bin/sh
# "make analyze": gcc's own analyser and cppcheck over everything; slow, and
# both err, so this is for people, not for make check.
#   analyze.sh SRCDIR BUILDDIR
set -eu
src=$1
top=$2
"$src/build-aux/second-tree.sh" "$top" analyze all \
    CFLAGS='-g -O1 -fanalyzer -fanalyzer-transitivity'
grep -E 'warning: .*\[-Wanalyzer' "$top/build/analyze/build.log" | sort -u ||
    echo "gcc -fanalyzer: nothing"
command -v cppcheck >/dev/null 2>&1 || {
	echo "cppcheck is not installed"
	exit 0
}
cd "$src"
cppcheck --quiet --enable=warning,portability --inline-suppr \
    --suppress=missingInclude --suppress=missingIncludeSystem \
    --std=c11 -D_GNU_SOURCE -I. -Ishared -I"$top" -I"$top/shared" \
    --template='{file}:{line}: {severity}: {message} [{id}]' \
    -j "$(nproc)" fcgi shared worker 2>&1 || true
