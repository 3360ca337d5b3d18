#!/bin/sh
# Completion, from the verbs' own tables; and with the same tables, that each
# verb speaks JSON and that the manual knows each flag.
. "$top_srcdir/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-compl.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
prog=$top_builddir/bin/bpfcompat
plan 8

# leaves VERB...: every verb below that has flags instead of verbs, a line each
leaves() {
	"$prog" __complete "$@" '' >"$tmp/list.$#"
	if [ $# -gt 0 ] && ! grep -qv '^@\|^--' "$tmp/list.$#"; then
		echo "$*"
		return
	fi
	cut -f 1 "$tmp/list.$#" >"$tmp/verbs.$#"
	while read -r leaf; do
		(leaves "$@" "$leaf")
	done <"$tmp/verbs.$#"
}
leaves >"$tmp/leaves"
check "all verbs are found" sh -c "grep -qx suite '$tmp/leaves' &&
    grep -qx 'history keys rotate' '$tmp/leaves'"
json() {
	while read -r verb; do
		case $verb in
		serve|completion) continue ;;
		# Their output is one word, a file or a list for people so far.
		"history head"|"admin token hash"|"admin token revoke") continue ;;
		"admin approval show"|"admin revoke-token") continue ;;
		"admin audit-export"|"admin audit-verify") continue ;;
		"admin doctor"|"history sign") continue ;;
		# They speak nothing else.
		"runtime probe"|"runtime select") continue ;;
		"runtime worker-execute") continue ;;
		esac
		# shellcheck disable=SC2086 # words of a verb
		"$prog" __complete $verb -- | grep -q '^--json	' ||
		    echo "$verb has no --json"
	done <"$tmp/leaves"
}
check "each verb speaks JSON" test -z "$(json | tee "$tmp/nojson")"
sed 's/^/# /' "$tmp/nojson"
sed 's/\\-/-/g' "$top_srcdir/doc/bpfcompat.1" >"$tmp/manual"
manual() {
	while read -r verb; do
		grep -q "${verb%% *}" "$tmp/manual" || echo "$verb"
	done <"$tmp/leaves"
}
check "the manual knows each verb" test -z "$(manual)"

# the script in a real bash: complete WORD... (the last one is unfinished)
bash_says() {
	bash -c '
	source <("$0" completion bash)
	COMP_WORDS=("$0" "$@")
	COMP_CWORD=$#
	_bpfcompat 2>/dev/null
	printf "%s\n" "${COMPREPLY[@]}"' "$prog" "$@"
}
check "bash completes a verb" test "$(bash_says test-)" = test-command
check "and a verb of a verb" test "$(bash_says history ver)" = verify
check "and a flag" test "$(bash_says suite x.yaml --stop)" = --stop-on-failure
check "and the value of a flag" test "$(bash_says test --validation-mode beh)" \
    = behavior
if command -v zsh >/dev/null 2>&1; then
	"$prog" completion zsh >"$tmp/_bpfcompat"
	check "zsh takes its script" zsh -n "$tmp/_bpfcompat"
else
	pass "zsh takes its script # SKIP zsh is not installed"
fi
