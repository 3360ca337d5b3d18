# doc: manual pages, the administrator's guide, service units.

dist_man_MANS = doc/bpfcompat.1 \
	doc/bpfcompat-manifest.5 \
	doc/bpfcompat-matrix.5 doc/bpfcompat-profile.5 \
	doc/bpfcompat-suite.5 \
	doc/bpfcompat-fcgi.8 doc/bpfcompat-keys.8 \
	doc/bpfcompat-runner.8 doc/bpfcompat-worker.8
dist_doc_DATA = README.md doc/access.md doc/admin.md doc/architecture.md \
	doc/attach.md doc/causes.md doc/compare.md doc/history.md \
	doc/environment.md doc/registry-rows.md doc/runtime.md doc/signing.md

# Pictures of the README.
gallerydir = $(docdir)/doc/gallery
dist_gallery_DATA = doc/gallery/log.png doc/gallery/result.png

# Served at /api/openapi.yaml.
apidocdir = $(pkgdatadir)/doc
dist_apidoc_DATA = doc/openapi.yaml

# systemd looks below /usr and /usr/local.
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
UNITS = doc/systemd/bpfcompat-fcgi.service doc/systemd/bpfcompat-worker.service
unit_DATA = $(UNITS)
sysusers_DATA = doc/systemd/bpfcompat.conf
EXTRA_DIST += $(UNITS:=.in) doc/systemd/bpfcompat.sysusers.conf
CLEANFILES += $(UNITS) doc/systemd/bpfcompat.conf

$(UNITS): %: %.in Makefile
	@$(MKDIR_P) doc/systemd
	$(AM_V_GEN)sed 's|@pkglibexecdir@|$(pkglibexecdir)|' \
	    '$(srcdir)/$@.in' > $@.tmp && mv $@.tmp $@
doc/systemd/bpfcompat.conf: doc/systemd/bpfcompat.sysusers.conf
	@$(MKDIR_P) doc/systemd
	$(AM_V_GEN)cp '$(srcdir)/doc/systemd/bpfcompat.sysusers.conf' $@

# The table of variables, as the program knows it; a test compares.
.PHONY: environment
environment: bin/bpfcompat
	@{ printf '# Environment variables\n\nMade by `make environment`; %s\n\n' \
	    '`bpfcompat env` shows the values in force.'; \
	    env -i bin/bpfcompat env --markdown; } \
	    > '$(srcdir)/doc/environment.md'
