# Sourced: a private apt root for Debian's newest suite, so that the build can
# take single packages from it.  Signatures are checked with the
# distribution's keyring, the mirror is the machine's own, nothing is
# installed, the machine's apt is not touched.
#
#   newest_apt DIR KINDS LOG	KINDS: "deb-src", or "deb amd64,arm64"
#
# leaves DIR ready and exports APT_CONFIG; false when that cannot be.

newest_suite=sid
newest_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Where this machine's apt gets its own Debian release from.  --print-uris
# needs neither network nor privilege nor earlier downloads.
newest_mirror() {
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$codename" ] || return 0
	apt-get update --print-uris 2>>"$1" |
	    sed -n "s,^'\(.*\)/dists/$codename/InRelease'.*,\1,p" | head -n 1
}

newest_apt() {
	command -v apt-get >/dev/null 2>&1 || {
		echo "there is no apt here" >>"$3"
		return 1
	}
	[ -r "$newest_keyring" ] || {
		echo "install debian-archive-keyring" >>"$3"
		return 1
	}
	newest_uri=$(newest_mirror "$3")
	[ -n "$newest_uri" ] || {
		echo "apt has no source of this Debian release" >>"$3"
		return 1
	}
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	# A mirror that is frozen in time has an expired Release file; its
	# signature is checked all the same.
	newest_opt="signed-by=$newest_keyring check-valid-until=no"
	case $2 in
	deb-src) newest_kind=deb-src ;;
	*) newest_kind=deb newest_opt="$newest_opt arch=${2#deb }" ;;
	esac
	echo "$newest_kind [$newest_opt] $newest_uri $newest_suite main" \
	    >"$1/sources.list"
	cat >"$1/apt.conf" <<-CONF
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$1/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$1/cache";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Sandbox::User "$(id -un)";
	CONF
	APT_CONFIG=$1/apt.conf
	export APT_CONFIG
	apt-get update >>"$3" 2>&1
}
