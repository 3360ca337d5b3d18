#!/bin/sh
# Evidence of a run that is taken away: exported, checked without database
# or network, also by tools that know nothing of us, and changed byte by byte.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 21
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-12-6.1
matrix two debian-11-5.10 debian-12-6.1
keys=$BPFCOMPAT_WORKDIR/keys
public=$keys/artifact-registry-signing-key.pub
b=$world/b.tar

run() {
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --matrix "$world/$1.yaml" >"$world/out" 2>"$world/err"
}
export_run() {
	"$bin/bpfcompat" history export "$@" >"$world/out" 2>"$world/err"
}
# Somewhere else: no work folder, only the bundle and a public key.
verify() {
	(cd / && env -u BPFCOMPAT_WORKDIR "$bin/bpfcompat" history verify \
	    "$@") >"$world/out" 2>"$world/err"
}
refused() {
	refused_code=$1
	shift
	! verify "$@" --json && [ "$(jq -r '.issues[0].code' "$world/out")" = \
	    "$refused_code" ] || {
		cat "$world/out" "$world/err"
		return 1
	}
}
cli_refused() {
	cr_field=$1
	shift
	! "$@" --json >"$world/out" 2>"$world/err" &&
	    [ "$(jq -r '.code + " " + .field' "$world/out")" = "$cr_field" ] ||
	    { cat "$world/out" "$world/err"; return 1; }
}

plan_for debian-12-6.1 pass
run m
plan_for debian-11-5.10 fail
run two
id=$(sql "SELECT run_id FROM history WHERE seq = 1")
id2=$(sql "SELECT run_id FROM history WHERE seq = 2")

check "a run is exported" export_run "$id" --out "$b"
cp "$public" "$world/key.pub"
check "and verifies elsewhere with only the public key" verify "$b" \
    --key "$world/key.pub"
check "it says what was proved" grep -q "record 1 of its chain" "$world/out"
check "the key may be given as base64" verify "$b" --key \
    "$(cut -d' ' -f2 "$public")"
cp "$b" "$world/first.tar"
export_run "$id" --out "$b"
check "the same run gives the same bytes" cmp "$b" "$world/first.tar"
check "only its owner can read it" test "$(stat -c %a "$b")" = 600
tar xf "$b" -C "$world" statement.dsse.json keys.pub report.json record.json
check "it holds the report as it was written" cmp "$world/report.json" \
    "$BPFCOMPAT_WORKDIR/runs/$id/report.json"
jq -r .payload "$world/statement.dsse.json" | base64 -d >"$world/body"
check "the statement names the artifact by its digest" test "$(jq -r \
    '.subject[0].digest.sha256' "$world/body")" = \
    "$(sha256sum <"$world/prog.bpf.o" | cut -c1-64)"
check "and kernel and validator by theirs" test "$(jq -r \
    '(.predicate.targets[0].kernel.sha256 | length) +
    (.predicate.validator.sha256 | length)' "$world/body")" = 128

# A verifier made of other people's tools.
openssl_verify() {
	printf 'DSSEv1 28 application/vnd.in-toto+json %s ' \
	    "$(wc -c <"$world/body")" >"$world/pae"
	cat "$world/body" >>"$world/pae"
	jq -r '.signatures[0].sig' "$world/statement.dsse.json" | base64 -d \
	    >"$world/sig"
	{
		printf '\060\052\060\005\006\003\053\145\160\003\041\000'
		cut -d' ' -f2 "$public" | base64 -d
	} >"$world/key.der"
	openssl pkeyutl -verify -pubin -keyform DER -inkey "$world/key.der" \
	    -rawin -in "$world/pae" -sigfile "$world/sig"
}
check "openssl verifies the envelope" openssl_verify

export_run "$id2" --out "$world/two.tar"
"$bin/bpfcompat" history export "$id2" --out "$world/two.tar" --json \
    >"$world/out"
check "a bundle has the logs of every target" sh -c \
    "tar tf '$world/two.tar' | grep -q '^targets/debian-11-5.10/'"
head -c 4096 "$world/two.tar" >"$world/cut.tar"
check "a bundle that was cut is refused" refused bundle_truncated \
    "$world/cut.tar" --key "$world/key.pub"
{ cat "$b"; echo; } >"$world/more.tar"
check "so is one with bytes behind it" refused bundle_trailing_bytes \
    "$world/more.tar" --key "$world/key.pub"
echo "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" >"$world/other.pub"
check "another key does not verify it" refused bundle_signature "$b" \
    --key "$world/other.pub"
check "no key at all is a mistake of the caller" cli_refused "invalid key" \
    "$bin/bpfcompat" history verify "$b" --workdir "$world/nothing"
check "a file that is no bundle is refused" refused bundle_header \
    "$world/body" --key "$world/key.pub"
# shellcheck disable=SC2154 # automake sets it
check "every changed byte of a bundle is noticed" \
    "$top_builddir/tests/lib/flip_bundle" "$b" "$world/key.pub"

check "a run that is not there" cli_refused "not_found run" \
    "$bin/bpfcompat" history export 20260101T000000Z-aaaaaa
echo " " >>"$BPFCOMPAT_WORKDIR/runs/$id/report.json"
check "a report that was changed is not vouched for" cli_refused \
    "corrupt " "$bin/bpfcompat" history export "$id" --out "$world/no.tar"
check "and nothing is left behind" sh -c "! ls '$world'/no.tar* 2>/dev/null"
rm "$public"
check "nothing is signed for without a trusted key" cli_refused \
    "corrupt " "$bin/bpfcompat" history export "$id2" --out "$world/no.tar"
