#!/bin/sh
# An upload to a full disk: refused as such, nothing left, and all is well
# again as soon as there is room.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

mount -t tmpfs -o size=4m,mode=0700 bpfcompat-test "$api_w" 2>/dev/null ||
    skip_all "mounting a small file system needs root"
full_cleanup() {
	api_stop
	umount "$api_w"
	rm -rf "$api"
}
trap full_cleanup EXIT
mkdir -p "$api_w/run" "$api_w/logs"

export BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE=true
plan 4
api_start --api-children 1 --wait-children 1

elf "$api/o" 500000
T='multipart/form-data; boundary=B'
{
	printf '%s\r\nContent-Disposition: form-data; name="artifact_file"; filename="a.o"\r\n\r\n' --B
	cat "$api/o"
	printf '\r\n--B--\r\n'
} >"$api/form"
upload() {
	fcgi -t "$T" -b "$api/form" POST /api/validate/start >"$api/out"
	sed -n 's/^Status: \([0-9]*\).*/\1/p' "$api/out"
}
check "there is room at first" test "$(upload)" = 202
sql 'delete from job_targets; delete from jobs; delete from artifacts'
rm -rf "$api_w/objects/sha256"
head -c 4000000 /dev/zero >"$api_w/filler" 2>/dev/null
check "a full disk is 507" test "$(upload)" = 507
check "and leaves no row and no file" test \
    "$(sql 'select count(*) from jobs') $(uploads)" = "0 0"
rm "$api_w/filler"
check "with room again it works" test "$(upload)" = 202
