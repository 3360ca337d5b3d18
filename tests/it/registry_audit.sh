#!/bin/sh
# What the registry puts on record: allowed and refused requests, floods, the
# seals of the worker, the check and the export; who may read it, and what
# somebody without rights can learn.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"
. "$top_srcdir/tests/lib/registry.sh"

plan 34

auth=$api_w/cloud-registry/auth
mkdir -p "$auth"
chmod 700 "$auth"
cat >"$auth/tokens.json" <<'END'
{"schema_version": "cloud_registry_auth.v0.1", "tokens": [
 {"token": "foreign", "subject": "fred", "tenant": "other",
  "projects": ["*"], "can_read": true, "can_write": true},
 {"token": "reader", "subject": "rita", "tenant": "acme",
  "projects": ["demo"], "can_read": true}]}
END
chmod 600 "$auth/tokens.json"
BPFCOMPAT_REGISTRY_AUDIT_MAX_BYTES=1500
BPFCOMPAT_REGISTRY_AUDIT_MAX_FILES=1
export BPFCOMPAT_REGISTRY_AUDIT_MAX_BYTES BPFCOMPAT_REGISTRY_AUDIT_MAX_FILES
registry_start
bpf=$top_builddir/bin/bpfcompat

put '{"tenant":"acme","project":"demo"}' >/dev/null
put '{"tenant":"acme","project":"open","visibility":"public"}' >/dev/null
elf "$api/a.o" 100
upload v1 "$api/a.o" -F artifact_variant=core >/dev/null
upload v1 "$api/a.o" -F artifact_variant=core -F artifact_sha256="$(printf %064d 0)" \
    >/dev/null
get "/api/registry/artifacts/download?$of_x&version=v1" >/dev/null

# as WHO PATH: by another token, or none
as() {
	if [ "$1" = nobody ]; then
		api_curl "$2"
	else
		api_curl -H "Authorization: Bearer $1" "$2"
	fi
}

events='/api/registry/audit/events?tenant=acme&project=demo'
get "$events" >/dev/null
check "what was allowed is on record" body_has '[.records[] |
    select(.status == "success").action] | index("project_upsert") != null and
    index("artifact_upload") != null and index("artifact_download") != null'
check "an event says who, from where, by what and for which request" \
    body_has '.records[] | select(.action == "artifact_download") |
    .actor == "bootstrap-token" and .identity_type == "bootstrap" and
    (.address | length > 0) and (.request_id | length > 0) and
    (.user_agent | test("^curl/")) and
    .artifact_name == "x" and .artifact_version == "v1" and
    (.metadata.sha256 | length) == 64'
check "an upload that fails is on record with its reason" body_has '
    [.records[] | select(.action == "artifact_upload_denied")] |
    length == 1 and (.[0].message | test("SHA-256")) and
    .[0].http_status == 400 and (.[0].user_agent | test("^curl/"))'
check "events are newest first and each names the one before" body_has '
    [.records[].seq] | . == (sort | reverse)'
as reader "$events&action=artifact_upload&limit=1" >/dev/null
check "a list of events can be narrowed" body_has '(.records | length) == 1
    and .records[0].action == "artifact_upload"'
get "$events&limit=1" >/dev/null
cursor=$(jq -r .next_cursor "$api/body")
get "$events&limit=1&cursor=$cursor" >/dev/null
check "and continues" body_has ".records[0].seq < $cursor"

# --- who may ------------------------------------------------------------------

check "a token of the project reads its events" \
    test "$(as reader "$events")" = 200
check "not those of the whole tenant" \
    test "$(as reader '/api/registry/audit/events?tenant=acme')" = 403
check "nobody reads them without a token, of a public project neither" \
    test "$(as nobody '/api/registry/audit/events?tenant=acme&project=open')" \
    = 401
check "nor its verification" test "$(as nobody \
    '/api/registry/history/verify?tenant=acme&project=open')" = 401
check "a public project's versions are listed to everybody" test "$(as nobody \
    '/api/registry/artifacts?tenant=acme&project=open')" = 200
same_refusal() {
	one=$(as "$1" "/api/registry/artifacts?tenant=acme&project=demo")
	one_body=$(jq -c 'del(.request_id)' "$api/body")
	two=$(as "$1" "/api/registry/artifacts?tenant=acme&project=nothing")
	[ "$one" = "$two" ] && [ "$one" = "$2" ] &&
	    [ "$one_body" = "$(jq -c 'del(.request_id)' "$api/body")" ]
}
check "a private project and none look alike without a token" \
    same_refusal nobody 401
check "and with a token for something else" same_refusal foreign 403

# --- floods --------------------------------------------------------------------

rows() {
	sql 'select count(*) from audit'
}
before=$(rows)
seq 300 | sed 's|.*|url = "http://b/api/registry/artifacts?tenant=acme\&project=demo\&n=&"|' \
    >"$api/urls"
curl -s --unix-socket "$api_w/run/http.sock" \
    -H 'Authorization: Bearer wrong' -K "$api/urls" >/dev/null
check "300 refusals are a few rows" test $(($(rows) - before)) -le 3
check "and all of them are counted" test "$(sql "select sum(count) from
    audit_floods where action = 'artifact_list_denied'")" -ge 200
