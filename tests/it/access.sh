#!/bin/sh
# Every route with every kind of credential, through real nginx by TLS:
# doc/access.md is what came out ("make access" writes it anew), and this
# test compares every cell.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

command -v openssl >/dev/null || skip_all "openssl makes the credentials"

# --- credentials ------------------------------------------------------------
b64url() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}
approval_secret=another-secret-of-this-test-for-approvals
secret=a-secret-of-this-test-that-is-long-enough
hs256() {
	jwt_in=$(printf %s '{"alg":"HS256"}' | b64url).$(printf %s "$1" | b64url)
	printf '%s.%s' "$jwt_in" "$(printf %s "$jwt_in" |
	    openssl dgst -sha256 -hmac "$secret" -binary | b64url)"
}
rs256() {
	jwt_in=$(printf %s '{"alg":"RS256","kid":"k1"}' | b64url)
	jwt_in=$jwt_in.$(printf %s "$1" | b64url)
	printf '%s.%s' "$jwt_in" "$(printf %s "$jwt_in" |
	    openssl dgst -sha256 -sign "$api/jwt.pem" -binary | b64url)"
}
# claims [MORE]: of acme, project demo, until far away.
claims() {
	printf '{"sub":"ci","iss":"test","aud":"api","exp":%s,"tenant":"%s",%s%s}' \
	    "${exp:-99999999999}" "${tenant:-acme}" '"projects":["demo"]' "${1-}"
}
run='"scope":"validate.run"'

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$api/ca.key" -out "$api/ca.pem" -days 2 -subj "/CN=ca" \
    2>/dev/null
# certificate NAME
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
	    -keyout "$api/$1.key" -out "$api/$1.csr" -subj "/O=Acme/CN=$1" \
	    2>/dev/null
	openssl x509 -req -in "$api/$1.csr" -CA "$api/ca.pem" \
	    -CAkey "$api/ca.key" -days 2 -out "$api/$1.pem" 2>/dev/null
}
certificate bpfcompat
certificate agent-7
certificate stranger
openssl genrsa -out "$api/jwt.pem" 2048 2>/dev/null
# The modulus stands before the five bytes of the exponent.
n=$(openssl rsa -in "$api/jwt.pem" -pubout -outform DER 2>/dev/null |
    tail -c 261 | head -c 256 | b64url)
printf '{"keys":[{"kty":"RSA","kid":"k1","n":"%s","e":"AQAB"}]}' "$n" \
    >"$api/jwks.json"
cat >"$api/map.json" <<'END'
{"identities":[{"common_name":"agent-7","organization":["Acme"],
    "subject":"svc-7","tenant":"acme","projects":["demo"],
    "scopes":["validate.run"]}]}
END
mkdir -p "$api_w/cloud-registry/auth"
cat >"$api_w/cloud-registry/auth/tokens.json" <<'END'
{"schema_version":"cloud_registry_auth.v0.1","tokens":[
 {"token":"grant-read","subject":"reader","tenant":"acme",
  "projects":["demo"],"can_read":true},
 {"token":"grant-write","subject":"writer","tenant":"acme",
  "projects":["*"],"can_write":true},
 {"token":"grant-over","subject":"old","tenant":"acme","projects":["*"],
  "can_write":true,"expires_at":"2020-01-01T00:00:00Z"},
 {"token":"grant-other","subject":"other","tenant":"globex",
  "projects":["*"],"can_write":true}]}
END
chmod 600 "$api_w/cloud-registry/auth/tokens.json"

# --- the server ---------------------------------------------------------------
export BPFCOMPAT_API_WRITE_KEY=key-that-writes
export BPFCOMPAT_API_READ_KEY=key-that-reads
export BPFCOMPAT_API_WRITE_JWT_HS256_SECRET=$secret
export BPFCOMPAT_API_WRITE_JWT_JWKS_PATH="$api/jwks.json"
export BPFCOMPAT_API_WRITE_JWT_ISSUER=test
export BPFCOMPAT_API_WRITE_JWT_AUDIENCE=api
export BPFCOMPAT_API_WRITE_JWT_REQUIRED_SCOPES_VALIDATE=validate.run
export BPFCOMPAT_API_MTLS_IDENTITY_MAP_PATH="$api/map.json"
export BPFCOMPAT_REGISTRY_AUTH_TOKEN=bootstrap-of-this-test
export BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS=0
export BPFCOMPAT_API_RATE_LIMIT_MAX_REQUESTS=0
export BPFCOMPAT_API_MAX_FAILED_LOGINS=0
export BPFCOMPAT_API_ENABLE_METRICS=true
export BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE=true
export BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN=$approval_secret
api_tls="ssl_certificate $api/bpfcompat.pem; \
ssl_certificate_key $api/bpfcompat.key; \
ssl_client_certificate $api/ca.pem; ssl_verify_client optional;"

