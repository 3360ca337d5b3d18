#!/bin/sh
# From a C source to a verdict, on the command line, over a runner that boots
# nothing; and what hostile sources and objects get.
set -u
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/fake_world.sh"

if ! command -v bwrap >/dev/null 2>&1; then
	skip_all "bubblewrap is not installed"
fi
if [ ! -f "$top_builddir/sdk/x86_64/vmlinux.h" ]; then
	skip_all "there are no headers to compile with (make sdk)"
fi
fake_world
plan 25
BPFCOMPAT_API_SOURCE_COMPILE_TIMEOUT=5s
export BPFCOMPAT_API_SOURCE_COMPILE_TIMEOUT
id=debian-12-6.1
fake_kernel "$id"
matrix one "$id"
plan_for "$id" pass pass pass

# compile FILE [FLAGS]: code in $code, report in $world/r.json
compile() {
	rm -f "$world/r.json"
	"$bin/bpfcompat" test --no-fetch --source "$1" \
	    --clang-flags "${2:-}" --matrix "$world/one.yaml" \
	    --out "$world/r.json" --markdown "$world/r.md" \
	    >"$world/out" 2>"$world/err"
	code=$?
}

report() {
	jq -e "$1" "$world/r.json" >/dev/null
}

# fails FILE TEXT [FLAGS]: it does not compile, and TEXT says why.
fails() {
	compile "$1" "${3:-}"
	[ "$code" = 1 ] && [ ! -e "$world/r.json" ] &&
	    grep -q "$2" "$world/err" || {
		echo "exit code $code"
		cat "$world/err"
		return 1
	}
}

last() {
	sql "SELECT $1 FROM jobs ORDER BY seq DESC LIMIT 1"
}

# --- a good one ------------------------------------------------------------------
cat >"$world/good.bpf.c" <<'END'
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("tp_btf/task_newtask")
int on_new(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task();

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		bpf_loop(WITH, (void *)0, (void *)0, 0);
	return BPF_CORE_READ(t, mm, exe_file) != 0;
}

char _license[] SEC("license") = "GPL";
END
compile "$world/good.bpf.c" '-DWITH=3 -mcpu=v3 -Ibpf'
check "a source is compiled and judged" eval 'cat "$world/err"; [ "$code" = 0 ]'
check "the report names compiler, flags and digests" report '.compile |
    (.compiler | test("clang version")) and
    .flags == ["-DWITH=3", "-mcpu=v3", "-Ibpf"] and
    (.source.sha256 | length == 64) and .source.name == "good.bpf.c" and
    .objects[0].arch == "x86_64"'
check "the report is about the compiled object" report \
    '.artifact.sha256 == .compile.objects[0].sha256 and
    .artifact.basename == "good.bpf.o"'
run=$(jq -r .run.id "$world/r.json")
sha=$(jq -r .artifact.sha256 "$world/r.json")
check "the object lies in the run's folder, with that digest" \
    eval 'echo "$sha  $BPFCOMPAT_WORKDIR/runs/$run/compile/x86_64/good.bpf.o" |
    sha256sum -c --quiet'
check "and among the objects" test -f \
    "$BPFCOMPAT_WORKDIR/objects/sha256/$(echo "$sha" | cut -c1-2)/$sha"
check "a call behind a CO-RE guard does not raise the predicted floor" \
    report '.object.predicted_floor.kernel == "5.5" and
    (.object.programs[0].helpers[] | select(.name == "bpf_loop") |
    .guarded and .since == "5.17")'
check "prediction and observation are one sentence" report \
    '.object_comparison | test("asks for 5.5 or newer")'
check "the Markdown has the object and its compiler" \
    eval 'grep -q "^## Object" "$world/r.md" &&
    grep -q "Compiled from good" "$world/r.md"'

