#!/bin/sh
# The page in a real browser against "bpfcompat serve": nginx, FastCGI,
# worker and real kernels.  UI_URL names a server that runs already.
set -u
. "$top_srcdir/tests/ui/modules.sh"

# Kernels and saved VMs are those of the other tests of real kernels.
shared=$top_builddir/.bpfcompat-test
BPFCOMPAT_KERNEL_DIR=${BPFCOMPAT_KERNEL_DIR:-$shared/kernels}
BPFCOMPAT_CACHE_DIR=${BPFCOMPAT_CACHE_DIR:-$shared/cache}
export BPFCOMPAT_KERNEL_DIR BPFCOMPAT_CACHE_DIR
mkdir -p "$BPFCOMPAT_KERNEL_DIR" "$BPFCOMPAT_CACHE_DIR"

UI_BIN=$top_builddir/bin
UI_OBJECTS=$top_builddir/tests/bpf
UI_WORKDIR=$ui_work/work
UI_MATRIX=$ui_work/two.yaml
export UI_BIN UI_OBJECTS UI_WORKDIR UI_MATRIX
cat >"$UI_MATRIX" <<END
name: two
profiles:
  - id: debian-11-5.10
    required: true
  - id: debian-12-6.1
    required: true
END

[ -n "${UI_URL:-}" ] || "$UI_BIN/bpfcompat" kernels fetch \
    --matrix "$UI_MATRIX" >"$ui_work/fetch.log" 2>&1 || {
	sed 's/^/# /' "$ui_work/fetch.log"
	echo "Bail out! the kernels could not be fetched"
	exit 1
}
ui_run "$top_srcdir/tests/ui/server.mjs"
