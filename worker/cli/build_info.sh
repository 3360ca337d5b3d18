#!/bin/sh
# Writes the header with the commit this tree is at; touches it only when
# something changed, so that a build with nothing to do does nothing.
#   build_info.sh SRCDIR OUT
set -eu
src=$1
out=$2
commit=$(git -C "$src" rev-parse --short=12 HEAD 2>/dev/null) || commit=
date=$(git -C "$src" log -1 --format=%cI 2>/dev/null) || date=
[ -z "$commit" ] || git -C "$src" diff --quiet HEAD 2>/dev/null ||
    commit="$commit-dirty"
if [ -z "$commit" ] && [ -f "$out" ]; then
	exit 0
fi
new=$(printf '%s\n' "/* written by build_info.sh */" \
    "#define BUILD_COMMIT \"${commit:-unknown}\"" \
    "#define BUILD_DATE \"${date:-unknown}\"")
[ -f "$out" ] && [ "$new" = "$(cat "$out")" ] && exit 0
mkdir -p "$(dirname "$out")"
printf '%s\n' "$new" >"$out"
