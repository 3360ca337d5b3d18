#!/bin/sh
# Keys of the history changed and revoked, a chain written by many processes
# and through kills, and what somebody who may write the database can do.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 27
BPFCOMPAT_LIBEXEC_DIR=$bin
export BPFCOMPAT_LIBEXEC_DIR
mkdir -p "$BPFCOMPAT_WORKDIR"
keys=$BPFCOMPAT_WORKDIR/keys
write() {
	"$top_builddir/tests/lib/history_writer" "$@"
}
history() {
	"$bin/bpfcompat" history "$@" >"$world/out" 2>"$world/err"
}
verify() {
	history verify --quiet "$@"
}
# complains CODE FLAG...: the verification fails, with this code.
complains() {
	co_code=$1
	shift
	! verify "$@" && cat "$world/out" "$world/err" | grep -q "$co_code" || {
		cat "$world/out" "$world/err"
		return 1
	}
}
current() {
	"$bin/bpfcompat" history keys list --json |
	    jq -r ".[] | select(.state == \"$1\") | .$2"
}
# spoil SQL: a copy of the work folder, changed past all triggers.
spoil() {
	rm -rf "$world/copy"
	mkdir "$world/copy"
	sql "VACUUM INTO '$world/copy/bpfcompat.db'"
	cp -R "$keys" "$world/copy/keys"
	sqlite3 "$world/copy/bpfcompat.db" "$(sql "SELECT 'DROP TRIGGER ' ||
	    name || ';' FROM sqlite_master WHERE type = 'trigger' AND
	    name LIKE 'history%'") $1"
}

# --- keys --------------------------------------------------------------------
write "$BPFCOMPAT_WORKDIR" "" 3
history head
cp "$world/out" "$world/head"
old=$(current current public_key)
check "a new key can be made" history keys rotate --reason yearly
write "$BPFCOMPAT_WORKDIR" "" 2
write "$BPFCOMPAT_WORKDIR" acme/web 2
check "what the old key has signed stays valid, in every chain" verify --all
check "the key that was replaced is shown with its reason" test \
    "$(current retired reason)" = yearly
check "the old public key stays in the list that other tools read" \
    grep -qF "$old" "$keys/trusted-signing-keys.pub"
check "who believes only the new key believes what it vouches for" \
    verify --key "$(current current public_key)"
check "who believes a key of his own does not" complains key_not_trusted \
    --key 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
check "an end that was kept earlier is found again" verify --head \
    "$world/head"
stolen=$(current current key_id)
check "a key can be revoked; the one that signs is replaced first" \
    history keys revoke "$stolen" --reason stolen --after \
    2026-01-01T00:00:00Z
check "what it signed after that time does not count" complains key_revoked
check "and the rest of the chain does" test "$("$bin/bpfcompat" history \
    verify --json 2>/dev/null | jq -c 'map(.verified)')" = \
    "[true,true,true,false,false]"
check "each change of the keys is on record in the audit" test "$(sql \
    "SELECT group_concat(action || ' ' || status, ',') FROM (SELECT * FROM
    audit ORDER BY seq)")" = "signing_key_rotate success,signing_key_rotate \
success,signing_key_revoke success"
check "an unknown key is refused" sh -c "! '$bin/bpfcompat' history keys \
    revoke 000000000000 >/dev/null 2>&1"
write "$BPFCOMPAT_WORKDIR" "" 1
check "and signing goes on" test "$(sql "SELECT count(*) FROM history
    WHERE chain = ''")" = 6

refuses_to_sign() {
	! history sign && grep -q "does not verify, so nothing was signed" \
	    "$world/err" && [ "$1" = "$(sql "SELECT line FROM history_head
	    ORDER BY chain")" ]
}
check "nothing is signed anew over a record that does not verify" \
    refuses_to_sign "$(sql "SELECT line FROM history_head ORDER BY chain")"
chain_json() {
	! "$bin/bpfcompat" admin verify-chain --json >"$world/out" 2>&1 &&
	    [ "$(jq -c '[.scope, .records, .invalid, (.results | length),
	    (.results[3].codes)]' "$world/out")" = \
	    '["local_artifact_history",6,2,6,["key_revoked"]]' ] || {
		cat "$world/out"
		return 1
	}
}
check "verify-chain gives scope, counts and the result of each" chain_json

