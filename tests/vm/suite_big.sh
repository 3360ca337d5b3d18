#!/bin/sh
# For "make soak": ten objects and five loaders of libbpf-tools as one suite
# on the four kernels of mvp.  The matrix of the objects is compared with
# tests/bpf/expect.tsv, which knows what each kernel does with them and why.
# A second run shows what a case costs once the templates are there.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
tools=${BPFCOMPAT_TEST_TOOLS:-/usr/sbin}
objects='tp_basic raw_tp ringbuf perfbuf kprobe fentry xdp bpf_loop task_storage
    verifier_null'
matrix=$top_srcdir/matrices/mvp.yaml
vm_setup "$matrix"
{
	printf 'name: big\ndefaults:\n  matrix: %s\n  report_dir: reports\n' \
	    "$matrix"
	printf '  validation_mode: load_attach\n  timeout: 8m\ncases:\n'
	for object in $objects; do
		printf '  - { name: %s, artifact: "%s" }\n' "$object" \
		    "$top_builddir/tests/bpf/$object.bpf.o"
	done
	while IFS='|' read -r tool args line; do
		[ -x "$tools/$tool" ] ||
		    skip_all "$tool of libbpf-tools is not in $tools" >&2
		printf '  - name: %s\n    command:\n      files: [ "%s" ]\n' \
		    "$tool" "$tools/$tool"
		# Each ends by itself; on a busy machine not in seconds.
		printf '      timeout: 3m\n      run: "%s %s\n' \
		    "timeout -s INT 150 $tool $args >/tmp/o 2>&1;" \
		    "cat /tmp/o; grep -q '$line' /tmp/o\""
	done <<'END'
opensnoop|-d 1|PID
runqlat|1 1|usecs
syscount|-d 1|SYSCALL
vfsstat|1 1|READ/s
biolatency|1 1|Tracing
END
} >"$tmp/suite.yaml"
# run OUT: milliseconds of a whole run
run() {
	began=$(date +%s%3N)
	code=0
	"$bin/bpfcompat" suite "$tmp/suite.yaml" --no-fetch --out "$1" \
	    --out-sarif "$tmp/r.sarif" --out-junit "$tmp/r.xml" \
	    >"$tmp/out" 2>&1 || code=$?
	ms=$(($(date +%s%3N) - began))
}
run "$tmp/cold.json"
cold=$ms
run "$tmp/r.json"
echo "# cold $cold ms, warm $ms ms; slots of this machine: $(nproc) cores"
jq -r '([.cases[].targets[]?] | length) as $n |
    ([.cases[].targets[]?.duration_ms] | add) as $sum |
    "# \($n) targets, \($sum) ms of them one after the other, \($sum / $n |
    floor) ms each"' "$tmp/r.json"
for object in $objects; do
	jq -r --arg object "$object" --arg mode load_attach \
	    -f "$top_srcdir/tests/vm/cells.jq" "$tmp/reports/$object.json"
done >"$tmp/cells"
# Its plan first; ours are the last lines.
awk -f "$top_srcdir/tests/vm/compare.awk" \
    "$top_srcdir/tests/bpf/expect.tsv" "$tmp/kernels" "$tmp/cells" \
    >"$tmp/compared"
grep '^not ok' "$tmp/compared" | sed 's/^/# /'
plan 5
check "each object does what the table says" sh -c \
    "grep -q '^ok' '$tmp/compared' && ! grep '^not ok' '$tmp/compared'"
# biolatency asks for the kernel's version where a stable kernel has the newer
# form of a tracepoint already, so this 5.10 refuses its program.
check "every loader attaches and prints where its program fits" jq -e \
    '[.cases[] | select(.validation_mode == "command")] | length == 5 and
    ([.[] | .name as $n | .targets[] | select(.status != "pass") |
    "\($n) \(.profile_id) \(.classification_code)"] ==
    ["biolatency debian-11-5.10 COMMAND_VALIDATION_FAILURE"])' "$tmp/r.json"
jq -r '.cases[] | select(.validation_mode == "command" and .status != "pass") |
    "# \(.name): \(.targets[] | select(.status != "pass") | "\(.profile_id) " +
    (.functional.tests[0].stdout_tail // .infra_error // ""))"' "$tmp/r.json"
check "the suite fails by the objects that fail" jq -e '.exit_code == 2 and
    ([.cases[] | select(.exit_code != 0) | .name] ==
    ["bpf_loop", "task_storage", "verifier_null", "biolatency"])' \
    "$tmp/r.json"
check "the Markdown has a row for each kernel" sh -c "'$bin/bpfcompat' report \
    '$tmp/r.json' | grep -c '^| debian-[^|]*| pass, required' | grep -q 4"
check "JUnit and SARIF keep their rules" sh -c "xmllint --noout --schema \
    '$top_srcdir/tests/lib/junit.xsd' '$tmp/r.xml' &&
    [ -z \"\$(jq -r -f '$top_srcdir/tests/lib/sarif.jq' '$tmp/r.sarif')\" ]"
[ -z "${BPFCOMPAT_TEST_KEEP:-}" ] || cp "$tmp/r.json" "$tmp/r.sarif" \
    "$tmp/r.xml" "$tmp/out" "$BPFCOMPAT_TEST_KEEP"