"$top_builddir/bin/bpfcompat-fcgi" --workdir "$api_w" --policy >"$api/policy"
sed -n 's|^\([A-Z]\{1,\}\)  *\(/[^ ]*\)  *\([a-z_]*\) .*|\1 \2 \3|p' \
    "$api/policy" >"$api/routes"

# Requests of all routes as one configuration of curl, each ready to be let
# in and refused right after: nothing is changed, no worker is needed.
requests() {
	while read -r method path action; do
		echo 'next'
		echo 'unix-socket = "'"$api_w/run/http.sock"'"'
		echo 'silent'
		echo 'insecure'
		echo 'max-time = 60'
		echo 'output = /dev/null'
		echo 'write-out = "%{http_code}\n"'
		query='?tenant=acme&project=demo'
		case $method$path in
		POST*/validate|POST*/validate/start|POST*/upload)
			echo 'form = "artifact_name=x"'
			;;
		POST*/validate/cancel)
			echo 'data = ""'
			;;
		POST*/runtime/execute)
			query=
			echo 'header = "Content-Type: application/json"'
			printf '%s%s\n' 'data = "{\"tenant\":\"acme\",\"project\":\"demo\",' \
			    '\"artifact_name\":\"x\",\"version\":\"1\",\"allow_host_load\":true}"'
			;;
		POST*)
			query=
			echo 'header = "Content-Type: application/json"'
			echo 'data = "{\"tenant\":\"acme\",\"project\":\"demo\"}"'
			;;
		esac
		echo "url = \"https://bpfcompat$path$query\""
		sed 's/^/header = "/; s/$/"/' "$1.headers"
		cat "$1.more"
	done <"$api/routes" | sed 1d
}
columns=
# credential NAME [HEADER...]: one column of the table.
credential() {
	name=$1
	shift
	columns="$columns $name"
	printf '%s\n' "$@" | sed '/^$/d' >"$api/$name.headers"
	: >"$api/$name.more"
	[ -z "${cert-}" ] ||
	    printf 'cert = "%s.pem"\nkey = "%s.key"\n' "$api/$cert" \
	    "$api/$cert" >"$api/$name.more"
	requests "$api/$name" >"$api/$name.curl"
	# What is not about who asks is "yes".
	curl -K "$api/$name.curl" </dev/null |
	    sed '/^40[13]$/!{ /^503$/!{ /^000$/!s/.*/yes/; }; }' \
	    >"$api/$name.col"
}

api_start
api_nginx
identity=X-API-Identity-Token
credential none
credential key-wrong 'X-API-Key: nobody'
credential key-write 'X-API-Key: key-that-writes'
credential key-read 'X-API-Key: key-that-reads'
credential id "$identity: $(rs256 "$(claims ",$run")")"
credential id-hs256 "$identity: $(hs256 "$(claims ",$run")")"
credential id-no-scope "$identity: $(rs256 "$(claims)")"
credential id-reads "$identity: $(rs256 "$(claims ",$run,\"can_write\":false")")"
credential id-expired "$identity: $(exp=1 rs256 "$(exp=1 claims ",$run")")"
credential id-foreign "$identity: $(rs256 "$(claims ",$run" |
    sed 's/"iss":"test"/"iss":"evil"/')")"
credential id-none "$identity: $(printf %s '{"alg":"none"}' | b64url).$(claims \
    ",$run" | b64url)."
credential id-forged "$identity: $(rs256 "$(claims ",$run")" |
    sed 's/\.[^.]*$/.AAAA/')"
cert=agent-7 credential cert
cert=stranger credential cert-unknown
credential cert-forged 'SSL-Client-Verify: SUCCESS' \
    'SSL-Client-S-DN: CN=agent-7,O=Acme' 'SSL_CLIENT_VERIFY: SUCCESS' \
    'SSL_CLIENT_S_DN: CN=agent-7,O=Acme'
credential grant-read 'Authorization: Bearer grant-read'
credential grant-write 'Authorization: Bearer grant-write'
credential grant-over 'Authorization: Bearer grant-over'
credential grant-other 'Authorization: Bearer grant-other'
credential bootstrap 'Authorization: Bearer bootstrap-of-this-test'
credential grant-and-id 'Authorization: Bearer grant-write' \
    "$identity: $(rs256 "$(claims ",$run")")"
