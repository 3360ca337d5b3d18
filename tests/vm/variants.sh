#!/bin/sh
# What a policy breaks, on real guests: every variant of the catalogue is what
# its profile names, and what fails there has the policy as its cause, with
# the guest's own proof.
set -u
. "$top_srcdir/tests/vm/lib.sh"

# Object, profile, and what has to come of it: "pass", or code/sub-reason at
# confidence high and a text that has to be among the proofs.
cat >"$tmp/table" <<'END'
kprobe 6.12-lockdown-confidentiality KERNEL_LOCKDOWN/attach lockdown: confidentiality
kprobe 6.12-lockdown-integrity pass
tp_basic 6.12-lockdown-confidentiality KERNEL_LOCKDOWN/tracefs Does tracefs have events in this kernel? no
tp_basic 6.12-no-btf pass
tp_basic 6.12-unprivileged-1 pass
tp_basic 5.10-memlock pass
raw_tp 6.12-lockdown-confidentiality pass
env_read 6.12-lockdown-confidentiality KERNEL_LOCKDOWN/helper lockdown: confidentiality
env_read 5.10-lockdown-confidentiality KERNEL_LOCKDOWN/helper lockdown: confidentiality
env_read 6.12-lockdown-integrity pass
env_write_user 6.12-lockdown-integrity KERNEL_LOCKDOWN/helper lockdown: integrity
lsm 6.12-lsm-without-bpf LSM_NOT_ENABLED/ Is "bpf" one of the active security modules? no
lsm 5.10-lsm-bpf pass
env_callback 6.12-jit-off JIT_DISABLED/ Does the same program load with the JIT on? yes
env_subprog 6.12-jit-off JIT_DISABLED/ net.core.bpf_jit_enable is 0
fentry 6.12-jit-off pass
core_kinds 6.12-no-btf MISSING_BTF/kernel this kernel has no /sys/kernel/btf/vmlinux
env_memlock 5.10-memlock MEMORY_LIMIT/memlock Would a memory lock limit of 2048 KiB do? yes
env_memlock 6.12-no-btf pass
END
sed 's/ 6\.12/ debian-13-6.12/; s/ 5\.10/ debian-11-5.10/' "$tmp/table" \
    >"$tmp/cases"

# matrix_of PROFILE...: in $tmp/m.yaml; nothing of it is required.
matrix_of() {
	printf 'name: variants\nprofiles:\n'
	printf '  - id: %s\n    required: false\n' "$@"
}

# judge OBJECT [FLAG...]: on the kernels of $tmp/m.yaml, every program has to
# attach; the report is $tmp/OBJECT.json.
judge() {
	o=$1
	shift
	"$bin/bpfcompat" test --artifact "$top_builddir/tests/bpf/$o.bpf.o" \
	    --matrix "$tmp/m.yaml" --validation-mode load_attach \
	    --require-attach --concurrency 1 --timeout 5m \
	    --out "$tmp/$o.json" "$@" >"$tmp/$o.out" 2>&1
}

# cell OBJECT PROFILE FILTER: something of one target.
cell() {
	jq -r --arg p "$2" ".targets[] | select(.profile_id == \$p) | $3" \
	    "$tmp/$1.json"
}

matrix_of debian-11-5.10 debian-13-6.12 >"$tmp/m.yaml"
vm_setup "$tmp/m.yaml"
plan $(($(wc -l <"$tmp/cases") + 5))

for object in $(cut -d' ' -f1 "$tmp/cases" | uniq); do
	# shellcheck disable=SC2046 # words
	matrix_of $(sed -n "s/^$object \([^ ]*\).*/\1/p" "$tmp/cases") \
	    >"$tmp/m.yaml"
	judge "$object"
done

verdict='if .status == "pass" then "pass" elif .status == "fail" then
    .classification | "\(.code)/\(.sub_reason // "") \(.confidence)"
    else "\(.status): \(.infra_error)" end'
while read -r object profile want proof; do
	have=$(cell "$object" "$profile" "$verdict")
	proofs=$(cell "$object" "$profile" \
	    '.classification.proof // [] | .[].text')
	name="$object on $profile: $want"
	[ "$want" = pass ] || want="$want high"
	if [ "$have" != "$want" ]; then
		fail "$name" "got: $have" "$(cell "$object" "$profile" \
		    '.classification // {}')"
	elif ! printf '%s\n' "$proofs" | grep -qF -- "$proof"; then
		fail "$name" "no such proof: $proof" "$proofs"
	else
		pass "$name"
	fi
done <"$tmp/cases"

# --- the report says what the guest was --------------------------------------
p=debian-13-6.12-lockdown-confidentiality
check "the report names base and difference" test "$(cell kprobe $p \
    '.environment | "\(.base) \(.differs[0])"')" = \
    "debian-13-6.12 lockdown=confidentiality"
check "the facts are the guest's own" test "$(jq -c .kernel.lockdown \
    "$BPFCOMPAT_WORKDIR"/runs/*/targets/$p/validator-result.json |
    sort -u)" = '"confidentiality"'

# --- a guest that is not what its profile names ------------------------------
mkdir -p "$tmp/data/matrices/profiles"
cp "$top_srcdir/matrices/profiles/debian-13-6.12.yaml" \
    "$tmp/data/matrices/profiles"
printf '%s\n' 'id: odd' 'base: debian-13-6.12' 'environment:' \
    '  sysctls: [kernel.no_such_switch=1]' \
    >"$tmp/data/matrices/profiles/odd.yaml"
matrix_of odd >"$tmp/m.yaml"
BPFCOMPAT_DATA_DIR=$tmp/data judge raw_tp
check "no verdict where the environment did not come about" test \
    "$(cell raw_tp odd '.status + " " + .infra_error' |
    grep -c "infra_error .*no_such_switch.*does not have it")" -eq 1

# --- the guest's own memory ----------------------------------------------------
matrix_of debian-13-6.12 >"$tmp/m.yaml"
judge env_memory
check "a larger guest would do, the experiment says" test \
    "$(cell env_memory debian-13-6.12 \
    '[.classification.code, .classification.confidence] +
    [.classification.proof[].text | select(startswith("Would a guest"))
    | test("more do\\? yes")] | map(tostring) | join(" ")')" = \
    "MEMORY_LIMIT high true"
BPFCOMPAT_VM_MEMORY_MB=1024 judge env_memory --fresh-boot
check "and it does" test "$(cell env_memory debian-13-6.12 .status)" = pass
