# Sourced after tap.sh: a workdir with kernels that are not there and a
# runner that boots nothing, so that everything above the VM runs for real.
#
#   fake_world              sets $world, $BPFCOMPAT_WORKDIR and friends
#   fake_kernel PROFILE     "fetches" a kernel
#   plan_for PROFILE ACTION...  one action per attempt (fake_runner.c)
#   job_state ID            state of a job

fake_world() {
	world=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-it.XXXXXX")
	mkdir "$world/plan"
	# shellcheck disable=SC2154 # automake sets it
	bin=$top_builddir/bin
	BPFCOMPAT_WORKDIR=$world/work
	BPFCOMPAT_RUNNER_BIN=$top_builddir/tests/lib/fake_runner
	BPFCOMPAT_VM_SLOTS=4
	FAKE_RUNNER_PLAN=$world/plan
	FAKE_RUNNER_LOG=$world/runs.log
	export BPFCOMPAT_WORKDIR BPFCOMPAT_RUNNER_BIN BPFCOMPAT_VM_SLOTS
	export FAKE_RUNNER_PLAN FAKE_RUNNER_LOG
	: >"$FAKE_RUNNER_LOG"
	printf '\177ELF\002\001\001' >"$world/prog.bpf.o"
	printf '\0\0\0\0\0\0\0\0\0\001\000\367\000' >>"$world/prog.bpf.o"
	worker_pid=
	worker_pids=
	trap fake_world_end EXIT
	trap 'exit 1' INT TERM HUP
}

fake_world_end() {
	for fw_pid in $worker_pids; do
		kill -9 "$fw_pid" 2>/dev/null
		wait "$fw_pid" 2>/dev/null
	done
	# Its runners die with a worker, but not in the same instant.
	while read -r fw_job fw_profile fw_n fw_action fw_pid; do
		wait_until 5 eval "! kill -0 $fw_pid"
	done <"$FAKE_RUNNER_LOG"
	rm -rf "$world"
}

fake_kernel() {
	for fk_id; do
		fk_dir=$BPFCOMPAT_WORKDIR/kernels/$fk_id/fake-1
		mkdir -p "$fk_dir"
		echo fake >"$fk_dir/vmlinuz"
		fk_sha=$(sha256sum <"$fk_dir/vmlinuz" | cut -c1-64)
		cat >"$fk_dir/kernel.json" <<-END
		{"profile_id":"$fk_id","release":"6.1.0-fake-amd64",
		"version_string":"Linux version 6.1.0-fake",
		"uname_version":"#1 SMP fake","arch":"x86_64",
		"packages":[{"name":"linux-image-fake","version":"6.1-1",
		"suite":"fake","sha256":"$fk_sha","size_bytes":5,
		"source_url":"file:fake"}],
		"vmlinuz_sha256":"$fk_sha","files_sha256":"$fk_sha",
		"has_modules":false,"size_bytes":5,
		"fetched_at":"2026-01-01T00:00:00Z",
		"suite_date":"2026-01-01T00:00:00Z","notes":[]}
		END
		ln -sfn fake-1 "$BPFCOMPAT_WORKDIR/kernels/$fk_id/current"
	done
}

plan_for() {
	pf_id=$1
	shift
	printf '%s\n' "$@" >"$world/plan/$pf_id"
}

# matrix NAME ID[:optional]...
matrix() {
	mx_file=$world/$1.yaml
	printf 'name: %s\nprofiles:\n' "$1" >"$mx_file"
	shift
	for mx_id; do
		case $mx_id in
		*:optional)
			printf '  - id: %s\n    required: false\n' \
			    "${mx_id%:*}" ;;
		*)
			printf '  - id: %s\n    required: true\n' "$mx_id" ;;
		esac
	done >>"$mx_file"
}

sql() {
	sqlite3 -cmd '.timeout 10000' "$BPFCOMPAT_WORKDIR/bpfcompat.db" "$1"
}

job_state() {
	sql "SELECT state FROM jobs WHERE id = '$1'"
}

start_worker() {
	"$bin/bpfcompat-worker" 2>>"$world/worker.log" &
	worker_pid=$!
	worker_pids="$worker_pids $worker_pid"
}
