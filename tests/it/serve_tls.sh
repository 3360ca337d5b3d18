#!/bin/sh
# Client certificates under "bpfcompat serve": who has none of the authority's
# gets nothing at all, and whom the identity map knows is who it says.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null ||
    skip_all "nginx is not installed"
command -v openssl >/dev/null || skip_all "openssl makes the certificates"
plan 13

serve_end() {
	[ -z "$serve_pid" ] || { kill "$serve_pid"; wait "$serve_pid"; }
	fake_world_end
}
serve_pid=
trap serve_end EXIT

# authority NAME
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -keyout "$world/$1.key" -out "$world/$1.pem" -days 2 \
	    -subj "/CN=$1" 2>/dev/null
}
# certificate NAME AUTHORITY [X509-OPTION...]
certificate() {
	ct_name=$1 ct_ca=$2
	shift 2
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout "$world/$ct_name.key" -out "$world/$ct_name.csr" \
	    -subj "/O=Acme/CN=$ct_name" 2>/dev/null
	openssl x509 -req -in "$world/$ct_name.csr" -CA "$world/$ct_ca.pem" \
	    -CAkey "$world/$ct_ca.key" -out "$world/$ct_name.pem" -days 2 \
	    "$@" 2>/dev/null
}
authority ca
authority other-ca
printf 'subjectAltName=IP:127.0.0.1\n' >"$world/san"
certificate server ca -extfile "$world/san"
certificate agent-7 ca
certificate stranger ca
certificate agent-8 other-ca
printf 'basicConstraints=critical,CA:TRUE\n' >"$world/ca-ext"
certificate between ca -extfile "$world/ca-ext"
certificate agent-9 between
cat "$world/between.pem" >>"$world/agent-9.pem"
cat >"$world/map.json" <<'END'
{"identities":[{"common_name":"agent-7","organization":["Acme"],
    "subject":"svc-7","tenant":"acme","projects":["demo"]},
    {"common_name":"agent-9",
    "subject":"svc-9","tenant":"acme","projects":["demo"]}]}
END

BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH=$world/map.json
export BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH
# serve CA [OPTION...]: runs it, in the background when it starts.
serve() {
	BPFCOMPAT_API_CLIENT_CA_PATH=$1
	export BPFCOMPAT_API_CLIENT_CA_PATH
	shift
	for s_try in 1 2 3 4 5; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
		: >"$world/url"
		"$bin/bpfcompat" serve --no-fetch --addr ":$port" "$@" \
		    >"$world/url" 2>"$world/serve.log" &
		serve_pid=$!
		wait_until 30 is_up_or_gone
		[ ! -s "$world/url" ] || return 0
		wait "$serve_pid"
		serve_pid=
		grep -q 'is in use' "$world/serve.log" || return 1
	done
}
is_up_or_gone() {
	[ -s "$world/url" ] || ! kill -0 "$serve_pid" 2>/dev/null
}
# get PATH [CURL-OPTION...]: the status; the body is in $world/body.
get() {
	g_path=$1
	shift
	curl -s -o "$world/body" -w '%{http_code}' --max-time 20 \
	    --cacert "$world/ca.pem" "$@" "https://127.0.0.1:$port$g_path"
}
with() {
	w_name=$1 w_path=$2
	shift 2
	get "$w_path" --cert "$world/$w_name.pem" --key "$world/$w_name.key" \
	    "$@"
}
is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}
says() {
	grep -q "$1" "$world/serve.log" || { cat "$world/serve.log"; return 1; }
}
tls="--tls-cert $world/server.pem --tls-key $world/server.key"

serve "$world/ca.pem"
check "an authority without TLS is refused" says 'wants TLS'
# shellcheck disable=SC2086 # two options with their values
serve "$world/nothing.pem" $tls
check "so is one that is not there" says 'cannot read'
echo "no certificate" >"$world/text.pem"
# shellcheck disable=SC2086
serve "$world/text.pem" $tls
check "and a file without a certificate" says 'nginx refuses'

# shellcheck disable=SC2086
serve "$world/ca.pem" $tls
check "with an authority it starts" test -s "$world/url"
check "without a certificate nothing answers" is "$(get /)" 400
check "not even a health probe" is "$(get /livez)" 400
check "nor with one of another authority" is "$(with agent-8 /livez)" 400
check "who is mapped reads" is "$(with agent-7 /api/history/runs)" 200
check "also through an authority in between" \
    is "$(with agent-9 /api/history/runs)" 200
check "who is not mapped is a stranger" \
    is "$(with stranger /api/history/runs)" 403
check "whatever he says in headers" is "$(with stranger /api/history/runs \
    -H 'SSL-Client-S-DN: CN=agent-7,O=Acme' -H 'SSL-Client-Verify: SUCCESS')" \
    403
check "what is open is open to him" is "$(with stranger /api/health)" 200
kill "$serve_pid"
wait "$serve_pid"
code=$?
serve_pid=
check "a signal ends it well" is "$code" 0
