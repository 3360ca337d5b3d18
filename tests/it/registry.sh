#!/bin/sh
# The tenant registry over the real nginx, FastCGI processes and worker:
# projects, uploads, lists, downloads and yanks.  doc/registry-rows.md says
# which row of the requirements each line shows.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
. "$top_srcdir/tests/lib/registry.sh"

plan 55

BPFCOMPAT_REGISTRY_MAX_ARTIFACT_BYTES=5000
BPFCOMPAT_REGISTRY_MAX_ARTIFACT_VERSIONS_PER_NAME=3
BPFCOMPAT_REGISTRY_MAX_PROJECT_STORAGE_BYTES=12000
export BPFCOMPAT_REGISTRY_MAX_ARTIFACT_BYTES
export BPFCOMPAT_REGISTRY_MAX_ARTIFACT_VERSIONS_PER_NAME
export BPFCOMPAT_REGISTRY_MAX_PROJECT_STORAGE_BYTES
registry_start

# --- projects ---------------------------------------------------------------

put '{"tenant":"acme","project":"demo"}' >/dev/null
check "a new project is private" body_has '.project | .visibility == "private"
    and .schema_version == "cloud_registry_project.v0.1" and
    (has("default_matrix_path") | not)'
put '{"tenant":"acme","project":"demo","visibility":"PUBLIC",
    "default_matrix_path":"matrices/mvp.yaml"}' >/dev/null
check "an upsert sets what it names" body_has '.project |
    .visibility == "public" and .default_matrix_path == "matrices/mvp.yaml"'
put '{"tenant":"acme","project":"demo"}' >/dev/null
check "what an upsert leaves out stays" body_has '.project |
    .visibility == "public" and .default_matrix_path == "matrices/mvp.yaml"'
put '{"tenant":"acme","project":"demo","visibility":"",
    "default_matrix_path":""}' >/dev/null
check "an empty text is a value" body_has '.project |
    .visibility == "private" and (has("default_matrix_path") | not)'
status_is "an unknown member is refused" 400 invalid '"owner"' \
    put '{"tenant":"acme","project":"demo","owner":"x"}'
status_is "a visibility is one of two words" 400 invalid '"visibility"' \
    put '{"tenant":"acme","project":"demo","visibility":"open"}'
status_is "a name that could leave its folder is refused" 400 invalid \
    '"project"' put '{"tenant":"acme","project":"../demo"}'
put '{"tenant":"acme","project":"aaa"}' >/dev/null
get '/api/v1/registry/projects?tenant=acme' >/dev/null
check "a tenant's projects are listed by name" \
    body_has '[.projects[].project] == ["aaa", "demo"]'
get '/api/registry/projects?tenant=acme&limit=1' >/dev/null
check "a list of projects continues" body_has '.next_cursor == "aaa"'
get '/api/registry/projects?tenant=nobody' >/dev/null
check "a tenant without projects has an empty list" body_has '.projects == []'
get '/api/registry/projects?tenant=acme&project=demo' >/dev/null
check "one project is a list of one" body_has '.projects | length == 1'
status_is "a project that is not there is 404" 404 project_unknown \
    '"project"' get '/api/registry/projects?tenant=acme&project=none'

# --- uploads ----------------------------------------------------------------

elf "$api/a.o" 100
elf "$api/b.o" 101
sha=$(sha256sum <"$api/a.o" | cut -c1-64)
report "$sha" >"$api/report.json"
upload v1 "$api/a.o" -F "report_file=@$api/report.json" \
    -F "artifact_sha256=$(echo "$sha" | tr a-f A-F)" \
    -F artifact_variant=core -F source_run_id=ci-7 >/dev/null
