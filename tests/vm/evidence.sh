#!/bin/sh
# What the validator finds out about objects that fail, on the oldest and the
# newest kernel: relocations, helpers, maps, the fate of each program, and
# what was tried to tell causes apart.
set -u
# shellcheck disable=SC1091
. "$top_srcdir/tests/vm/lib.sh"
old=debian-11-5.10
new=debian-13-bpo-7.3
cat >"$tmp/m.yaml" <<END
name: evidence
profiles:
  - id: $old
  - id: $new
END
vm_setup "$tmp/m.yaml"
plan 18

# judge OBJECT: the validator's documents are then $tmp/OBJECT.PROFILE.json
judge() {
	"$bin/bpfcompat" test --no-fetch --concurrency 2 \
	    --artifact "$top_builddir/tests/bpf/$1.bpf.o" \
	    --matrix "$tmp/m.yaml" --out "$tmp/$1.json" >"$tmp/$1.log" 2>&1
	j_run=$(jq -r .run.id "$tmp/$1.json")
	for j_profile in $old $new; do
		cp "$BPFCOMPAT_WORKDIR/runs/$j_run/targets/$j_profile/validator-result.json" \
		    "$tmp/$1.$j_profile.json"
	done
}

# says NAME PROFILE OBJECT FILTER: the filter is true of the document
says() {
	if jq -e "def p: .discovery.programs[0];
	    def e(\$k): [.experiments[] | select(.kind == \$k)];
	    def answer(\$k): e(\$k)[0].answer // \"none\"; $4" \
	    "$tmp/$3.$2.json" >/dev/null 2>"$tmp/jq.log"; then
		pass "$1"
	else
		fail "$1" "$(cat "$tmp/jq.log")" "$(jq -c '.experiments' \
		    "$tmp/$3.$2.json" 2>&1 | cut -c 1-2000)"
	fi
}

judge core_kinds
for profile in $old $new; do
	says "$profile: each kind of relocation is answered" $profile \
	    core_kinds '[p.relocations[].kind] | unique | length >= 12'
	says "$profile: none is left without an answer" $profile \
	    core_kinds 'p.relocation_counts |
	    .guarded_missing == 2 and .poisoned == 0 and .failed == 0'
	says "$profile: an enumerator's value moved" $profile core_kinds \
	    'any(p.relocations[]; .kind == "enumval_value" and
	    .access == "BPF_MAP_TYPE_RINGBUF___kinds" and
	    .local_value == 3 and .target_value == 27)'
	says "$profile: a function's instructions follow its program's" \
	    $profile core_kinds '([p.relocations[] |
	    select(.function == null) | .insn] | max) <
	    ([p.relocations[] | select(.function == "bits") | .insn] | min)'
done

judge bpf_loop
says "a helper that came later is told from a callback refused" $old \
    bpf_loop 'p.helpers == [{id: 181, name: "bpf_loop", known: "no"}] and
    answer("helper_known_any") == "no" and
    answer("attach_prog_type") == "yes"'
says "nothing is tried where nothing failed" $new bpf_loop \
    'p.helpers[0].known == "not_asked" and .experiments == []'

judge mixed
says "the object loads without the program that fails" $new mixed \
    'e("without_program")[0] | .answer == "yes" and .subject == "bad"'
says "each program has its fate" $old mixed \
    '[.discovery.programs[] | .object_status] == ["loaded", "failed"]'

judge map_too_large
says "what the kernel would have taken of a map is known" $new \
    map_too_large '.discovery.maps[0] | .status == "failed" and
    .requested.max_entries == 536870912 and
    .allowed.max_entries >= 1024'
says "the type of the map was not the trouble" $old map_too_large \
    'answer("map_type") == "yes" and answer("map_small") == "yes" and
    [.discovery.programs[].object_status] == ["not_reached"]'

judge kprobe_missing
says "a function to attach to was looked for" $old kprobe_missing \
    'answer("kallsyms") == "no" and answer("traceable") == "no" and
    answer("config") == "yes"'

judge license_gpl
says "the licence is shown to be the cause" $new license_gpl \
    'answer("gpl_license") == "yes" and p.helpers[0].known == "yes"'

# --- the kernel itself
# A busy machine leaves out types; the first is always asked.
says "the helpers of a type are known" $new core_kinds \
    '.capabilities.helpers.kprobe | index(181) != null and
    index(35) != null and index(38) == null'
says "the kinds of attaching are known" $old core_kinds \
    '.capabilities.attach_kinds | .fentry.status == "supported" and
    .tcx.status == "unsupported"'
[ "$tap_bad" = 0 ]
