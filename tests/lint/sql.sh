#!/bin/sh
# All SQL lives in sql/: the programs ask for a statement by name, so the
# whole list can be read and reviewed in one file, and each of them is used.
set -u
. "$(dirname "$0")/lib.sh"

strings() {
	set -- $(lint_files '^(shared|fcgi|worker)/.*\.[ch]$' |
	    grep -v '^worker/guest/')
	# db.c sets up a connection and runs the named statements: pragmas and
	# the words of a transaction are its own.  Guest programs have no
	# database; BEGIN is a word of the behaviour plan there.
	lint_code text "$@" | awk '
	{
		split($0, head, ":")
		text = substr($0, length(head[1]) + length(head[2]) + 3)
		bad = ""
		if (text ~ /"[^"]*(SELECT [^"]* FROM |INSERT (OR [A-Z]+ )?INTO |UPDATE [a-z_]+ SET |DELETE FROM |REPLACE INTO |(CREATE|DROP|ALTER) (TABLE|VIEW|INDEX|TRIGGER))/)
			bad = "a statement"
		else if (head[1] != "shared/store/db.c" &&
		    head[1] !~ /^worker\/guest\// &&
		    text ~ /"(PRAGMA [a-z_]+|BEGIN( IMMEDIATE)?|COMMIT|ROLLBACK|SELECT [^"]*|UPDATE [a-z_]+|VACUUM[^"]*);?"/)
			bad = "SQL"
		if (bad != "")
			print head[1] ":" head[2] ": " bad " in a string; put " \
			    "it into sql/statements.sql and use its STMT_ name"
	}'
}

unused() {
	[ -f sql/statements.sql ] || return 0
	set -- $(lint_files '^(shared|fcgi|worker)/.*\.c$')
	lint_code code "$@" /dev/null | grep -o 'STMT_[A-Z0-9_]*' |
	    sort -u >"$lint_tmp/used"
	grep -n '^-- name: ' sql/statements*.sql /dev/null |
	    while IFS=: read -r file line rest
	do
		name=$(printf '%s' "${rest#-- name: }" | tr 'a-z' 'A-Z')
		grep -qx "STMT_$name" "$lint_tmp/used" ||
		    echo "$file:$line: nothing uses STMT_$name;" \
		    "delete the statement"
	done
}

rules() {
	strings
	unused
}

lint_run "sql: statements only in sql/, each of them used" rules
