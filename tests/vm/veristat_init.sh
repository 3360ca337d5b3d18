#!/bin/sh
# Init of the guest that veristat.sh boots: veristat says what this kernel
# does to every program of every object in /objects, as CSV on the console.
PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
# The kernel's own messages must not get between the lines.
dmesg -n 1
# Ours is loaded for the object that goes there; a kernel may have none.
modprobe nf_conntrack 2>/dev/null
for object in /objects/*.bpf.o; do
	echo "object,${object##*/}"
	timeout 120 /veristat/ld.so --library-path /veristat \
	    /veristat/veristat -o csv -e file,prog,verdict,insns "$object" \
	    2>&1
done
echo "release,$(uname -r)"
poweroff -f
