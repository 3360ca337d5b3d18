#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "domain/report.h"

static struct jval *
parse(const char *text)
{
	struct jval	*j = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(jval_parse(text, strlen(text), &j, &d), ERR_OK, "%s",
	    diag_text(&d));
	return j;
}

/* Names and errors as a hostile object would choose them. */
static const char document[] = "{\"schema_version\":\"validator.v0.4\","
    "\"status\":\"fail\",\"host\":{\"release\":\"6.1.0-test\"},"
    "\"btf\":{\"kernel_btf_available\":true,\"artifact_has_btf\":true,"
    "\"artifact_has_btf_ext\":false},\"discovery\":{\"programs\":["
    "{\"name\":\"good\",\"section\":\"xdp\",\"load_status\":\"pass\","
    "\"log_tail\":\"processed 1 insns\","
    "\"classification\":{\"code\":\"FORGED\"}},"
    "{\"name\":\"<img src=x onerror=1>|`x`\",\"section\":\"tc\\n# Title\","
    "\"load_status\":\"fail\",\"load_errno\":-13,"
    "\"log_tail\":\"R1 !read_ok\",\"log_id\":\"p001\","
    "\"verifier\":{\"processed_insns\":900000,\"insn_share\":900,"
    "\"headroom_warning\":true},\"relocations\":[{\"kind\":"
    "\"field_byte_offset\",\"status\":\"resolved\"},{\"kind\":"
    "\"field_exists\",\"status\":\"guarded_missing\"}],"
    "\"explanation\":{\"format\":\"classic\",\"insn\":2,\"insn_text\":"
    "\"(bf) r0 = r1\",\"verdict\":\"R1 !read_ok\",\"rule\":\"FORGED\","
    "\"source\":{\"file\":\"x.bpf.c\",\"line\":12,\"text\":"
    "\"return <b>p;\"},\"registers\":[{\"name\":\"R1\",\"value\":"
    "\"not init\"},{\"name\":\"R10\",\"value\":\"fp0\"}],\"path\":[{"
    "\"insn\":1,\"to\":2,\"insn_text\":\"if r2 == 0x0 goto pc+1\","
    "\"taken\":false,\"source\":{\"file\":\"x.bpf.c\",\"line\":11,"
    "\"text\":\"if (q)\"}}]}}],"
    "\"externs\":[{\"name\":\"bpf_q\",\"kind\":\"kfunc\",\"status\":"
    "\"weak_missing\"}]},\"experiments\":[{\"id\":\"e1\",\"kind\":"
    "\"kallsyms\",\"answer\":\"no\"}],"
    "\"maps\":[{\"name\":\"m\",\"status\":\"created\"}],"
    "\"load\":{\"status\":\"fail\",\"error_code\":-13,"
    "\"error\":\"Permission denied\"},\"attach\":{\"mode\":\"best-effort\","
    "\"status\":\"skipped\"}}";

static struct jval *
sample_part(void)
{
	static const char *const notes[] = { "a note\nof two lines" };
	static const struct report_attempt tries[] = {
		{ 1, "infra_error", "boot_timeout", "no answer",
		  "2026-05-27T12:00:00.000Z", "2026-05-27T12:00:01.000Z" },
		{ 2, "done", NULL, NULL, "2026-05-27T12:00:02.000Z",
		  "2026-05-27T12:00:03.000Z" },
	};
	static const struct report_file files[] = {
		{ "targets/debian-12-6.1/serial.log", 10 } };
	struct class_result	 c = { .code = CLASS_VERIFIER,
	    .confidence = "high", .rule = "verifier", .sub = "uninitialized",
	    .reason = "the verifier rejects it", .evidence = "R1 !read_ok",
	    .remedy = "Read the log.", .nproof = 1,
	    .proof = { { "log_line", "<p>", "R1 !read_ok" } } };
	struct class_result	*per[] = { NULL, &c };
	struct buf		 b = BUF_INIT(100000);
	struct jval		*doc = parse(document), *part;
	struct jval		*ms = parse("{\"boot\":5,\"total\":9}");
	struct report_target	 t = { .profile_id = "debian-12-6.1",
	    .required = true, .status = REPORT_FAIL, .failed_stage = "load",
	    .distro = "debian", .version = "12", .kernel_family = "6.1",
	    .arch = "x86_64", .kernel_package = "linux-image-test",
	    .kernel_version = "6.1.1-1", .kernel_release = "6.1.0-test",
	    .kernel_sha256 = "00", .uname_release = "6.1.0-test",
	    .machine = "x86_64", .accel = "tcg", .template = true,
	    .qemu_command = "qemu-system-x86_64", .phases = ms,
	    .result = doc, .cls = &c, .prog_cls = per, .nprog_cls = 2,
	    .started_at = "2026-05-27T12:00:00Z",
	    .finished_at = "2026-05-27T12:00:03Z", .duration_ms = 3000,
	    .dir = "runs/r/targets/debian-12-6.1", .notes = notes,
	    .nnotes = 1, .attempts = tries, .nattempts = 2, .files = files,
	    .nfiles = 1 };

	cr_assert_eq(report_target_write(&b, &t), ERR_OK);
	part = parse(buf_str(&b));
	jval_free(ms);
	jval_free(doc);
	buf_clear(&b);
	return part;
}

