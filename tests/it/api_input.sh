#!/bin/sh
# Bad input: each kind gets a precise answer and leaves neither a row nor a
# file.  Good input that looks odd is taken.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_API_MAX_ARTIFACT_BYTES=200000
export BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS=9
export BPFCOMPAT_API_MAX_VALIDATE_PROFILES=4
export BPFCOMPAT_SDK_DIR=$api/none
api_max_body=1248576

plan 76
api_start
api_nginx

S=/api/validate/start
o=$api/good.bpf.o
elf "$o"
A="artifact_file=@$o"
echo hello >"$api/text.o"
: >"$api/empty.o"

# --- the artifact -------------------------------------------------------------
refused "not ELF" invalid 400 '"artifact_file"' \
    -F "artifact_file=@$api/text.o" $S
refused "an empty file" invalid 400 '"artifact_file"' \
    -F "artifact_file=@$api/empty.o" $S
refused "no artifact at all" invalid 400 '"artifact_file"' \
    -F profiles=debian-12-6.1 $S
refused "a file input left alone" invalid 400 '"artifact_file"' \
    -F 'artifact_file=@/dev/null;filename=' $S
refused "an artifact as text" invalid 400 '"artifact_file"' \
    -F artifact_file=hello $S
refused "two artifacts" invalid 400 '"artifact_file"' -F "$A" -F "$A" $S
refused "artifact and source" invalid 400 '"source_code"' -F "$A" \
    -F 'source_code=int x;' $S
refused "artifact and source file" invalid 400 '"source_file"' -F "$A" \
    -F "source_file=@$api/text.o" $S
refused "a source on a server that compiles none" unsupported 400 \
    '"source_code"' -F 'source_code=int x;' $S
refused "flags without source" invalid 400 '"clang_flags"' -F "$A" \
    -F clang_flags=-DX $S
refused "a manifest that is no map" invalid 400 '"manifest_text"' -F "$A" \
    -F manifest_text=x $S
printf 'name: x\nmaps:\n  - { name: m }\n' >"$api/bad.yaml"
refused "a manifest that breaks a rule" invalid 400 '"manifest_file"' \
    -F "$A" -F "manifest_file=@$api/bad.yaml" $S
check "is told file, line and key" body_has '.error |
    startswith("bad.yaml:3: maps[0]: needs max_entries")'
head -c 300000 /dev/zero | tr '\0' '#' >"$api/long.yaml"
refused "a manifest over the limit" too_large 413 '"manifest_file"' \
    -F "$A" -F "manifest_file=@$api/long.yaml" $S
refused "a manifest that needs another kernel" invalid 400 \
    '"required_profiles"' -F "$A" -F profiles=debian-12-6.1 \
    -F 'manifest_text=required_profiles: [ debian-13-6.12 ]' $S
commands='manifest_text=functional_tests: [ { name: t, command: id } ]'
refused "commands for anybody" forbidden 403 '"manifest_file"' -F "$A" \
    -F "$commands" $S
refused "behavior for anybody" forbidden 403 '"validation_mode"' -F "$A" \
    -F "$commands" -F validation_mode=behavior $S
elf "$api/big.o" 200100
refused "an object over the limit" too_large 413 '"artifact_file"' \
    -F "artifact_file=@$api/big.o" $S
elf "$api/other.o" 1000
truncate -s 100M "$api/huge.o"
refused "100 MiB" too_large 413 null -F "artifact_file=@$api/huge.o" $S
refused "100 MiB without saying so" too_large 413 null \
    -H 'Transfer-Encoding: chunked' -F "artifact_file=@$api/huge.o" $S

# --- which kernels --------------------------------------------------------------
refused "an unknown profile" invalid 400 '"profiles"' -F "$A" \
    -F profiles=debian-99-9.9 $S
refused "a profile that is no id" invalid 400 '"profiles"' -F "$A" \
    -F profiles=../../etc $S
refused "too many profiles" invalid 400 '"profiles"' -F "$A" -F \
    profiles=debian-11-5.10,debian-12-6.1,debian-13-6.12,debian-sid \
    -F profiles=debian-13-bpo-7.3 $S
