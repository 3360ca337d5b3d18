#!/bin/sh
# Command mode with loaders of the real world: tools of Debian's package
# libbpf-tools, dynamic programs that carry their objects, shipped with their
# libraries and run by themselves on an old and on the newest kernel.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
tools=${BPFCOMPAT_TEST_TOOLS:-/usr/sbin}
files=$top_srcdir/tests/vm/loaders_guest.sh
for tool in $(sed -n 's/^\([a-z]*\)|.*/\1/p' "$files"); do
	[ -x "$tools/$tool" ] ||
	    skip_all "$tool of the package libbpf-tools is not in $tools"
	files=$files,$tools/$tool
done
plan 4
printf 'profiles:\n  - id: debian-12-6.1\n  - id: debian-13-bpo-7.3\n' \
    >"$tmp/m.yaml"
vm_setup "$tmp/m.yaml"

code=0
"$bin/bpfcompat" test-command --command loaders_guest.sh --file "$files" \
    --matrix "$tmp/m.yaml" --timeout 8m --out "$tmp/report.json" \
    >"$tmp/out" 2>&1 || code=$?
jq -r '.targets[] | "# \(.profile_id)", (.functional.tests[0].stdout_tail |
    split("\n")[] | "#   " + .)' "$tmp/report.json"
for id in debian-12-6.1 debian-13-bpo-7.3; do
	check "$id: every loader attaches and prints" jq -e --arg id $id \
	    '.targets[] | select(.profile_id == $id) | .status == "pass"' \
	    "$tmp/report.json"
done
check "that is a pass" test "$code" = 0
check "and the report names the command" jq -e \
    '.command.command == "loaders_guest.sh"' "$tmp/report.json"
