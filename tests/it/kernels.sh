#!/bin/sh
# Kernel provisioning against a small archive made here: packages in both
# layouts, signed by a throw-away key, reached by file: and by loopback.
set -u
. "$top_srcdir/tests/lib/tap.sh"

for tool in gpg gpgv dpkg-deb dpkg-scanpackages apt-get jq sqlite3 xz; do
	command -v "$tool" >/dev/null 2>&1 || skip_all "$tool is missing"
done

t=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-kernels.XXXXXX")
bg=
mounted=
finish() {
	[ -z "$bg" ] || kill -9 $bg 2>/dev/null
	[ -z "$mounted" ] || umount -l "$t/small"
	GNUPGHOME=$t/gpg gpgconf --kill all 2>/dev/null
	rm -rf "$t"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

prog=$top_builddir/bin/bpfcompat
[ -x "$prog" ] || {
	echo "Bail out! $prog is not built"
	exit 1
}
export BPFCOMPAT_DATA_DIR="$t/data" BPFCOMPAT_WORKDIR="$t/work"
export BPFCOMPAT_DEBIAN_ARCHIVE="file:$t/repo"
export BPFCOMPAT_DEBIAN_SECURITY="file:$t/sec"
export BPFCOMPAT_DEBIAN_KEYRING="$t/key.gpg"
unset BPFCOMPAT_KERNEL_DIR BPFCOMPAT_MATRIX
# The machine's own settings about expiry would spoil those cases.
printf '%s\n' "Dir::Etc::parts \"$t/none\";" "Dir::Etc::main \"none\";" \
    'Acquire::Check-Valid-Until "true";' >"$t/apt.conf"
export APT_CONFIG="$t/apt.conf"
kdir=$t/work/kernels

# --- the archive -------------------------------------------------------------
export GNUPGHOME="$t/gpg"
mkdir -m 700 "$t/gpg" "$t/gpg-other"
new_key() {
	gpg --batch -q --passphrase '' --quick-gen-key "$1" ed25519 sign \
	    never 2>/dev/null
}
new_key test@example.org
gpg --export >"$t/key.gpg"
GNUPGHOME=$t/gpg-other new_key other@example.org
GNUPGHOME=$t/gpg-other gpg --export >"$t/other.gpg"

# le16 N: two bytes.
le16() {
	printf "\\$(printf %o $(($1 % 256)))\\$(printf %o $(($1 / 256)))"
}

at() {
	dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# bzimage FILE RELEASE: as much of an x86 kernel as is read.
bzimage() {
	head -c 4096 /dev/zero >"$1"
	printf '\004' | at "$1" 497
	printf '\125\252HdrS' | at "$1" 510
	printf 'HdrS' | at "$1" 514
	{ le16 527; } | at "$1" 518
	{ le16 256; } | at "$1" 526
	printf '%s' "$2 (a@b) #1 SMP Debian" | at "$1" 768
}

# deb NAME VERSION DEPENDS TREE SUITE [ARCHIVE]
deb() {
	mkdir -p "$4/DEBIAN" "$t/${6:-repo}/pool/$5"
	printf '%s\n' "Package: $1" "Version: $2" 'Architecture: amd64' \
	    'Maintainer: a <a@example.org>' "Depends: $3" \
	    'Description: x' >"$4/DEBIAN/control"
	dpkg-deb --root-owner-group -Zgzip -b "$4" \
	    "$t/${6:-repo}/pool/$5/$1_$2.deb" >/dev/null
	rm -rf "$4"
}

: | ${CC:-cc} -c -x c -o "$t/mod.ko" - || skip_all "no compiler"

# old RELEASE VERSION SUITE [ARCHIVE]: everything in linux-image.
old() {
	d=$t/pkg
	mkdir -p "$d/boot" "$d/lib/modules/$1/kernel/fs"
	bzimage "$d/boot/vmlinuz-$1" "$1"
	echo CONFIG_X=y >"$d/boot/config-$1"
	cp "$t/mod.ko" "$d/lib/modules/$1/kernel/fs/a.ko"
	deb "linux-image-$1" "$2" kmod "$d" "$3" "${4:-repo}"
}

# new RELEASE VERSION SUITE PARTS: split packages, PARTS of "modules base".
new() {
	d=$t/pkg
	mkdir -p "$d"
	deb "linux-image-$1" "$2" "linux-binary-$1 (= $2)" "$d" "$3"
	mkdir -p "$d/usr/lib/modules/$1"
	bzimage "$d/usr/lib/modules/$1/vmlinuz" "$1"
	deb "linux-binary-$1" "$2" a "$d" "$3"
	case $4 in *modules*)
		mkdir -p "$d/usr/lib/modules/$1/kernel/fs"
		cp "$t/mod.ko" "$d/usr/lib/modules/$1/kernel/fs/b.ko"
		xz "$d/usr/lib/modules/$1/kernel/fs/b.ko"
		deb "linux-modules-$1" "$2" a "$d" "$3" ;;
	esac
	case $4 in *base*)
		mkdir -p "$d/usr/lib/modules/$1"
		echo CONFIG_Y=y >"$d/usr/lib/modules/$1/config"
		: >"$d/usr/lib/modules/$1/modules.order"
		deb "linux-base-$1" "$2" a "$d" "$3" ;;
	esac
}