refused "a required profile that is not selected" invalid 400 \
    '"required_profiles"' -F "$A" -F profiles=debian-12-6.1 \
    -F required_profiles=debian-13-6.12 $S
refused "a required profile outside the default matrix" invalid 400 \
    '"required_profiles"' -F "$A" -F required_profiles=debian-sid $S

# --- the other fields -------------------------------------------------------------
for t in soon 0s -5s 1 16m 99999999999999999999h; do
	refused "timeout $t" invalid 400 '"timeout"' -F "$A" \
	    -F "timeout=$t" $S
done
for n in two 0 -1 9; do
	refused "concurrency $n" invalid 400 '"concurrency"' -F "$A" \
	    -F "concurrency=$n" $S
done
refused "an unknown mode" invalid 400 '"validation_mode"' -F "$A" \
    -F validation_mode=fast $S
refused "a name with a control character" invalid 400 '"artifact_name"' \
    -F "$A" -F "artifact_name=$(printf 'a\001b')" $S
refused "a name that is not UTF-8" invalid 400 '"artifact_name"' -F "$A" \
    -F "artifact_name=$(printf 'a\377b')" $S
refused "a name that is too long" invalid 400 '"artifact_name"' -F "$A" \
    -F "artifact_name=$(head -c 200 /dev/zero | tr '\0' x)" $S
refused "a uri that is no http" invalid 400 '"artifact_uri"' -F "$A" \
    -F artifact_uri=file:///etc/passwd $S
refused "a misspelt field" invalid 400 '"required_profile"' -F "$A" \
    -F required_profile=debian-12-6.1 $S
refused "a single field twice" invalid 400 '"timeout"' -F "$A" \
    -F timeout=1m -F timeout=2m $S
refused "a single parameter twice" invalid 400 '"timeout"' -F "$A" \
    "$S?timeout=1m&timeout=2m"
refused "a bad escape in the query" invalid 400 '"timeout"' -F "$A" \
    "$S?timeout=%zz"
refused "an idempotency key with a blank" invalid 400 '"Idempotency-Key"' \
    -H 'Idempotency-Key: a b' -F "$A" $S

# --- the form itself ----------------------------------------------------------------
refused "JSON instead of a form" unsupported_media_type 415 \
    '"Content-Type"' -H 'Content-Type: application/json' -d '{' $S
refused "no boundary" syntax 400 '"Content-Type"' \
    -H 'Content-Type: multipart/form-data' -d x $S
refused "another boundary than announced" syntax 400 null \
    -H 'Content-Type: multipart/form-data; boundary=B' \
    --data-binary "--C" $S
refused "no body" syntax 411 null -X POST \
    -H 'Content-Type: multipart/form-data; boundary=B' $S
refused "a body where none belongs" too_large 413 null -d x \
    '/api/validate/cancel?job_id=val-00000000000000000000000000000000'

# A form of one artifact, byte for byte.
form_head='%s\r\nContent-Disposition: form-data; name="artifact_file"; filename="a.o"\r\n\r\n'
printf "$form_head"'\177ELFxx\r\n--B--\r\n' --B >"$api/whole"
size=$(wc -c <"$api/whole")
T='multipart/form-data; boundary=B'