credential grant-and-alien 'Authorization: Bearer grant-write' \
    "$identity: $(tenant=globex; rs256 "$(claims ",$run")")"
credential key-and-grant 'X-API-Key: key-that-writes' \
    'Authorization: Bearer grant-write'
# approval [OPTION...]: of acme's project demo.
approval() {
	"$top_builddir/bin/bpfcompat" admin approval create --tenant acme \
	    --project demo --version 1 --digest "$(printf %064d 0)" \
	    --approved-by eve "$@"
}
credential approved 'X-API-Key: key-that-writes' \
    'Authorization: Bearer grant-write' \
    "X-Execute-Approval-Token: $(approval)"
credential approved-other 'X-API-Key: key-that-writes' \
    'Authorization: Bearer grant-write' \
    "X-Execute-Approval-Token: $(approval --project other)"
credential approved-forged 'X-API-Key: key-that-writes' \
    'Authorization: Bearer grant-write' \
    "X-Execute-Approval-Token: $approval_secret"

table() {
	printf '| route |'
	# shellcheck disable=SC2086
	printf ' %s |' $columns
	printf '\n|---|'
	for c in $columns; do printf -- '---|'; done
	echo
	sed 's/ [a-z_]*$//; s/.*/| `&` |/' "$api/routes" >"$api/table"
	for c in $columns; do
		sed 's/.*/ & |/' "$api/$c.col" |
		    paste -d '\0' "$api/table" - >"$api/table.new"
		mv "$api/table.new" "$api/table"
	done
	cat "$api/table"
}
table >"$api/access"
if [ "${ACCESS_WRITE-}" ]; then
	sed '/^| route/,$d' "$top_srcdir/doc/access.md" >"$api/head.md"
	cat "$api/head.md" "$api/access" >"$top_srcdir/doc/access.md"
	exit 0
fi

plan 9
same() {
	sed -n '/^| route/,$p' "$top_srcdir/doc/access.md" |
	    diff - "$api/access" || {
		echo "if this is wanted, run: make access"
		return 1
	}
}
check "every cell of doc/access.md is as it says" same
# What must hold of any table.
only() {
	awk -v col="$1" 'NR == FNR { a[FNR] = $3; next }
	    $1 == "yes" && a[FNR] != "open" { print col ": " a[FNR]; bad = 1 }
	    END { exit bad }' "$api/routes" "$api/$1.col"
}
nothing() {
	for c in none key-wrong id-expired id-foreign id-none id-forged \
	    cert-unknown cert-forged grant-over; do
		only "$c" || return 1
	done
}
check "what proves nothing opens nothing" nothing
check "doctor prints the same policy" sh -c "'$top_builddir/bin/bpfcompat' \
    admin doctor --workdir '$api_w' | cmp - '$api/policy'"
secrets() {
	api_curl --insecure /api/config >/dev/null
	cat "$api/policy" "$api/body" "$api_w/logs/fcgi.log" >"$api/all"
	for s in "$secret" "$approval_secret" key-that- bootstrap-of-this-test grant-write eyJ; do
		! grep -Fq -e "$s" "$api/all" || { echo "$s is shown"; return 1; }
	done
}
check "neither policy, config nor log shows a secret" secrets
refusals() {
	sql "select count(*) from audit where status = 'denied' and
	    actor like 'token:%' and action = 'artifact_upload_denied'"
}
check "refused tokens are in the audit without themselves" \
    test "$(refusals)" -gt 0

# Whatever is asked for, what is private looks like what is not there.
reply_of() {
	api_curl --insecure "$@" >/dev/null
	jq -c 'del(.request_id)' "$api/body"
}
hidden() {
	[ "$(reply_of "/api/registry/artifacts?tenant=acme&project=demo")" = \
	    "$(reply_of "/api/registry/artifacts?tenant=acme&project=nope")" ]
}
check "a private project looks like one that is not there" hidden
api_curl --insecure -H 'Accept: application/problem+json' \
    /api/history/runs >/dev/null
check "problems come as such when asked for" \
    has_header Content-Type application/problem+json
api_curl --insecure -H 'X-API-Key: nobody' /api/history/runs >/dev/null
check "a wrong credential is told from none" has_header WWW-Authenticate \
    'Bearer realm="bpfcompat", error="invalid_token"'
many() {
	api_curl --insecure -H "$identity: $(head -c 7000 /dev/zero |
	    tr '\0' a)" /api/history/runs
}
check "a token of 7000 letters is just a wrong one" test "$(many)" = 401
