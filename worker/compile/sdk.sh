#!/bin/sh
# Gathers the headers that uploaded C sources are compiled with: libbpf's,
# the kernel's for user space, and for each architecture the vmlinux.h that
# Debian's newest kernel package carries (linux-bpf-dev).  Once, at build
# time; a job needs no network.
#
# usage: sdk.sh OUTDIR LIBBPF_INCLUDE
#
# OUTDIR/include/{bpf,linux,...}, OUTDIR/ARCH/{vmlinux.h,asm/}, OUTDIR/stamp.
# When the packages cannot be had, the stamp says so, sources are not
# compiled, and everything else works; "make sdk" tries again.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
. "$here/build-aux/newest-apt.sh"

out=$1
libbpf=$(cd "$2" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/work
log=$out/sdk.log

give_up() {
	tail -n 5 "$log" >&2 || :
	echo "sdk.sh: $1; C sources will not be compiled (\"make sdk\" tries" \
	    "again)" >&2
	rm -rf "$work"
	echo missing >"$out/stamp"
	exit 0
}

# unpack PACKAGE: into $work/PACKAGE
unpack() {
	(cd "$work/deb" && apt-get download "$1") >>"$log" 2>&1 || return 1
	dpkg-deb -x "$work/deb/${1%:*}"_*"${2:-}".deb "$work/$1" >>"$log" 2>&1
}

rm -rf "$work" "$out/include" "$out/x86_64" "$out/arm64" "$out/stamp"
mkdir -p "$work/deb"
: >"$log"
echo "sdk.sh: fetching kernel headers for sources with apt"
newest_apt "$work" "deb amd64,arm64" "$log" || give_up "apt cannot be used"
unpack linux-libc-dev || give_up "cannot fetch linux-libc-dev"
mkdir -p "$out/include"
for dir in linux asm-generic; do
	cp -rL "$work/linux-libc-dev/usr/include/$dir" "$out/include/"
done
cp -rL "$libbpf/bpf" "$out/include/"
for pair in x86_64:amd64:x86_64-linux-gnu arm64:arm64:aarch64-linux-gnu; do
	arch=${pair%%:*}
	triplet=${pair##*:}
	deb=${pair#*:}
	deb=${deb%:*}
	unpack "linux-bpf-dev:$deb" "$deb" ||
	    give_up "cannot fetch linux-bpf-dev for $deb"
	mkdir -p "$out/$arch"
	cp "$work/linux-bpf-dev:$deb/usr/include/$triplet/linux/bpf/vmlinux.h" \
	    "$out/$arch/"
	cp -rL "$work/linux-libc-dev/usr/include/$triplet/asm" "$out/$arch/"
done
version=$(echo "$work"/deb/linux-bpf-dev_*_amd64.deb)
version=${version##*/linux-bpf-dev_}
echo "${version%_amd64.deb}" >"$out/version"
rm -rf "$work"
echo present >"$out/stamp"
echo "sdk.sh: headers of Linux $(cat "$out/version")"