check "an upload with its report is signed with what the report says" \
    body_has ".result | .evidence == \"report\" and .repeated == false and
    .artifact_size_bytes == 107 and (.record | .summary_status == \"fail\" and
    .required_passed == 1 and .required_failed == 1 and
    .total_profiles == 3 and .run_id == \"ci-7\" and
    .supported_profiles == [\"a-1\", \"c-1\"] and .failed_profiles == [\"b-1\"]
    and .classification_codes == [\"MISSING_BTF\"] and
    .artifact_variant == \"core\" and .artifact_sha256 == \"$sha\" and
    (.signature | length) == 88)"
check "its answer says where to get it" body_has '.download_uri ==
    "/api/registry/artifacts/download?tenant=acme&project=demo&artifact_name=x&version=v1"'
check "a record has no path of this machine" body_has '[.. | objects |
    to_entries[] | select(.key | startswith("signature") | not) | .value |
    strings | select(startswith("/") and (startswith("/api/") | not))] == []'
upload v1 "$api/a.o" -F "report_file=@$api/report.json" >/dev/null
check "identical bytes are the same upload" body_has '.result.repeated'
check "and leave one record" test "$(records)" = 1
status_is "other bytes are a conflict" 409 version_exists \
    '"artifact_version"' upload v1 "$api/b.o"
left "a digest that is not the upload's" 400 digest_mismatch \
    '"artifact_sha256"' upload v2 "$api/b.o" -F "artifact_sha256=$sha"
left "a report of another artifact" 400 report_mismatch '"report_file"' \
    upload v2 "$api/b.o" -F "report_file=@$api/report.json"
left "a report that is no JSON" 400 report_invalid '"report_file"' \
    upload v2 "$api/b.o" -F 'report_json=no'
head -c 6000 /dev/zero >"$api/big.o"
left "an artifact over the limit" 413 too_large '"artifact_file"' \
    upload v2 "$api/big.o"
left "an unknown project" 404 project_unknown '"project"' \
    upload_to acme none v2 "$api/b.o"
left "a missing artifact" 400 invalid '"artifact_file"' \
    authed -F tenant=acme -F project=demo -F artifact_name=x \
    -F artifact_version=v2 /api/registry/artifacts/upload
left "a tenant that comes after the file" 400 invalid '"tenant"' \
    authed -F "artifact_file=@$api/b.o" -F tenant=acme -F project=demo \
    -F artifact_name=x -F artifact_version=v2 /api/registry/artifacts/upload
left "a count that is no number" 400 invalid '"required_passed"' \
    upload v2 "$api/b.o" -F required_passed=many
: >"$api/none.o"
left "an empty artifact" 400 invalid '"artifact_file"' \
    upload v2 "$api/none.o"

upload v2 "$api/b.o" -F summary_status=PASS -F required_passed=2 \
    -F required_failed=1 -F supported_profiles=b,a -F supported_profiles=a \
    >/dev/null
check "hints without a report are a claim and count for nothing" \
    body_has '.result | .evidence == "claim" and (.record |
    .summary_status == "claimed" and .required_passed == 0 and
    .total_profiles == 0 and (has("supported_profiles") | not))'
get "/api/registry/artifacts/report?$of_x&version=v2" >/dev/null
check "a claim is kept as it was made" body_has '.verified == false and
    .schema_version == "cloud_registry_upload_summary.v0.1" and
    (.compatibility | .summary_status == "pass" and .total_profiles == 3 and
    .supported_profiles == ["a", "b"])'
get "/api/registry/artifacts/report?$of_x&version=v1" >/dev/null
check "a report is kept byte for byte" cmp -s "$api/body" "$api/report.json"

# --- races and quotas ---------------------------------------------------------

race() {
	for race_i in 1 2 3 4 5 6 7 8; do
		elf "$api/r$race_i.o" "$((200 + race_i % 2))"
		curl -s -o /dev/null -w '%{http_code}\n' --max-time 60 \
		    --unix-socket "$api_w/run/http.sock" -H "$token" \
		    -F tenant=acme -F project=aaa -F artifact_name=r \
		    -F artifact_version=v1 -F "artifact_file=@$api/r$race_i.o" \
		    http://b/api/registry/artifacts/upload >"$api/race$race_i" &
		race_pids="${race_pids:-} $!"
	done
	for race_p in $race_pids; do
		wait "$race_p"
	done
	cat "$api"/race? | sort | uniq -c | tr -s ' \n' '  '
}
check "8 uploads of one version at once: one of two kinds of bytes wins" \
    test "$(race)" = ' 4 200 4 409 '
check "and exactly one record is written" \
    test "$(sql "select count(*) from history where chain = 'acme/aaa'")" = 1
elf "$api/c.o" 102
upload v3 "$api/c.o" >/dev/null
elf "$api/d.o" 103
left "a version over the quota of a name" 409 version_quota \
    '"artifact_name"' upload v4 "$api/d.o"
for i in 1 2; do
	elf "$api/l$i.o" 4900
	printf %d "$i" >>"$api/l$i.o"
	authed -F tenant=acme -F project=demo -F "artifact_name=l$i" \
	    -F artifact_version=v1 -F "artifact_file=@$api/l$i.o" \
	    /api/registry/artifacts/upload >/dev/null
done
elf "$api/l3.o" 4800
left "bytes over the quota of a project" 507 storage_quota \
    '"artifact_file"' authed -F tenant=acme -F project=demo \
    -F artifact_name=l3 -F artifact_version=v1 \
    -F "artifact_file=@$api/l3.o" /api/registry/artifacts/upload

# --- lists ----------------------------------------------------------------------

get "/api/registry/artifacts?tenant=acme&project=demo&limit=2" >/dev/null
check "versions are listed newest first, by pages" body_has '.total == 5 and
    [.records[].artifact_name] == ["l2", "l1"] and
    [.versions[].artifact_name] == ["l2", "l1"]'
cursor=$(jq -r .next_cursor "$api/body")
get "/api/registry/artifacts?tenant=acme&project=demo&cursor=$cursor" \
    >/dev/null
