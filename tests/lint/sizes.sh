#!/bin/sh
# How long functions and files may be: nine functions of ten within 60
# lines, none over 100, no file over 800.  Longer means that it does two
# things.
set -u
. "$(dirname "$0")/lib.sh"
. "$lint_dir/../lib/tap.sh"

FN_P90=60
FN_MAX=100
FILE_MAX=800

if ! ctags --version 2>/dev/null | grep -q 'Universal Ctags'; then
	skip_all "universal-ctags is not installed"
fi

functions() {
	lint_files '^(shared|fcgi|worker|tests)/.*\.c$' >"$lint_tmp/c"
	[ -s "$lint_tmp/c" ] || return 0
	ctags --quiet=yes --options=NONE --languages=C --kinds-C=f --sort=no \
	    -L "$lint_tmp/c" -x --_xformat='%F %n %{end} %N' | awk -v max="$FN_MAX" \
	    -v p90="$FN_P90" '
	$3 ~ /^[0-9]+$/ {
		len = $3 - $2 + 1
		if (len > max)
			printf "%s:%d: %s() has %d lines; split it, the " \
			    "limit is %d\n", $1, $2, $4, len, max
		if ($1 !~ /^tests\//) {
			count[len]++
			n++
			if (len > p90)
				long[++nlong] = sprintf("%s:%d: %s() has %d " \
				    "lines", $1, $2, $4, len)
		}
	}
	END {
		if (n == 0 || nlong <= n / 10)
			exit
		printf "%d of %d functions are longer than %d lines; at " \
		    "most a tenth may be:\n", nlong, n, p90
		for (i = 1; i <= nlong; i++)
			print long[i]
	}'
}

files() {
	set -- $(lint_files '\.(c|h|def|js|mjs|css|html|sh|awk|sql|mk)$')
	[ $# -gt 0 ] || return 0
	awk -v max="$FILE_MAX" '
	FNR == max + 1 {
		print FILENAME ":" FNR ": more than " max " lines; split it " \
		    "by what it is about"
	}' "$@"
}

rules() {
	functions
	files
}

lint_run "sizes: functions and files" rules
