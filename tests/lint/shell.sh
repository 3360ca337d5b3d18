#!/bin/sh
# Every shell script passes shellcheck.
set -u
. "$(dirname "$0")/lib.sh"
. "$lint_dir/../lib/tap.sh"

command -v shellcheck >/dev/null 2>&1 ||
    skip_all "shellcheck is not installed"

# Word splitting of file lists and options is meant here (SC2046, SC2086):
# no path of ours holds a blank.  SC2034, SC2154: variables of a sourced file.
# SC1007, SC3013: "CDPATH= cd" and "-ef" are fine in any shell we meet.
rules() {
	set -- $(lint_files '(\.sh$|^\.ci/)')
	[ $# -gt 0 ] || return 0
	shellcheck -x -s sh -S warning -e SC1007,SC1090,SC1091,SC2034,SC2046,SC2086,SC2154,SC3013 \
	    -f gcc "$@" | sed 's/^\([^:]*:[0-9]*\):[0-9]*:/\1:/'
}

lint_run "shell: shellcheck" rules
