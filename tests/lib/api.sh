# Sourced by tests of the HTTP API: a server of its own for each test, in a
# folder of its own, reached over unix sockets, gone when the test ends.
#
#   . "$top_srcdir/tests/lib/tap.sh"
#   . "$top_srcdir/tests/lib/api.sh"
#   api_start                # bpfcompat-fcgi; variables set before it count
#   api_nginx                # nginx in front of it
#   code=$(api_curl -F ... /api/validate/start)   # body in $api/body

api=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-api.XXXXXX") || exit 1
api_w=$api/w
api_pid=''
api_nginx_pid=''
fcgi_client=$top_builddir/tests/lib/fcgi_client
mkdir -p "$api_w/run" "$api_w/logs"

api_stop() {
	for api_p in $api_nginx_pid $api_pid; do
		kill "$api_p" 2>/dev/null
	done
	for api_p in $api_nginx_pid $api_pid; do
		wait "$api_p" 2>/dev/null
	done
	api_pid=''
	api_nginx_pid=''
	# A leak shows when a child ends; nobody reads its exit code.
	if grep -qs 'Sanitizer\|runtime error' "$api_w/logs/fcgi.log"; then
		grep -A30 'Sanitizer\|runtime error' "$api_w/logs/fcgi.log" |
		    sed 's/^/# /'
		echo 'Bail out! a sanitizer found something'
	fi
}

api_cleanup() {
	api_stop
	rm -rf "$api"
}
trap api_cleanup EXIT
trap 'exit 1' INT TERM HUP

# api_start [FLAG...]
api_start() {
	"$top_builddir/bin/bpfcompat-fcgi" --workdir "$api_w" "$@" \
	    2>>"$api_w/logs/fcgi.log" &
	api_pid=$!
	# The children create the database on first use.
	if ! wait_until 20 fcgi GET /readyz ||
	    ! wait_until 20 fcgi_wait GET /readyz; then
		sed 's/^/# /' "$api_w/logs/fcgi.log"
		exit 1
	fi
}

# fcgi [OPTION...] METHOD URI: to the api pool; fcgi_wait: to the wait pool.
fcgi() {
	fcgi_to api.sock "$@"
}
fcgi_wait() {
	fcgi_to wait.sock "$@"
}
fcgi_to() {
	fcgi_sock=$1
	shift
	fcgi_opts=
	# The socket goes before the last two arguments.
	while [ $# -gt 2 ]; do
		case $1 in
		-k|-x|-n)
			fcgi_opts="$fcgi_opts $1"
			shift
			;;
		*)
			fcgi_opts="$fcgi_opts $1 '$2'"
			shift 2
			;;
		esac
	done
	eval "'$fcgi_client' $fcgi_opts '$api_w/run/$fcgi_sock'" '"$1" "$2"'
}

# api_nginx [SYNC_SLOTS POLL_SLOTS]
api_nginx() {
	api_user=
	[ "$(id -u)" != 0 ] || api_user='user root root;'
	sed -e "s|@USER@|$api_user|; s|@TLS@|${api_tls-}|" \
	    -e "s|@LISTEN@|unix:$api_w/run/http.sock${api_tls:+ ssl}|" \
	    -e "s|@HTDOCS@|$top_srcdir/htdocs|" \
	    -e "s|@CONF_DIR@|$top_srcdir/nginx|" \
	    -e "s|@RUN_DIR@|$api_w/run|; s|@LOG_DIR@|$api_w/logs|" \
	    -e "s|@API_SOCKET@|$api_w/run/api.sock|" \
	    -e "s|@WAIT_SOCKET@|$api_w/run/wait.sock|" \
	    -e "s|@MAX_BODY@|${api_max_body:-68157440}|" \
	    -e "s|@SYNC_SLOTS@|${1:-4}|; s|@POLL_SLOTS@|${2:-12}|" \
	    "$top_srcdir/nginx/serve.conf.in" >"$api_w/run/nginx.conf"
	nginx -e "$api_w/logs/nginx-error.log" -c "$api_w/run/nginx.conf" \
	    >"$api_w/logs/nginx.out" 2>&1 &
	api_nginx_pid=$!
	wait_until 20 test -S "$api_w/run/http.sock" || {
		sed 's/^/# /' "$api_w/logs/nginx.out" \
		    "$api_w/logs/nginx-error.log"
		exit 1
	}
}

