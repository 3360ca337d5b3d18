#!/bin/sh
# The unit tests under valgrind.
#
# Criterion runs each test in a child and swallows its exit status, so the
# verdict is what valgrind wrote, not what the program returned.  Two limits
# of valgrind 3.19: it does not know pidfd_open(2), so a test that needs it
# ends early and its leaks are not counted (the sanitizers count them); and
# it is slow, so deadlines in tests may pass and their results are not
# looked at here.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/san/lib.sh"

command -v valgrind >/dev/null 2>&1 || skip_all "valgrind is not installed"
plain_tree check-programs

logs=$tree/valgrind
rm -rf "$logs"
mkdir -p "$logs"

# faults PROGRAM: what valgrind said about it, without what does not count.
# A test that fails here, mostly for being slow, leaves by a jump and leaks.
faults() {
	failed=$(sed -n 's/^not ok - \([a-z_]*\)::\([a-z0-9_]*\).*/\1_\2_impl/p' \
	    "$logs/$1-tap" 2>/dev/null)
	for log in "$logs/$1".*; do
		[ -s "$log" ] || continue
		awk -v failed="$failed" '
		BEGIN {
			n = split(failed, name, "\n")
		}
		function counts(    i) {
			if (!leak)
				return 1
			for (i = 1; i <= n; i++)
				if (index(block, name[i]))
					return 0
			return !cut_short
		}
		/unhandled amd64-linux syscall: 434/ { cut_short = 1 }
		/^--[0-9]+--/ { next }
		# A block ends with an empty line: "==PID== ".
		/^==[0-9]+== *$/ {
			if (block != "" && counts())
				printf "%s", block
			block = ""
			leak = 0
			next
		}
		/ are (definitely|indirectly|possibly) lost / { leak = 1 }
		{ block = block $0 "\n" }
		END {
			if (block != "" && counts())
				printf "%s", block
		}' "$log"
	done
}

# memcheck NAME PROGRAM...: its findings go to $logs/NAME.PID.
memcheck() {
	mc_name=$1
	shift
	timeout 600 valgrind -q --trace-children=yes --leak-check=full \
	    --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	    --trace-children-skip='/bin/*,/usr/bin/*' \
	    --log-file="$logs/$mc_name.%p" "$@"
}

for fault in leak overflow uninitialised; do
	memcheck "canary-$fault" "$tree/tests/san/canary" "$fault"
	if [ -n "$(faults "canary-$fault")" ]; then
		pass "valgrind sees the canary: $fault"
	else
		fail "valgrind sees the canary: $fault"
	fi
done

for prog in "$tree"/tests/unit/test_*; do
	name=${prog##*/}
	case $name in
	*.*|*-*) continue ;;
	esac
	memcheck "$name" "$prog" --tap=- --jobs=2 --timeout 60 >"$logs/$name-tap" 2>&1
	ran=$(grep -Ec '^(not )?ok' "$logs/$name-tap")
	found=$(faults "$name")
	if [ -n "$found" ]; then
		fail "valgrind $name" "$(printf '%s\n' "$found" | head -n 80)"
	elif [ "$ran" -eq 0 ]; then
		fail "valgrind $name ran" "$(tail -n 20 "$logs/$name-tap")"
	else
		pass "valgrind $name ($ran tests)"
	fi
done
plan "$tap_n"
