#!/bin/sh
# Proves that each lint rule can fail: every case is a small tree with one
# fault in it, and the script must name that file and line.  The same tree
# without the fault must pass.
set -u
lint=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
. "$lint/../lib/tap.sh"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-selftest.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# A name of two words whose halves must not meet in this file.
join() {
	printf '%s%s' "$1" "$2"
}

clean_tree() {
	rm -rf "$tmp/t"
	mkdir -p "$tmp/t/shared/base" "$tmp/t/shared/store" "$tmp/t/fcgi" \
	    "$tmp/t/worker/guest" "$tmp/t/htdocs" "$tmp/t/sql" "$tmp/t/tests"
	printf '#include <stdio.h>\n\n/* strcpy() in prose */\nint\nf(void)\n{\n\treturn STMT_A;\n}\n' \
	    >"$tmp/t/shared/store/s.c"
	printf '#ifndef W\n#define W\n#endif\n' >"$tmp/t/worker/guest/wire.h"
	printf '#include "worker/guest/wire.h"\n' >"$tmp/t/worker/w.c"
	printf -- '-- name: a\nSELECT 1;\n' >"$tmp/t/sql/statements.sql"
	printf '<script type="module" src="app.js"></script>\n' \
	    >"$tmp/t/htdocs/index.html"
	printf '#!/bin/sh\n# sleep 5 in prose\necho ok\n' >"$tmp/t/tests/a.sh"
}

# bad SCRIPT FILE LINE TEXT: TEXT becomes FILE; the script must name the line.
bad() {
	clean_tree
	mkdir -p "$(dirname "$tmp/t/$2")"
	printf -- "$4" >"$tmp/t/$2"
	out=$(LINT_ROOT="$tmp/t" sh "$lint/$1.sh" 2>&1)
	case $out in
	*SKIP*)
		echo "ok $((tap_n = tap_n + 1)) - $1 # SKIP ${out#*SKIP }"
		return ;;
	*"not ok"*"# $2:$3:"*)
		pass "$1 finds: $5" ;;
	*)
		fail "$1 finds: $5" "$out" ;;
	esac
}

lines() {
	awk -v n="$1" -v s="$2" 'BEGIN { for (; n > 0; n--) print s }'
}

plan 42
for s in includes sizes banned sql text shell; do
	clean_tree
	out=$(LINT_ROOT="$tmp/t" sh "$lint/$s.sh" 2>&1)
	case $out in
	*"not ok"*) fail "$s accepts a tree without faults" "$out" ;;
	*) pass "$s accepts a tree without faults" ;;
	esac
done

bad includes shared/base/x.c 2 '\n#include "store/db.h"\n' "base reaches up"
bad includes fcgi/x.c 1 '#include "worker/w.h"\n' "fcgi includes worker"
bad includes worker/x.c 1 '#include "fcgi/req.h"\n' "worker includes fcgi"
bad includes shared/store/x.c 1 '#include "domain/m.h"\n' "store reaches up"
bad includes worker/guest/x.c 1 '#include "store/db.h"\n' "guest takes ours"
bad includes worker/x.c 1 '#include "worker/guest/init.h"\n' \
    "worker takes more than wire.h"
bad includes fcgi/x.c 1 '#include <sqlite3.h>\n' "a library without leave"
bad includes shared/base/x.c 1 '#  include <unknown/lib.h>\n' \
    "a library nobody owns"

bad sizes worker/long.c 2 "int\nf(void)\n{\n$(lines 120 '\tf();')\n}\n" \
    "a function of 124 lines"
bad sizes worker/p90.c 2 "int\nf(void)\n{\n$(lines 70 '\tf();')\n}\n" \
    "too many functions over 60 lines"
bad sizes htdocs/app.js 801 "$(lines 900 x)\n" "a file of 900 lines"

bad banned worker/x.c 3 'void\ng(void)\n{ strcpy(a, b); }\n' "strcpy"
bad banned worker/x.c 1 'int a = atoi(s);\n' "atoi"
bad banned fcgi/x.c 2 '/* a\n*/ system ("x");\n' "system after a comment"
bad banned worker/x.c 1 'sscanf(s, "%%d %%s", &n, t);\n' "an unbounded scanf"
bad banned worker/x.c 1 'f(); usleep(10);\n' "a fixed sleep in C"
bad banned worker/x.c 1 'char *a[] = { "/bin/sh", s };\n' "a shell"
bad banned tests/b.sh 2 '#!/bin/sh\nsleep 1\n' "a fixed sleep in a test"
bad banned tests/b.sh 1 'while :; do sleep 1; done\n' "a sleep in a loop"
bad banned htdocs/a.js 1 'x.innerHTML = y;\n' "innerHTML"
bad banned htdocs/a.js 1 'eval(y);\n' "eval"
bad banned htdocs/i.html 1 '<a onclick="f()">x</a>\n' "an inline handler"
bad banned htdocs/i.html 1 '<p style="color:red">x</p>\n' "an inline style"
bad banned htdocs/i.html 1 '<script>f()</script>\n' "an inline script"
bad banned htdocs/i.html 1 '<script src="https://x.example/a.js"></script>\n' \
    "a script from elsewhere"
bad banned worker/x.c 1 "/* $(join TO DO): later */\n" "unfinished work"

bad sql fcgi/x.c 1 'q("SELECT id FROM jobs");\n' "a query in a string"
bad sql shared/store/x.c 1 'q("DELETE FROM jobs");\n' "a delete in a string"
bad sql sql/statements.sql 1 '-- name: b\nSELECT 1;\n' "an unused statement"

bad text worker/x.c 1 'int a; \n' "white space at the end"
bad text worker/x.c 1 'int a;' "no newline at the end"
bad text worker/x.c 2 "int a;\n/* $(lines 60 ab | tr -d '\n') */\n" \
    "a line of 126 columns"
bad text doc/x.md 1 "see $(join http://deb.deb ian.org)/debian\n" \
    "a package mirror"
bad text doc/x.md 1 "see $tmp/t/doc\n" "a path of this machine"
bad text tests/unit/test_x 1 '\177ELF\002' "a compiled program"

bad shell tests/b.sh 2 '#!/bin/sh\n[ $a == b ]\n' "what shellcheck finds"
