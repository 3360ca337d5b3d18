# doc: its part of the Makefile.

# Served at /api/openapi.yaml.
apidocdir = $(pkgdatadir)/doc
dist_apidoc_DATA = doc/openapi.yaml
