#include "domain/report.h"

#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "domain/boundary.h"
#include "domain/caution.h"
#include "domain/objfacts.h"
#include "domain/verifier_reason.h"

/* Longest string taken over from a validator document. */
#define STR_MAX		((size_t)64 * 1024)
/* A probe table larger than this stays in the document only. */
#define FACTS_MAX	((size_t)128 * 1024)

static const char *const status_names[REPORT__MAX] = {
	[REPORT_PASS]	= "pass",
	[REPORT_FAIL]	= "fail",
	[REPORT_INFRA]	= "infra_error",
	[REPORT_CANCELED] = "canceled",
};

const char *
report_status_name(enum report_status s)
{
	return s < REPORT__MAX ? status_names[s] : "infra_error";
}

enum report_status
report_status_parse(const char *word)
{
	for (int i = 0; i < REPORT__MAX; i++)
		if (strcmp(word, status_names[i]) == 0)
			return (enum report_status)i;
	return REPORT__MAX;
}

/* --- one target ----------------------------------------------------------*/

static void
write_env(struct jsonw *w, const char *key, const struct report_target *t,
    const char *kernel, const char *arch)
{
	jsonw_obj(w, key);
	jsonw_str_opt(w, "distro", t->distro);
	jsonw_str_opt(w, "version", t->version);
	jsonw_str_opt(w, "kernel_family", t->kernel_family);
	jsonw_str_opt(w, "kernel", kernel);
	jsonw_str_opt(w, "arch", arch);
	jsonw_end(w);
}

static void
write_kernel(struct jsonw *w, const struct report_target *t)
{
	if (t->kernel_release == NULL && t->kernel_package == NULL)
		return;
	jsonw_obj(w, "kernel");
	jsonw_str_opt(w, "package", t->kernel_package);
	jsonw_str_opt(w, "version", t->kernel_version);
	jsonw_str_opt(w, "release", t->kernel_release);
	jsonw_str_opt(w, "sha256", t->kernel_sha256);
	jsonw_str_opt(w, "uname_release", t->uname_release);
	jsonw_str_opt(w, "uname_version", t->uname_version);
	jsonw_end(w);
}

static void
write_validation(struct jsonw *w, const struct jval *doc)
{
	const struct jval	*load = jval_get(doc, "load");
	const struct jval	*attach = jval_get(doc, "attach");

	jsonw_obj(w, "validation");
	jsonw_str_opt(w, "load_status", jval_get_str(load, "status", ""));
	jsonw_int_opt(w, "load_error_code",
	    jval_get_int(load, "error_code", 0));
	jsonw_str_opt(w, "load_error", jval_get_str(load, "error", ""));
	jsonw_str_opt(w, "attach_mode", jval_get_str(attach, "mode", ""));
	jsonw_str_opt(w, "attach_status", jval_get_str(attach, "status", ""));
	jsonw_int_opt(w, "attach_attempted",
	    jval_get_int(attach, "attempted", 0));
	jsonw_int_opt(w, "attach_passed", jval_get_int(attach, "passed", 0));
	jsonw_int_opt(w, "attach_failed", jval_get_int(attach, "failed", 0));
	jsonw_end(w);
}

static void
write_btf(struct jsonw *w, const struct jval *doc)
{
	const struct jval	*btf = jval_get(doc, "btf");

	if (btf == NULL)
		return;
	jsonw_obj(w, "btf");
	jsonw_bool(w, "kernel_btf_available",
	    jval_get_bool(btf, "kernel_btf_available", false));
	jsonw_bool(w, "artifact_has_btf",
	    jval_get_bool(btf, "artifact_has_btf", false));
	jsonw_bool(w, "artifact_has_btf_ext",
	    jval_get_bool(btf, "artifact_has_btf_ext", false));
	jsonw_end(w);
}