# publish SUITE [ARCHIVE [VALID-UNTIL [SIGN]]]: index, Release, signature.
publish() {
	(
		cd "$t/${2:-repo}" || exit 1
		m=dists/$1/main/binary-amd64
		mkdir -p "$m" "pool/$1"
		dpkg-scanpackages -m "pool/$1" >"$m/Packages" 2>/dev/null
		{
			printf '%s\n' 'Origin: Debian' 'Label: Debian' \
			    "Suite: $1" "Codename: $1" \
			    'Architectures: amd64' 'Components: main' \
			    "Date: $(LC_ALL=C date -Ru -d '1 hour ago')"
			[ -z "${3:-}" ] || echo "Valid-Until: $3"
			echo SHA256:
			echo " $(sha256sum <"$m/Packages" | cut -d' ' -f1)" \
			    "$(wc -c <"$m/Packages")" \
			    main/binary-amd64/Packages
		} >"dists/$1/Release"
		rm -f "dists/$1/InRelease"
		[ "${4:-yes}" = no ] || gpg --batch -q --clearsign \
		    -o "dists/$1/InRelease" "dists/$1/Release"
	)
}

# profile ID LINE SUITE...
profile() {
	mkdir -p "$t/data/matrices/profiles"
	id=$1
	line=$2
	shift 2
	printf '%s\n' "id: $id" 'distro: debian' 'kernel_family: "x"' \
	    'arch: x86_64' 'package:' "  suites: [$(echo "$*" |
	    sed 's/ /, /g')]" ${line:+"  line: \"$line\""} \
	    'boot: { memory_mb: 64, cpus: 1 }' \
	    >"$t/data/matrices/profiles/$id.yaml"
}

old 5.1.0-1-cloud-amd64 5.1.9-1 old
old 5.1.0-2-cloud-amd64 5.1.10-1 old
publish old
old 5.1.0-3-cloud-amd64 5.1.11-1 old-security sec
publish old-security sec
new 7.3.4-cloud-amd64 7.3.4-1 new "modules base"
new 7.1.3-cloud-amd64 7.1.3-1 new ""
publish new
old 6.1.0-1-cloud-amd64 6.1.1-1 bad
publish bad
profile old 5.1 old
profile oldsec 5.1 old old-security
profile new 7.3 new
profile nomod 7.1 new
profile newest "" new
profile bad 6.1 bad
profile gone 9.9 old
printf '%s\n' 'id: image' 'distro: x' 'kernel_family: x' 'arch: arm64' \
    'image: { local_path: x.img }' 'boot: { memory_mb: 64, cpus: 1 }' \
    >"$t/data/matrices/profiles/image.yaml"
printf 'profiles:\n  - id: old\n  - id: new\n' >"$t/data/matrices/m.yaml"
printf '%s\n' 'id: locked' 'base: old' \
    'environment: { cmdline: lockdown=integrity }' \
    >"$t/data/matrices/profiles/locked.yaml"

# run NAME ARGUMENT...: as "kernels ARGUMENT..."; output in $t/out, code in rc.
run() {
	"$prog" kernels "$@" >"$t/out" 2>&1
	rc=$?
}

# expect NAME CODE TEXT: the last run's exit code and a text in its output.
expect() {
	if [ "$rc" -eq "$2" ] && grep -qF -- "$3" "$t/out"; then
		pass "$1"
	else
		fail "$1" "exit code $rc, expected $2 and: $3" \
		    "$(cat "$t/out")"
	fi
}

json() {
	jq -r "$2" "$kdir/$1/current/kernel.json"
}

# is NAME WANT HAVE
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected: $2" "got:      $3"
	fi
}

plan 44

# --- both layouts ------------------------------------------------------------
run fetch --matrix m
expect "a matrix is fetched" 0 "5.1.0-2-cloud-amd64, 5.1.10-1 from old"
is "the newest version is dpkg's, not the alphabet's" 5.1.10-1 \
    "$(json old '.packages[0].version')"
c=$kdir/old/current
check "old layout: image, config, modules, modules.dep" test -s "$c/vmlinuz" \
    -a -s "$c/config" \
    -a -s "$c/lib/modules/5.1.0-2-cloud-amd64/kernel/fs/a.ko" \
    -a -s "$c/lib/modules/5.1.0-2-cloud-amd64/modules.dep"
