#!/bin/sh
# A work folder that another server has written, taken over.  It is made
# here by openssl and a shell from the description of the format, and our
# own published chain is verified by the same tools.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 36
peer=$world/peer
records=$peer/registry/artifact_versions.jsonl
mkdir -p "$peer/registry" "$peer/keys" "$peer/reports"

openssl genpkey -algorithm ed25519 -out "$world/key.pem" 2>/dev/null
openssl pkey -in "$world/key.pem" -pubout -outform DER | tail -c 32 \
    >"$world/pub"
key_id=$(sha256sum <"$world/pub" | cut -c1-12)
pub64=$(base64 -w0 <"$world/pub")
echo "$key_id $pub64" >"$peer/keys/artifact-registry-signing-key.pub"
sha=$(sha256sum <"$world/prog.bpf.o" | cut -c1-64)
prev=

# record RUN VERSION: appends a signed line; $prev is the digest before.
record() {
	rc_head='{"schema_version":"artifact_history.v0.1","run_id":"'$1'",'
	rc_head=$rc_head'"run_started_at":"2026-05-15T17:00:00Z",'
	rc_head=$rc_head'"created_at":"2026-05-15T17:00:01Z",'
	rc_head=$rc_head'"artifact_name":"probe","artifact_version":"'$2'",'
	rc_head=$rc_head'"artifact_path":"/home/a/probe.bpf.o",'
	rc_head=$rc_head'"artifact_sha256":"'$sha'"'
	rc_tail=',"matrix_path":"m.yaml","matrix_name":"m",'
	rc_tail=$rc_tail'"summary_status":"pass","required_passed":1,'
	rc_tail=$rc_tail'"required_failed":0,"total_profiles":1,'
	rc_tail=$rc_tail'"supported_profiles":["debian-12-6.1"],'
	rc_tail=$rc_tail'"json_report_path":"'$peer/reports/$1.json'"}'
	rc_prev=
	[ -z "$prev" ] || rc_prev=',"prev_record_sha256":"'$prev'"'
	printf '%s' "$rc_head$rc_prev$rc_tail" >"$world/canonical"
	prev=$(sha256sum <"$world/canonical" | cut -c1-64)
	openssl pkeyutl -sign -inkey "$world/key.pem" -rawin \
	    -in "$world/canonical" -out "$world/sig"
	printf '%s,"record_sha256":"%s"%s,"signature_alg":"ed25519",' \
	    "$rc_head" "$prev" "$rc_prev"
	printf '"signature_key_id":"%s","signature_public_key":"%s",' \
	    "$key_id" "$pub64"
	printf '"signature":"%s"%s\n' "$(base64 -w0 <"$world/sig")" "$rc_tail"
}
# run ID: a run with report and staged object.
run() {
	mkdir -p "$peer/runs/$1/input"
	cp "$world/prog.bpf.o" "$peer/runs/$1/input/probe.bpf.o"
	printf '{"run":{"id":"%s"},"artifact":{"sha256":"%s"},"targets":[%s],
	    "summary":{"status":"pass"}}\n' "$1" "$sha" \
	    '{"profile_id":"p","required":true,"status":"pass"}' \
	    >"$peer/reports/$1.json"
	printf '{"schema_version":"registry.v0.1","run_id":"%s",' "$1"
	printf '"started_at":"2026-05-15T17:00:00Z","artifact_name":"probe",'
	printf '"artifact_path":"/home/a/probe.bpf.o","artifact_sha256":'
	printf '"%s","matrix_path":"m.yaml","summary_status":"pass",' "$sha"
	printf '"json_report_path":"%s"}\n' "$peer/reports/$1.json"
}
import() {
	"$bin/bpfcompat" admin import "$@" >"$world/out" 2>"$world/err"
}
# counts EXPRESSION WANT: of the last result.
counts() {
	[ "$(jq -r "$1" "$world/out")" = "$2" ] || {
		cat "$world/out" "$world/err"
		return 1
	}
}
# A copy of the peer's folder, to be spoilt.
copy() {
	rm -rf "$world/bad"
	cp -R "$peer" "$world/bad"
}
problems() {
	! import "$world/bad" --json "$@" || return 1
	jq -r '[.problems[] | (.line | tostring) + " " + .code] | join(",")' \
	    "$world/out" >"$world/problems"
}
finds() {
	problems --dry-run
	[ "$(cat "$world/problems")" = "$1" ] || {
		cat "$world/problems" "$world/err"
		return 1
	}
}

for n in 1 2 3 4; do
	record "20260515T17000$n""Z-aaaaaa" "v$n" >>"$records"
	run "20260515T17000$n""Z-aaaaaa" >>"$peer/registry/runs.jsonl"
done

check "a dry run tells what would be" import "$peer" --dry-run --json
check "and writes nothing" test "$(sql "SELECT count(*) FROM history")" = 0
check "records and runs of the other server are taken over" import "$peer" \
    --json
