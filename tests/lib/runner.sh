# Sourced after tap.sh: runs bpfcompat-runner by hand.
#
#   runner_setup            sets $tmp, removed at the end
#   runner_spec KERNELDIR ARTIFACT [JQ]   the input, changed by a jq filter
#   run_runner KERNELDIR ARTIFACT [JQ]    runs it; events in $tmp/events,
#                           evidence in $tmp/target
#   end_is CODE [OUTCOME]   how it ended
#   no_process_of PATTERN   nothing with that in its command line is left

runner_setup() {
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-runner.XXXXXX")
	# QEMU may run as another user.
	chmod 755 "$tmp"
	# shellcheck disable=SC2154 # automake sets it
	runner=$top_builddir/bin/bpfcompat-runner
	cache=${BPFCOMPAT_CACHE_DIR:-$tmp/cache}
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
}

runner_spec() {
	rm -rf "$tmp/target"
	mkdir "$tmp/target"
	jq -n --arg dir "$1" --arg artifact "$2" --arg target "$tmp/target" \
	    --arg cache "$cache" '{
		schema: "runner.v1", run_id: "run", job_id: "job",
		profile_id: "test", attempt: 1, target_dir: $target,
		kernel_dir: $dir, cache_dir: $cache, artifact: $artifact,
		attach_mode: "best-effort", memory_mb: 512, cpus: 1,
		timeout_ms: 120000, boot_timeout_ms: 90000, accel: "tcg",
		fresh_boot: false, cmdline: ""
	} | '"${3:-.}"
}

run_runner() {
	runner_spec "$@" >"$tmp/spec"
	"$runner" <"$tmp/spec" >"$tmp/events" 2>"$tmp/stderr"
}

end_event() {
	tail -n 1 "$tmp/events" | jq -c 'select(.event == "end")'
}

end_is() {
	ei=$(end_event | jq -r '"\(.error_code // "") \(.outcome)"')
	[ "$ei" = "$1 ${2:-infra_error}" ] ||
	    { echo "ended as: $ei"; end_event; return 1; }
}

# Waits until the event file has a line that matches.
wait_event() {
	timeout 120 tail -n +1 -F "$tmp/events" 2>/dev/null |
	    grep -q -m 1 "$1"
}

# Waits until process $1 is gone.
gone() {
	timeout 10 tail -f --pid="$1" /dev/null
}

# The pid of QEMU below runner $1, once it says something to us: the fake
# one writes its pid to $tmp/qemu.pid.
fake_pid() {
	timeout 20 tail -n +1 -F "$tmp/qemu.pid" 2>/dev/null |
	    grep -m 1 '^[0-9]'
}
