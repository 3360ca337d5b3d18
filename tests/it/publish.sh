#!/bin/sh
# The files published from the database: what they hold, who may read them,
# that they follow from it byte for byte, and kill -9 in between.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"
fake_world
plan 22
fake_kernel debian-12-6.1
matrix m debian-12-6.1
w=$BPFCOMPAT_WORKDIR
p=cloud-registry/tenants/acme/projects/web

publish() {
	"$bin/bpfcompat" admin publish "$@" >"$world/out" 2>"$world/err"
}
good() {
	publish --check || { cat "$world/out" "$world/err"; return 1; }
}
# same COPY: what is published is what was copied there.
same() {
	for sm_f in registry cloud-registry; do
		diff -r -x .publish.lock -x '*.aside-*' -x '*.tmp-*' "$w/$sm_f" \
		    "$1/$sm_f" || return 1
	done
}
found() {
	! publish --check --json && [ "$(jq -r \
	    '.notes[0] | .code + " " + .file' "$world/out")" = "$1" ] || {
		cat "$world/out" "$world/err"
		return 1
	}
}

for v in v1 v2; do
	"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
	    --artifact-version "$v" --matrix "$world/m.yaml" \
	    >"$world/out" 2>"$world/err"
done
id=$(sql "SELECT run_id FROM history WHERE seq = 1")
check "each run is a line, in the order they ended" test "$(jq -r \
    .artifact_version "$w/registry/runs.jsonl" | tr '\n' ' ')" = "v1 v2 "
check "and a file with its run" test "$(jq -c . \
    "$w/runs/$id/metadata.json")" = "$(head -n 1 "$w/registry/runs.jsonl")"
check "the chain is published as it was signed" test "$(sql \
    "SELECT line FROM history ORDER BY seq")" = \
    "$(cat "$w/registry/artifact_versions.jsonl")"
check "modes are those that tools expect" test "$(cd "$w" && stat -c %a \
    registry registry/runs.jsonl registry/artifact_versions.jsonl \
    "runs/$id/metadata.json" keys keys/*.pub keys/*.ed25519 | tr '\n' ' ')" = \
    "755 644 644 644 700 644 600 "

# A project with one version, as the worker would have made it.
sha=$(sha256sum <"$world/prog.bpf.o" | cut -c1-64)
echo '{"summary":{}}' >"$world/report"
rsha=$(sha256sum <"$world/report" | cut -c1-64)
mkdir -p "$w/objects/sha256/$(echo "$rsha" | cut -c1-2)"
cp "$world/report" "$w/objects/sha256/$(echo "$rsha" | cut -c1-2)/$rsha"
one=$(printf '%064d' 1)
sql "INSERT INTO artifacts VALUES ('$rsha', 15, '2026-01-01T00:00:00.000Z');
    INSERT INTO registry_projects (tenant, project, created_at, updated_at)
    VALUES ('acme', 'web', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
    INSERT INTO registry_versions (tenant, project, artifact_name,
	artifact_version, artifact_sha256, size_bytes, report_sha256,
	evidence, record_sha256, created_at)
    VALUES ('acme', 'web', 'prog', 'v1', '$sha', 20, '$rsha', 'report',
	'$one', '2026-01-01T00:00:00Z');
    INSERT INTO history (chain, seq, created_at, artifact_name,
	artifact_version, artifact_sha256, summary_status, record_sha256,
	prev_record_sha256, line)
    VALUES ('acme/web', 1, '2026-01-01T00:00:00Z', 'prog', 'v1', '$sha',
	'pass', '$one', '', '{\"one\":1}');
    INSERT INTO audit (seq, event_id, created_at, action, status, event_sha256,
	prev_event_sha256, line) VALUES (1, 'e1', '2026-01-01T00:00:00Z',
	'project_upsert', 'success', '$one', '', '{\"event\":1}');"
check "what changed is published" publish
check "a project's description has its keys in order" test "$(jq -r \
    'keys_unsorted | join(" ")' "$w/$p/project.json")" = \
    "schema_version tenant project visibility created_at updated_at"
check "object and report of a version lie where its record says" sh -c \
    "cmp '$w/$p/artifacts/prog/v1/$sha.bpf.o' '$world/prog.bpf.o' &&
    cmp '$w/$p/reports/prog/v1/$(echo "$rsha" | cut -c1-12).json' \
	'$world/report'"
check "so do its chain, the public key and the audit stream" sh -c \
    "grep -qx '{\"one\":1}' '$w/$p/registry/artifact_versions.jsonl' &&
    cmp '$w/$p/keys/artifact-registry-signing-key.pub' '$w/keys/'*key.pub &&
    grep -qx '{\"event\":1}' '$w/cloud-registry/audit/events.jsonl'"
check "the private key stays where it is" sh -c \
    "! ls '$w/$p/keys/'*.ed25519 2>/dev/null"
check "what belongs to tenants is private" test -z "$(find \
    "$w/cloud-registry" -perm /077 ! -name '*.pub')"
check "nothing differs" good

mkdir "$world/copy"
cp -R "$w/registry" "$w/cloud-registry" "$world/copy"
rm -rf "$w/registry" "$w/cloud-registry" "$w/runs/$id/metadata.json"
check "a file that is gone is noticed" found \
    "file_missing runs/$id/metadata.json"
check "everything can be made again" publish --rebuild
check "byte for byte" same "$world/copy"
sed -i 's/v2/v9/' "$w/registry/runs.jsonl"
check "a changed line is noticed" found "file_differs registry/runs.jsonl"
publish --rebuild

# As if killed after the files were written and before the cursors went on.
sql "UPDATE outbox SET published = 0, seq = 0, bytes = 0"
check "a crash before the cursor is noted" publish
check "writes no line twice" same "$world/copy"
printf '{"torn' >>"$w/registry/runs.jsonl"
sql "UPDATE outbox SET published = 0"
publish
check "bytes the database does not know are set aside" test "$(tail -c 6 \
    "$w"/registry/runs.jsonl.aside-*)" = '{"torn'
check "and not published" same "$world/copy"

# Killed at any moment, many times, while everything is written anew.
torture() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		sql "UPDATE outbox SET published = 0, seq = 0, bytes = 0"
		[ $((i % 2)) = 0 ] || rm -f "$w/registry/runs.jsonl"
		timeout -s KILL "0.0$(printf '%02d' $((i * 2)))" \
		    "$bin/bpfcompat" admin publish --rebuild >/dev/null 2>&1
		publish || { cat "$world/err"; return 1; }
		same "$world/copy" || return 1
	done
}
check "kill -9 at twenty moments" torture
check "leaves nothing that differs" good
check "nor half a file" test -z "$(find "$w/registry" "$w/cloud-registry" \
    -name '*.new')"
