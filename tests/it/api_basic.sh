#!/bin/sh
# Routes, methods, headers, caching and authority of the HTTP API, through
# real nginx.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

plan 37
BPFCOMPAT_API_WRITE_KEY=some-key
export BPFCOMPAT_API_WRITE_KEY
api_start
api_nginx

is() {
	[ "$1" = "$2" ] || { echo "got $1, wanted $2"; return 1; }
}
status() {
	is "$(api_curl "$@")" "$want"
}

want=200
check "health is ok" status /api/health
check "health says so in JSON" body_has '. == {"status":"ok"}'
check "its type is JSON" has_header Content-Type application/json
check "nothing may be framed" has_header X-Frame-Options DENY
check "an answer about state is not stored" has_header Cache-Control no-store
api_curl /api/v1/health >/dev/null
check "v1 is the same" body_has '.status == "ok"'
check "livez answers" status /livez
check "livez says ok" is "$(cat "$api/body")" ok

want=503
check "readyz says what is missing" status /readyz
check "readyz names the worker and the kernels" body_has '
    [.checks[] | select(.ok | not) | .name] as $bad |
    ($bad | index("worker")) != null and ($bad | index("kernels")) != null and
    (.checks[] | select(.name == "database") | .ok)'
check "readyz shows no path of the server" sh -c \
    "! grep -q '$api_w' '$api/body'"

want=404
check "an unknown route is 404" status /api/validate/start/
check "with the envelope" body_has '.code == "not_found" and .request_id'

want=405
check "a wrong method is 405" status -X DELETE /api/health
check "and Allow says which" has_header Allow "GET, HEAD"
check "GET on a POST route is 405" status /api/validate/start
check "and Allow says POST" has_header Allow POST

want=200
api_curl / >/dev/null
check "the page is served under a strict policy" sh -c \
    "grep -qi \"^content-security-policy: default-src 'none'; script-src 'self'\" \
    '$api/head'"
want=405
check "and takes no POST" status -X POST /
want=200
check "HEAD is GET without a body" status -I /api/health
check "with the length of GET" has_header Content-Length 21

api_curl -H 'X-Request-Id: abc-1' -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' /api/health >/dev/null
check "a harmless request id comes back" has_header X-Request-Id abc-1
check "and a valid traceparent" has_header traceparent \
    00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
api_curl -H 'X-Request-Id: <b>"x' -H 'traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01' /api/health >/dev/null
check "a bad one is replaced, and a bad traceparent dropped" sh -c \
    "grep -Eqi '^x-request-id: [0-9a-f]{32}.\$' '$api/head' &&
    ! grep -qi '^traceparent' '$api/head'"

# Not through status(): a failure would show all of it.
big=$(head -c 20000 /dev/zero | tr '\0' a)
got=$(api_curl -H "X-Big: $big" /api/health)
check "a huge header is 431" is "$got" 431
check "in the API's format" body_has '.code == "too_large" and .request_id'
got=$(api_curl "/api/health?$big")
check "a huge address is 414" is "$got" 414
check "in the API's format, too" body_has '.code == "too_large"'

etag_of() {
	api_curl "$1" >/dev/null
	sed -n 's/^[Ee][Tt][Aa][Gg]: \(.*\)\r$/\1/p' "$api/head"
}
same_304() {
	[ "$(api_curl -H "If-None-Match: W/$(etag_of "$1")" "$1")" = 304 ] &&
	    [ ! -s "$api/body" ]
}
check "profiles answer 304 to their ETag" same_304 /api/profiles
check "openapi answers 304 to its ETag" same_304 /api/openapi.yaml
api_curl /api/profiles >/dev/null
check "the catalogue tells what clients need" body_has '
    .profiles | length > 3 and all(.[]; .id and .distro and .arch and
    .source_mode and .transport == "ssh" and .transport_supported and
    (.image_cached == false)) and
    ([.[] | select(.required_default)] | length) == 4'
check "and shows no path of the server" sh -c \
    "! grep -q '$api_w' '$api/body'"

api_curl /api/config >/dev/null
check "everything is closed by default" body_has '
    [.allow_anonymous_validate, .allow_anonymous_read,
    .allow_anonymous_write] == [false, false, false]'
elf "$api/big.o" 3000000
want=401
# At this rate the body would take five minutes.
check "an upload is refused before its body is read" status \
    --limit-rate 10k -F "artifact_file=@$api/big.o" /api/validate/start
check "with the envelope" body_has '.code == "unauthorized" and .request_id
    and .status == 401 and .type == "urn:bpfcompat:error:unauthorized" and
    .detail == .error and (.error | test("X-API-Key"))'
check "with a challenge" has_header WWW-Authenticate 'Bearer realm="bpfcompat"'
check "history is closed too" status /api/history/runs
