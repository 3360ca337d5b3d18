#!/bin/sh
# Part of "make bench": the signed history with 1000, 20000 and 100000 rows.
# Prints a table and writes history.json beside the build.  Times are of the
# processor where one process is measured, so that other work on the machine
# does not count; what threads do together is compared by the wall clock,
# too.  Budgets are those of doc/signing.md; BENCH_STRICT=1 makes a missed
# one an error.
set -u
top_srcdir=$1
top_builddir=$2
export top_srcdir top_builddir
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
BPFCOMPAT_LIBEXEC_DIR=$bin
BPFCOMPAT_API_ALLOW_ANONYMOUS_READ=true
export BPFCOMPAT_LIBEXEC_DIR BPFCOMPAT_API_ALLOW_ANONYMOUS_READ
missed=0
writer=$top_builddir/tests/lib/history_writer
client=$top_builddir/tests/lib/fcgi_client
mkdir -p "$BPFCOMPAT_WORKDIR"
fcgi_pid=
bench_end() {
	[ -z "$fcgi_pid" ] || {
		kill "$fcgi_pid" 2>/dev/null
		wait "$fcgi_pid"
	}
	fake_world_end
}
trap bench_end EXIT

# get NAME ROWS: a measured value.
get() {
	awk -v name="$1" '$1 == name { print $2 }' "$world/$2"
}

# serve ROWS: median microseconds of 400 pages, as the server counts them,
# and pages per second that one of its processes can answer.
serve() {
	"$bin/bpfcompat-fcgi" 2>"$world/fcgi.log" &
	fcgi_pid=$!
	sock=$BPFCOMPAT_WORKDIR/run/api.sock
	wait_until 30 "$client" "$sock" GET /readyz >/dev/null || exit 1
	n=0
	while [ "$n" -lt 400 ]; do
		"$client" "$sock" GET '/api/history/artifacts?limit=50' \
		    >/dev/null || exit 1
		n=$((n + 1))
	done
	kill "$fcgi_pid"
	wait "$fcgi_pid"
	fcgi_pid=
	jq -r 'select(.path == "/api/history/artifacts") | .us' \
	    "$world/fcgi.log" | sort -n | awk -v f="$1" '
	    { us[NR] = $1 }
	    END { print "page", us[int((NR + 1) / 2)]
		print "page_per_s", int(1e6 / us[int((NR + 1) / 2)]) }' \
	    >>"$world/$1"
}

# spent NAME ROWS COMMAND...: microseconds of the processor that it took.
spent() {
	sp_name=$1 sp_rows=$2
	shift 2
	sp_us=$( ("$@" >/dev/null 2>&1; times) | tr 'ms' '  ' | awk '
	    NR == 2 { printf "%d", ($1 * 60 + $2 + $3 * 60 + $4) * 1e6 }')
	echo "$sp_name $sp_us" >>"$world/$sp_rows"
}

# files ROWS: published anew, compared, and taken over by another folder.
files() {
	"$bin/bpfcompat" admin publish >/dev/null || exit 1
	spent publish "$1" "$bin/bpfcompat" admin publish --rebuild
	spent compare "$1" "$bin/bpfcompat" admin publish --check
	rm -rf "$world/other"
	mkdir "$world/other"
	spent import "$1" "$bin/bpfcompat" admin import \
	    "$BPFCOMPAT_WORKDIR" --workdir "$world/other"
}

have=0
for rows in ${BENCH_ROWS:-1000 20000 100000}; do
	"$writer" -l -b 2000 "$BPFCOMPAT_WORKDIR" "" $((rows - have)) || exit 1
	"$top_builddir/tests/bench/bench_history" "$BPFCOMPAT_WORKDIR" \
	    >"$world/$rows" || exit 1
	printf 'append %s\n' "$("$writer" -t "$BPFCOMPAT_WORKDIR" "" 300)" \
	    >>"$world/$rows"
	files "$rows"
	serve "$rows"
	have=$((rows + 300))
	first=${first:-$rows}
done

# line WHAT ROWS VALUE UNIT BUDGET
line() {
	awk -v what="$1" -v rows="$2" -v v="$3" -v unit="$4" -v budget="$5" \
	    'BEGIN {
		ok = budget == "-" || v <= budget
		printf "%-44s %7d  %10.2f %-3s (budget %s) %s\n", what, rows,
		    v, unit, budget, ok ? "" : "MISSED"
		exit !ok
	}' || missed=1
}
quotient() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b > 0 ? a / b : 99) }'
}
echo "$(getconf _NPROCESSORS_ONLN) cores, load $(cut -d' ' -f1 /proc/loadavg)"
for rows in ${BENCH_ROWS:-1000 20000 100000}; do
	budget=-
	[ "$rows" -lt 100000 ] || budget=1.15
	line "verify all / libsodium alone, processor" "$rows" "$(quotient \
	    "$(get verify_cpu "$rows")" "$(get raw_cpu "$rows")")" x $budget
	line "verify all / libsodium alone, all cores" "$rows" "$(quotient \
	    "$(get verify "$rows")" "$(get raw "$rows")")" x -
	line "one record proved, new process" "$rows" "$(quotient \
	    "$(get prove "$rows")" 1000)" ms 5
	line "append through the signer, without fsync" "$rows" "$(quotient \
	    "$(get append "$rows")" 1000)" ms 2
	line "GET history/artifacts?limit=50" "$rows" "$(quotient \
	    "$(get page "$rows")" 1000)" ms -
	line "the same / with $first rows" "$rows" "$(quotient \
	    "$(get page "$rows")" "$(get page "$first")")" x 2
	echo "    $(get page_per_s "$rows") of these pages per second and process"
	# Of a thousand rows most is the start of a process.
	for what in publish compare import; do
		[ -z "${before:-}" ] || [ "$before" -lt 20000 ] ||
			line "$what, a row / with $before rows" "$rows" \
			    "$(quotient "$(get "$what" "$rows")" \
			    "$(quotient "$(get "$what" "$before")" \
			    "$(quotient "$before" "$rows")")")" x 1.5
		echo "    $what: $(quotient "$(get "$what" "$rows")" "$rows") us a row"
	done
	before=$rows
done
for rows in ${BENCH_ROWS:-1000 20000 100000}; do
	awk -v rows="$rows" '{ printf "%s\"%s\":%s", NR == 1 ? "{" : ",", $1, $2 }
	    END { print "}" }' "$world/$rows"
done | jq -s '{history: .}' >history.json
[ "$missed" -eq 0 ] || [ -z "${BENCH_STRICT:-}" ]
