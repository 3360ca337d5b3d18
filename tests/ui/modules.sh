# Sourced by the browser tests: brings the pinned packages of package-lock.json
# into the build tree and finds the browser.  Two tests may come here at the
# same time; the second waits.  Sets ui_work, CHROMIUM, UI_MODULES.

[ "${BPFCOMPAT_SLOW_TESTS:-yes}" != no ] || {
	echo "1..0 # SKIP slow tests are switched off"
	exit 0
}
ui_dir=$top_srcdir/tests/ui
UI_MODULES=$top_builddir/tests/ui
export UI_MODULES

for CHROMIUM in chromium chromium-browser google-chrome ''; do
	command -v "$CHROMIUM" >/dev/null 2>&1 && break
done
[ -n "$CHROMIUM" ] || {
	echo "Bail out! no chromium; see build-aux/debian-packages.txt"
	exit 1
}
CHROMIUM=$(command -v "$CHROMIUM")
export CHROMIUM

ui_install() (
	mkdir -p "$UI_MODULES" && cd "$UI_MODULES" || exit 1
	exec 9>.modules.lock
	flock 9
	cmp -s "$ui_dir/package-lock.json" node_modules/.installed && exit 0
	[ "$ui_dir/package.json" -ef package.json ] ||
	    cp -f "$ui_dir/package.json" "$ui_dir/package-lock.json" .
	npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 &&
	    cp "$ui_dir/package-lock.json" node_modules/.installed
)

ui_install || {
	sed 's/^/# /' "$UI_MODULES/npm.log"
	echo "Bail out! npm could not install the test packages"
	exit 1
}

ui_work=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-ui.XXXXXX")
ui_child=
ui_end() {
	trap - EXIT HUP INT TERM
	if [ -n "$ui_child" ]; then
		kill -TERM "$ui_child" 2>/dev/null
		wait "$ui_child" 2>/dev/null
	fi
	rm -rf "$ui_work"
}
trap ui_end EXIT
trap 'ui_end; exit 1' HUP INT TERM

# Profiles and sockets of the browser stay in our folder, too.
ui_run() {
	TMPDIR=$ui_work node "$@" &
	ui_child=$!
	wait "$ui_child"
	ui_status=$?
	ui_child=
	return "$ui_status"
}