mkdir "$world/both"
printf '{"schema":"prepare.v1","run_dir":"%s","artifact":"%s",
    "source_name":"good.bpf.c","clang_flags":"-DWITH=1",
    "archs":["x86_64","arm64"]}' "$world/both" "$world/good.bpf.c" |
    "$bin/bpfcompat-prepare"
check "for each architecture with its own kernel's types" eval \
    'jq -e ".status == \"ok\" and ([.compile.objects[].arch] ==
    [\"x86_64\", \"arm64\"]) and ([.compile.objects[].sha256] | unique |
    length == 2)" "$world/both/prepare.json" >/dev/null'

# --- ones that do not compile -------------------------------------------------------
cat >"$world/bad.bpf.c" <<'END'
int f(void)
{
	return undefined_thing;
}
END
check "an error is told with file, line and column" fails \
    "$world/bad.bpf.c" '^bad.bpf.c:3:9: error: use of undeclared'
check "the job failed, and says with what" test \
    "$(last "state || ' ' || error_code")" = "failed compile_failed"
printf '#include "/etc/passwd"\n#include "/proc/self/environ"\n' \
    >"$world/passwd.bpf.c"
check "a file of the machine is not there" fails \
    "$world/passwd.bpf.c" "'/etc/passwd' file not found"
printf 'asm(".incbin \\"/etc/passwd\\"");\n' >"$world/incbin.bpf.c"
check "nor for the assembler" fails "$world/incbin.bpf.c" 'incbin'
echo '#include "self.bpf.c"' >"$world/self.bpf.c"
check "a source that includes itself ends" fails \
    "$world/self.bpf.c" 'nested too deeply'
cat >"$world/macro.bpf.c" <<'END'
#define A(x) x+x+x+x+x+x+x+x
#define B(x) A(A(A(A(x))))
int f(void) { return B(B(B(B(1)))); }
END
check "a macro without end meets the limit of time" fails \
    "$world/macro.bpf.c" 'took longer than 5 s\|ran out of memory'
ln -s /etc/passwd "$world/link.bpf.c"
check "a link is only a text, and no C" fails "$world/link.bpf.c" ' error: '
check "nothing of it reaches the user" eval \
    '! grep -q root:x "$world/err" "$world/out"'

# flags FLAG: refused before anything is queued.
flags() {
	before=$(sql 'SELECT count(*) FROM jobs')
	compile "$world/good.bpf.c" "$1"
	[ "$code" = 1 ] && grep -q 'clang_flags' "$world/err" &&
	    [ "$(sql 'SELECT count(*) FROM jobs')" = "$before" ]
}
check "no plug-in" flags -fplugin=/tmp/x.so
check "no other program" flags -B/tmp
check "no file as a flag" flags @/etc/passwd
check "no way out of the headers" flags -I../../etc

# --- objects ---------------------------------------------------------------------------
"$bin/bpfcompat" inspect --json "$world/prog.bpf.o" >"$world/i.json" \
    2>"$world/err"
check "a damaged object is told so" test \
    "$(jq -r .problem "$world/i.json")" = "the ELF header is cut short"
check "what it writes when it is no terminal is one document" \
    eval '"$bin/bpfcompat" inspect --json \
    "$BPFCOMPAT_WORKDIR/runs/$run/compile/x86_64/good.bpf.o" |
    jq -e ".format == \"object.v1\" and .isa == \"v3\"" >/dev/null'
check "a pipe is refused, not waited for" eval \
    'mkfifo "$world/pipe" && ! timeout 5 "$bin/bpfcompat" inspect \
    "$world/pipe" >/dev/null 2>"$world/err" &&
    grep -q "not a regular file" "$world/err"'
check "an object's facts are in the report of an ordinary run" eval \
    '"$bin/bpfcompat" test --no-fetch --artifact "$world/prog.bpf.o" \
    --matrix "$world/one.yaml" --out "$world/r.json" >/dev/null 2>&1
    jq -e ".object.problem | length > 0" "$world/r.json" >/dev/null'
