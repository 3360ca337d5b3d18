#!/bin/sh
# Keys of an issuer by discovery: rotation, and an issuer that is slow, huge,
# broken or elsewhere.  What it is asked is counted.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

command -v openssl >/dev/null || skip_all "openssl makes the keys"
command -v node >/dev/null || skip_all "the issuer of this test runs in node"
plan 15

b64url() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}
# key NAME: NAME.pem, and the issuer's only public key from now on.
key() {
	[ -f "$api/$1.pem" ] || openssl genrsa -out "$api/$1.pem" 2048 2>/dev/null
	# The modulus stands before the five bytes of the exponent.
	key_n=$(openssl rsa -in "$api/$1.pem" -pubout -outform DER 2>/dev/null |
	    tail -c 261 | head -c 256 | b64url)
	printf '{"keys":[{"kty":"RSA","kid":"%s","n":"%s","e":"AQAB"}]}\n' "$1" \
	    "$key_n" >"$api/jwks.json"
}
# token KEY [KID]
token() {
	jwt_in=$(printf '{"alg":"RS256","kid":"%s"}' "${2-$1}" | b64url)
	jwt_in=$jwt_in.$(printf '{"sub":"ci","iss":"%s","exp":9999999999}' \
	    "$issuer" | b64url)
	printf '%s.%s' "$jwt_in" "$(printf %s "$jwt_in" |
	    openssl dgst -sha256 -sign "$api/$1.pem" -binary | b64url)"
}
shown() {
	api_curl -H "X-API-Identity-Token: $1" /api/history/runs
}
asked() {
	wc -l <"$api/asked"
}
mode() {
	echo "$1" >"$api/mode"
}
# past FIELD...: the cache remembers these as long ago.
past() {
	for past_f; do
		sed -i "s/\"$past_f\":[0-9]*/\"$past_f\":1/" "$api_w"/cache/jwks/*.json
	done
}
is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$api/issuer.key" -out "$api/issuer.pem" -days 2 -subj /CN=issuer \
    -addext subjectAltName=IP:127.0.0.1 2>/dev/null
key k1
mode ok
: >"$api/asked"
node "$top_srcdir/tests/lib/issuer.mjs" "$api" >"$api/port" &
issuer_pid=$!
trap 'kill "$issuer_pid" 2>/dev/null; wait "$issuer_pid" 2>/dev/null; api_cleanup' EXIT
wait_until 20 test -s "$api/port"
issuer=https://127.0.0.1:$(cat "$api/port")

export BPFCOMPAT_API_WRITE_JWT_OIDC_ISSUER_URL="$issuer"
export BPFCOMPAT_API_WRITE_JWT_JWKS_CA_PATH="$api/issuer.pem"
export BPFCOMPAT_API_WRITE_JWT_JWKS_HTTP_TIMEOUT=1500ms
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY
api_start
api_nginx

check "a token of the issuer counts" is "$(shown "$(token k1)")" 200
check "it was asked where its keys are, and for them" is "$(asked)" 2
check "and not again for the next token" \
    is "$(shown "$(token k1)")$(asked)" 2002
garbage() {
	for i in 1 2 3 4 5 6; do
		shown "$(token k1 "unknown-$i")"
	done
}
check "keys nobody has are wrong" is "$(garbage)" 401401401401401401
check "for all of them it was asked once more" is "$(asked)" 4

key k2
past forced_at
check "after a change of keys the new one counts" \
    is "$(shown "$(token k2)")" 200
check "and the old one no longer" is "$(shown "$(token k1)")" 401

# survives MODE: no verdict on a right token, one try, none at once again.
survives() {
	mode "$1"
	past fetched_at tried_at discovered_at
	before=$(asked)
	got=$(shown "$(token k2)")
	after=$(asked)
	is "$got $((after > before)) $(shown "$(token k2)") $(asked)" \
	    "503 1 503 $after"
}
for m in slow huge broken error downgrade foreign; do
	check "an issuer that is $m gives no verdict, and rest" survives "$m"
done
mode ok
past tried_at
check "an issuer that is back counts again" is "$(shown "$(token k2)")" 200
mode slow
sed -i "s/\"fetched_at\":[0-9]*/\"fetched_at\":$(($(date +%s) - 400))000/" \
    "$api_w"/cache/jwks/*.json
past tried_at
check "keys that could not be renewed count a while longer" \
    is "$(shown "$(token k2)")" 200
