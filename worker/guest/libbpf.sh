#!/bin/sh
# Gets libbpf's source and builds libbpf.a for the programs of the guest.
# The distribution's own library may be older than the objects we judge; it
# would report its own limits as the kernel's.  So the source package of
# Debian's newest suite is used, through apt: signatures are checked with the
# distribution's keyring, the mirror is the machine's own, nothing is
# installed.  BPFCOMPAT_LIBBPF_TARBALL=FILE uses that upstream tarball
# instead and needs no network.
#
# usage: libbpf.sh OUTDIR	leaves OUTDIR/lib/libbpf.a, OUTDIR/include/
set -eu

. "$(dirname "$0")/../../build-aux/newest-apt.sh"

min_major=1 min_minor=7

out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/work
log=$out/build.log

fail() {
	[ ! -s "$log" ] || tail -n 15 "$log" >&2
	echo "libbpf.sh: $1" >&2
	echo "libbpf.sh: or get libbpf's source tarball ($min_major.$min_minor" \
	    "or newer) and run: make BPFCOMPAT_LIBBPF_TARBALL=/path/to/it" >&2
	exit 1
}

fetch() {
	newest_apt "$work" deb-src "$log" || fail "apt cannot be used"
	mkdir -p "$work/src"
	(cd "$work/src" && apt-get source --download-only libbpf) \
	    >>"$log" 2>&1 || fail "cannot fetch the source package of libbpf"
	tarball=$(ls "$work"/src/libbpf_*.orig.tar.*)
}

rm -rf "$work"
mkdir -p "$work/tree"
: >"$log"
tarball=${BPFCOMPAT_LIBBPF_TARBALL:-}
if [ -z "$tarball" ]; then
	echo "libbpf.sh: fetching libbpf's source package with apt"
	fetch
fi
tar -xf "$tarball" -C "$work/tree" --strip-components=1 2>>"$log" ||
    fail "cannot unpack $tarball"

vers=$work/tree/src/libbpf_version.h
[ -f "$vers" ] || fail "$tarball is not libbpf's source"
major=$(sed -n 's/^#define LIBBPF_MAJOR_VERSION //p' "$vers")
minor=$(sed -n 's/^#define LIBBPF_MINOR_VERSION //p' "$vers")
[ "$major" -gt "$min_major" ] ||
    { [ "$major" -eq "$min_major" ] && [ "$minor" -ge "$min_minor" ]; } ||
    fail "libbpf $major.$minor is too old"

# Our own make flags and sanitizers are not for this library.
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CPPFLAGS -u LDFLAGS \
    make -C "$work/tree/src" -j2 BUILD_STATIC_ONLY=1 \
    CC="${CC:-cc}" AR="${AR:-ar}" CFLAGS="-O2 -g -fno-strict-aliasing" \
    OBJDIR="$work/obj" DESTDIR="$out" PREFIX= LIBDIR=/lib \
    INCLUDEDIR=/include UAPIDIR=/include install install_uapi_headers \
    >>"$log" 2>&1 || fail "libbpf does not build"
rm -rf "$work"
echo "libbpf.sh: built libbpf $major.$minor"