# --- somebody with the database ------------------------------------------------
spoil "DELETE FROM history_keys WHERE seq = (SELECT max(seq)
    FROM history_keys)"
check "a revocation that was taken out shows" complains keys_truncated \
    --workdir "$world/copy"
spoil "UPDATE history_keys SET line = replace(line, 'stolen', 'lost'),
    reason = 'lost' WHERE action = 'revoke'"
check "a changed statement shows" complains keys_forged \
    --workdir "$world/copy"
spoil "UPDATE history SET line = (SELECT line FROM history AS o
    WHERE o.chain = history.chain AND o.seq = 2) WHERE seq = 3"
check "a copy in place of a record shows" complains record_duplicated \
    --workdir "$world/copy"
spoil "UPDATE history SET seq = 1002 WHERE chain = '' AND seq = 2;
    UPDATE history SET seq = 2 WHERE chain = '' AND seq = 3;
    UPDATE history SET seq = 3 WHERE seq = 1002"
check "records in another order show" complains record_reordered \
    --workdir "$world/copy"
spoil "UPDATE history SET line = substr(line, 1, 200) WHERE seq = 2"
check "a torn record shows" complains record_torn --workdir "$world/copy"
spoil "DELETE FROM history WHERE chain = '' AND seq > 2;
    DELETE FROM history_head WHERE chain = ''"
check "an end taken away with its statement shows" complains head_missing \
    --workdir "$world/copy"
spoil "DELETE FROM history WHERE chain = 'acme/web';
    UPDATE history SET chain = 'acme/web' WHERE chain = '';
    UPDATE history_head SET line = (SELECT line FROM history_head
    WHERE chain = ''), seq = (SELECT seq FROM history_head WHERE chain = '')
    WHERE chain = 'acme/web'"
check "one chain does not pass for another" complains head_of_another_chain \
    --workdir "$world/copy" --chain acme/web
spoil "DELETE FROM history WHERE chain = ''; DELETE FROM history_head
    WHERE chain = ''; DELETE FROM history_checkpoints WHERE chain = ''"
check "a history that begins anew shows beside an end that was kept" \
    complains pinned_head_not_in_chain --workdir "$world/copy" \
    --head "$world/head"

# --- many writers, and kills ------------------------------------------------------
BPFCOMPAT_WORKDIR=$world/many
export BPFCOMPAT_WORKDIR
mkdir "$BPFCOMPAT_WORKDIR"
write -p "${WRITERS:-8}" "$BPFCOMPAT_WORKDIR" "" "${ROWS:-64}" ||
    fail "a writer failed"
check "many processes write one chain without gap or fork" verify
check "and nothing is lost" test "$(sql "SELECT count(*) || ' ' || max(seq)
    FROM history")" = "${ROWS:-64} ${ROWS:-64}"
before=$(sql "SELECT line FROM history ORDER BY seq")
signs() {
	history sign && grep -q "^${ROWS:-64} records verified" "$world/out" &&
	    verify && [ "$before" = "$(sql "SELECT line FROM history
	    ORDER BY seq")" ] && [ "$(sql "SELECT action FROM audit")" = \
	    history_sign ]
}
check "history sign checks all, signs the end and is on record" signs
reached() {
	[ "$(sql "SELECT count(*) FROM history")" -ge "$1" ]
}
killed() {
	i=0
	while [ "$i" -lt "${KILLS:-2}" ]; do
		i=$((i + 1))
		want=$(($(sql "SELECT count(*) FROM history") + 1 +
		    $(od -An -N1 -tu1 /dev/urandom) % 8))
		"$top_builddir/tests/lib/history_writer" -p 4 \
		    "$BPFCOMPAT_WORKDIR" "" 100000 2>/dev/null &
		pid=$!
		worker_pids="$worker_pids $pid"
		wait_until 60 reached "$want"
		kill -9 "$pid"
		wait "$pid" 2>/dev/null
		verify || return 1
	done
}
check "writers that are killed leave a chain that verifies" killed