check "the next page goes on, the last one ends" \
    body_has '[.records[].artifact_version] == ["v3", "v2", "v1"] and
    (has("next_cursor") | not)'
get "/api/registry/artifacts?tenant=acme&project=demo&artifact_name=l1" \
    >/dev/null
check "a list can be of one name" body_has '.total == 1 and
    (.records | length) == 1'
line=$(sql "select line from history where chain = 'acme/demo' and seq = 1")
get "/api/registry/artifacts?$of_x" >/dev/null
check "records go out as they were signed" \
    grep -qF "$line" "$api/body"

# --- downloads ------------------------------------------------------------------

d="/api/registry/artifacts/download?$of_x&version"
get "$d=v1" >/dev/null
downloaded() {
	cmp -s "$api/body" "$api/a.o" &&
	    has_header Content-Type application/octet-stream &&
	    has_header Content-Disposition \
		'attachment; filename="x-v1.bpf.o"' &&
	    has_header X-BPF-SHA256 "$sha" &&
	    has_header Content-Length 107 && has_header Accept-Ranges bytes
}
check "a download has its bytes and says what they are" downloaded
etag=$(tr -d '\r' <"$api/head" | sed -n 's/^[Ee][Tt]ag: //p')
check "an ETag saves the second download" \
    test "$(authed -H "If-None-Match: $etag" "$d=v1")" = 304
check "a part can be asked for" \
    test "$(authed -H 'Range: bytes=1-3' "$d=v1") $(cat "$api/body")" = \
    '206 ELF'
check "HEAD answers without bytes" \
    test "$(authed -I "$d=v1") $(grep -c ELF "$api/body")" = '200 0'
status_is "an unknown version is 404" 404 version_unknown '"version"' \
    get "$d=v9"
status_is "a version has to be named" 400 invalid '"version"' \
    get "/api/registry/artifacts/download?$of_x"
object=$api_w/objects/sha256/$(echo "$sha" | cut -c1-2)/$sha
cp "$object" "$api/keep"
printf X | dd of="$object" bs=1 seek=50 conv=notrunc 2>/dev/null
check "damaged bytes are not sent" \
    test "$(get "$d=v1") $(jq -r .code "$api/body")" = '500 artifact_damaged'
cp "$api/keep" "$object"

# --- yanks ----------------------------------------------------------------------

yank '"v2", "reason": "reads freed memory"' >/dev/null
check "a yank has a reason and a signed record" body_has '.version |
    .selectable == false and .yanked.reason == "reads freed memory" and
    (.yanked.record_sha256 | length) == 64'
get "/api/registry/artifacts?$of_x&limit=1" >/dev/null
check "the newest record of a yanked version says so" body_has \
    '.records[0].summary_status == "yanked" and
    .records[0].required_passed == 0 and .versions[0].selectable == false'
status_is "a yanked version is not given again" 409 version_yanked \
    '"artifact_version"' upload v2 "$api/b.o"

check "no two records have one run id" test "$(sql "select count(*) -
    count(distinct run_id) from history where chain like 'acme/%'")" = 0
bpf="$top_builddir/bin/bpfcompat registry"
check "the command line lists projects" test "$($bpf projects \
    --workdir "$api_w" --tenant acme --json | jq -c '[.[].project]')" = \
    '["aaa","demo"]'
check "and versions with what is known of them" test "$($bpf list \
    --workdir "$api_w" --tenant acme --project demo --artifact-name x |
    grep -c 'x@v[123] ')" = 4

# --- verification ------------------------------------------------------------------

v="/api/registry/history/verify?tenant=acme&project=demo"
get "$v" >/dev/null
check "a project's chain verifies" body_has '.summary == {failed: 0, total: 6,
    records: 6, end_verified: true} and ([.verification[].verified] | all)
    and .verification[0].index == 0 and
    (.verification[1].prev_record_sha256 |
    length) == 64'
# What no program of ours can do.
sql "drop trigger history_fixed; update history set line = replace(line,
    '\"summary_status\":\"fail\"', '\"summary_status\":\"pass\"')
    where chain = 'acme/demo' and seq = 1"
get "$v" >/dev/null
check "a changed record is found, also after it was proved" body_has \
    '.summary.failed >= 1 and .verification[0].verified == false and
    (.verification[0].issues | length) > 0'
check "and what it is about is not handed out" \
    test "$(get "$d=v1") $(jq -r .code "$api/body")" = '500 record_damaged'

# --- without a worker -------------------------------------------------------------

registry_worker_stop
api_stop
BPFCOMPAT_REGISTRY_SIGN_TIMEOUT=500ms
api_start
api_nginx
left "an upload nobody signs in time" 503 unavailable null \
    authed -F tenant=acme -F project=aaa -F artifact_name=w \
    -F artifact_version=v1 -F "artifact_file=@$api/d.o" \
    /api/registry/artifacts/upload