c=$kdir/new/current
check "new layout: image, config, decompressed modules" test -s "$c/vmlinuz" \
    -a -s "$c/config" -a ! -e "$c/lib/modules/7.3.4-cloud-amd64/vmlinuz" \
    -a -s "$c/lib/modules/7.3.4-cloud-amd64/kernel/fs/b.ko"
run fetch locked old
expect "a variant has the kernel of its base" 0 "5.1.0-2-cloud-amd64"
check "it is fetched once, under the base's name" test ! -e "$kdir/locked" \
    -a "$(grep -c "5.1.0-2-cloud-amd64" "$t/out")" -eq 1
run list locked
expect "the list says what a variant is" 0 \
    "the kernel of old, with lockdown=integrity"
check "the decompressed module is the module" cmp "$t/mod.ko" \
    "$c/lib/modules/7.3.4-cloud-amd64/kernel/fs/b.ko"
is "what the image says is recorded" \
    "7.3.4-cloud-amd64|Linux version 7.3.4-cloud-amd64 (a@b)|#1 SMP Debian" \
    "$(json new '[.release, .version_string, .uname_version] | join("|")')"
is "each package is recorded with digest and address" true "$(json new \
    '[.packages[] | (.sha256 | length == 64) and
    (.source_url | startswith("file:")) and .size_bytes > 0] | all and
    length == 3')"
is "nothing but whole kernels lies there" "7.3.4-1 current" "$(cd \
    "$kdir/new" && echo * | sed 's/-[0-9a-f]* / /')"
is "no download is left" "" "$(find "$kdir" -name '*.deb')"
is "the database has the row" "7.3.4-cloud-amd64|new|1|ok" "$(sqlite3 \
    "$t/work/bpfcompat.db" "SELECT release, suite, has_modules, state
    FROM kernels WHERE profile_id = 'new'")"

run fetch nomod
expect "a kernel whose modules are gone is fetched without" 0 \
    "without modules"
is "and says so" "false|false|the suite no longer carries this kernel's \
modules; only what is built in is there" "$([ -e "$kdir/nomod/current/lib" ] &&
    echo true || echo false)|$(json nomod '[.has_modules, .notes[0]] |
    join("|")')"
run fetch newest
expect "without a line the newest of all is taken" 0 "7.3.4-1 from new"
run fetch oldsec
expect "the newest of several suites is taken" 0 \
    "5.1.11-1 from old-security"
run fetch old
expect "a second fetch finds it here" 0 "already here"
run fetch gone
expect "a line that no suite carries is said to be gone" 1 \
    "no kernel of line 9.9, flavour cloud is left in suite old"

# --- words and files ----------------------------------------------------------
run fetch nosuch
expect "an unknown profile is refused by name" 1 'unknown profile "nosuch"'
run fetch --all old
expect "profiles and --all exclude each other" 1 "only one of them"
run fetch image
expect "a disk image is not fetched" 1 "image is no kernel package"
run list --json
is "list tells the state of each" "not fetched|ok" "$(jq -r '[.kernels[] |
    select(.profile_id == "bad" or .profile_id == "new") | .state] |
    join("|")' "$t/out")"
"$prog" kernels fetch --json old >"$t/out" 2>/dev/null
is "JSON lines end with the result" "end|old|true" "$(tail -n 1 "$t/out" |
    jq -r '[.event, .id, .ok] | join("|")')"

# --- new version, prune ----------------------------------------------------------
before=$(readlink "$kdir/old/current")
old 5.1.0-4-cloud-amd64 5.1.12-1 old
publish old
run fetch --refresh old
expect "a newer version becomes the current one" 0 "5.1.12-1 from old"
check "the old version stays until it is pruned" test -d \
    "$kdir/old/$before"
mkdir "$kdir/old/.work"
run prune --keep 1
check "prune keeps as many as it is told, not left-overs" test -d \
    "$kdir/old/$before" -a ! -e "$kdir/old/.work"
run prune
check "prune removes the rest and keeps the current one" test \
    ! -e "$kdir/old/$before" -a -s "$kdir/old/current/vmlinuz"