get "$events&status=success" >/dev/null
check "what was there before still is" body_has '[.records[].action] |
    index("project_upsert") != null'

# --- seals ----------------------------------------------------------------------

sealed() {
	test "$(sql 'select max(count) from audit_seals')" = "$(rows)"
}
check "the worker signs the end of the stream" wait_until 20 sealed
check "the stream verifies" "$bpf" admin audit-verify --workdir "$api_w"
openssl rand -base64 32 >"$api/key"
"$bpf" admin audit-export --workdir "$api_w" --tenant acme \
    --out "$api/export" --sign-key "$api/key" --sig-out "$api/sig" 2>/dev/null
jq -r .public_key "$api/sig" >"$api/pub"
check "an export is signed and verifies" "$bpf" admin audit-verify \
    --input "$api/export" --sig "$api/sig" --pubkey "$api/pub"
printf '0123456789ab %s\n' "$(cat "$api/pub")" >"$api/pub2"
check "also with a key file as the signer writes it" "$bpf" admin \
    audit-verify --input "$api/export" --sig "$api/sig" --pubkey "$api/pub2"
changed_export() {
	sed 's/rita/mary/' "$api/export" >"$api/export2"
	! cmp -s "$api/export" "$api/export2" &&
	    ! "$bpf" admin audit-verify --input "$api/export2" \
		--sig "$api/sig" --pubkey "$api/pub"
}
check "a changed one does not" changed_export
unrecorded() {
	sql "create trigger broken before insert on audit begin
	    select raise(abort, 'full'); end"
	status=$(get "/api/registry/artifacts/download?$of_x&version=v1")
	sql 'drop trigger broken'
	[ "$status" = 503 ]
}
check "what cannot be put on record is not handed out" unrecorded
check "and is again when it can" test "$(get \
    "/api/registry/artifacts/download?$of_x&version=v1")" = 200

# --- files ----------------------------------------------------------------------

audit=$api_w/cloud-registry/audit
archived() {
	find "$audit/archive" -name '*.jsonl' 2>/dev/null | wc -l
}
two_archived() {
	put "{\"tenant\":\"acme\",\"project\":\"p$(rows)\"}" >/dev/null
	put "{\"tenant\":\"acme\",\"project\":\"q$(rows)\"}" >/dev/null
	[ "$(archived)" -ge 2 ]
}
check "a published file that is large enough is archived" \
    wait_until 30 two_archived
wait_until 20 sealed
registry_worker_stop
"$bpf" admin publish --workdir "$api_w" >/dev/null
check "and none of its events is lost" test "$(cat "$audit"/archive/*.jsonl \
    "$audit/events.jsonl" | jq -s -c 'if [.[].seq] == [range(1; length + 1)]
    then length else "a gap" end')" = "$(rows)"
newest=$(cd "$audit/archive" && find . -name '*.jsonl' | sort | tail -n 1 |
    cut -c3-)
check "the newest ones have short names, as many as are asked for" test \
    "$(readlink "$audit/events.jsonl.1") $(find "$audit" -type l |
    wc -l)" = "archive/$newest 1"
cp -R "$audit" "$api/audit"
cp "$api_w/keys/artifact-registry-signing-key.pub" "$api/key.pub"
offline() {
	"$bpf" admin audit-verify --files "$api/audit" --pubkey \
	    "$api/key.pub" --workdir "$api/nothing" >"$api/out" 2>&1
}
shows() {
	! offline && grep -q "$1" "$api/out" || { cat "$api/out"; return 1; }
}
check "the files verify without the server" offline
"$bpf" admin publish --workdir "$api_w" --rebuild >/dev/null
check "and are made again byte for byte" diff -r "$audit" "$api/audit"
first=$(cd "$audit/archive" && find . -name '*.jsonl' | sort | head -n 1 |
    cut -c3-)
sed -i '1s/acme/acma/' "$api/audit/archive/$first"
check "a changed event in one shows" shows "$first:1: the event was changed"
cp "$audit/archive/$first" "$api/audit/archive/$first"
mv "$api/audit/archive/$first" "$api/first"
check "so does a file that is gone" shows 'a file is missing before this one'
mv "$api/first" "$api/audit/archive/$first"
sed -i 's/"signature":"./"signature":"_/' "$api/audit/archive/$first.seal"
check "and a seal nobody has signed" shows "$first.seal"
killed_rotation() {
	rm "$audit/archive/$newest"
	sql "update outbox set published = 0 where stream = 'audit'"
	"$bpf" admin publish --workdir "$api_w" >/dev/null &&
	    "$bpf" admin publish --check --workdir "$api_w"
}
check "an archive that a crash has cost is written again" killed_rotation
lost_tail() {
	sql 'drop trigger audit_kept; delete from audit
	    where seq = (select max(seq) from audit)'
	! "$bpf" admin audit-verify --workdir "$api_w" >"$api/out" &&
	    grep -q 'its end is missing' "$api/out"
}
check "a stream whose end was removed is found out" lost_tail
changed_row() {
	sql "drop trigger audit_fixed; update audit set actor = 'mallory',
	    line = replace(line, 'bootstrap-token', 'mallory') where seq = 1"
	! "$bpf" admin audit-verify --workdir "$api_w" >"$api/out" &&
	    grep -q 'event 1: the event was changed' "$api/out"
}
check "and one with a changed event" changed_row
