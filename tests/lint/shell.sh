#!/bin/sh
# Every shell script passes shellcheck.
set -u
. "$(dirname "$0")/lib.sh"
. "$lint_dir/../lib/tap.sh"

command -v shellcheck >/dev/null 2>&1 ||
    skip_all "shellcheck is not installed"

# Word splitting of file lists and options is meant here (SC2046, SC2086):
# no path of ours holds a blank.  SC2154: variables of a sourced file.
rules() {
	set -- $(lint_files '(\.sh$|^\.ci/)')
	[ $# -gt 0 ] || return 0
	shellcheck -x -s sh -S warning -e SC1090,SC1091,SC2046,SC2086,SC2154 \
	    -f gcc "$@" | sed 's/^\([^:]*:[0-9]*\):[0-9]*:/\1:/'
}

lint_run "shell: shellcheck" rules
