#!/bin/sh
# Large things are reported whole: a verifier log of more than 20 MiB, the
# verifier at its limit of a million instructions, an object of 300 programs.
set -u
. "$top_srcdir/tests/vm/lib.sh"
vm_setup "$top_srcdir/matrices/quick.yaml"
plan 11

# judged OBJECT PROFILE: leaves its target in $target and its run's folder in
# $run.
judged() {
	cat >"$tmp/one.yaml" <<-END
		name: one
		profiles:
		  - id: $2
	END
	"$bin/bpfcompat" test --artifact "$top_builddir/tests/$1.bpf.o" \
	    --matrix "$tmp/one.yaml" --validation-mode load_only \
	    --out "$tmp/report.json" >"$tmp/out" 2>&1
	run=$BPFCOMPAT_WORKDIR/runs/$(jq -r .run.id "$tmp/report.json")
	target=$tmp/target.json
	jq '.targets[0]' "$tmp/report.json" >"$target"
}
# of FILTER: what the target says
of() {
	jq -r "$1" "$target"
}
# whole_log: the log that belongs to the first program
whole_log() {
	zstd -dc "$run/targets/$profile/logs/$(of '.programs[0].log_id').log.zst"
}

for profile in $(cut -f 1 "$tmp/kernels"); do
	judged corpus/big_log "$profile"
	check "$profile: more than 20 MiB of log, nothing cut" test \
	    "$(of '.programs[0] | .log_bytes > 20971520 and
		(.log_truncated | not)')" = true
	whole_log >"$tmp/log"
	check "$profile: the log is kept to the last byte" test \
	    "$(wc -c <"$tmp/log")" -eq "$(of '.programs[0].log_bytes')"
	check "$profile: with every turn of its loop" test \
	    "$(grep -c '^2: (a5) if r6 < ' "$tmp/log")" -eq 12000
	check "$profile: and the cause at its end is told by its line" test \
	    "$(of '.programs[0] | .classification.code + " " +
		.classification.sub_reason + " " +
		(.explanation.source.line | tostring)')" = \
	    "VERIFIER_REJECTION stack $(sed -n '/HERE/=' \
		"$top_builddir/tests/corpus/big_log.bpf.c")"
done

judged bpf/too_complex debian-13-bpo-7.3
profile=debian-13-bpo-7.3
check "a program over the limit is counted to the limit" test \
    "$(of '.programs[0].verifier.processed_insns')" -eq 1000001
check "and its log ends with what the verifier said" test \
    "$(whole_log | grep -c 'program is too large')" -ge 1
judged bpf/many_progs debian-13-bpo-7.3
check "300 programs are judged one by one" test \
    "$(of '[.programs[] | select(.load_status == "pass") | .name] |
	unique | length')" -eq 300