check "all of them" counts '[.records.imported, .runs.imported,
    .records.failed, .runs.failed] | join(" ")' "4 4 0 0"
check "records keep their bytes and signatures" test "$(sql \
    "SELECT line FROM history ORDER BY seq")" = "$(cat "$records")"
chain=$(sql "SELECT DISTINCT chain FROM history")
check "their chain verifies here" "$bin/bpfcompat" history verify \
    --chain "$chain"
check "with the other server's key, which counts until its last record" \
    test "$(sql "SELECT key_id || ' ' || last_at FROM history_foreign_keys")" \
    = "$key_id 2026-05-15T17:00:01Z"
check "that key signs nothing of ours" test "$("$bin/bpfcompat" history \
    verify --chain "$chain" --json --key "$pub64" | jq -r \
    'map(select(.verified)) | length')" = 4
check "their objects are here by digest" test "$(sql \
    "SELECT count(*) FROM artifacts WHERE sha256 = '$sha'")" = 1
check "a report is here as it was" cmp "$peer/reports/20260515T170001Z-\
aaaaaa.json" "$BPFCOMPAT_WORKDIR/runs/20260515T170001Z-aaaaaa/report.json"
"$bin/bpfcompat" admin publish >"$world/out" 2>&1
check "imported runs are published, too" test "$(wc -l \
    <"$BPFCOMPAT_WORKDIR/registry/runs.jsonl")" = 4
import "$peer" --json
check "taking over again changes nothing" counts '[.records.imported,
    .records.known, .runs.imported, .runs.known] | join(" ")' "0 4 0 4"
record 20260515T170005Z-aaaaaa v5 >>"$records"
import "$peer" --json
check "what came since goes on in the same chain" test "$(sql \
    "SELECT count(DISTINCT chain) || ' ' || max(seq) FROM history")" = "1 5"

export_imported() {
	"$bin/bpfcompat" history export 20260515T170002Z-aaaaaa \
	    --out "$world/b.tar" >"$world/out" 2>&1 &&
	    "$bin/bpfcompat" history verify "$world/b.tar" >"$world/out" 2>&1 ||
	    { cat "$world/out"; return 1; }
}
check "the evidence of an imported run can be taken away" export_imported

copy
sed -i '2s/"pass"/"fail"/' "$world/bad/registry/artifact_versions.jsonl"
check "a changed record is told by line" finds \
    "2 digest_mismatch,2 signature_invalid,3 prev_mismatch"
copy
sed -i '2d' "$world/bad/registry/artifact_versions.jsonl"
check "so is a missing one" finds "2 prev_mismatch"
copy
sed -i '1s/{"schema/{"approved_by":"x","schema/; 3s/.$//' \
    "$world/bad/registry/artifact_versions.jsonl"
check "and lines that are no record" finds \
    "1 record_unknown_key,3 record_torn"
copy
echo "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" \
    >"$world/bad/keys/artifact-registry-signing-key.pub"
check "nothing verifies with another key" finds "1 key_not_trusted,2 \
key_not_trusted,3 key_not_trusted,4 key_not_trusted,5 key_not_trusted"
copy
awk 'NR == 2 { while (n++ < 300000) printf "aaaa"; print ""; next } 1' \
    "$records" >"$world/bad/registry/artifact_versions.jsonl"
check "a huge line costs one record" finds "2 line_too_long"
copy
rm "$world/bad/reports/20260515T170001Z-aaaaaa.json"
ln -s /etc/passwd "$world/bad/reports/20260515T170001Z-aaaaaa.json"
sed -i "s#$peer#$world/bad#; 2s#$world/bad/reports/#../../#" \
    "$world/bad/registry/runs.jsonl"

(
	BPFCOMPAT_WORKDIR=$world/other
	export BPFCOMPAT_WORKDIR
	problems
)
check "links and paths that lead out are not followed" test "$(cat \
    "$world/problems")" = "1 unsafe_file,2 unsafe_file"
copy
rm "$world/bad/registry/artifact_versions.jsonl"
ln -s "$records" "$world/bad/registry/artifact_versions.jsonl"
check "nor is a linked history" finds "null unsafe_file"
copy
echo x >>"$world/bad/runs/20260515T170003Z-aaaaaa/input/probe.bpf.o"
sed -i 's/"v3"/"v9"/' "$world/bad/registry/artifact_versions.jsonl"
sed -i "s#$peer#$world/bad#" "$world/bad/registry/runs.jsonl"
(
	BPFCOMPAT_WORKDIR=$world/third
	export BPFCOMPAT_WORKDIR
	problems
	"$bin/bpfcompat" history verify --all >"$world/out"
	echo $? >"$world/code"
	sql "SELECT group_concat(n, ' ') FROM (SELECT count(*) AS n
	    FROM history GROUP BY chain ORDER BY 1)" >"$world/pieces"
)
check "another object than the tested one is left out" grep -q \
    "^3 artifact_mismatch" "$world/problems"
