#!/bin/sh
# bpfcompat admin token: what is made works, is kept as a digest, is audited,
# and two at once lose nothing.
set -u
. "$top_srcdir/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-token.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
w=$tmp/w
file=$w/cloud-registry/auth/tokens.json

plan 17
admin() {
	"$top_builddir/bin/bpfcompat" admin "$@" --workdir "$w" \
	    2>"$tmp/err"
}
is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}
says() {
	grep -q "$1" "$tmp/err"
}
audited() {
	sqlite3 "$w/bpfcompat.db" "select count(*) from audit
	    where action = '$1' and tenant = 'acme'"
}
create() {
	admin token create --tenant acme "$@"
}

token=$(create --subject ci --projects '*' --write)
check "a token is printed once" sh -c "echo '$token' |
    grep -Eqx 'bpfc_[0-9a-f]{64}'"
check "the file has a digest and not the token" sh -c "grep -q token_hash \
    '$file' && ! grep -q '$token' '$file'"
check "and its owner reads it alone" is "$(stat -c %a "$file")" 600
check "it is in the audit" is "$(audited token_create)" 1
check "it expires by itself" is "$(admin token list --json |
    jq -r '.tokens[0].expires_at | length')" 20
check "a grant for nobody is refused" is "$(create --subject x \
    --projects '' >/dev/null; echo $?)" 1
check "and the reason is told" says 'projects is empty'
check "nothing is written then" is "$(jq '.tokens | length' "$file")" 1

# Somebody else's members and grants stay; a token in the clear is hashed.
jq '.comment = "ours" | .tokens += [{token: "old-secret", subject: "old",
    tenant: "acme", projects: ["p"], can_read: true, note: "by hand"}]' \
    "$file" >"$tmp/new" && cat "$tmp/new" >"$file"
check "a token in the clear is seen" is "$(admin list-tokens --json |
    jq -c '[.tokens[] | .has_plaintext]')" '[false,true]'
check "and hashed" is "$(admin token hash --file)" '1 token hashed'
check "with the rest of the file as it was" is "$(jq -c '[.comment,
    .tokens[1].note, .tokens[1].token]' "$file")" '["ours","by hand",null]'

# HMAC-SHA256 of the token with the salt as the key, by another program.
salt=$(jq -r '.tokens[1].token_hash_salt' "$file" | base64 -d |
    od -An -tx1 | tr -d ' \n')
check "the digest is what the format says" is "$(printf old-secret |
    openssl dgst -sha256 -mac hmac -macopt "hexkey:$salt" |
    sed 's/.* //')" "$(jq -r '.tokens[1].token_hash' "$file")"

pids=
for i in 1 2 3 4 5 6; do
	create --subject "s$i" --projects p >/dev/null &
	pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
check "six at once are six" is "$(jq '.tokens | length' "$file")" 8
check "a dry run removes nothing" is "$(admin token revoke --subject ci \
    --tenant acme --dry-run; jq '.tokens | length' "$file")" \
    "1 grant would be removed
8"
check "revoking removes the grant" is "$(admin revoke-token --subject ci \
    --tenant acme; jq '.tokens | length' "$file")" '1 grant removed
7'
check "once" is "$(admin revoke-token --subject ci --tenant acme; echo $?)" 1
check "all of it is in the audit" is "$(audited token_create
    audited token_revoke)" '7
1'