# direct NAME WANTED-STATUS FILE LENGTH: past nginx, which would not let a
# short body through.
direct() {
	rows=$(sql 'select count(*) from jobs')
	files=$(uploads)
	fcgi -t "$T" -b "$3" -l "$4" POST $S >"$api/body"
	if grep -q "^Status: $2 " "$api/body" &&
	    [ "$rows" = "$(sql 'select count(*) from jobs')" ] &&
	    [ "$files" = "$(uploads)" ]; then
		pass "$1"
	else
		fail "$1" "$(cat "$api/body")"
	fi
}
direct "a body shorter than its length" 400 "$api/whole" $((size + 50))
head -c $((size - 5)) "$api/whole" >"$api/cut"
direct "a form cut in its last boundary" 400 "$api/cut" $((size - 5))
head -c 30 "$api/whole" >"$api/cut"
direct "a form cut in a header" 400 "$api/cut" 30
direct "a length that is no number" 400 "$api/whole" 1x
direct "a negative length" 400 "$api/whole" -1
printf '%s\r\nContent-Disposition: form-data; name="artifact_file"; filename="a.o"\r\nContent-Transfer-Encoding: base64\r\n\r\nf0VM\r\n--B--\r\n' --B >"$api/enc"
direct "a transfer encoding" 400 "$api/enc" "$(wc -c <"$api/enc")"
{
	printf '%s\r\nContent-Disposition: form-data; name="' --B
	head -c 5000 /dev/zero | tr '\0' n
	printf '"\r\n\r\nx\r\n--B--\r\n'
} >"$api/long"
direct "a part with a huge header" 400 "$api/long" "$(wc -c <"$api/long")"

# --- what is taken --------------------------------------------------------------------
taken() {
	name=$1
	shift
	got=$(api_curl "$@")
	job=$(jq -r .job_id "$api/body")
	if [ "$got" = 202 ]; then
		pass "$name"
	else
		fail "$name" "status $got" "$(cat "$api/body")"
	fi
}
targets() {
	sql "select group_concat(profile_id || ':' || required) from
	    (select * from job_targets where job_id = '$job' order by position)"
}
is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}

taken "no profile means the default matrix" -F "$A" $S
check "which is all of it" is "$(targets)" \
debian-11-5.10:1,debian-12-6.1:1,debian-13-6.12:1,debian-13-bpo-7.3:1
taken "a profile listed twice counts once" -F "$A" \
    -F 'profiles= debian-12-6.1 , debian-13-6.12,' \
    -F required_profiles=debian-12-6.1 $S
check "others than the required ones are optional" is "$(targets)" \
    debian-12-6.1:1,debian-13-6.12:0
taken "a mode in another spelling" -F "$A" -F validation_mode=Load-Only \
    -F profiles=debian-12-6.1 "/api/v1/validate/start?timeout=90s"
check "attaches nothing" is "$(sql "select validation_mode || attach_mode ||
    timeout_ms from jobs where id = '$job'")" load_onlydisabled90000
check "and its status is under the prefix that was used" body_has \
    '.status_url | startswith("/api/v1/validate/status?job_id=val-")'
taken "the query wins over the form" -F "$A" -F artifact_name=form \
    "$S?artifact_name=query"
check "for text fields" is "$(sql "select artifact_name from jobs
    where id = '$job'")" query
taken "a manifest whose commands do not run" -F "$A" -F "$commands" \
    -F validation_mode=load_attach -F profiles=debian-12-6.1 $S
check "is an input of its job, by digest" is "$(sql "select kind || ' ' ||
    basename || ' ' || (sha256 in (select sha256 from artifacts))
    from job_inputs where job_id = '$job'")" "manifest manifest.yaml 1"
api_curl "/api/validate/status?job_id=$job" >/dev/null
check "and its status tells so" body_has '.inputs[0].kind == "manifest"'
taken "an idempotency key" -H 'Idempotency-Key: k1' -F "$A" $S
first=$job
taken "the same key again" -H 'Idempotency-Key: k1' -F "$A" $S
check "is the same job" is "$job" "$first"
refused "the same key with another object" exists 409 '"Idempotency-Key"' \
    -H 'Idempotency-Key: k1' -F "artifact_file=@$api/other.o" $S
refused "the same key with a manifest" exists 409 '"Idempotency-Key"' \
    -H 'Idempotency-Key: k1' -F "$A" -F 'manifest_text=name: x' $S

# --- a full queue -----------------------------------------------------------------------
while [ "$(api_curl -F "$A" $S)" = 202 ]; do :; done
refused "a full queue" full 429 null -F "artifact_file=@$api/other.o" $S
check "says when to come back" grep -Eqi '^retry-after: [0-9]+' "$api/head"
