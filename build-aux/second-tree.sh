#!/bin/sh
# Configures and builds this source a second time, another way (sanitizers,
# coverage, fuzzer), below the build folder.  A configured source folder
# takes no second build, so it is built from a copy of what "make dist"
# would ship; what was forgotten there is found missing here.
#   second-tree.sh BUILDDIR NAME TARGET CONFIGURE-ARGUMENT...
# leaves BUILDDIR/build/NAME; says nothing unless something fails.
set -eu
top=$1
name=$2
target=$3
shift 3

# A make above us hands down its command line; it is not for this tree.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
cd "$top"
mkdir -p "build/$name"
log=build/$name/build.log
(
	set -e
	exec >"$log" 2>&1
	# Two tests may want the same tree at the same time.
	exec 9>"build/$name/.lock"
	flock -w 600 9
	# Files keep their times, so what did not change is not built again.
	make distdir distdir="build/$name-src"
	# Neither the sanitizers nor the fuzzer touch what runs in a guest,
	# nor the headers for sources.
	for made in guest-libbpf sdk tests/bpf/*.bpf.o; do
		[ -e "$made" ] || continue
		mkdir -p "build/$name/$(dirname "$made")"
		cp -Rpu "$made" "build/$name/$(dirname "$made")/"
	done
	cd "build/$name"
	args="$*"
	if [ ! -f Makefile ] || [ "$args" != "$(cat .args 2>/dev/null)" ]; then
		"../$name-src/configure" "$@"
		printf '%s\n' "$args" >.args
	fi
	make -j"$(nproc)" "$target"
) || {
	tail -n 40 "$log" >&2
	echo "the whole log: $top/$log" >&2
	exit 1
}
