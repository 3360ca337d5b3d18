#!/bin/sh
# Installs what build-aux/debian-packages.txt lists and this machine lacks.
# Says what it installs; on a system without apt it says what to install.
set -eu
list=$(sed 's/#.*//' "$(dirname "$0")/debian-packages.txt")

# Whether a package is wanted: not when its command is there by other means.
wanted() {
	case $1 in
	*!*) ! command -v "${1#*!}" >/dev/null 2>&1 ;;
	esac
}

# Whether dpkg has it; never where there is no dpkg.
installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
	    installed ]
}

missing=
for entry in $list; do
	p=${entry%%!*}
	if wanted "$entry" && ! installed "$p"; then
		missing="$missing $p"
	fi
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "bpfcompat: this system has no apt; install the equivalents of:" >&2
	printf '  %s\n' $missing >&2
	echo "then run: autoreconf -i && ./configure && make" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "bpfcompat: not root and no sudo; run as root:" >&2
		echo "  apt-get install --no-install-recommends$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo "bpfcompat: installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y \
    --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 30 "$log" >&2
	echo "bpfcompat: apt-get failed; mend it and run make again" >&2
	exit 1
fi