# --- trust -------------------------------------------------------------------------
f=$(echo "$t"/repo/pool/bad/*.deb)
cp "$f" "$t/good.deb"
printf XXXXXXXXXXXXXXXX | at "$f" 200
run fetch bad
expect "a package that was tampered with is refused" 1 \
    "not what the signed index says"
check "and leaves nothing to boot" test ! -e "$kdir/bad/current"
rm "$f"
run fetch bad
expect "a package that is gone is said to be gone" 1 \
    "gone from the archive"
cp "$t/good.deb" "$f"
publish bad repo "" no
run fetch --refresh bad
expect "an unsigned Release is refused" 1 "signature is missing"
publish bad
BPFCOMPAT_DEBIAN_KEYRING=$t/other.gpg run fetch --refresh bad
expect "a signature by another key is refused" 1 "key is not in the keyring"
BPFCOMPAT_DEBIAN_KEYRING=$t/nokey.gpg run fetch bad
expect "a missing keyring is said with the remedy" 1 \
    "install debian-archive-keyring"
publish bad repo "Mon, 01 Jan 2024 00:00:00 UTC"
run fetch --refresh bad
expect "an expired Release is refused" 1 "the mirror is stale"
BPFCOMPAT_DEBIAN_ARCHIVE=http://127.0.0.1:9/debian run fetch bad
expect "an archive out of reach is said with the remedy" 1 \
    "check the network"
publish bad

# --- interruption ---------------------------------------------------------------------
# Stands in for dpkg-deb: says it was called, then waits or goes on.
mkdir "$t/shim"
real=$(command -v dpkg-deb)
mkfifo "$t/hold"
cat >"$t/shim/dpkg-deb" <<SHIM
#!/bin/sh
echo x >>"$t/calls"
[ ! -e "$t/block" ] || read -r line <"$t/hold"
exec "$real" "\$@"
SHIM
chmod +x "$t/shim/dpkg-deb"
: >"$t/calls"
: >"$t/block"
PATH=$t/shim:$PATH "$prog" kernels fetch --refresh bad >"$t/out" 2>&1 &
bg=$!
wait_until 30 test -s "$t/calls"
kill -9 $bg
wait $bg 2>/dev/null
bg=
rm "$t/block"
run list --json bad
is "after kill -9 nothing half is visible" "not fetched" "$(jq -r \
    '.kernels[0].state' "$t/out")"
# A part of a download lies there too.
for p in "$kdir"/bad/.download/*.deb; do
	head -c 100 "$t/good.deb" >"$p"
done
run fetch bad
expect "the next fetch goes on and ends well" 0 "6.1.1-1 from bad"

run prune --all
: >"$t/calls"
: >"$t/block"
PATH=$t/shim:$PATH "$prog" kernels fetch bad >"$t/out" 2>&1 &
bg=$!
wait_until 30 test -s "$t/calls"
kill -TERM $bg
wait $bg
rc=$?
bg=
rm "$t/block"
expect "SIGTERM cancels a fetch in order" 1 "canceled"
check "and its children are gone" wait_until 10 sh -c \
    "! grep -qs '$t/[w]ork' /proc/[0-9]*/cmdline"

# --- two at once ---------------------------------------------------------------------------
run prune --all
: >"$t/calls"
: >"$t/block"
PATH=$t/shim:$PATH "$prog" kernels fetch bad >"$t/out1" 2>&1 &
bg=$!
wait_until 30 test -s "$t/calls"
PATH=$t/shim:$PATH "$prog" kernels fetch bad >"$t/out2" 2>&1 &
bg="$bg $!"
wait_until 30 grep -q waiting "$t/out2"
rm "$t/block"
timeout 20 sh -c "echo go >'$t/hold'"
wait
bg=
is "two fetches of one kernel do its work once" "1 yes" \
    "$(wc -l <"$t/calls") $(grep -q 'already here' "$t/out2" && echo yes)"

# --- damage, full disk ------------------------------------------------------------------------
printf X | at "$kdir/bad/current/vmlinuz" 3000
run verify
rc1=$rc
cp "$t/out" "$t/out1"
run list --json bad
state=$(jq -r '.kernels[0].state' "$t/out")
run fetch bad
run verify bad
is "a changed file is found, shown, and mended by the next fetch" \
    "1 yes damaged 0" "$rc1 $(grep -q 'vmlinuz is not as it was fetched' \
    "$t/out1" && echo yes) $state $rc"

mkdir "$t/small"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=3m none "$t/small" \
    2>/dev/null; then
	mounted=yes
	# The unpacked file is larger than the package says.
	d=$t/pkg
	mkdir -p "$d/boot"
	bzimage "$d/boot/vmlinuz-4.4.0-1-cloud-amd64" 4.4.0-1-cloud-amd64
	head -c 20000000 /dev/zero >"$d/boot/filler"
	deb linux-image-4.4.0-1-cloud-amd64 4.4.1-1 a "$d" full
	publish full
	profile full 4.4 full
	BPFCOMPAT_KERNEL_DIR=$t/small run fetch full
	expect "a full disk is said, and leaves nothing half" 1 "disk is full"
	check "and gives the space back" test ! -e "$t/small/full/.work"
else
	pass "a full disk # SKIP needs root and tmpfs"
	pass "gives the space back # SKIP needs root and tmpfs"
fi