check "the rest is taken over in pieces" grep -qx "1 2" "$world/pieces"
check "and each piece verifies" grep -qx 0 "$world/code"
! import "$world/nothing" --json
check "a folder that is not there" counts '.code' not_found

# --- projects of a registry ---------------------------------------------------
tree=$world/tree
project=$tree/cloud-registry/tenants/acme/projects/web
mkdir -p "$project/registry" "$project/keys" "$project/reports"
cp "$peer/keys/"* "$project/keys"
printf '{"schema_version":"cloud_registry_project.v0.1","tenant":"acme",
    "project":"web","visibility":"public","created_at":"2026-05-15T17:00:00Z",
    "updated_at":"2026-05-15T17:00:00Z"}\n' >"$project/project.json"
prev=
for v in v1 v2 v3; do
	mkdir -p "$project/artifacts/probe/$v"
	cp "$world/prog.bpf.o" "$project/artifacts/probe/$v/$sha.bpf.o"
	record "probe-$v-$(echo "$sha" | cut -c1-12)" "$v" \
	    >>"$project/registry/artifact_versions.jsonl"
	printf '{"run":{"id":"r-%s"},"artifact":{"sha256":"%s"},"targets":[%s],
	    "summary":{"status":"pass"}}\n' "$v" "$sha" \
	    '{"profile_id":"p","required":true,"status":"pass"}' \
	    >"$project/reports/probe-$v-$(echo "$sha" | cut -c1-12).json"
done
printf '{"schema_version":"cloud_registry_upload_summary.v0.1",
    "compatibility":{"summary_status":"pass"}}\n' \
    >"$project/reports/probe-v3-$(echo "$sha" | cut -c1-12).json"
BPFCOMPAT_WORKDIR=$world/registry
# of WHAT: imported, known and failed of the last result.
of() {
	counts "[.$1.imported, .$1.known, .$1.failed] | join(\" \")" "$2"
}
import "$tree" --dry-run --json
check "a registry project can be looked at first" of versions "3 0 0"
import "$tree" --json
check "its records keep their signatures" of records "3 0 0"
check "in a chain of their own, byte for byte" test "$(sql "SELECT line
    FROM history WHERE chain GLOB '@*' ORDER BY seq")" = \
    "$(cat "$project/registry/artifact_versions.jsonl")"
check "its versions are versions here, a claim stays a claim" test "$(sql \
    "SELECT group_concat(artifact_version || ' ' || evidence, ',')
    FROM registry_versions")" = "v1 report,v2 report,v3 claim"
check "the project is as public as it was" test "$(sql "SELECT visibility
    FROM registry_projects WHERE tenant = 'acme'")" = public
check "and all of it verifies" "$bin/bpfcompat" history verify --all
import "$tree" --json
check "a project taken over again changes nothing" of versions "0 3 0"
echo x >>"$project/artifacts/probe/v1/$sha.bpf.o"
rm "$project/reports/probe-v2-"*
BPFCOMPAT_WORKDIR=$world/registry2
import "$tree" --json
check "what is wrong is told by version, the rest comes over" counts \
    '[.problems[].code, .versions.imported] | join(" ")' \
    "artifact_mismatch report_missing 1"
BPFCOMPAT_WORKDIR=$world/work

# Ours, verified by other people's tools.
fake_kernel debian-12-6.1
matrix m debian-12-6.1
for v in a b; do
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --artifact-version "$v" --matrix "$world/m.yaml" \
	    >"$world/out" 2>"$world/err"
done
openssl_verify() {
	{
		printf '\060\052\060\005\006\003\053\145\160\003\041\000'
		cut -d' ' -f2 "$BPFCOMPAT_WORKDIR/keys/"*key.pub | base64 -d
	} >"$world/ours.der"
	ov_prev=null
	while read -r ov_line; do
		printf '%s' "$ov_line" | jq -cj 'del(.record_sha256,
		    .signature_alg, .signature_key_id, .signature_public_key,
		    .signature)' >"$world/canonical"
		printf '%s' "$ov_line" | jq -r .signature | base64 -d \
		    >"$world/sig"
		[ "$(printf '%s' "$ov_line" | jq -r .prev_record_sha256)" = \
		    "$ov_prev" ] || return 1
		ov_prev=$(sha256sum <"$world/canonical" | cut -c1-64)
		[ "$(printf '%s' "$ov_line" | jq -r .record_sha256)" = \
		    "$ov_prev" ] || return 1
		openssl pkeyutl -verify -pubin -keyform DER -inkey \
		    "$world/ours.der" -rawin -in "$world/canonical" \
		    -sigfile "$world/sig" || return 1
	done <"$BPFCOMPAT_WORKDIR/registry/artifact_versions.jsonl"
	[ "$ov_prev" != null ]
}
check "openssl verifies our chain" openssl_verify
check "an imported chain does not stand in our own" "$bin/bpfcompat" history \
    verify
check "and all chains verify" "$bin/bpfcompat" history verify --all
