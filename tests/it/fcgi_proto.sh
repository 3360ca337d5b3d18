#!/bin/sh
# bpfcompat-fcgi as a process: a hostile or broken peer, children that are
# killed, stops and restarts, memory.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
export BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true

plan 25
api_start --api-children 2 --wait-children 1

children() {
	pgrep -P "$api_pid" | sort
}
health() {
	fcgi GET /api/health | grep -q '"status": "ok"'
}
before=$(children)

# --- junk ------------------------------------------------------------------------
# junk NAME: sends $api/junk; whatever comes back, the server must live.
junk() {
	"$fcgi_client" -s 1 -j "$api/junk" "$api_w/run/api.sock" \
	    >/dev/null 2>&1
	check "survives $1" health
}
head -c 4096 /dev/urandom >"$api/junk"
junk "random bytes"
printf '\001\001\000\001\000\010\000' >"$api/junk"
junk "half a header"
printf '\011\001\000\001\000\010\000\000\000\001\000\000\000\000\000\000' \
    >"$api/junk"
junk "another protocol version"
printf '\001\001\000\001\000\010\000\000\000\077\000\000\000\000\000\000' \
    >"$api/junk"
junk "an unknown role"
printf '\001\143\000\001\377\377\000\000' >"$api/junk"
junk "a record of unknown type without its content"
begin='\001\001\000\001\000\010\000\000\000\001\000\000\000\000\000\000'
printf "$begin"'\001\004\000\001\000\010\000\000\377\377\377\377\377\377\377\377\001\004\000\001\000\000\000\000' >"$api/junk"
junk "parameters of two gigabytes each"
printf "$begin"'\001\004\000\001\000\003\000\000\005\005a\001\004\000\001\000\000\000\000' >"$api/junk"
junk "a parameter cut short"
printf "$begin"'\001\002\000\001\000\000\000\000' >"$api/junk"
junk "an abort before the parameters"
check "and no child died of it" test "$(children)" = "$before"

# --- requests that are odd ----------------------------------------------------------
check "a kept connection is ended all the same" sh -c \
    "'$fcgi_client' -k '$api_w/run/api.sock' GET /api/health |
    grep -q 'Status: 200'"
long=$(head -c 9000 /dev/zero | tr '\0' a)
check "a query that is too long is 414" sh -c "'$fcgi_client' \
    '$api_w/run/api.sock' GET '/api/health?$long' | grep -q 'Status: 414'"
check "a header that is too long is 431" sh -c "'$fcgi_client' \
    -v 'HTTP_IF_NONE_MATCH=$long' '$api_w/run/api.sock' GET /api/health |
    grep -q 'Status: 431'"
elf "$api/big.o" 20000000
T='multipart/form-data; boundary=B'
printf '%s\r\nContent-Disposition: form-data; name="artifact_file"; filename="a.o"\r\n\r\n\177ELF' --B >"$api/part"
head -c 200000 /dev/zero >>"$api/part"
check "a body of which nothing is wanted is refused cleanly" sh -c \
    "'$fcgi_client' -t '$T' -b '$api/big.o' '$api_w/run/api.sock' POST \
    /api/health | grep -q 'Status: 405'"

# --- a child that is killed ------------------------------------------------------------
rows() {
	sqlite3 "$api_w/bpfcompat.db" 'select count(*) from jobs'
}
# Whoever holds an unnamed file open is in the middle of the upload.
uploader() {
	for p in $(children); do
		for f in /proc/"$p"/fd/*; do
			case $(readlink "$f") in
			"$api_w"/tmp/*)
				echo "$p"
				return 0
				;;
			esac
		done
	done
	return 1
}
"$fcgi_client" -n -t "$T" -b "$api/part" -l 500000 "$api_w/run/api.sock" \
    POST /api/validate/start >"$api/out" 2>&1 &
client=$!
check "an upload is on its way" wait_until 10 uploader
kill -9 "$(uploader)"
wait $client
check "its client learns that the child was killed" test $? = 3
check "no row and no file is left" test "$(rows) $(uploads)" = "0 0"
check "the next request works" health
check "and the child is replaced" wait_until 10 sh -c \
    "[ \$(pgrep -P $api_pid | wc -l) = 3 ]"
"$fcgi_client" -x -t "$T" -b "$api/part" -l 500000 "$api_w/run/api.sock" \
    POST /api/validate/start >"$api/out" 2>&1
check "a client that leaves in the middle leaves nothing" wait_until 10 sh -c \
    "[ \$(find '$api_w/tmp' '$api_w/objects' -type f 2>/dev/null |
    grep -vc /lock) = 0 ]"

# --- start and stop ----------------------------------------------------------------------
check "a second server on the same sockets is refused" sh -c \
    "! '$top_builddir/bin/bpfcompat-fcgi' --workdir '$api_w' \
    2>'$api/second' && grep -q 'another server' '$api/second'"
check "which does not disturb the first" health

# Resident memory of the busiest child after some work.
for route in profiles history/runs profiles history/runs config profiles; do
	fcgi GET /api/$route >/dev/null
done
rss=$(for p in $(children); do
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' /proc/"$p"/status
done | sort -n | tail -1)
if grep -q '^#define WITH_SANITIZER' "$top_builddir/config.h"; then
	pass "memory # SKIP sanitizers"
else
	check "a child stays within 12 MiB ($rss KiB)" test "$rss" -le 12288
fi

kids=$(children)
kill -9 $api_pid
wait $api_pid 2>/dev/null
all_gone() {
	for p in $kids; do
		! kill -0 "$p" 2>/dev/null || return 1
	done
}
check "children end with a killed master" wait_until 10 all_gone
api_start --api-children 1 --wait-children 1
check "a new server takes over the old sockets" health
BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS=many \
    "$top_builddir/bin/bpfcompat-fcgi" --workdir "$api/w2" 2>"$api/err"
check "a bad variable is refused with its name" grep -q \
    BPFCOMPAT_API_MAX_QUEUED_VALIDATE_JOBS "$api/err"
