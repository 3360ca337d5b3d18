#!/bin/sh
# The forms of a report, each read by something that knows the form: JUnit
# and SVG by their schemas, SARIF by the rules of its, CSV and HTML by
# readers of those.  The reports are made here, with names as a hostile object
# would have them.
. "$top_srcdir/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-out.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
prog=$top_builddir/bin/bpfcompat
lib=$top_srcdir/tests/lib
plan 27

# A suite in which everything happens once.
jq -n --arg bad "$(printf '=1+1<img src=x>&"'"'"'|`\033[31m\xe2\x80\xae,x')" '
def target($p; $s; $r): { profile_id: $p, status: $s, required: $r,
    host: { kernel: "6.1.0" }, duration_ms: 1500 };
def cause($c; $line): { programs: [ { name: $bad, section: "kprobe/x",
    classification: { code: $c, sub_reason: "uninitialized",
	reason: ("no good: " + $bad), remedy: "Initialise it." },
    explanation: { verdict: "R1 !read_ok", source: { file: "/src/a b/x.bpf.c",
	line: $line, column: 9, text: ("return " + $bad) } } } ],
    classification_code: $c, classification_reason: ("no good: " + $bad) };
{ schema_version: "bpfcompat_suite.v0.1", name: "all", status: "error",
  exit_code: 1, started_at: "2026-05-27T12:00:00.000Z", duration_ms: 9000,
  cases: [
    { name: "one", artifact: "a b.bpf.o", artifact_sha256: "ab",
      matrix: "m.yaml", validation_mode: "load_attach", status: "fail",
      exit_code: 2, run_id: "r", started_at: "2026-05-27T12:00:00Z",
      targets: [ target("k1"; "pass"; true),
	target("k2"; "fail"; true) + cause("VERIFIER_REJECTION"; 12),
	target("k3"; "fail"; true) + cause("VERIFIER_REJECTION"; 12),
	target("k4"; "fail"; false) + cause("MISSING_BTF"; 0),
	target("k5"; "fail"; true) + cause("MISSING_HELPER"; 3) +
	  { expected: { result: "fail", met: true, text: "known to fail" } },
	target("k6"; "fail"; true) + { baseline: "known",
	  classification_code: "GUEST_CRASH" },
	target("k7"; "infra_error"; true) + { infra_error: $bad },
	target("k8"; "pass"; true) + { expected: { result: "fail", met: false,
	  blocks: true, text: "passes although" } },
	target("k9"; "fail"; true) + { failed_stage: "functional",
	  functional: { tests: [ { name: $bad, status: "fail", error: "exit 1",
	  required: true, stdout_tail: "]]>\u0000x" } ] } } ] },
    { name: "two", artifact: "gone.bpf.o", matrix: "m", status: "error",
      exit_code: 1, error: ("cannot read " + $bad) },
    { name: "three", artifact: "x.bpf.o", matrix: "m", status: "skipped",
      exit_code: 0, error: "not run" } ] }' >"$tmp/suite.json"
golden=$top_srcdir/tests/unit/golden/report.json
for f in junit sarif csv summary badge html markdown; do
	check "$f of a suite" "$prog" report --format $f --source-root /src \
	    --out "$tmp/suite.$f" "$tmp/suite.json"
	"$prog" report --format $f "$golden" >"$tmp/one.$f"
done

# --- JUnit
check "JUnit keeps the rules of its readers" xmllint --noout \
    --schema "$lib/junit.xsd" "$tmp/suite.junit" "$tmp/one.junit"
count() {
	xmllint --xpath "count($1)" "$2"
}
check "what blocks is a failure" test "$(count '//failure' \
    "$tmp/suite.junit")" = 4
check "what could not be told is an error" test "$(count '//error' \
    "$tmp/suite.junit")" = 2
check "everything else that is no pass is skipped" test \
    "$(count '//skipped' "$tmp/suite.junit")" = 4
