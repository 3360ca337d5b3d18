#!/bin/sh
# Part of "make soak": writers and publishers are killed at random moments.
# After each kill the chain verifies, what is published is completed, and it
# is what a folder with the same rows gives that publishes from nothing, byte
# for byte.  SOAK_HISTORY_KILLS=100
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 3
BPFCOMPAT_LIBEXEC_DIR=$bin
export BPFCOMPAT_LIBEXEC_DIR
mkdir -p "$BPFCOMPAT_WORKDIR"
w=$BPFCOMPAT_WORKDIR
writer=$top_builddir/tests/lib/history_writer
kills=${KILLS:-${SOAK_HISTORY_KILLS:-100}}

random() {
	echo $(($(od -An -N2 -tu2 /dev/urandom) % $1))
}
publish() {
	"$bin/bpfcompat" admin publish "$@" >"$world/out" 2>"$world/err"
}
told() {
	cat "$world/out" "$world/err"
	return 1
}

# The same rows in a folder where nothing was ever published.
rebuilt() {
	rm -rf "$world/other"
	mkdir "$world/other"
	sql "VACUUM INTO '$world/other/bpfcompat.db'"
	cp -R "$w/keys" "$world/other/keys"
	publish --rebuild --workdir "$world/other" || told || return 1
	diff -r -x .publish.lock "$w/registry" "$world/other/registry"
}

# One publisher after the other, until the folder's name for it is gone.
publishers() {
	while [ -e "$world/publishing" ]; do
		timeout -s KILL "0.0$(printf '%02d' $((1 + $(random 60))))" \
		    "$bin/bpfcompat" admin publish >/dev/null 2>&1
	done
}

reached() {
	[ "$(sql "SELECT count(*) FROM history")" -ge "$1" ]
}

killed() {
	for i in $(seq "$kills"); do
		want=$(($(sql "SELECT count(*) FROM history" 2>/dev/null ||
		    echo 0) + 1 + $(random 12)))
		: >"$world/publishing"
		publishers &
		publisher=$!
		"$writer" -p "${WRITERS:-64}" "$w" "" 100000 2>/dev/null &
		pid=$!
		worker_pids="$worker_pids $pid"
		wait_until 120 reached "$want"
		kill -9 "$pid"
		rm "$world/publishing"
		wait "$pid" "$publisher" 2>/dev/null
		"$bin/bpfcompat" history verify --quiet >"$world/out" \
		    2>"$world/err" || told || return 1
		publish || told || return 1
		publish --check || told || return 1
		rebuilt || return 1
	done
}
check "$kills kills of writers and publishers: chain and files agree" killed
check "nothing was set aside" test -z "$(find "$w/registry" -name '*.aside*')"
check "no half file is left" test -z "$(find "$w/registry" -name '*.new')"
echo "# $(sql "SELECT count(*) FROM history") records"
