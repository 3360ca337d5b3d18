#!/bin/sh
# Boots a fetched kernel with the tree veristat.sh made and prints what its
# console says.
#
#   veristat_boot.sh TREE KERNEL_FOLDER
set -eu
tree=$1 kernel=$2

initrd=$tree.${kernel##*/}.cpio
trap 'rm -rf "$initrd" "$initrd.more"' EXIT
trap 'exit 1' HUP INT TERM
kernel=$kernel/current
mkdir -p "$initrd.more/boot"
[ ! -f "$kernel/config" ] || cp "$kernel/config" \
    "$initrd.more/boot/config-$(jq -r .release "$kernel/kernel.json")"
# The module that objects go to has to be loaded there as it is in our guest.
dep=$(echo "$kernel"/lib/modules/*/modules.dep)
if [ -f "$dep" ]; then
	from=${dep%/*}
	to=$initrd.more/lib/modules/${from##*/}
	# A line names a module and all it needs.
	grep '^[^:]*/nf_conntrack\.ko:' "$dep" | tr -d : | tr ' ' '\n' |
	    while read -r file; do
		mkdir -p "$to/${file%/*}"
		cp "$from/$file" "$to/$file"
		grep "^$file:" "$dep" >>"$to/modules.dep"
	done
fi
{
	cat "$tree.cpio"
	(cd "$initrd.more" && find . | busybox cpio -o -H newc 2>/dev/null)
} >"$initrd"
# Memory as the profiles have it.  no_timer_check: on a busy machine the timer
# comes too late for that check, and the kernel gives up.
timeout 900 qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 512 \
    -nodefaults -no-user-config -no-reboot -display none -serial stdio \
    -kernel "$kernel/vmlinuz" -initrd "$initrd" \
    -append 'console=ttyS0 quiet panic=-1 no_timer_check rdinit=/init' \
    </dev/null |
    tr -d '\r'
