#!/bin/sh
# What we say of every program is what the kernel developers' own tool says:
# veristat loads the same objects on the same kernels, and both verdict and
# number of processed instructions have to agree.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: quick; "make soak": mvp)
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
#			(default: those with many programs; "make soak": all)
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-quick}.yaml
only=${BPFCOMPAT_TEST_OBJECTS:-'g_*'}

if ! "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/veristat_get.sh" \
    "$shared/veristat" >"$tmp/get.log" 2>&1; then
	echo "Bail out! veristat: $(tail -n 1 "$tmp/get.log")"
	exit 1
fi
vm_setup "$matrix"

# Not asked for: what is no BPF object of this machine, what keeps a kernel
# busy for minutes, freplace, which veristat loads as another type, and what
# depends on the memory of the guest: env_mem*, and oom_percpu, of which not
# the verifier but the OOM killer says the last word.
for path in "$top_builddir"/tests/bpf/*.bpf.o \
    "$top_builddir"/tests/corpus/*.bpf.o; do
	name=${path##*/}
	name=${name%.bpf.o}
	case $name in
	big_endian|class32|elf32|empty|garbage|not_elf|truncated|x86_64) ;;
	too_complex|hostile_*|freplace_*|env_mem*|oom_percpu) ;;
	*)
		# shellcheck disable=SC2254 # a pattern is wanted
		case $name in
		$only) echo "$path" ;;
		esac ;;
	esac
done >"$tmp/list"

mkdir -p "$tmp/tree/bin" "$tmp/tree/objects" "$tmp/tree/dev" \
    "$tmp/tree/proc" "$tmp/tree/sys"
cp "$(command -v busybox)" "$tmp/tree/bin/busybox"
for applet in sh mount dmesg modprobe timeout uname poweroff; do
	ln -s busybox "$tmp/tree/bin/$applet"
done
cp -R "$shared/veristat/bin" "$tmp/tree/veristat"
cp "$top_srcdir/tests/vm/veristat_init.sh" "$tmp/tree/init"
chmod 755 "$tmp/tree/init"
while read -r path; do
	cp "$path" "$tmp/tree/objects/"
done <"$tmp/list"
(cd "$tmp/tree" && find . | busybox cpio -o -H newc) >"$tmp/tree.cpio" \
    2>/dev/null

# Theirs and ours, two guests at a time.
cut -f 1 "$tmp/kernels" | xargs -P 2 -I {} "${SHELL:-/bin/sh}" -c \
    '"$1" "$2" "$3/tree" "$4/$5" >"$3/theirs.$5" 2>&1' - \
    "${SHELL:-/bin/sh}" "$top_srcdir/tests/vm/veristat_boot.sh" "$tmp" \
    "$BPFCOMPAT_KERNEL_DIR" {}
ours() {
	while read -r path; do
		name=${path##*/}
		echo "$path $tmp/ours/${name%.bpf.o}.json"
	done <"$tmp/list"
}
mkdir -p "$tmp/ours"
# shellcheck disable=SC2016 # for the inner shell
ours | xargs -P 2 -n 2 "${SHELL:-/bin/sh}" -c '"$1" test --artifact "$3" \
    --matrix "$2" --concurrency 1 --validation-mode load_only --out "$4" \
    >"$4.out" 2>&1 || :' - "$bin/bpfcompat" "$matrix"

for report in "$tmp"/ours/*.json; do
	object=${report##*/}
	jq -r --arg object "${object%.json}" '.targets[] | .profile_id as $p |
	    ([.maps // [] | .[] | select(.status == "failed")] | length)
	    as $refused | .programs // [] | .[] | [$p, $object, .name, .load_status,
	    .verifier.processed_insns // 0, $refused] | @tsv' "$report"
done >"$tmp/ours.tsv"
while read -r profile release rest; do
	sed "s/^/$profile	/" "$tmp/theirs.$profile"
done <"$tmp/kernels" >"$tmp/theirs.csv"
awk -f "$top_srcdir/tests/vm/veristat.awk" "$tmp/kernels" "$tmp/ours.tsv" \
    "$tmp/theirs.csv"
