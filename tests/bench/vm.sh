#!/bin/sh
# Part of "make bench": virtual machines.  Pairs are measured one after the
# other, round by round, so that what else the machine does hits both; a
# ratio is that of the medians.  Prints one table, writes vm.json beside the
# build and says what changed since the last one.  Budgets are those of
# doc/architecture.md; BENCH_STRICT=1 makes a missed one an error.
#
# BENCH_PROFILE=debian-12-6.1  BENCH_ROUNDS=5  BENCH_JOBS=100  BENCH_KERNELS=11
# BENCH_WAIT=60	seconds to wait for a machine that does nothing else
set -u
top_srcdir=$1
top_builddir=$2
export top_srcdir top_builddir
. "$top_srcdir/tests/lib/tap.sh"
profile=${BENCH_PROFILE:-debian-12-6.1}
rounds=${BENCH_ROUNDS:-5}
jobs=${BENCH_JOBS:-100}
bin=$top_builddir/bin
kernels=${BPFCOMPAT_KERNEL_DIR:-$top_builddir/.bpfcompat-test/kernels}
object=$top_builddir/tests/bpf/ringbuf.bpf.o
[ -e "$kernels/$profile/current/vmlinuz" ] || {
	echo "no kernel $profile: no virtual machine measured; run make" \
	    "check once, or set BPFCOMPAT_KERNEL_DIR"
	exit 0
}
world=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-bench.XXXXXX")
world=$(cd "$world" && pwd -P)
BPFCOMPAT_KERNEL_DIR=$(cd "$kernels" && pwd -P)
BPFCOMPAT_CACHE_DIR=$world/cache
BPFCOMPAT_WORKDIR=$world/work
# What the worker does when it is idle would be measured along.
BPFCOMPAT_TEMPLATE_CHECK_EVERY=0
BPFCOMPAT_TEMPLATE_WARM=false
export BPFCOMPAT_KERNEL_DIR BPFCOMPAT_CACHE_DIR BPFCOMPAT_WORKDIR
export BPFCOMPAT_TEMPLATE_CHECK_EVERY BPFCOMPAT_TEMPLATE_WARM
worker=
bench_end() {
	[ -z "$worker" ] || {
		kill "$worker" 2>/dev/null
		wait "$worker"
	}
	rm -rf "$world"
}
trap bench_end EXIT
trap 'exit 1' HUP INT TERM
missed=0
: >"$world/rows"

# row NAME VALUE UNIT BASE BUDGET: BASE is what it is divided by, or -.
# BUDGET: of the quotient; with "abs " before it, of the value; or -.
row() {
	awk -v name="$1" -v v="$2" -v unit="$3" -v base="$4" -v budget="$5" \
	    'BEGIN {
		r = base == "-" ? "-" : sprintf("%.2f", base > 0 ? v / base : 0)
		limit = budget
		by = sub(/^abs /, "", limit) ? v : r
		ok = limit == "-" || (by + 0 > 0 && by + 0 <= limit + 0)
		printf "%-50s %9s %-4s %9s %8s  %-8s %s\n", name, v, unit,
		    base, r, budget, ok ? "" : "MISSED"
		printf "%s\t%s\t%s\t%s\t%s\t%s\n", name, v, unit, base, r,
		    ok ? "ok" : "missed" >"/dev/stderr"
		exit !ok
	}' 2>>"$world/rows" || missed=1
}
median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : 0 }'
}
now_ms() {
	echo $(($(date +%s%N) / 1000000))
}
matrix() {
	matrix_to=$1
	shift
	printf 'name: bench\nprofiles:\n' >"$matrix_to"
	printf '  - id: %s\n' "$@" >>"$matrix_to"
}
# judge NAME FLAG...: leaves NAME.json.
judge() {
	judge_to=$world/$1
	shift
	"$bin/bpfcompat" test --no-fetch --artifact "$object" \
	    --matrix "${matrix:-$world/one.yaml}" --out "$judge_to.json" \
	    "$@" >"$judge_to.out" 2>&1
}
sql() {
	sqlite3 -cmd '.timeout 10000' "$BPFCOMPAT_WORKDIR/bpfcompat.db" "$1"
}
# From the claim of the newest job to the row of its target.
claim_to_row() {
	sql "SELECT CAST(round((julianday(t.finished_at) -
	    julianday(j.started_at)) * 86400000) AS INTEGER)
	    FROM jobs j JOIN job_targets t ON t.job_id = j.id
	    ORDER BY j.seq DESC LIMIT 1"
}
runner_json() {
	find "$BPFCOMPAT_WORKDIR/runs/$(jq -r .run.id "$world/$1.json")" \
	    -name runner.json
}

