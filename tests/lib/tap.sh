# Sourced by every shell test: TAP output, one ok/not ok per behaviour.
#
#   . "$top_srcdir/tests/lib/tap.sh"
#   plan 2
#   check "a name" test 1 = 1          # runs the command, quietly
#   pass "another"; fail "yet another" "why"

tap_n=0
tap_bad=0

plan() {
	echo "1..$1"
}

pass() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

fail() {
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $1"
	shift
	for line; do
		printf '%s\n' "$line" | sed 's/^/# /'
	done
}

# check NAME COMMAND...: passes when the command exits 0; shows its output
# when it does not.
check() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "command: $*" "$tap_out"
	fi
}

# wait_until SECONDS COMMAND...: until the command exits 0; 1 when the time is
# over.  The only loop with a nap in the shell tests.
wait_until() {
	tap_end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$tap_end" ] || return 1
		sleep 0.1
	done
}

# slow_test: skips the whole test when configure was told so.
slow_test() {
	[ "${BPFCOMPAT_SLOW_TESTS:-yes}" != no ] ||
	    skip_all "slow tests are switched off"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