static void
write_class(struct jsonw *w, const struct class_result *c)
{
	jsonw_obj(w, "classification");
	jsonw_str(w, "code", c->code);
	jsonw_str(w, "confidence", c->confidence);
	jsonw_str(w, "rule", c->rule);
	jsonw_str_opt(w, "sub_reason", c->sub);
	jsonw_str_opt(w, "reason", c->reason);
	jsonw_str_opt(w, "evidence", c->evidence);
	jsonw_str_opt(w, "remedy", c->remedy);
	if (c->nproof > 0) {
		jsonw_arr(w, "proof");
		for (size_t i = 0; i < c->nproof; i++) {
			jsonw_obj(w, NULL);
			jsonw_str(w, "kind", c->proof[i].kind);
			jsonw_str_opt(w, "ref", c->proof[i].ref);
			jsonw_str(w, "text", c->proof[i].text);
			jsonw_end(w);
		}
		jsonw_end(w);
	}
	jsonw_end(w);
}

struct	member {
	struct jsonw	*w;
	bool		 passed;
};

/* Left out for programs that load: 300 of them make megabytes. */
static const char *const only_failed[] = { "load_log", "log_head",
	"log_tail", "load_messages", "poison", "helpers" };
/* Stay in the validator's document. */
static const char *const never[] = { "classification" };

static bool
listed(const char *key, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, list[i]) == 0)
			return true;
	return false;
}

/* What was found says nothing; what was not, even of a program that loads:
   a guard that answers 0 silently turns a feature off. */
static void
write_relocations(struct jsonw *w, const struct jval *all)
{
	jsonw_arr(w, "relocations");
	for (size_t i = 0; i < jval_len(all); i++)
		if (strcmp(jval_get_str(jval_at(all, i), "status", ""),
		    "resolved") != 0)
			jval_write(jval_at(all, i), w, NULL, STR_MAX);
	jsonw_end(w);
}

static enum err
copy_member(const char *key, const struct jval *v, void *arg)
{
	/* Ours, below; a guest cannot write them. */
	if (strcmp(key, "rule") != 0 && strcmp(key, "fix") != 0 &&
	    strcmp(key, "sub_reason") != 0)
		jval_write(v, arg, key, STR_MAX);
	return ERR_OK;
}

/* The guest's record of where and how, and what it means. */
static void
write_explanation(struct jsonw *w, const struct jval *e)
{
	const struct verifier_reason	*why;
	char				 verdict[CLASS_TEXT_MAX];

	class_verdict(e, verdict, sizeof(verdict));
	why = class_reason(verdict, e, NULL, 0);
	jsonw_obj(w, "explanation");
	jval_each(e, copy_member, w);
	if (why != NULL) {
		jsonw_str_opt(w, "sub_reason", why->sub);
		jsonw_str(w, "rule", why->rule);
		jsonw_str(w, "fix", why->fix);
	}
	jsonw_end(w);
}

/* Of a program that loads, lists and counts of nothing say nothing. */
static bool
is_nothing(const char *key, const struct jval *v)
{
	if (jval_type(v) == JVAL_ARR)
		return jval_len(v) == 0;
	return strcmp(key, "relocation_counts") == 0 &&
	    jval_get_int(v, "resolved", 0) == 0 &&
	    jval_get_int(v, "guarded_missing", 0) == 0 &&
	    jval_get_int(v, "poisoned", 0) == 0 &&
	    !jval_get_bool(v, "cut", false);
}

static enum err
write_member(const char *key, const struct jval *v, void *arg)
{
	struct member	*m = arg;

	if (listed(key, never, sizeof(never) / sizeof(never[0])) ||
	    (m->passed && listed(key, only_failed, sizeof(only_failed) /
	    sizeof(only_failed[0]))) ||
	    (m->passed && is_nothing(key, v)))
		return ERR_OK;
	if (strcmp(key, "relocations") == 0 && jval_type(v) == JVAL_ARR)
		write_relocations(m->w, v);
	else if (strcmp(key, "explanation") == 0 && jval_type(v) == JVAL_OBJ)
		write_explanation(m->w, v);
	else
		jval_write(v, m->w, key, STR_MAX);
	return ERR_OK;
}