# api_curl [OPTION...] PATH: prints the status; headers in $api/head, body in
# $api/body.
api_curl() {
	for api_last; do :; done
	api_n=$#
	while [ "$api_n" -gt 1 ]; do
		set -- "$@" "$1"
		shift
		api_n=$((api_n - 1))
	done
	shift
	: >"$api/body"
	curl -s --max-time 60 --unix-socket "$api_w/run/http.sock" \
	    -D "$api/head" -o "$api/body" -w '%{http_code}' "$@" \
	    "http${api_tls:+s}://bpfcompat$api_last"
}

# has_header NAME VALUE: exactly, name in any case.
has_header() {
	tr -d '\r' <"$api/head" | grep -iqxF "$1: $2"
}

body_has() {
	jq -e "$1" "$api/body" >/dev/null
}

# The touch is what our own programs do after a commit.
sql() {
	sqlite3 -cmd '.timeout 10000' "$api_w/bpfcompat.db" "$1" &&
	    touch "$api_w/bpfcompat.db-notify"
}

# Files an upload may leave behind; the lock is no upload.
uploads() {
	find "$api_w/objects" "$api_w/tmp" -type f ! -name lock 2>/dev/null |
	    wc -l
}

# refused NAME CODE STATUS FIELD CURL-ARGUMENT...: and neither row nor file.
refused() {
	ref_name=$1 ref_code=$2 ref_status=$3 ref_field=$4
	shift 4
	ref_rows=$(sql 'select count(*) from jobs')
	ref_files=$(uploads)
	got=$(api_curl "$@")
	if [ "$got" = "$ref_status" ] &&
	    body_has ".code == \"$ref_code\" and .field == $ref_field and
	    (.error | length > 0) and (.request_id | length > 0)" &&
	    [ "$(sql 'select count(*) from jobs')" = "$ref_rows" ] &&
	    [ "$(uploads)" = "$ref_files" ]; then
		pass "$ref_name"
	else
		fail "$ref_name" "status $got, wanted $ref_status" \
		    "$(cat "$api/body")" "rows before: $ref_rows, files \
before: $ref_files, now $(uploads)"
	fi
}

# elf FILE [BYTES]: something that begins like an object.
elf() {
	printf '\177ELF\002\001\001' >"$1"
	head -c "${2:-100}" /dev/zero >>"$1"
}

# a_job: uploads an object for two profiles; the id in $job.
# shellcheck disable=SC2034
a_job() {
	[ -f "$api/job.o" ] || elf "$api/job.o"
	api_curl -F "artifact_file=@$api/job.o" \
	    -F profiles=debian-12-6.1,debian-13-6.12 "$@" \
	    /api/validate/start >/dev/null
	job=$(jq -r .job_id "$api/body")
}

# A report is $api_report if that is set.
# complete_job JOB RUN-ID: what a worker does at the end, by hand.
complete_job() {
	mkdir -p "$api_w/runs/$2/targets/debian-12-6.1/logs"
	printf '{\n  "schema_version": "v0.1",\n  "run": {"id": "%s"}\n}\n' \
	    "$2" >"$api_w/runs/$2/report.json"
	[ -z "${api_report:-}" ] ||
	    cp "$api_report" "$api_w/runs/$2/report.json"
	sql "begin immediate;
	    update job_targets set state = 'pass', updated_at =
		strftime('%Y-%m-%dT%H:%M:%fZ') where job_id = '$1';
	    insert into runs (run_id, job_id, started_at, finished_at,
		artifact_name, artifact_version, artifact_sha256, matrix_name,
		summary_status, exit_code, required_passed, required_failed,
		total_profiles, report_path, report_sha256)
	    select '$2', id, created_at, created_at, artifact_name, '$2',
		artifact_sha256, matrix_name, 'pass', 0, 2, 0, 2,
		'runs/$2/report.json', '$(sha256sum \
		"$api_w/runs/$2/report.json" | cut -c1-64)'
	    from jobs where id = '$1';
	    update jobs set state = 'completed', stage = 'completed',
		percent = 100, exit_code = 0, run_id = '$2',
		revision = revision + 1, finished_at = created_at
	    where id = '$1';
	    commit"
}
