#!/bin/sh
# For vm.sh: how long virtme-ng takes for the same kernel and object, from its
# start to the validator's end.  Debian packages it, and the virtiofsd it
# needs, in newer suites; both are unpacked, nothing is installed.
#
#   vng.sh FOLDER KERNEL OBJECT VALIDATOR	prints milliseconds, one a line;
#						on standard error why it cannot
#
# The guest has this machine's own file system (read only) and so its shell;
# modules are found in /lib/modules, which a mount namespace of its own shows.
# What the kernel can is not probed: ours has those answers in its template.
set -u
folder=$1 kernel=$2 object=$3 validator=$4
. "$(dirname "$0")/../../build-aux/newest-apt.sh"
packages='virtme-ng python3-argcomplete virtiofsd libc6 libcap-ng0
    libseccomp2 libgcc-s1'

why() {
	echo "$*" >&2
	exit 1
}
[ "$(id -u)" = 0 ] || why "only root can give it the kernel's modules"
python3 -c 'import requests' 2>/dev/null || why "python3-requests is missing"
mkdir -p "$folder/debs" "$folder/root" "$folder/bin" "$folder/mods"
# shellcheck disable=SC2086 # a list of names
newest_apt "$folder/apt" 'deb amd64' "$folder/log" && (cd "$folder/debs" &&
    apt-get download $packages) >>"$folder/log" 2>&1 ||
	why "no packages: $(tail -n 1 "$folder/log")"
for deb in "$folder"/debs/*.deb; do
	dpkg-deb -x "$deb" "$folder/root"
done
lib=$folder/root/usr/lib/x86_64-linux-gnu
cat >"$folder/bin/virtiofsd" <<END
#!/bin/sh
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" \\
    "$folder/root/usr/libexec/virtiofsd" "\$@"
END
chmod 755 "$folder/bin/virtiofsd"
kernel=$(readlink -f "$kernel")
release=$(jq -r .release "$kernel/kernel.json")
cat >"$folder/run" <<END
mount -t tmpfs none "$folder/mods" && mkdir "$folder/mods/$release" &&
    mkdir -p /lib/modules && mount --bind "$folder/mods" /lib/modules &&
    mount --bind "$kernel/lib/modules/$release" "/lib/modules/$release" &&
    PATH="$folder/bin:\$PATH" PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" \\
    exec timeout 120 python3 "$folder/root/usr/bin/virtme-run" \\
    --kimg "$kernel/vmlinuz" --mods auto --disable-kvm --disable-microvm \\
    --memory 512 --no-virtme-ng-init --show-boot-console \\
    --script-sh '$validator --probe-features false --artifact $object \\
    --out /run/out; tail -c 100 /run/out; echo VNG-DONE'
END
for round in 1 2 3; do
	from=$(date +%s%N)
	unshare -m sh "$folder/run" </dev/null >"$folder/out" 2>&1 &
	pid=$!
	tail -n +1 --pid=$pid -F "$folder/out" 2>/dev/null |
	    grep -m 1 -q VNG-DONE &&
	    echo $((($(date +%s%N) - from) / 1000000))
	wait "$pid"
	grep -q '"total"' "$folder/out" ||
		why "its guest did not judge: $(tail -n 1 "$folder/out")"
done
