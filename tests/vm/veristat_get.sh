#!/bin/sh
# Gets the kernel developers' veristat as Debian's newest suite has it, with
# the libraries of that suite, which are newer than this machine's.
#
#   veristat_get.sh FOLDER	leaves FOLDER/bin: veristat, its loader ld.so
#				and libraries
set -eu
packages='veristat libbpf1 libelf1t64 libc6 zlib1g libzstd1'
. "$(dirname "$0")/../../build-aux/newest-apt.sh"

folder=$1
[ ! -x "$folder/bin/veristat" ] || exit 0
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$folder/work
log=$work/apt.log
rm -rf "$work"
mkdir -p "$work/debs" "$work/root" "$work/bin"
# shellcheck disable=SC2086 # a list of names
if ! newest_apt "$work" 'deb amd64' "$log" ||
    ! (cd "$work/debs" && apt-get download $packages) >>"$log" 2>&1; then
	tail -n 3 "$log" >&2
	exit 1
fi
for deb in "$work"/debs/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done
find "$work/root" -name veristat -type f -exec cp {} "$work/bin/" \;
find "$work/root" -name 'ld-linux-x86-64.so.2' -exec cp -L {} \
    "$work/bin/ld.so" \;
for lib in libbpf.so.1 libelf.so.1 libc.so.6 libz.so.1 libzstd.so.1; do
	find "$work/root/usr/lib" -name "$lib" -exec cp -L {} "$work/bin/" \;
done
mv "$work/bin" "$folder/bin"
rm -rf "$work"