# bare: milliseconds until init of the same kernel, same machine, same
# parameters and nothing else runs.
bare_setup() {
	mkdir -p "$world/tree/bin"
	cp "$(command -v busybox)" "$world/tree/bin/busybox"
	# The console is there before init is; nothing else is needed.
	printf '%s\n' '#!/bin/busybox sh' 'echo BENCH-READY' \
	    'busybox poweroff -f' >"$world/tree/init"
	chmod 755 "$world/tree/init"
	mkdir -p "$world/tree/dev"
	mknod "$world/tree/dev/console" c 5 1 2>/dev/null
	(cd "$world/tree" && find . | busybox cpio -o -H newc) \
	    >"$world/bare.cpio" 2>/dev/null
	command=$(jq -r .qemu_command "$(runner_json cold)")
	qemu=${command%% *}
	machine=$(echo "$command" | sed 's/.* -machine \([^ ]*\) .*/\1/')
	cpu=$(echo "$command" | sed 's/.* -cpu \([^ ]*\) .*/\1/')
	append=$(echo "$command" | sed 's/.* -append \(.*\) -initrd .*/\1/')
}
bare() {
	bare_from=$(now_ms)
	"$qemu" -machine "$machine" -accel tcg -cpu "$cpu" -m 512 \
	    -nodefaults -no-user-config -no-reboot -display none -vga none \
	    -serial stdio -kernel "$kernels/$profile/current/vmlinuz" \
	    -initrd "$world/bare.cpio" -append "$append" </dev/null |
	    while read -r bare_line; do
		case $bare_line in
		*BENCH-READY*) echo $(($(now_ms) - bare_from)) ;;
		esac
	done
}

idle() {
	[ "$(cut -d. -f1 /proc/loadavg)" -lt "$(getconf _NPROCESSORS_ONLN)" ]
}
wait_until "${BENCH_WAIT:-60}" idle
load=$(cut -d' ' -f1 /proc/loadavg)

# --- one kernel -----------------------------------------------------------------
matrix "$world/one.yaml" "$profile"
judge cold --fresh-boot
judge save
bare_setup
n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	bare >>"$world/bare"
	judge cold --fresh-boot
	claim_to_row >>"$world/cold"
	jq '.ms.boot + .ms.connect' "$(runner_json cold)" >>"$world/ssh"
	judge warm
	claim_to_row >>"$world/warm"
	jq '.ms.boot + .ms.connect' "$(runner_json warm)" >>"$world/warmssh"
done
for name in bare cold ssh warm warmssh; do
	eval "$name=\$(median <\"\$world/\$name\")"
done
saved=$("$bin/bpfcompat" kernels list --json "$profile" | jq -c '.kernels[0]')

printf 'one small object, %s, %s rounds, %s cores, load %s at the beginning\n' \
    "$profile" "$rounds" "$(getconf _NPROCESSORS_ONLN)" "$load"
printf '%-50s %9s %-4s %9s %8s  %-8s\n' what value '' base ratio budget
row "warm verdict, claim to row / 600 ms" "$warm" ms 600 1
row "warm verdict / cold verdict" "$warm" ms "$cold" 0.5
row "cold boot to SSH / bare boot to init" "$ssh" ms "$bare" 1.3
row "warm start to SSH / cold boot to SSH" "$warmssh" ms "$ssh" -
row "template: saving it / cold boot to SSH" \
    "$(echo "$saved" | jq .template.build_ms)" ms "$ssh" -
row "template: on disk / guest's memory" \
    "$(echo "$saved" | jq '.template.size_bytes / 1048576 | round')" MiB 512 -
row "kernel on disk" \
    "$(echo "$saved" | jq '.size_bytes / 1048576 | round')" MiB - -

# --- many kernels -----------------------------------------------------------------
many=
count=0
for id in $(sed -n 's/^ *- id: *\([^ #]*\).*/\1/p' \
    "$top_srcdir/matrices/debian-all.yaml"); do
	[ "$count" -lt "${BENCH_KERNELS:-11}" ] && [ -e "$kernels/$id/current/vmlinuz" ] || continue
	many="$many $id"
	count=$((count + 1))
done
# shellcheck disable=SC2086 # a list of names
matrix "$world/many.yaml" $many
matrix=$world/many.yaml
judge many
for i in 1 2 3; do
	from=$(now_ms)
	judge many
	echo $(($(now_ms) - from)) >>"$world/matrix"
done
matrix=
row "warm matrix of $count kernels / so many one by one" \
    "$(median <"$world/matrix")" ms $((warm * count)) "abs 4000"
