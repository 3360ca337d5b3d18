#!/bin/sh
# Which folder may include which (doc/architecture.md, "Folders"), and one
# owner for each library's headers: what a library looks like is then known
# in one file, and replacing it is the change of one file.
set -u
. "$(dirname "$0")/lib.sh"

rules() {
	set -- $(lint_files '^(shared|fcgi|worker|tests)/.*\.[ch]$')
	[ $# -gt 0 ] || return 0
	# Only "tests/bpf" is not ordinary C: programs for the BPF machine.
	awk -v have="$(lint_files '\.(h|def)$')" '
	BEGIN {
		n = split(have, f, "\n")
		for (i = 1; i <= n; i++)
			exists[f[i]] = 1

		# folder -> folders it may include
		may["base"] = "base"
		may["store"] = "base store"
		may["domain"] = "base store domain"
		may["fcgi"] = "base store domain fcgi"
		may["worker"] = "base store domain worker"
		may["guest"] = "guest"

		# Base files that are compiled into the guest programs: they
		# keep no state, open nothing and need no library.
		guest_base = " err.h buf.h cursor.h json_out.h utf8.h " \
		    "fsio.h timefmt.h "

		# library header (regular expression) -> its owners; a name
		# that ends in "/" is a folder
		own("^sqlite3", "shared/store/db.c tests/unit/test_store.c " \
		    "tests/unit/test_page.c tests/unit/tamper_world.h " \
		    "tests/unit/test_migrate.c")
		own("^json-c/|^json\\.h", "shared/base/json_in.c")
		own("^(fcgiapp|fcgi_stdio|fcgi_config|fastcgi)", "fcgi/transport.c")
		own("^cjose/", "fcgi/jws.c tests/unit/test_jose.c")
		own("^curl/", "shared/base/http.c")
		own("^libssh/", "worker/vm/ssh.c worker/vm/sshkey.c")
		own("^(yaml|cyaml/)", "shared/base/yaml_in.c tests/lib/yaml2json.c")
		own("^openssl/", "shared/base/hash.c")
		own("^sodium", "shared/base/ed25519.c")
		own("^pthread", "shared/domain/history_chain.c")
		own("^(bpf/|libelf|gelf)", "worker/guest/ tests/bpf/ " \
		    "worker/execute/load.c")
		own("^elf\\.h", "worker/guest/ worker/vm/hostlibs.c worker/inspect/ " \
		    "worker/cli/elfdeps.c")
		own("^seccomp", "worker/inspect/sandbox.c worker/compile/box.c")
		own("^zlib", "worker/guest/")
		own("^zstd", "worker/guest/ worker/vm/zlog.c")
		own("^criterion/", "tests/unit/")

		libc = "^((sys|linux|arpa|netinet|net|asm)/.*|assert|byteswap|" \
		    "ctype|dirent|endian|err|errno|fcntl|fnmatch|fts|ftw|getopt|" \
		    "glob|grp|inttypes|libgen|limits|locale|malloc|math|netdb|" \
		    "paths|poll|pty|pwd|regex|sched|signal|spawn|stdarg|stdatomic|" \
		    "stdbool|stddef|stdint|stdio|stdlib|string|strings|" \
		    "sysexits|syslog|termios|time|unistd)[.]h$"
	}
	function own(header, files) {
		nown++
		ownre[nown] = header
		owner[nown] = files
	}
	function say(what) {
		print FILENAME ":" FNR ": " what
	}
	function layer(path) {
		if (path ~ /^shared\/(base|store|domain)\//) {
			split(path, seg, "/")
			return seg[2]
		}
		if (path ~ /^shared\//)
			return "base"
		if (path ~ /^worker\/guest\//)
			return "guest"
		if (path ~ /^(fcgi|worker|tests)\//) {
			split(path, seg, "/")
			return seg[1]
		}
		return ""
	}
	# Where an #include "h" of this file leads, as the compiler is told.
	function resolve(h,    here) {
		here = FILENAME
		sub(/[^\/]*$/, "", here)
		if ((here h) in exists)
			return here h
		if (("shared/" h) in exists || h ~ /^(base|store|domain)\//)
			return "shared/" h
		return h
	}
	function check_own(h,    to, from, l, base) {
		from = layer(FILENAME)
		to = resolve(h)
		l = layer(to)
		if (from == "tests" || l == "" || l == from)
			return
		if (from == "worker" && to == "worker/guest/wire.h")
			return
		if (from == "guest" && l == "base") {
			base = to
			sub(/.*\//, "", base)
			if (index(guest_base, " " base " "))
				return
		}
		if (index(" " may[from] " ", " " l " ") == 0)
			say("\"" h "\": " from " must not include " l \
			    "; it may include: " may[from])
	}
	function check_library(h,    i, j, k, files) {
		for (i = 1; i <= nown; i++) {
			if (h !~ ownre[i])
				continue
			k = split(owner[i], files, " ")
			for (j = 1; j <= k; j++)
				if (index(FILENAME, files[j]) == 1)
					return
			say("<" h "> belongs to " owner[i] \
			    "; call that file, or let it own the new need")
			return
		}
		if (h !~ libc)
			say("<" h "> has no owner; name one in " \
			    "tests/lint/includes.sh")
	}
	FILENAME ~ /^tests\/bpf\// { next }
	match($0, /^[ \t]*#[ \t]*include[ \t]*/) {
		rest = substr($0, RSTART + RLENGTH)
		open = substr(rest, 1, 1)
		name = substr(rest, 2)
		sub(/[>"].*/, "", name)
		if (open == "\"")
			check_own(name)
		else if (open == "<")
			check_library(name)
	}' "$@"
}

lint_run "includes: arrows between folders, one owner a library" rules
