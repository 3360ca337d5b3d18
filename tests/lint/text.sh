#!/bin/sh
# What a file may look like, and what must not stand in it: white space
# faults, overlong lines, things a build made, and names that belong to one
# machine (its paths, the package mirror it uses).
set -u
. "$(dirname "$0")/lib.sh"

LINE_MAX=100	# of C; 80 is the wish
text_files='\.(c|h|def|js|mjs|css|html|sh|awk|sql|mk|ac|am|yaml|yml|json|md|txt|conf|service|[1-9]|in)$'

white_space() {
	set -- $(lint_files "$text_files")
	[ $# -gt 0 ] || return 0
	awk '
	/\r$/ { print FILENAME ":" FNR ": ends in CR; use plain newlines"; next }
	/[ \t]$/ { print FILENAME ":" FNR ": white space at the end" }
	FILENAME ~ /\.[ch]$/ && /^ +\t/ {
		print FILENAME ":" FNR ": blanks before a tab"
	}' "$@"
	for f; do
		[ ! -s "$f" ] || [ -z "$(tail -c 1 "$f")" ] ||
		    echo "$f:$(grep -c '' "$f"): no newline at the end"
	done
}

line_length() {
	set -- $(lint_files '\.[ch]$')
	[ $# -gt 0 ] || return 0
	awk -v max="$LINE_MAX" '
	{
		width = 0
		n = length($0)
		if (n * 8 <= max)
			next
		for (i = 1; i <= n; i++)
			width += substr($0, i, 1) == "\t" ? 8 - width % 8 : 1
		if (width > max)
			print FILENAME ":" FNR ": " width " columns; break " \
			    "the line, 80 is the wish and " max " the limit"
	}' "$@"
}

# A program or an object in the repository: somebody's build, not a source.
build_products() {
	lint_files . | grep -Ev '\.seeds/|\.(png|ico|woff2|svg)$' |
	    while IFS= read -r f; do
		case $(head -c 4 "$f" | od -An -tx1 | tr -d ' \n') in
		7f454c46)
			echo "$f:1: a compiled file; git rm --cached it and" \
			    "add it to .gitignore" ;;
		213c6172)
			echo "$f:1: a library archive; git rm --cached it and" \
			    "add it to .gitignore" ;;
		esac
	done
}

# Names of this machine: where the tree lies, the mirrors apt uses here.
# Well-known mirror hosts are searched for everywhere; their names stand
# here in pieces, so that this file passes itself.
machine_names() {
	{
		d=$lint_root
		while :; do
			case $d in
			/usr|/usr/*|/var|/var/*|/opt|/opt/*|/srv|/srv/*) break ;;
			/*/*) printf '%s/\n' "$d" ;;
			*) break ;;
			esac
			d=${d%/*}
		done
		cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		    sed -n 's|^[^#]*[a-z]://\([^/ ]*\).*|\1|p' |
		    sed 's/.*@//; s/:[0-9]*$//' |
		    grep -Ev '^(localhost|127\.0\.0\.1|\[::1\])$'
		for h in 'deb' 'ftp' 'security' 'http.us' 'snapshot' \
		    'archive' 'cdn-fastly.deb'; do
			printf '%s.debian.%s\n' "$h" org
		done
	} | grep . | sort -u >"$lint_tmp/names"
	lint_files . | grep -Ev '\.seeds/|\.(png|ico|woff2)$' |
	    tr '\n' '\0' | xargs -0 grep -nIFf "$lint_tmp/names" -- /dev/null |
	    sed 's/^\([^:]*:[0-9]*\):.*/\1: names a path or a package mirror of one machine; leave it out/'
	return 0
}

rules() {
	white_space
	line_length
	build_products
	machine_names
}

lint_run "text: white space, line length, names of one machine" rules
