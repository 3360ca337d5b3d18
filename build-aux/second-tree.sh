#!/bin/sh
# Configures and builds this source a second time, another way (sanitizers,
# coverage, fuzzer), below the build folder.  A configured source folder
# takes no second build, so it is built from a copy of what "make dist"
# would ship; what is not shipped is found missing here.
#   second-tree.sh BUILDDIR NAME TARGET CONFIGURE-ARGUMENT...
# Prints nothing unless something fails.
set -eu
top=$1
name=$2
target=$3
shift 3

cd "$top"
mkdir -p "build/$name"
log=build/$name/build.log
(
	set -e
	exec >"$log" 2>&1
	# Files keep their times, so an unchanged one is not built again.
	make distdir distdir=build/src
	cd "build/$name"
	args="$*"
	if [ ! -f Makefile ] || [ "$args" != "$(cat .args 2>/dev/null)" ]; then
		../src/configure "$@"
		printf '%s\n' "$args" >.args
	fi
	make -j"$(nproc)" "$target"
) || {
	tail -n 40 "$log" >&2
	echo "the whole log: $top/$log" >&2
	exit 1
}