/* The validator's own records, plus what we make of each failure. */
static void
write_programs(struct jsonw *w, const struct report_target *t)
{
	const struct jval	*all;
	struct member		 m = { w, false };

	all = jval_get(jval_get(t->result, "discovery"), "programs");
	if (all == NULL || jval_type(all) != JVAL_ARR)
		return;
	jsonw_arr(w, "programs");
	for (size_t i = 0; i < jval_len(all); i++) {
		m.passed = strcmp(jval_get_str(jval_at(all, i),
		    "load_status", ""), "pass") == 0;
		jsonw_obj(w, NULL);
		jval_each(jval_at(all, i), write_member, &m);
		if (i < t->nprog_cls && t->prog_cls[i] != NULL)
			write_class(w, t->prog_cls[i]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_section(struct jsonw *w, const struct jval *doc, const char *key)
{
	const struct jval	*v = jval_get(doc, key);

	/* "kernel" is the one that was to boot; this is what it says. */
	if (v != NULL && strlen(jval_text(v)) <= FACTS_MAX)
		jval_write(v, w, strcmp(key, "kernel") == 0 ?
		    "kernel_facts" : key, STR_MAX);
}

static void
write_list(struct jsonw *w, const struct jval *from, const char *key)
{
	const struct jval	*all = jval_get(from, key);

	if (jval_len(all) > 0)
		jval_write(all, w, key, STR_MAX);
}

static void
write_result(struct jsonw *w, const struct report_target *t)
{
	const struct jval	*maps, *functional;

	if (t->result == NULL)
		return;
	write_validation(w, t->result);
	functional = jval_get(t->result, "functional");
	if (jval_len(jval_get(functional, "tests")) > 0)
		jval_write(functional, w, "functional", STR_MAX);
	write_btf(w, t->result);
	write_programs(w, t);
	maps = jval_get(t->result, "maps");
	if (maps == NULL)
		maps = jval_get(jval_get(t->result, "discovery"), "maps");
	if (maps != NULL && jval_type(maps) == JVAL_ARR)
		jval_write(maps, w, "maps", STR_MAX);
	caution_write(w, t->result);
	write_list(w, jval_get(t->result, "discovery"), "externs");
	write_list(w, t->result, "experiments");
	write_section(w, t->result, "capabilities");
	write_section(w, t->result, "kernel");
}

static void
write_attempts(struct jsonw *w, const struct report_target *t)
{
	if (t->nattempts == 0)
		return;
	jsonw_arr(w, "attempts");
	for (size_t i = 0; i < t->nattempts; i++) {
		const struct report_attempt	*a = &t->attempts[i];

		jsonw_obj(w, NULL);
		jsonw_int(w, "number", a->number);
		jsonw_str(w, "outcome", a->outcome);
		jsonw_str_opt(w, "error_code", a->error_code);
		jsonw_str_opt(w, "error", a->error);
		jsonw_str_opt(w, "started_at", a->started_at);
		jsonw_str_opt(w, "finished_at", a->finished_at);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_evidence(struct jsonw *w, const struct report_target *t)
{
	char	 path[512];

	jsonw_str_opt(w, "vm_run_dir", t->dir);
	jsonw_str_opt(w, "qemu_command", t->qemu_command);
	if (t->dir != NULL) {
		snprintf(path, sizeof(path), "%s/serial.log", t->dir);
		jsonw_str(w, "serial_log", path);
	}
	if (t->dir != NULL && t->result != NULL) {
		snprintf(path, sizeof(path), "%s/validator-result.json",
		    t->dir);
		jsonw_str(w, "validator_result", path);
	}
	if (t->nfiles > 0) {
		jsonw_arr(w, "files");
		for (size_t i = 0; i < t->nfiles; i++) {
			jsonw_obj(w, NULL);
			jsonw_str(w, "path", t->files[i].path);
			jsonw_int(w, "size_bytes", t->files[i].size);
			jsonw_end(w);
		}
		jsonw_end(w);
	}
	jsonw_str_opt(w, "infra_error_code", t->infra_code);
	jsonw_str_opt(w, "infra_error", t->infra_error);
	if (t->nnotes > 0) {
		jsonw_arr(w, "notes");
		for (size_t i = 0; i < t->nnotes; i++)
			jsonw_str(w, NULL, t->notes[i]);
		jsonw_end(w);
	}
}

/* A variant's guest: whose kernel it is, and what differs. */
static void
write_variant(struct jsonw *w, const struct profile *p)
{
	char		 buf[PROFILE_ENV_WORD_MAX];
	const char	*word;

	if (p == NULL)
		return;
	jsonw_obj(w, "environment");
	jsonw_str(w, "base", p->base);
	jsonw_arr(w, "differs");
	for (int i = 0; (word = profile_env_word(p, i, buf)) != NULL; i++)
		jsonw_str(w, NULL, word);
	jsonw_end(w);
	jsonw_end(w);
}

static void
write_expected(struct jsonw *w, const struct expect_result *x)
{
	if (x == NULL || !x->applies)
		return;
	jsonw_obj(w, "expected");
	jsonw_str(w, "result", x->fail ? "fail" : "pass");
	jsonw_str_opt(w, "code", x->code);
	jsonw_str_opt(w, "program", x->program);
	jsonw_bool(w, "met", x->met);
	jsonw_bool(w, "unexpected_pass", x->unexpected_pass);
	jsonw_bool(w, "blocks", x->blocks);
	jsonw_str_opt(w, "reason", x->reason);
	jsonw_str(w, "text", x->text);
	jsonw_end(w);
}

enum err
report_target_write(struct buf *b, const struct report_target *t)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "profile_id", t->profile_id);
	jsonw_bool(&w, "required", t->required);
	jsonw_str(&w, "status", report_status_name(t->status));
	write_env(&w, "profile", t, NULL, t->arch);
	if (t->uname_release != NULL)
		write_env(&w, "host", t, t->uname_release, t->machine);
	write_kernel(&w, t);
	write_variant(&w, t->variant);
	jsonw_str_opt(&w, "failed_stage", t->failed_stage);
	if (t->cls != NULL) {
		jsonw_str(&w, "classification_code", t->cls->code);
		jsonw_str(&w, "classification_confidence",
		    t->cls->confidence);
		jsonw_str_opt(&w, "classification_reason", t->cls->reason);
		write_class(&w, t->cls);
	}
	write_expected(&w, t->expected);
	write_result(&w, t);
	if (t->last_step != NULL)
		jval_write(t->last_step, &w, "last_step", STR_MAX);
	jsonw_str_opt(&w, "splat", t->splat);
	if (jval_len(t->kernel_events) > 0)
		jval_write(t->kernel_events, &w, "kernel_events", STR_MAX);
	jsonw_str_opt(&w, "started_at", t->started_at);
	jsonw_str_opt(&w, "finished_at", t->finished_at);
	jsonw_int_opt(&w, "duration_ms", t->duration_ms);
	if (t->phases != NULL)
		jval_write(t->phases, &w, "phases_ms", STR_MAX);
	jsonw_str_opt(&w, "accel", t->accel);
	if (t->template)
		jsonw_bool(&w, "template", true);
	write_attempts(&w, t);
	write_evidence(&w, t);
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}

/* --- the whole run -------------------------------------------------------*/

void
report_count(struct report_summary *s, bool required, enum report_status st,
    const struct jval *expected)
{
	int64_t	*cell[2][REPORT__MAX] = {
		{ &s->optional_passed, &s->optional_failed,
		  &s->optional_infra, &s->canceled },
		{ &s->required_passed, &s->required_failed,
		  &s->required_infra, &s->canceled },
	};

	s->total++;
	if (st == REPORT_PASS &&
	    jval_get_bool(expected, "unexpected_pass", false))
		s->unexpected_passes++;
	if (st == REPORT_FAIL && jval_get_bool(expected, "met", false))
		(*(required ? &s->required_expected :
		    &s->optional_expected))++;
	else if (st == REPORT_PASS && required &&
	    jval_get_bool(expected, "blocks", false)) {
		s->required_failed++;
		s->required_unexpected++;
	} else
		(*cell[required][st < REPORT__MAX ? st : REPORT_INFRA])++;
}

void
report_judge(struct report_summary *s)
{
	if (s->required_infra > 0 || s->canceled > 0) {
		s->status = "error";
		s->exit_code = 1;
	} else if (s->required_failed > 0) {
		s->status = "fail";
		s->exit_code = 2;
	} else {
		s->status = "pass";
		s->exit_code = 0;
	}
}

/* "1 required profile" / "3 required profiles" and the rest. */
static void
note_count(struct jsonw *w, int64_t n, const char *kind, const char *what)
{
	char	 text[160];

	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%lld %s %s %s", (long long)n, kind,
	    n == 1 ? "profile" : "profiles", what);
	jsonw_str(w, NULL, text);
}

static void
write_summary(struct jsonw *w, const struct report_run *r)
{
	const struct report_summary	*s = &r->summary;
	struct boundary			 b;
	int64_t				 required;

	required = s->required_passed + s->required_failed +
	    s->required_infra + s->required_expected;
	jsonw_obj(w, "summary");
	jsonw_str(w, "status", s->status);
	jsonw_int(w, "exit_code", s->exit_code);
	jsonw_int(w, "total_profiles", s->total);
	jsonw_int(w, "required_passed", s->required_passed);
	jsonw_int(w, "required_failed", s->required_failed);
	jsonw_int(w, "required_infra_errors", s->required_infra);
	jsonw_int(w, "optional_passed", s->optional_passed);
	jsonw_int(w, "optional_failed", s->optional_failed);
	jsonw_int(w, "optional_infra_errors", s->optional_infra);
	jsonw_int_opt(w, "required_expected_failures", s->required_expected);
	jsonw_int_opt(w, "optional_expected_failures", s->optional_expected);
	jsonw_int_opt(w, "unexpected_passes", s->unexpected_passes);
	jsonw_int_opt(w, "canceled_profiles", s->canceled);
	jsonw_arr(w, "notes");
	if (r->mode != NULL && r->mode[0] != '\0') {
		char	 text[96];

		snprintf(text, sizeof(text), "validation mode: %s", r->mode);
		jsonw_str(w, NULL, text);
	}
	note_count(w, s->canceled, "matrix",
	    "not judged: the job was canceled");
	note_count(w, s->required_infra, "required",
	    "could not be told: infrastructure error");
	note_count(w, s->required_failed - s->required_unexpected,
	    "required", "incompatible");
	if (s->canceled > 0)
		required = -1;	/* what is left says nothing as a whole */
	if (required == 0)
		jsonw_str(w, NULL, "no profile was required, so nothing "
		    "could fail the run");
	else if (s->required_passed == required)
		jsonw_str(w, NULL, "all required profiles passed");
	note_count(w, s->required_expected, "required",
	    "failed as the manifest expects; this does not fail the run");
	note_count(w, s->optional_expected, "optional",
	    "failed as the manifest expects");
	note_count(w, s->unexpected_passes, "matrix",
	    "passed although the manifest expects a failure");
	note_count(w, s->optional_failed, "optional",
	    "incompatible; this does not fail the run");
	note_count(w, s->optional_infra, "optional",
	    "could not be told; this does not change the exit code");
	boundary_find(r->targets, r->ntargets, &b);
	if (b.sentence[0] != '\0')
		jsonw_str(w, NULL, b.sentence);
	for (size_t i = 0; i < r->nnotes; i++)
		jsonw_str(w, NULL, r->notes[i]);
	jsonw_end(w);
	if (b.kind[0] != '\0') {
		jsonw_obj(w, "boundary");
		jsonw_str(w, "kind", b.kind);
		jsonw_str_opt(w, "first_good", b.first_good);
		jsonw_str_opt(w, "last_bad", b.last_bad);
		jsonw_str_opt(w, "sentence", b.sentence);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_inputs(struct jsonw *w, const struct report_run *r)
{
	jsonw_obj(w, "artifact");
	jsonw_str(w, "path", r->artifact_path);
	jsonw_str(w, "basename", r->artifact_basename);
	jsonw_str(w, "sha256", r->artifact_sha256);
	jsonw_int(w, "size_bytes", r->artifact_size);
	jsonw_str_opt(w, "name", r->name);
	jsonw_str_opt(w, "version", r->version_label);
	jsonw_str_opt(w, "variant", r->variant);
	jsonw_str_opt(w, "uri", r->uri);
	jsonw_end(w);
	if (r->validator_sha256 != NULL && r->validator_sha256[0] != '\0') {
		jsonw_obj(w, "validator");
		jsonw_str(w, "basename", r->validator_basename);
		jsonw_str(w, "sha256", r->validator_sha256);
		jsonw_int(w, "size_bytes", r->validator_size);
		jsonw_end(w);
	}
	if (r->manifest_sha256 != NULL) {
		jsonw_obj(w, "manifest");
		jsonw_str(w, "basename", r->manifest_name);
		jsonw_str(w, "sha256", r->manifest_sha256);
		jsonw_end(w);
	}
	if (r->command != NULL) {
		jsonw_obj(w, "command");
		jsonw_str(w, "command", r->command);
		jsonw_int(w, "expect_exit_code", r->command_expect_exit);
		jsonw_int(w, "timeout_ms", r->command_timeout_ms);
		jsonw_end(w);
	}
	jsonw_obj(w, "matrix");
	jsonw_str(w, "path", r->matrix_path == NULL ? "" : r->matrix_path);
	jsonw_str_opt(w, "name", r->matrix_name);
	jsonw_arr(w, "profiles");
	for (size_t i = 0; i < r->ntargets; i++)
		jsonw_str(w, NULL, jval_get_str(r->targets[i], "profile_id",
		    ""));
	jsonw_end(w);
	jsonw_end(w);
}

/* Of strings in either document; they are names and sentences. */
#define OBJECT_STR_MAX	(64 * 1024)

/* How a source became the object, and what the object is. */
static void
write_object(struct jsonw *w, const struct report_run *r)
{
	struct buf	 b = BUF_INIT(4096);

	if (r->compile != NULL)
		jval_write(r->compile, w, "compile", OBJECT_STR_MAX);
	if (r->object == NULL)
		return;
	jval_write(r->object, w, "object", OBJECT_STR_MAX);
	objfacts_compare(r->object, r->targets, r->ntargets, &b);
	jsonw_str_opt(w, "object_comparison", buf_str(&b));
	buf_clear(&b);
}

enum err
report_write(struct buf *b, const struct report_run *r)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", REPORT_SCHEMA);
	jsonw_obj(&w, "run");
	jsonw_str(&w, "id", r->run_id);
	jsonw_str(&w, "started_at", r->started_at);
	jsonw_str(&w, "finished_at", r->finished_at);
	jsonw_int(&w, "duration_ms", r->duration_ms);
	jsonw_str_opt(&w, "job_id", r->job_id);
	if (r->canceled)
		jsonw_bool(&w, "canceled", true);
	jsonw_str_opt(&w, "validation_mode", r->mode);
	jsonw_str_opt(&w, "attach_mode", r->attach_mode);
	jsonw_end(&w);
	write_inputs(&w, r);
	write_object(&w, r);
	jsonw_arr(&w, "targets");
	for (size_t i = 0; i < r->ntargets; i++)
		jval_write(r->targets[i], &w, NULL, REPORT_TARGET_MAX);
	jsonw_end(&w);
	write_summary(&w, r);
	jsonw_obj(&w, "paths");
	jsonw_str(&w, "run_dir", r->run_dir);
	jsonw_str(&w, "json", r->json_path);
	jsonw_str_opt(&w, "markdown", r->markdown_path);
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}