check "the sums agree" test "$(xmllint --xpath \
    'concat(sum(//@tests), " ", sum(//@failures), " ", sum(//@errors), " ",
    sum(//@skipped))' "$tmp/suite.junit")" = '11 4 2 4'
check "a failure names source and remedy" grep -q 'line: 12' "$tmp/suite.junit"

# --- SARIF
sarif() {
	out=$(jq -r -f "$lib/sarif.jq" "$1") && [ -z "$out" ] || {
		printf '%s\n' "$out"
		return 1
	}
}
check "SARIF keeps the rules of its schema" sarif "$tmp/suite.sarif"
check "also of one report" sarif "$tmp/one.sarif"
check "one cause on two kernels is one result" jq -e '[.runs[0].results[] |
    select(.ruleId == "VERIFIER_REJECTION")] | length == 1 and (.[0] |
    .level == "error" and .properties.kernels == "k2, k3" and
    (.message.text | test("Remedy: Initialise it")))' "$tmp/suite.sarif"
check "with its source line, as a path of the repository" jq -e \
    '.runs[0].results[0].locations[0].physicalLocation |
    .artifactLocation.uri == "a%20b/x.bpf.c" and .region.startLine == 12 and
    .region.startColumn == 9' "$tmp/suite.sarif"
check "expected and known failures are suppressed" jq -e \
    '[.runs[0].results[] | select(.suppressions) | .ruleId] | sort ==
    ["GUEST_CRASH", "MISSING_HELPER"]' "$tmp/suite.sarif"
check "what could not be told is a notification" jq -e \
    '.runs[0] | (.invocations[0].executionSuccessful | not) and
    (.invocations[0].toolExecutionNotifications | length == 3)' \
    "$tmp/suite.sarif"

# --- CSV, by a reader of CSV
table() {
	python3 -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert len(rows) == 11, len(rows)
assert all(None not in r and None not in r.values() for r in rows)
assert rows[1]["line"] == "12" and rows[1]["effect"] == "blocks"
assert not any(v[:1] in "=+-@" for r in rows for v in r.values() if v)
assert rows[1]["program"].startswith("\x27=1+1<img")
' "$1"
}
check "CSV has a row for each cause, and no formulas" table "$tmp/suite.csv"

# --- the rest
check "the badge is SVG without scripts" sh -c "xmllint --noout '$tmp/suite.badge' &&
    ! grep -Eiq '<script|href|onload' '$tmp/suite.badge'"
page() {
	python3 -c '
import sys
from html.parser import HTMLParser
class P(HTMLParser):
	void = {"meta", "img", "br"}
	open, seen = [], set()
	def handle_starttag(self, tag, attrs):
		self.seen.add(tag)
		assert all(not k.startswith("on") and k != "src" for k, v in attrs)
		if tag not in self.void:
			self.open.append(tag)
	def handle_endtag(self, tag):
		assert self.open.pop() == tag, tag
p = P()
p.feed(open(sys.argv[1]).read())
assert not p.open, p.open
assert not p.seen & {"script", "img", "link", "iframe", "object"}, p.seen
' "$1"
}
check "the page is well formed and loads nothing" page "$tmp/suite.html"
check "and says so to the browser" grep -q "default-src 'none'" \
    "$tmp/suite.html"
check "the summary has classes, matrix and details" sh -c \
    "grep -q '^### Failure Classes' '$tmp/suite.summary' &&
    grep -q '| VERIFIER' '$tmp/suite.summary' &&
    grep -q '^### Failure Details' '$tmp/suite.summary' &&
    ! grep -q '<img' '$tmp/suite.summary'"
check "report-summary is the same" sh -c "'$prog' report-summary --report \
    '$golden' | cmp - '$tmp/one.summary'"

# --- mistakes
check "a file that is no report is refused" sh -c "echo '{}' >'$tmp/x.json'
    ! '$prog' report --format junit '$tmp/x.json' 2>'$tmp/err' &&
    grep -q 'neither a report' '$tmp/err'"
check "so is a format that there is not" sh -c "! '$prog' report --format \
    pdf '$golden' 2>'$tmp/err' && grep -q 'there are: markdown, junit' \
    '$tmp/err'"
