#!/bin/sh
# The signed history: written with each run, verified, and what tampering,
# a missing signer or somebody else's key do to it.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 24
fake_kernel debian-11-5.10 debian-12-6.1
matrix m debian-11-5.10 debian-12-6.1
keys=$BPFCOMPAT_WORKDIR/keys
secret=$keys/artifact-registry-signing-key.ed25519

run() {
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --matrix "$world/m.yaml" "$@" >"$world/out" 2>"$world/err"
}
verify() {
	"$bin/bpfcompat" history verify "$@" >"$world/verify" 2>"$world/err"
}
# A copy of the work folder, to be spoilt; verify --workdir "$world/copy".
copy() {
	rm -rf "$world/copy"
	mkdir "$world/copy"
	sql "VACUUM INTO '$world/copy/bpfcompat.db'"
	cp -R "$keys" "$world/copy/keys"
	sqlite3 "$world/copy/bpfcompat.db" "DROP TRIGGER history_kept;
	    DROP TRIGGER history_fixed; DROP TRIGGER history_in_order;
	    DROP TRIGGER history_head_kept; $1"
}
# complains TEXT: the spoilt copy fails, with this text.
complains() {
	! verify --workdir "$world/copy" && grep -qF "$1" "$world/verify" || {
		cat "$world/verify"
		return 1
	}
}

verify
check "without any run there is nothing to fail" grep -qx \
    "0 records, 0 failed" "$world/verify"
plan_for debian-12-6.1 fail pass pass pass
run --artifact-name probe --artifact-version v1
check "a run is signed also when a kernel refuses" test \
    "$(sql 'SELECT count(*) FROM history')" = 1
run --artifact-name probe --artifact-version v2
run --artifact-name other --artifact-version "v$(printf '\001')3"
check "three runs make a chain that verifies" verify
check "and it says so" grep -q "3 records, 0 failed; the chain is whole" \
    "$world/verify"
check "the private key is its owner's alone" test \
    "$(stat -c %a "$secret" "$keys" | tr '\n' ' ')" = "600 700 "
check "causes and kernels are in the record" test "$("$bin/bpfcompat" \
    history list --artifact-name probe --json | jq -r 'map(select(
    .artifact_version == "v1"))[0] | [.summary_status,
    .classification_codes[0], .supported_profiles[0],
    .failed_profiles[0]] | join(" ")')" = \
    "fail VERIFIER_REJECTION debian-11-5.10 debian-12-6.1"
check "the list can be of one artifact" test "$("$bin/bpfcompat" history \
    list --artifact-name probe --json | jq -r 'map(.artifact_version) |
    sort | join(" ")')" = "v1 v2"
check "a name that cannot be signed is made so" test "$("$bin/bpfcompat" \
    history list --artifact-name other --json |
    jq -r '.[0].artifact_version')" = "v?3"
check "a record names the one before it" test "$("$bin/bpfcompat" history \
    list --json | jq -r '(map({key: .artifact_version, value: .}) |
    from_entries) as $v | $v.v2.prev_record_sha256 == $v.v1.record_sha256 and
    ($v.v1 | has("prev_record_sha256") | not)')" = true

refused() {
	! sql "$1" >"$world/out" 2>&1 && grep -q "$2" "$world/out"
}
check "rows cannot be changed by hand" refused \
    "UPDATE history SET line = ''" "never changed"
check "nor removed" refused "DELETE FROM history" "never removed"
check "nor put in another order" refused "INSERT INTO history
    SELECT chain, seq + 10, 'x', created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, '$(printf '%064d' 0)', record_sha256,
    line FROM history WHERE seq = 3" "not the next"

copy "DELETE FROM history WHERE seq = 3"
check "a removed end shows" complains "records were removed"
copy "DELETE FROM history WHERE seq = 2"
check "a removed middle shows" complains "records are missing before"
copy "UPDATE history SET line = replace(line, '\"fail\"', '\"pass\"')"
check "a changed verdict shows" complains "record_sha256 mismatch"
copy "UPDATE history SET line = replace(line, '{\"schema',
    '{\"approved_by\":\"x\",\"schema')"
check "an added key shows" complains 'unknown key "approved_by"'
copy "UPDATE history SET artifact_name = 'x', run_id = 'y' WHERE seq = 1"
check "a changed column shows" complains "columns are not what"
copy "DELETE FROM history; DELETE FROM history_head"
check "an emptied history is empty, not verified" sh -c \
    "'$bin/bpfcompat' history verify --workdir '$world/copy' |
    grep -qx '0 records, 0 failed'"
copy ''
rm "$world/copy/keys/"*
check "without a trusted key nothing verifies" complains \
    "no trusted signing keys"

# --- keys --------------------------------------------------------------------
rm "$keys/artifact-registry-signing-key.pub"
run
check "a lost public key is written again" verify
chmod 644 "$secret"
"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
    --matrix "$world/m.yaml" >"$world/out" 2>"$world/err" &
tester=$!
worker_pids="$worker_pids $tester"
check "a key that others can read is not used, and that is said" wait_until \
    20 grep -q "private signing key can be read by others" "$world/err"
chmod 600 "$secret"
done_too() {
	[ "$(sql 'SELECT count(*) FROM history')" = 5 ]
}
check "the run waits and is signed when it is mended" wait_until 60 done_too
wait "$tester"

cat >"$world/sign" <<-'END'
	#!/bin/sh
	env >"$1"
	cat >/dev/null
	echo "no such key in the vault" >&2
	exit 3
END
chmod +x "$world/sign"
(
	SECRET_TOKEN=hidden
	BPFCOMPAT_SIGNING_MODE=external-cmd
	BPFCOMPAT_SIGNING_EXTERNAL_CMD=$world/sign
	BPFCOMPAT_SIGNING_EXTERNAL_ARGS=$world/env
	export SECRET_TOKEN BPFCOMPAT_SIGNING_MODE
	export BPFCOMPAT_SIGNING_EXTERNAL_CMD BPFCOMPAT_SIGNING_EXTERNAL_ARGS
	exec "$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --matrix "$world/m.yaml" >"$world/out" 2>"$world/err"
) &
worker_pids="$worker_pids $!"
check "what an external signer says on its error output is shown" wait_until \
    20 grep -q "exit code 3: no such key in the vault" "$world/err"
check "it gets none of our environment" sh -c \
    "[ -s '$world/env' ] && ! grep -q SECRET_TOKEN '$world/env'"
