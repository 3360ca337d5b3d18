# nginx: the server of "bpfcompat serve", and parts for an existing one.
nginxdir = $(pkgdatadir)/nginx
dist_nginx_DATA = \
	nginx/README.md \
	nginx/bpfcompat-htdocs.conf \
	nginx/bpfcompat-http.conf \
	nginx/bpfcompat-locations.conf \
	nginx/bpfcompat-snippet.conf \
	nginx/serve.conf.in
