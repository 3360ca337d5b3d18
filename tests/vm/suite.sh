#!/bin/sh
# A suite on real kernels: an object, one that an old kernel refuses, and a
# behavior case whose command sees its program at work while it is attached.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
plan 7
printf 'profiles: [ { id: debian-11-5.10 }, { id: debian-13-bpo-7.3 } ]\n' \
    >"$tmp/m.yaml"
printf 'profiles:\n  - id: debian-11-5.10\n  - id: debian-13-bpo-7.3\n' \
    >"$tmp/fetch.yaml"
vm_setup "$tmp/fetch.yaml"
cp "$top_builddir/tests/bpf/tp_basic.bpf.o" \
    "$top_builddir/tests/bpf/bpf_loop.bpf.o" \
    "$tmp"
cat >"$tmp/suite.yaml" <<'END'
name: real
defaults: { matrix: m.yaml, report_dir: reports, validation_mode: load_attach }
cases:
  - { name: plain, artifact: tp_basic.bpf.o }
  - { name: new, artifact: bpf_loop.bpf.o, validation_mode: load_only }
  - name: alive
    artifact: tp_basic.bpf.o
    test:
      mode: behavior
      command: "ls -l /proc/*/fd 2>/dev/null | grep -c bpf.link; cat /proc/*/fdinfo/* 2>/dev/null | grep '^prog_tag' | head -n 1"
      expect: { stdout_contains: prog_tag }
END
code=0
began=$(date +%s%3N)
"$bin/bpfcompat" suite "$tmp/suite.yaml" --out "$tmp/r.json" \
    --out-junit "$tmp/r.xml" --out-sarif "$tmp/r.sarif" --no-fetch \
    >"$tmp/out" 2>&1 || code=$?
echo "# $(($(date +%s%3N) - began)) ms"
sed 's/^/# /' "$tmp/out"
is() {
	jq -e --arg n "$1" --arg p "$2" ".cases[] | select(.name == \$n) |
	    .targets[] | select(.profile_id == \$p) | $3" "$tmp/r.json"
}
check "an object passes on both kernels" jq -e '.cases[0] |
    .status == "pass" and .required_passed == 2' "$tmp/r.json"
check "the old kernel refuses the second" is new debian-11-5.10 \
    '.status == "fail" and .classification_code == "MISSING_HELPER"'
check "the new one takes it" is new debian-13-bpo-7.3 '.status == "pass"'
check "a command sees the program attached" jq -e '.cases[2] |
    .behavior_status == "pass" and .behavior_passed == 2' "$tmp/r.json"
check "the suite fails by its one case" test "$code" = 2
check "JUnit has six tests and one failure" test "$(xmllint --xpath \
    'concat(sum(//@tests), " ", sum(//@failures))' "$tmp/r.xml")" = '6 1'
check "SARIF names the helper" jq -e '.runs[0].results | length == 1 and
    (.[0] | .ruleId == "MISSING_HELPER" and
    (.message.text | test("bpf_loop")))' "$tmp/r.sarif"