row "initramfs files of $count kernels" \
    "$(du -sm "$BPFCOMPAT_CACHE_DIR/initramfs" | cut -f1)" MiB - -

# --- throughput and memory ----------------------------------------------------------
four=
for id in $(sed -n 's/^ *- id: *\([^ #]*\).*/\1/p' \
    "$top_srcdir/matrices/mvp.yaml"); do
	[ ! -e "$kernels/$id/current/vmlinuz" ] || four="$four $id"
done
# shellcheck disable=SC2086 # a list of names
set -- $four
matrix "$world/four.yaml" "$@"
# Saving guests is not what is measured.
matrix=$world/four.yaml
judge four
matrix=
n=0
while [ "$n" -lt "$jobs" ]; do
	"$bin/bpfcompat" test --no-fetch --queue --artifact "$object" \
	    --matrix "$world/four.yaml" >/dev/null || exit 1
	n=$((n + 1))
done
open_jobs() {
	sql "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
}
# What QEMU's processes take: alone (Rss), and shared pages once (Pss).
sample() {
	for pid in $(pgrep -P "$(pgrep -d, -P "$worker")" -f \
	    -- '-name bpfcompat' 2>/dev/null); do
		awk '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 }
		    END { if (r) print r, p }' \
		    "/proc/$pid/smaps_rollup" 2>/dev/null
	done | awk '{ n++; r += $1; p += $2 }
	    END { if (n) print n, int(r / n), int(p / n) }'
}
done_or_sampled() {
	sample >>"$world/memory"
	[ "$(open_jobs)" = 0 ]
}
from=$(now_ms)
"$bin/bpfcompat-worker" 2>"$world/worker.log" &
worker=$!
wait_until 3600 done_or_sampled
took=$(($(now_ms) - from))
slots=$(sql "SELECT max(slots) FROM workers")
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/$worker/status")
kill "$worker"
wait "$worker"
worker=
targets=$((jobs * $#))
told=$(sql "SELECT count(*) FROM jobs j JOIN job_targets t ON t.job_id = j.id
    WHERE j.origin <> '' AND t.state = 'pass'")
row "$jobs jobs x $# kernels: a target / one alone, $slots slots" \
    "$((took * slots / targets))" ms "$warm" -
row "throughput" "$(awk -v n="$targets" -v ms="$took" \
    'BEGIN { printf "%.2f", n * 1000 / ms }')" "1/s" - -
# Guests start and end; those that run longest have touched most.
memory=$(sort -n -k2 "$world/memory" | awk '{ v[NR] = $0 }
    END { print v[int(NR * 0.9) + (NR < 10)] }')
# shellcheck disable=SC2086 # three numbers
set -- ${memory:-0 0 0}
row "memory of a VM, shared pages once / counted in each" \
    $(($3 / 1024)) MiB $(($2 / 1024)) 1
row "memory of the worker / 30 MiB" "$rss" KiB 30720 1
echo "    $told targets passed"

# --- virtme-ng -----------------------------------------------------------------------
"${SHELL:-/bin/sh}" "$top_srcdir/tests/bench/vng.sh" "$world/vng" \
    "$BPFCOMPAT_KERNEL_DIR/$profile/current" "$object" \
    "$bin/bpfcompat-validator" >"$world/vng.ms" 2>"$world/vng.why"
if [ -s "$world/vng.ms" ]; then
	row "warm verdict / virtme-ng, same kernel and object" "$warm" ms \
	    "$(median <"$world/vng.ms")" -
else
	echo "virtme-ng was not measured: $(tail -n 1 "$world/vng.why")"
fi

# --- what changed ----------------------------------------------------------------------
[ ! -f vm.json ] || mv vm.json "$world/last.json"
jq -R -s --arg load "$load" '{vm: [split("\n")[] | select(. != "") |
    split("\t") | {what: .[0], value: (.[1] | tonumber), unit: .[2],
    base: (.[3] | tonumber? // null), ratio: (.[4] | tonumber? // null),
    within: (.[5] == "ok")}], load: ($load | tonumber)}' \
    "$world/rows" >vm.json
[ ! -f "$world/last.json" ] ||
    jq -r --slurpfile last "$world/last.json" '.vm[] | . as $now |
    ($last[0].vm[] | select(.what == $now.what)) as $then |
    (($now.ratio // $now.value) / ($then.ratio // $then.value)) as $r |
    select($r > 1.1 or $r < 0.9) |
    "since the last run: \(.what): \($r * 100 | round) %"' vm.json
[ "$missed" -eq 0 ] || [ -z "${BENCH_STRICT:-}" ]
