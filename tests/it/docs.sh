#!/bin/sh
# The texts agree with the programs.
set -u
. "$top_srcdir/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-docs.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
prog=$top_builddir/bin/bpfcompat
doc=$top_srcdir/doc

environment() {
	env -i "$prog" env --markdown >"$tmp/env"
	# Below the head of the file.
	sed -n '/^## /,$p' "$doc/environment.md" | diff - "$tmp/env" || {
		echo "run: make environment"
		return 1
	}
}

# warnings PAGE: groff finds nothing to say about it.
warnings() {
	out=$(groff -man -Tutf8 -ww -z "$1" 2>&1)
	[ -z "$out" ] || {
		printf '%s\n' "$out"
		return 1
	}
}

# flags VERB...: each flag of --help stands in the manual.
flags() {
	sed 's/\\-/-/g' "$doc/bpfcompat.1" >"$tmp/manual"
	"$prog" "$@" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' >"$tmp/flags"
	for flag in $(cat "$tmp/flags"); do
		"$prog" "$@" --help | grep -e "$flag " |
		    grep -Eq 'not supported|accepted for scripts|only "vm"' && continue
		grep -qe "$flag" "$tmp/manual" || {
			echo "doc/bpfcompat.1 does not know $* $flag"
			return 1
		}
	done
	[ -s "$tmp/flags" ]
}

# The README shows every verb and can be read in one go.
readme() {
	for verb in serve test inspect kernels history env; do
		grep -q "bpfcompat $verb" "$top_srcdir/README.md" || {
			echo "README.md shows no bpfcompat $verb"
			return 1
		}
	done
	lines=$(wc -l <"$top_srcdir/README.md")
	[ "$lines" -le 130 ] || {
		echo "README.md has $lines lines; about 100 are read"
		return 1
	}
}

# Every file that a text names is there.
links() {
	for file in README.md doc/admin.md doc/architecture.md; do
		dir=$top_srcdir/$(dirname "$file")
		grep -o '](\([^)#:]*\))' "$top_srcdir/$file" |
		    sed 's/](\(.*\))/\1/' | while read -r to; do
			[ -e "$dir/$to" ] || echo "$file: $to is not there"
		done
	done >"$tmp/links"
	cat "$tmp/links"
	[ ! -s "$tmp/links" ]
}

set -- "$doc"/*.[158]
plan $((27 + $#))
check "doc/environment.md is what the program says" environment
# named PAGE...: every test that its tables name is there.
named() {
	for nm_page; do
		grep '^|' "$nm_page" | awk '{
			while (match($0, /(it|unit)\/[a-z_]+|"[^"]*"/)) {
				word = substr($0, RSTART, RLENGTH)
				$0 = substr($0, RSTART + RLENGTH)
				if (word !~ /^"/)
					file = word
				else if (file != "")
					print file "\t" substr(word, 2,
					    length(word) - 2)
			}
			file = ""
		}'
	done | sort -u >"$tmp/named"
	while IFS='	' read -r nm_file nm_text; do
		case $nm_file in
		it/*) nm_path=$top_srcdir/tests/$nm_file.sh ;;
		*) nm_path=$top_srcdir/tests/$nm_file.c ;;
		esac
		sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' "$nm_path" |
		    grep -qF -- "${nm_text%…}" ||
		    echo "$nm_file has no test \"$nm_text\""
	done <"$tmp/named" >"$tmp/missing"
	[ -s "$tmp/named" ] && [ ! -s "$tmp/missing" ] || {
		cat "$tmp/missing"
		return 1
	}
}
check "every test that a table of rules names is there" named \
    "$doc/signing.md" "$doc/registry-rows.md"
for page; do
	if command -v groff >/dev/null 2>&1; then
		check "${page##*/} is a clean manual page" warnings "$page"
	else
		pass "${page##*/} # SKIP groff is not installed"
	fi
done
check "the manual knows the flags of serve" flags serve
check "the manual knows the flags of test" flags test
check "the manual knows the flags of test-command" flags test-command
check "the manual knows the flags of report" flags report
check "the manual knows the flags of report-summary" flags report-summary
check "the manual knows the flags of suite" flags suite
check "the manual knows the flags of inspect" flags inspect
check "the manual knows the flags of kernels fetch" flags kernels fetch
check "the manual knows the flags of kernels list" flags kernels list
check "the manual knows the flags of kernels verify" flags kernels verify
check "the manual knows the flags of kernels prune" flags kernels prune
check "the manual knows the flags of compare" flags compare
for verb in "history list" "history verify" "history head" \
    "history keys rotate" "history keys revoke"; do
	# shellcheck disable=SC2086 # words of a verb
	check "the manual knows the flags of $verb" flags $verb
done
check "the manual knows the flags of env" flags env
check "the manual knows the flags of admin approval create" \
    flags admin approval create
check "the manual knows the flags of admin token create" \
    flags admin token create
check "the manual knows the flags of admin token hash" flags admin token hash
check "the manual knows the flags of admin token list" flags admin token list
check "the manual knows the flags of admin token revoke" \
    flags admin token revoke
check "the README shows every verb and stays short" readme
check "what the texts link to is there" links
