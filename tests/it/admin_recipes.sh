#!/bin/sh
# Every SQL statement of doc/admin.md runs against a database that the
# programs filled, and those that must have an answer have one.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
fake_kernel debian-12-6.1 debian-13-6.12
matrix two debian-12-6.1 debian-13-6.12
plan_for debian-13-6.12 infra pass

run() {
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --matrix "$world/two.yaml" --artifact-name prog "$@" \
	    >>"$world/out" 2>&1
}
# Passes, then the second run is refused on one kernel; a third one waits,
# a fourth runs with a holder that is gone, and a worker was seen.
run
plan_for debian-13-6.12 fail
run
run --queue
run --queue
sql "UPDATE jobs SET created_at = '2026-01-01T00:00:00.000Z'
    WHERE state = 'queued';
    UPDATE jobs SET state = 'running', holder = 'gone:0:1:1', attempt = 1,
	lease_until = '2026-01-01T00:00:00.000Z'
    WHERE seq = (SELECT max(seq) FROM jobs);
    INSERT INTO workers VALUES ('gone:0:1:1', 1, 'gone', '0', 1, 'tcg',
	'active', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
    INSERT OR IGNORE INTO kernels VALUES ('debian-12-6.1',
	'6.1.0-fake-amd64', 'Linux version 6.1.0-fake', 'x86_64',
	'linux-image-fake', '6.1-1', 'fake', 'x', 5, 0, 'ok',
	'2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '');
    INSERT INTO template_checks VALUES (1, '2026-01-01T00:00:00.000Z',
	'debian-12-6.1', 'a-run', 'different', 1, 'a verdict differs')"

# One file a recipe: the statement, and the sentence before it.
awk -v dir="$world" '
/^```sql$/ { n++; inside = 1; file = dir "/recipe." n; next }
/^```$/ { if (inside) { close(file); inside = 0 } next }
inside { print > file; next }
/:$/ { print $0 > (dir "/what." (n + 1)) }
' "$top_srcdir/doc/admin.md"
n=$(find "$world" -name 'recipe.*' | wc -l)

plan $((n + 1))
check "there are recipes" test "$n" -gt 12
i=0
while [ "$i" -lt "$n" ]; do
	i=$((i + 1))
	what=$(tail -n 1 "$world/what.$i" 2>/dev/null | tr -d ':')
	mode=-readonly
	! grep -q '^UPDATE' "$world/recipe.$i" || mode=-batch
	if ! out=$(sqlite3 "$mode" -bail "$BPFCOMPAT_WORKDIR/bpfcompat.db" \
	    <"$world/recipe.$i" 2>&1); then
		fail "recipe: $what" "$out" "$(cat "$world/recipe.$i")"
	elif [ -z "$out" ] && [ "$mode" = -readonly ]; then
		fail "recipe has an answer: $what" \
		    "$(cat "$world/recipe.$i")"
	else
		pass "recipe: $what"
	fi
done
