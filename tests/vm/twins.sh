#!/bin/sh
# Part of "make soak": what a saved guest says of every object is what one
# that was booted anew says: verdicts, errors and what the verifier counted.
#
# BPFCOMPAT_TEST_MATRIX	matrix to run (default: quick)
# BPFCOMPAT_TEST_OBJECTS	only objects whose name matches this pattern
set -u
. "$top_srcdir/tests/vm/lib.sh"

matrix=$top_srcdir/matrices/${BPFCOMPAT_TEST_MATRIX:-quick}.yaml
only=${BPFCOMPAT_TEST_OBJECTS:-*}
# A machine that does other things is slow to boot.
BPFCOMPAT_BOOT_TIMEOUT=240s
export BPFCOMPAT_BOOT_TIMEOUT
vm_setup "$matrix"

# Not asked: what keeps a guest busy until the deadline, or kills it.
for path in "$top_builddir"/tests/corpus/*.bpf.o \
    "$top_builddir"/tests/bpf/*.bpf.o; do
	name=${path##*/}
	case $name in
	too_complex.*|hostile_*|oom_percpu.*|empty.*|garbage.*|truncated.*) ;;
	*)
		# shellcheck disable=SC2254 # a pattern is wanted
		case ${name%.bpf.o} in
		$only) echo "$path" ;;
		esac ;;
	esac
done >"$tmp/list"

cat >"$tmp/said.jq" <<'END'
.targets[] | .profile_id as $p | (.template | tostring) as $t |
[$p, $object, "target", .status, .failed_stage // "",
    .classification_code // "", .validation.attach_status // ""],
(.programs // [] | .[] | [$p, $object, .name, .load_status,
    (.load_errno | tostring), .attach_status // "",
    (.verifier // {} | del(.verification_time_us) | tojson)]),
(.maps // [] | .[] | [$p, $object, .name, .status, (.errno | tostring)])
| @tsv
END
cat >"$tmp/one.sh" <<'END'
object=${3##*/}
to=$1/$object
for way in clone fresh; do
	case $way in
	fresh) flags=--fresh-boot ;;
	*) flags= ;;
	esac
	"$top_builddir/bin/bpfcompat" test --no-fetch --timeout 300s --artifact "$3" \
	    --matrix "$2" --concurrency 1 $flags --out "$to.json" \
	    >"$to.out" 2>&1
	jq -r --arg object "${object%.bpf.o}" -f "$1/said.jq" "$to.json" \
	    >"$to.$way"
	jq -r --arg way "$way" '.targets[] | [$way, (.template | tostring)] |
	    @tsv' "$to.json" >>"$1/ways"
done
diff "$to.clone" "$to.fresh" >"$to.diff"
END
: >"$tmp/ways"
sed "s,^,$tmp $matrix ," "$tmp/list" |
    xargs -P 2 -n 3 "${SHELL:-/bin/sh}" "$tmp/one.sh"

cat "$tmp"/*.diff | sed 's/^/# /'
lines=$(cat "$tmp"/*.clone | wc -l)
plan 4
check "every object was judged both ways" test \
    "$(find "$tmp" -name '*.diff' | wc -l)" = "$(wc -l <"$tmp/list")"
check "once in a saved guest" test \
    "$(sort "$tmp/ways" | uniq | grep -c '^clone	true$')" = 1
check "once in one booted anew" test \
    "$(grep -c '^fresh	true$' "$tmp/ways")" = 0
check "$lines verdicts of $(wc -l <"$tmp/list") objects on \
$(wc -l <"$tmp/kernels") kernels are the same" test -z \
    "$(cat "$tmp"/*.diff)"
exit "$tap_bad"
