# Sourced by the scripts of this folder.  Each of them looks at the whole
# tree for one kind of fault, prints "file:line: what to do" and is one TAP
# test.  LINT_ROOT points them at another tree; selftest.sh uses that to
# prove that every rule can fail.

lint_dir=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
lint_root=$(CDPATH='' cd -- "${LINT_ROOT:-$lint_dir/../..}" && pwd)
lint_tmp=$(mktemp -d "${TMPDIR:-/tmp}/bpfcompat-lint.XXXXXX")
trap 'rm -rf "$lint_tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$lint_root" || exit 1

# Files that a build leaves in the source tree and nobody wrote.
lint_made='(^|/)(config\.h|sql_text\.h|build_info\.h|vmlinux\.h|many_progs\.bpf\.c|aclocal\.m4)$'

# What the autotools bring along or make; only a tarball's list has them.
lint_tools='(^|/)(configure|Makefile|Makefile\.in|config\.(guess|sub|status)|'\
'depcomp|compile|missing|ar-lib|install-sh|tap-driver\.sh|config\.h\.in)$'

# lint_files REGEX: our files whose path matches, one a line.  A tarball has
# no list, so there everything counts but what a build makes.
lint_files() {
	if [ ! -f "$lint_tmp/all" ]; then
		if [ -e .git ]; then
			git ls-files --cached --others --exclude-standard |
			    while IFS= read -r f; do
				[ ! -f "$f" ] || printf '%s\n' "$f"
			done
		else
			find . \( -path ./.bpfcompat -o -path ./.bpfcompat-test \
			    -o -path ./build -o -path ./_build -o -path ./_inst \
			    -o -path ./bin -o -path ./b -o -path ./m4 \
			    -o -path ./guest-libbpf -o -path ./sdk -o -path ./autom4te.cache \
			    -o -name .deps -o -name node_modules \) -prune -o \
			    -type f -print | sed 's|^\./||' |
			    grep -Ev '\.(o|a|log|trs|d|gcno|gcda|tar\..*)$' |
			    grep -Ev "$lint_tools"
		fi | grep -Ev "$lint_made" | LC_ALL=C sort >"$lint_tmp/all"
	fi
	grep -E "$1" "$lint_tmp/all" || true
}

# lint_code MODE FILE...: "file:line:text" of C code with comments blanked,
# and with MODE "code" what is inside string literals too.
lint_code() {
	[ $# -gt 1 ] || return 0
	lint_mode=$1
	shift
	awk -v mode="$lint_mode" -f "$lint_dir/strip.awk" "$@"
}

# lint_run NAME FUNCTION: one TAP test; FUNCTION prints the faults it finds.
lint_run() {
	echo "1..1"
	if ! "$2" >"$lint_tmp/found" 2>&1; then
		echo "the rule itself ended with an error" >>"$lint_tmp/found"
	fi
	if [ -s "$lint_tmp/found" ]; then
		echo "not ok 1 - $1"
		sed 's/^/# /' "$lint_tmp/found"
	else
		echo "ok 1 - $1"
	fi
}
