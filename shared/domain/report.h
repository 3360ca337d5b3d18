/*
 * The report: what a run found, as JSON (schema v0.1, fields only added) and
 * as Markdown for people.
 *
 * A target's part is written when the target ends and kept as a file, so a
 * worker that dies loses no verdict; the report puts the parts together.
 * Paths in a report are relative to the workdir: the same bytes are shown
 * to everybody.  Text that came out of a guest is data: the JSON writer
 * escapes it, and the Markdown neutralises it.
 */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "domain/classify.h"
#include "domain/expect.h"
#include "domain/profile.h"

#define REPORT_SCHEMA	"v0.1"
/* One target's part: 5000 programs with their log heads and tails. */
#define REPORT_TARGET_MAX	((size_t)48 * 1024 * 1024)
#define REPORT_MAX		((size_t)256 * 1024 * 1024)

enum	report_status {
	REPORT_PASS,
	REPORT_FAIL,
	REPORT_INFRA,	/* could not tell */
	REPORT_CANCELED, /* was not judged any more */
	REPORT__MAX
};

/* "pass", "fail", "infra_error", "canceled"; static. */
const char	*report_status_name(enum report_status);
/* REPORT__MAX for any other word. */
enum report_status report_status_parse(const char *);

struct	report_attempt {
	int64_t		 number;
	const char	*outcome;
	const char	*error_code;	/* NULL or "" when it went well */
	const char	*error;
	const char	*started_at;
	const char	*finished_at;
};

struct	report_file {
	const char	*path;		/* relative to the run folder */
	int64_t		 size;
};

/* One target, ready to be written.  Strings may be NULL where unknown. */
struct	report_target {
	const char	*profile_id;
	bool		 required;
	enum report_status status;
	const char	*failed_stage;	/* infra load attach functional
					   validation */
	const char	*distro, *version, *kernel_family, *arch;
	const struct profile *variant;	/* of another profile, or NULL */
	/* the kernel that was to boot */
	const char	*kernel_package, *kernel_version, *kernel_release;
	const char	*kernel_sha256;
	/* what booted, as it says itself */
	const char	*uname_release, *uname_version, *machine;
	const char	*accel;
	bool		 template;
	const char	*qemu_command;
	const struct jval *phases;	/* "ms" of the runner */
	const struct jval *last_step;	/* of a guest that died or hung */
	const char	*splat;
	const struct jval *kernel_events; /* the runner's array */
	const struct jval *result;	/* validator document */
	const struct class_result *cls;	/* of a failing target, else NULL */
	/* per program of the document, NULL where it did not fail */
	struct class_result *const *prog_cls;
	size_t		 nprog_cls;
	const struct expect_result *expected;	/* or NULL */
	const char	*started_at, *finished_at;
	int64_t		 duration_ms;
	const char	*dir;		/* relative to the workdir */
	const char	*infra_error, *infra_code;
	const char *const *notes;
	size_t		 nnotes;
	const struct report_attempt *attempts;
	size_t		 nattempts;
	const struct report_file *files;
	size_t		 nfiles;
};

/* One indented JSON object. */
enum err	 report_target_write(struct buf *, const struct report_target *);

/* What a matrix adds up to. */
struct	report_summary {
	const char	*status;	/* pass fail error; static */
	int		 exit_code;	/* 0 2 1 */
	int64_t		 total;
	int64_t		 required_passed, required_failed, required_infra;
	int64_t		 optional_passed, optional_failed, optional_infra;
	/* failed as the manifest expects; these count nowhere else */
	int64_t		 required_expected, optional_expected;
	/* passed although the manifest expects a failure */
	int64_t		 unexpected_passes;
	int64_t		 canceled;	/* these count nowhere else */
	/* of required_failed those that passed unexpectedly */
	int64_t		 required_unexpected;
};

/*
 * "expected" is the member of that name of the target's part, or NULL.  A
 * required target that passed unexpectedly counts as failed, unless the
 * manifest allows it.
 */
void		 report_count(struct report_summary *, bool required,
		    enum report_status, const struct jval *expected);
/*
 * Sets status and exit code from the counts.  A run with canceled targets
 * tells nothing as a whole.  Else only a required target that
 * could not be told makes it "error": an optional one must not hide the
 * verdict on the rest.
 */
void		 report_judge(struct report_summary *);

struct	report_run {
	const char	*run_id, *job_id;
	const char	*started_at, *finished_at;
	int64_t		 duration_ms;
	const char	*artifact_path;	/* relative to the workdir */
	const char	*artifact_basename, *artifact_sha256;
	int64_t		 artifact_size;
	const char	*name, *version_label, *variant, *uri;
	const char	*mode, *attach_mode;
	bool		 canceled;	/* before it had all its verdicts */
	const char	*validator_basename, *validator_sha256;
	int64_t		 validator_size;
	const char	*matrix_path, *matrix_name;
	const char	*manifest_name, *manifest_sha256;	/* or NULL */
	const char	*command;	/* of command mode, or NULL */
	int64_t		 command_timeout_ms;
	int		 command_expect_exit;
	const struct jval *object;	/* domain/objfacts.h, or NULL */
	const struct jval *compile;	/* of prepare.json, or NULL */
	const char	*run_dir, *json_path, *markdown_path;
	struct jval	*const *targets;	/* parts, in matrix order */
	size_t		 ntargets;
	const char *const *notes;	/* further than the verdict's own */
	size_t		 nnotes;
	struct report_summary summary;
};

/* Indented, final newline. */
enum err	 report_write(struct buf *, const struct report_run *);

/*
 * Does the failing instruction or the verifier's verdict of an explanation
 * name this register ("R1")?
 */
bool		 report_register_matters(const struct jval *explanation,
		    const char *name);

/* The whole report as Markdown, from its JSON. */
enum err	 report_markdown(const struct jval *report, struct buf *);
/*
 * Appends text from outside so that it can break neither a table nor the
 * page: one line, control bytes gone, Markdown and HTML marks escaped.
 * "max" bytes of it at most.
 */
void		 report_md_text(struct buf *, const char *text, size_t max);

#endif /* !DOMAIN_REPORT_H */
