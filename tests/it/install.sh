#!/bin/sh
# make install: what lands below a prefix works from there, DESTDIR puts it
# elsewhere, uninstall leaves nothing.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/san/lib.sh"

plain_tree all
# Not while somebody builds it anew.
exec 9>"$tree/.lock"
flock -w 600 9
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-install.XXXXXX")
serve_pid=
cleanup() {
	[ -z "$serve_pid" ] || {
		kill "$serve_pid" 2>/dev/null
		wait "$serve_pid"
	}
	rm -rf "$tmp" "$tree/inst"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
prefix=$tree/inst

quiet_make() {
	make -C "$tree" "$@" >"$tmp/make.log" 2>&1 || {
		tail -n 20 "$tmp/make.log"
		return 1
	}
}

# installed PROGRAM...: nothing of the build tree is around, nor a variable.
installed() {
	in_prog=$1
	shift
	(cd "$tmp" && env -i PATH="$PATH" "$prefix/bin/$in_prog" "$@")
}

finds_catalogue() {
	installed bpfcompat kernels list --json --matrix mvp --workdir "$tmp/w" |
	    grep -q debian-12-6.1
}

files_are_there() {
	for f in bin/bpfcompat libexec/bpfcompat/bpfcompat-fcgi \
	    libexec/bpfcompat/bpfcompat-worker \
	    libexec/bpfcompat/bpfcompat-runner \
	    libexec/bpfcompat/bpfcompat-inspect \
	    libexec/bpfcompat/bpfcompat-prepare \
	    libexec/bpfcompat/bpfcompat-validator \
	    libexec/bpfcompat/bpfcompat-init \
	    share/bpfcompat/htdocs/index.html \
	    share/bpfcompat/matrices/mvp.yaml \
	    share/bpfcompat/matrices/profiles/debian-12-6.1.yaml \
	    share/bpfcompat/nginx/bpfcompat-snippet.conf \
	    share/man/man1/bpfcompat.1 share/man/man5/bpfcompat-matrix.5 \
	    share/man/man8/bpfcompat-keys.8 share/man/man8/bpfcompat-worker.8 \
	    lib/systemd/system/bpfcompat-worker.service; do
		[ -s "$prefix/$f" ] || {
			echo "$f is missing"
			return 1
		}
	done
	grep -q "^ExecStart=$prefix/libexec/bpfcompat/bpfcompat-worker" \
	    "$prefix/lib/systemd/system/bpfcompat-worker.service"
}

# A port that nobody uses; serve says so when somebody was faster.
start_serve() {
	for port in $(awk -v seed=$$ 'BEGIN { srand(seed); for (i = 0; i < 5;
	    i++) print 20000 + int(rand() * 30000) }'); do
		(cd "$tmp" && exec env -i PATH="$PATH" "$prefix/bin/bpfcompat" \
		    serve --public-demo --no-fetch --workdir "$tmp/w" \
		    --addr "127.0.0.1:$port") >"$tmp/serve.out" \
		    2>"$tmp/serve.err" 9>&- &
		serve_pid=$!
		if wait_until 30 curl -fs -o "$tmp/health" \
		    "http://127.0.0.1:$port/api/health"; then
			return 0
		fi
		kill "$serve_pid" 2>/dev/null
		wait "$serve_pid"
		serve_pid=
	done
	cat "$tmp/serve.err"
	return 1
}

stop_serve() {
	kill "$serve_pid"
	wait "$serve_pid"
	code=$?
	serve_pid=
	[ "$code" -eq 0 ]
}

destdir() {
	quiet_make install DESTDIR="$tmp/dest" || return 1
	(cd "$tmp/dest$prefix" && find . -type f | sort) >"$tmp/staged"
	diff "$tmp/staged" "$tmp/direct" || return 1
	# Nothing beside the prefix.
	[ "$(find "$tmp/dest" -type f | wc -l)" -eq "$(wc -l <"$tmp/staged")" ]
}

uninstall() {
	quiet_make uninstall || return 1
	left=$(find "$prefix" -type f -o -type l)
	[ -z "$left" ] || {
		printf 'left behind:\n%s\n' "$left"
		return 1
	}
}

# What is in the repository and not in the tarball breaks whoever builds from
# the tarball.
shipped() {
	[ -e "$top_srcdir/.git" ] || return 0
	(cd "$top_srcdir" && git ls-files) | grep -v '^\.gitignore$' |
	    while IFS= read -r file; do
		[ -e "$tree-src/$file" ] || [ ! -e "$top_srcdir/$file" ] ||
		    echo "$file is not in EXTRA_DIST"
	done >"$tmp/missing"
	cat "$tmp/missing"
	[ ! -s "$tmp/missing" ]
}

plan 10
check "the tarball has every file of the repository" shipped
check "make install" quiet_make install prefix="$prefix"
(cd "$prefix" && find . -type f | sort) >"$tmp/direct"
check "every part is below the prefix" files_are_there
check "the installed program runs" installed bpfcompat version
check "it finds the catalogue in its data folder" finds_catalogue
if command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]; then
	# Not in a subshell: it leaves $serve_pid and $port.
	if start_serve >"$tmp/start.out" 2>&1; then
		pass "the installed serve answers"
	else
		fail "the installed serve answers" "$(cat "$tmp/start.out")"
	fi
	check "its page is the installed one" curl -fs -o "$tmp/page" \
	    "http://127.0.0.1:$port/"
	if stop_serve; then
		pass "serve ends when it is told to"
	else
		fail "serve ends when it is told to" "$(tail "$tmp/serve.err")"
	fi
else
	for i in 1 2 3; do
		pass "serve # SKIP nginx is not installed"
	done
fi
check "DESTDIR holds the same files" destdir
check "make uninstall leaves no file" uninstall
