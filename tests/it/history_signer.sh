#!/bin/sh
# Programs of somebody else that sign the history: one that works, and each
# way in which one can not; and what a record of a run holds.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 13
BPFCOMPAT_LIBEXEC_DIR=$bin
BPFCOMPAT_SIGNING_MODE=external-cmd
export BPFCOMPAT_LIBEXEC_DIR BPFCOMPAT_SIGNING_MODE
mkdir -p "$BPFCOMPAT_WORKDIR"

openssl genpkey -algorithm ed25519 -out "$world/key.pem" 2>/dev/null
openssl pkey -in "$world/key.pem" -pubout -outform DER | tail -c 32 \
    >"$world/pub"
pub64=$(base64 -w0 <"$world/pub")
id=$(sha256sum <"$world/pub" | cut -c1-12)
# $1: where its files are, $2: what is wrong with it.
cat >"$world/sign" <<-'END'
	#!/bin/sh
	PATH=/usr/local/bin:/usr/bin:/bin
	cat >"$1/bytes.$$"
	echo "a warning" >&2
	[ "$2" != hang ] || exec sleep 60
	openssl pkeyutl -sign -inkey "$1/key.pem" -rawin -in "$1/bytes.$$" \
	    -out "$1/sig.$$" || exit 1
	sig=$(base64 -w0 <"$1/sig.$$") key=$(base64 -w0 <"$1/pub") alg= id=
	case $2 in
	alg) alg=es256 ;;
	id) id=kms-prod-1 ;;
	sig) sig=$(printf %064d 0 | base64 -w0) ;;
	garbage) echo "no JSON"; exit 0 ;;
	esac
	printf '{"signature_alg":"%s","signature_key_id":"%s",' "$alg" "$id"
	printf '"signature_public_key":"%s","signature":"%s","more":1}\n' \
	    "$key" "$sig"
END
chmod +x "$world/sign"
write() {
	"$top_builddir/tests/lib/history_writer" "$BPFCOMPAT_WORKDIR" "" 1 \
	    >"$world/out" 2>&1
}
refused() {
	BPFCOMPAT_SIGNING_EXTERNAL_ARGS="$world $1"
	! write && grep -q "$2" "$world/out" || {
		cat "$world/out"
		return 1
	}
}
export BPFCOMPAT_SIGNING_EXTERNAL_ARGS
check "external mode wants a program, by the name of its variable" refused \
    none BPFCOMPAT_SIGNING_EXTERNAL_CMD
BPFCOMPAT_SIGNING_EXTERNAL_CMD=$world/sign
export BPFCOMPAT_SIGNING_EXTERNAL_CMD
check "an unknown mode is refused by the name of its variable" sh -c \
    "! BPFCOMPAT_SIGNING_MODE=cloud '$bin/bpfcompat' history list 2>&1 |
    grep -q '^[0-9]* record' && BPFCOMPAT_SIGNING_MODE=cloud \
    '$bin/bpfcompat' history list 2>&1 | grep -q BPFCOMPAT_SIGNING_MODE"
check "another algorithm is refused before it is stored" refused alg \
    "the signer's answer"
check "so is a key id that is not the key's" refused id "the signer's answer"
check "and a signature that is none" refused sig "."
check "and an answer that is no JSON" refused garbage "the signer's answer"
BPFCOMPAT_SIGNING_EXTERNAL_TIMEOUT=300ms
export BPFCOMPAT_SIGNING_EXTERNAL_TIMEOUT
check "a signer that hangs is given up" refused hang "the external signer"
unset BPFCOMPAT_SIGNING_EXTERNAL_TIMEOUT
check "nothing of all that is in the history" test "$(sql "SELECT count(*)
    FROM history")" = 0
BPFCOMPAT_SIGNING_EXTERNAL_ARGS="$world good"
check "an external signer signs, whatever it says on its error output" write
check "a blank algorithm and key id become those of the key" test "$(sql \
    "SELECT json_extract(line, '\$.signature_alg') || ' ' ||
    json_extract(line, '\$.signature_key_id') FROM history")" = "ed25519 $id"
check "its records verify for who trusts its key" "$bin/bpfcompat" history \
    verify --key "$pub64"

# --- what a run's record holds --------------------------------------------------
BPFCOMPAT_SIGNING_MODE=local
BPFCOMPAT_WORKDIR=$world/run
mkdir "$BPFCOMPAT_WORKDIR"
fake_kernel debian-12-6.1
matrix m debian-12-6.1
cp "$world/prog.bpf.o" "$world/foo-1.2.bpf.o"
"$bin/bpfcompat" test --no-fetch --artifact "$world/foo-1.2.bpf.o" \
    --matrix "$world/m.yaml" >"$world/out" 2>"$world/err"
check "a name keeps its dots; the version is the run when none is given" \
    test "$(sql "SELECT artifact_name || ' ' || (artifact_version = run_id)
    FROM history")" = "foo-1.2 1"
check "the record names a copy by digest, and starts when the run does" \
    test "$(sql "SELECT json_extract(h.line, '\$.artifact_path') =
    'objects/sha256/' || substr(h.artifact_sha256, 1, 2) || '/' ||
    h.artifact_sha256 AND json_extract(h.line, '\$.run_started_at') =
    substr(r.started_at, 1, 19) || 'Z' FROM history h JOIN runs r
    ON r.run_id = h.run_id")" = 1
