#!/bin/sh
# The snippet for an existing nginx, with TLS, as its head says to install it.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/api.sh"

command -v openssl >/dev/null || skip_all "openssl makes the certificate"
plan 8
api_start --api-children 1 --wait-children 16

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$api/key.pem" -out "$api/fullchain.pem" -days 2 \
    -subj /CN=bpfcompat.example.org 2>/dev/null
for f in http locations htdocs; do
	cp "$top_srcdir/nginx/bpfcompat-$f.conf" "$api/"
done
# Its paths and ports become ours.
sed -e "s|/run/bpfcompat|$api_w/run|; s|/etc/ssl/bpfcompat|$api|" \
    -e "s|listen 443|listen unix:$api_w/run/https.sock|" \
    -e "s|listen 80|listen unix:$api_w/run/http.sock|; /listen \[/d" \
    -e "s|/usr/share/bpfcompat/htdocs|$top_srcdir/htdocs|" \
    "$top_srcdir/nginx/bpfcompat-snippet.conf" >"$api/bpfcompat.conf"
{
	[ "$(id -u)" != 0 ] || echo 'user root root;'
	cat <<END
daemon off;
pid $api_w/run/nginx.pid;
error_log $api_w/logs/nginx-error.log;
events { }
http {
	types { text/html html; }
	access_log off;
	client_body_temp_path $api_w/run/body;
	fastcgi_temp_path $api_w/run/fastcgi;
	proxy_temp_path $api_w/run/proxy;
	uwsgi_temp_path $api_w/run/uwsgi;
	scgi_temp_path $api_w/run/scgi;
	include $api/bpfcompat.conf;
}
END
} >"$api/nginx.conf"
nginx -e "$api_w/logs/nginx-error.log" -c "$api/nginx.conf" \
    >"$api_w/logs/nginx.out" 2>&1 &
api_nginx_pid=$!
wait_until 20 test -S "$api_w/run/https.sock" ||
    sed 's/^/# /' "$api_w/logs/nginx.out" "$api_w/logs/nginx-error.log"

tls() {
	curl -s --unix-socket "$api_w/run/https.sock" -D "$api/head" \
	    -o "$api/body" --cacert "$api/fullchain.pem" -w '%{http_code}' \
	    "https://bpfcompat.example.org$1"
}
hsts() {
	[ "$(grep -ci '^strict-transport-security' "$api/head")" = 1 ]
}
check "the API answers by TLS" test "$(tls /api/health)" = 200
check "with the header that keeps it so, once" hsts
check "so do the pages" test "$(tls /)" = 200
check "under the strict policy" grep -qi \
    "^content-security-policy: default-src 'none'; script-src 'self'" \
    "$api/head"
check "with that header, once" hsts
check "Makefile parts are no pages" test "$(tls /local.mk)" = 404
check "plain HTTP is sent to TLS" test "$(api_curl /x)" = 308
check "to the same address" has_header Location https://bpfcompat/x
