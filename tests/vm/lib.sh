# Sourced by the tests that boot real kernels: shared kernels and templates,
# a work folder of their own.
. "$top_srcdir/tests/lib/tap.sh"
slow_test

bin=$top_builddir/bin
# Kernels are fetched once for all tests, and templates saved once.
shared=$top_builddir/.bpfcompat-test
BPFCOMPAT_KERNEL_DIR=${BPFCOMPAT_KERNEL_DIR:-$shared/kernels}
BPFCOMPAT_CACHE_DIR=${BPFCOMPAT_CACHE_DIR:-$shared/cache}
export BPFCOMPAT_KERNEL_DIR BPFCOMPAT_CACHE_DIR
mkdir -p "$BPFCOMPAT_KERNEL_DIR" "$BPFCOMPAT_CACHE_DIR"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-vm.XXXXXX")
BPFCOMPAT_WORKDIR=$tmp/work
export BPFCOMPAT_WORKDIR
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# kernel_facts PROFILE: profile, release, whether it has modules, the options
# the table speaks of.
kernel_facts() {
	folder=$BPFCOMPAT_KERNEL_DIR/$1/current
	facts=
	[ ! -f "$folder/config" ] || facts=$(awk '
	NR == FNR {
		if (!/^#/) {
			n = split($4, part, ",")
			for (i = 1; i <= n; i++) {
				sub(/^!/, "", part[i])
				if (part[i] != "MODULES")
					want[part[i]] = "n"
			}
		}
		next
	}
	/^CONFIG_[A-Z0-9_]*=/ {
		option = substr($0, 8, index($0, "=") - 8)
		if (option in want)
			want[option] = substr($0, index($0, "=") + 1)
	}
	END {
		for (option in want)
			printf "%s=%s ", option, want[option]
	}' FS='\t' "$top_srcdir/tests/bpf/expect.tsv" "$folder/config")
	printf '%s\t%s\t%s %s\n' "$1" \
	    "$(jq -r .release "$folder/kernel.json")" \
	    "$(jq -r '"MODULES=" + if .has_modules then "y" else "n" end' \
	    "$folder/kernel.json")" "$facts"
}

# vm_setup MATRIX: fetches its kernels and writes $tmp/kernels.
vm_setup() {
	if ! "$bin/bpfcompat" kernels fetch --matrix "$1" \
	    >"$tmp/fetch.log" 2>&1; then
		echo "Bail out! kernels fetch: $(tail -n 1 "$tmp/fetch.log")"
		exit 1
	fi
	sed -n 's/^ *- id: *\([^ #]*\).*/\1/p' "$1" |
	    while read -r profile; do
		kernel_facts "$profile"
	done >"$tmp/kernels"
}