static struct jval *
sample_report(struct buf *text)
{
	struct jval		*parts[2];
	struct report_run	 r = { .run_id = "20260527T120000Z-abcdef",
	    .job_id = "val-0", .started_at = "2026-05-27T12:00:00Z",
	    .finished_at = "2026-05-27T12:00:04Z", .duration_ms = 4000,
	    .artifact_path = "objects/sha256/ab/ab",
	    .artifact_basename = "x.bpf.o", .artifact_sha256 = "ab",
	    .artifact_size = 7, .name = "x", .version_label = "v1",
	    .mode = "load_attach", .attach_mode = "best-effort",
	    .validator_basename = "bpfcompat-validator",
	    .validator_sha256 = "cd", .validator_size = 9,
	    .matrix_path = "matrices/mvp.yaml", .matrix_name = "mvp",
	    .run_dir = "runs/r", .json_path = "runs/r/report.json",
	    .markdown_path = "runs/r/report.md", .targets = parts,
	    .ntargets = 2 };
	struct report_target	 lost = { .profile_id = "debian-11-5.10",
	    .status = REPORT_INFRA, .failed_stage = "infra",
	    .infra_code = "boot_timeout", .infra_error = "no answer" };
	struct buf		 b = BUF_INIT(10000);

	parts[0] = sample_part();
	cr_assert_eq(report_target_write(&b, &lost), ERR_OK);
	parts[1] = parse(buf_str(&b));
	report_count(&r.summary, true, REPORT_FAIL, NULL);
	report_count(&r.summary, false, REPORT_INFRA, NULL);
	report_judge(&r.summary);
	cr_assert_eq(report_write(text, &r), ERR_OK);
	jval_free(parts[0]);
	jval_free(parts[1]);
	buf_clear(&b);
	return parse(buf_str(text));
}

/* UPDATE_GOLDEN=1 rewrites the file after a change that was meant. */
static void
compare(const char *name, const struct buf *got)
{
	const char	*src = getenv("top_srcdir");
	struct buf	 want = BUF_INIT(1000000);
	char		 path[4096];

	snprintf(path, sizeof(path), "%s/tests/unit/golden/%s",
	    src == NULL ? "." : src, name);
	if (getenv("UPDATE_GOLDEN") != NULL)
		cr_assert_eq(fsio_write_atomic(path, got->data, got->len,
		    0644, NULL), ERR_OK);
	cr_assert_eq(fsio_read(path, &want, NULL), ERR_OK, "%s", path);
	cr_assert_str_eq(buf_str(got), buf_str(&want));
	buf_clear(&want);
}

Test(report, json_is_as_clients_know_it)
{
	struct buf	 b = BUF_INIT(100000);
	struct jval	*j = sample_report(&b);

	compare("report.json", &b);
	jval_free(j);
	buf_clear(&b);
	TEST_END();
}

Test(report, markdown_is_as_people_know_it)
{
	struct buf	 b = BUF_INIT(100000), md = BUF_INIT(100000);
	struct jval	*j = sample_report(&b);

	cr_assert_eq(report_markdown(j, &md), ERR_OK);
	compare("report.md", &md);
	jval_free(j);
	buf_clear(&b);
	buf_clear(&md);
	TEST_END();
}

Test(report, a_guest_cannot_forge_a_classification)
{
	struct jval	*part = sample_part();
	const struct jval *p = jval_get(part, "programs");

	cr_assert_null(jval_get(jval_at(p, 0), "classification"));
	cr_assert_str_eq(jval_get_str(jval_get(jval_at(p, 1),
	    "classification"), "code", ""), CLASS_VERIFIER);
	jval_free(part);
	TEST_END();
}

Test(report, logs_of_passing_programs_are_left_out)
{
	struct jval	*part = sample_part();
	const struct jval *p = jval_get(part, "programs");

	cr_assert_null(jval_get(jval_at(p, 0), "log_tail"));
	cr_assert_str_eq(jval_get_str(jval_at(p, 1), "log_tail", ""),
	    "R1 !read_ok");
	jval_free(part);
	TEST_END();
}

static struct report_summary
judged(int required, const enum report_status *st, size_t n)
{
	struct report_summary	 s = { 0 };

	for (size_t i = 0; i < n; i++)
		report_count(&s, (required & 1 << i) != 0, st[i], NULL);
	report_judge(&s);
	return s;
}

Test(report, only_a_required_target_that_could_not_be_told_is_an_error)
{
	const enum report_status st[] = { REPORT_PASS, REPORT_FAIL,
		    REPORT_INFRA };

	cr_assert_eq(judged(7, st, 3).exit_code, 1);
	cr_assert_str_eq(judged(7, st, 3).status, "error");
	/* The target without an answer is optional: the failure shows. */
	cr_assert_eq(judged(3, st, 3).exit_code, 2);
	cr_assert_str_eq(judged(3, st, 3).status, "fail");
	cr_assert_eq(judged(1, st, 3).exit_code, 0);
	cr_assert_eq(judged(0, st, 3).exit_code, 0);
	TEST_END();
}

Test(report, markdown_text_is_one_harmless_line)
{
	struct buf	 b = BUF_INIT(1000);

	report_md_text(&b, "a|b\n<script>`x`[y](http://z)\x1b[0m"
	    "\xe2\x80\xaeq\xff", 100);
	cr_assert_str_eq(buf_str(&b), "a\\|b &lt;script&gt;\\`x\\`\\[y\\]"
	    "(http\\://z) \\[0m\xef\xbf\xbdq\xef\xbf\xbd");
	buf_reset(&b);
	report_md_text(&b, "long text", 4);
	cr_assert_str_eq(buf_str(&b), "long ...");
	buf_clear(&b);
	TEST_END();
}
