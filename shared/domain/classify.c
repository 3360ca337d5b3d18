#include "domain/classify_rules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libbpf's own error numbers (libbpf.h: LIBBPF_ERRNO__*). */
#define LIBBPF_LIBELF	4000
#define LIBBPF_FORMAT	4001
#define LIBBPF_ENDIAN	4003
/* Statistics and frames that follow the verifier's last word. */
static const char *const trailer[] = {
	"processed ", "verification time", "stack depth", "insns_stack",
	"max_states", "total_states", "-- END ", "-- BEGIN ",
	/* The two states after "infinite loop detected". */
	"cur state:", "old state:",
	"subprog ",
	/* 7.2 counts here, too. */
	"insns processed ",
};
/* Since 7.3 the kernel explains its last word; that report begins so. */
static const char	report_begins[] = "Verification failed: ";

bool
class_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void
class_copy(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, s, len);
	out[len] = '\0';
}

static bool
is_trailer(const char *line, size_t len)
{
	if (len == 0)
		return true;
	for (size_t i = 0; i < sizeof(trailer) / sizeof(trailer[0]); i++)
		if (class_starts(line, trailer[i]))
			return true;
	return false;
}

/* The line that begins the kernel's report, or NULL. */
static const char *
report_line(const char *log)
{
	const char	*p = log;

	while ((p = strstr(p, report_begins)) != NULL) {
		if (p == log || p[-1] == '\n')
			return p;
		p++;
	}
	return NULL;
}

/* Where the verifier's own words end. */
static const char *
words_end(const char *log)
{
	const char	*end = strstr(log, "-- END PROG LOAD LOG --");
	const char	*report = report_line(log);

	if (report != NULL && (end == NULL || report < end))
		return report;
	return end == NULL ? log + strlen(log) : end;
}

/*
 * Walks lines from the end; what libbpf adds after its frame is not seen.
 * When only the kernel's report is left of a log, its title is the answer.
 */
void
class_last_line(const char *log, char *out, size_t size)
{
	const char	*end, *line;

	out[0] = '\0';
	if (log == NULL)
		return;
	end = words_end(log);
	while (end > log) {
		while (end > log && (end[-1] == '\n' || end[-1] == '\r'))
			end--;
		for (line = end; line > log && line[-1] != '\n'; line--)
			;
		if (end > line && !is_trailer(line, (size_t)(end - line))) {
			class_copy(out, size, line, (size_t)(end - line));
			return;
		}
		end = line;
	}
	if ((line = report_line(log)) != NULL)
		class_copy(out, size, line, strcspn(line, "\r\n"));
}

int
class_verifier_spoke(const char *log)
{
	const char	*p = log;

	while (p != NULL && (p = strstr(p, "processed ")) != NULL) {
		if ((p == log || p[-1] == '\n') && strstr(p, " insn") != NULL)
			return 1;
		p++;
	}
	return 0;
}

/* The line of "log" that holds "needle" goes to the evidence. */
bool
class_saw(const char *log, const char *needle, struct class_result *res)
{
	const char	*p, *from, *to;

	if (log == NULL || (p = strstr(log, needle)) == NULL)
		return false;
	for (from = p; from > log && from[-1] != '\n'; from--)
		;
	to = strchr(p, '\n');
	class_copy(res->evidence, sizeof(res->evidence), from,
	    to == NULL ? strlen(from) : (size_t)(to - from));
	return true;
}

void
class_say(struct class_result *res, const char *fmt, const char *arg)
{
	snprintf(res->reason, sizeof(res->reason), "%s%s", fmt,
	    arg == NULL ? "" : arg);
}

const char *
class_program(const struct class_facts *f)
{
	return jval_get_str(f->program, "name", "?");
}

/* errno of the failing program, or of the step. */
int
class_errno(const struct class_facts *f)
{
	int	 e = f->program_error != 0 ? f->program_error : f->error;

	return e > 0 ? e : -e;
}

/* --- the guest itself --------------------------------------------------- */

static bool
r_guest_died(const struct class_facts *f, struct class_result *res)
{
	const char	*proof = f->splat != NULL ? f->splat : f->error_text;

	class_say(res, "the guest died during ", f->last_step);
	if (proof != NULL)
		class_copy(res->evidence, sizeof(res->evidence), proof,
		    strcspn(proof, "\n"));
	return true;
}

static bool
r_guest_hung(const struct class_facts *f, struct class_result *res)
{
	class_say(res, "the guest made no progress until the deadline during ",
	    f->last_step);
	if (f->splat != NULL)
		class_copy(res->evidence, sizeof(res->evidence), f->splat,
		    strcspn(f->splat, "\n"));
	return true;
}

/* --- the object --------------------------------------------------------- */

static bool
r_elf_header(const struct class_facts *f, struct class_result *res)
{
	if (f->elf[0] == '\0' || class_starts(f->elf, "not ELF"))
		return false;
	class_say(res, "the object was built for another machine: ", f->elf);
	class_copy(res->evidence, sizeof(res->evidence), f->elf,
	    strlen(f->elf));
	return true;
}

static bool
r_not_elf(const struct class_facts *f, struct class_result *res)
{
	if (f->elf[0] == '\0' && f->error != -LIBBPF_FORMAT &&
	    f->error != -LIBBPF_LIBELF && f->error != -LIBBPF_ENDIAN)
		return false;
	class_say(res, "libbpf cannot read the file as a BPF object", NULL);
	if (f->elf[0] != '\0')
		class_copy(res->evidence, sizeof(res->evidence), f->elf,
		    strlen(f->elf));
	else
		class_saw(f->libbpf_log, "libbpf: ", res);
	return true;
}

/* libbpf gave up before anything reached the kernel. */
static bool
r_open_failed(const struct class_facts *f, struct class_result *res)
{
	class_last_line(f->libbpf_log, res->evidence, sizeof(res->evidence));
	class_say(res, "libbpf cannot open the object: ", f->error_text);
	return true;
}

static bool
r_legacy_maps(const struct class_facts *f, struct class_result *res)
{
	if (!class_saw(f->libbpf_log, "legacy map definitions", res))
		return false;
	class_say(res, "the object defines its maps in a \"maps\" section, which "
	    "libbpf 1.0 dropped", NULL);
	return true;
}

static bool
r_no_program_type(const struct class_facts *f, struct class_result *res)
{
	if (!class_saw(f->libbpf_log, "missing BPF prog type", res))
		return false;
	class_say(res, "the section name gives no program type: ",
	    jval_get_str(f->program, "section", "?"));
	return true;
}

/* --- attach -------------------------------------------------------------- */

static void
attach_evidence(const struct class_facts *f, struct class_result *res)
{
	const char	*err = jval_get_str(f->program, "attach_error", "");

	snprintf(res->evidence, sizeof(res->evidence), "%s (%s): %s",
	    class_program(f), jval_get_str(f->program, "section", "?"),
	    err[0] != '\0' ? err : f->error_text != NULL ? f->error_text :
	    strerror(class_errno(f)));
}

/* The validator's word for a program that only its loader can attach. */
static bool
r_attach_untested(const struct class_facts *f, struct class_result *res)
{
	if (!class_starts(jval_get_str(f->program, "attach_error", ""),
	    "not testable here"))
		return false;
	attach_evidence(f, res);
	class_say(res, "attaching was required and cannot be tested here: "
	    "program ", class_program(f));
	return true;
}

static bool
r_attach_target(const struct class_facts *f, struct class_result *res)
{
	if (class_errno(f) != ENOENT &&
	    class_errno(f) != ESRCH)
		return false;
	attach_evidence(f, res);
	class_say(res, "what the program attaches to does not exist in this "
	    "kernel: program ", class_program(f));
	return true;
}

static bool
r_attach_unsupported(const struct class_facts *f, struct class_result *res)
{
	if (class_errno(f) != EOPNOTSUPP &&
	    class_errno(f) != KERNEL_ENOTSUPP && class_errno(f) != ENOSYS)
		return false;
	attach_evidence(f, res);
	class_say(res, "this kernel cannot attach programs this way: program ",
	    class_program(f));
	return true;
}

static bool
r_attach_denied(const struct class_facts *f, struct class_result *res)
{
	if (class_errno(f) != EPERM &&
	    class_errno(f) != EACCES)
		return false;
	attach_evidence(f, res);
	class_say(res, "the kernel denies attaching program ", class_program(f));
	return true;
}

static bool
r_attach_einval(const struct class_facts *f, struct class_result *res)
{
	if (class_errno(f) != EINVAL)
		return false;
	attach_evidence(f, res);
	class_say(res, "this kernel refuses to attach program ", class_program(f));
	return true;
}

static bool
r_attach_other(const struct class_facts *f, struct class_result *res)
{
	attach_evidence(f, res);
	class_say(res, "attaching failed: program ", class_program(f));
	return true;
}

static bool
r_functional(const struct class_facts *f, struct class_result *res)
{
	class_say(res, f->error_text == NULL ?
	    "a required test did not pass" : f->error_text, NULL);
	return true;
}

static bool
r_unknown(const struct class_facts *f, struct class_result *res)
{
	char	 line[CLASS_TEXT_MAX];

	class_last_line(f->verifier_log, line, sizeof(line));
	if (line[0] == '\0')
		class_last_line(f->libbpf_log, line, sizeof(line));
	class_copy(res->evidence, sizeof(res->evidence), line, strlen(line));
	class_say(res, "the cause is not known: ", f->error_text != NULL &&
	    f->error_text[0] != '\0' ? f->error_text : "no error text");
	return true;
}

/* Looked at before and after those for the load. */
static const struct class_rule first_rules[] = {
	{ "guest-died", DEATH, CLASS_GUEST_CRASH, HIGH, r_guest_died,
	  "Read the kernel's last words in serial.log; report the crash to "
	  "the kernel's maintainers and leave that program out on this "
	  "kernel." },
	{ "guest-hung", HANG, CLASS_GUEST_HANG, MEDIUM, r_guest_hung,
	  "Raise the timeout once to tell slow from stuck; if it stays, leave "
	  "that program out on this kernel." },
	{ "elf-header", OPEN | LOAD, CLASS_WRONG_ARCH, HIGH, r_elf_header,
	  "Compile with clang -target bpfel for little-endian kernels." },
	{ "not-elf", OPEN | LOAD, CLASS_BAD_OBJECT, HIGH, r_not_elf,
	  "Upload the object that clang -target bpf wrote." },
	{ "legacy-maps", OPEN | LOAD, CLASS_LEGACY_MAPS, HIGH, r_legacy_maps,
	  "Define maps with BTF in the .maps section." },
	{ "open-failed", OPEN, CLASS_BAD_OBJECT, MEDIUM, r_open_failed,
	  "See libbpf.log; rebuild the object with a current clang." },
	{ "no-program-type", OPEN | LOAD, CLASS_LOADER, HIGH, r_no_program_type,
	  "Give SEC() a name that libbpf knows, or set the type in your "
	  "loader." },
	{ "attach-untested", ATTACH, CLASS_ATTACH_OTHER, HIGH,
	  r_attach_untested,
	  "Name the target in the section, or do not require this "
	  "attachment." },
	{ "attach-target", ATTACH, CLASS_ATTACH_TARGET, HIGH, r_attach_target,
	  "Attach to something this kernel has, or make the attachment "
	  "optional." },
	{ "attach-unsupported", ATTACH, CLASS_ATTACH_TYPE, HIGH,
	  r_attach_unsupported,
	  "Use another hook on this kernel, or ship a variant." },
	{ "attach-denied", ATTACH, CLASS_POLICY, MEDIUM, r_attach_denied,
	  "Check lockdown, perf_event_paranoid and LSM policy." },
	{ "attach-refused", ATTACH, CLASS_ATTACH_TYPE, LOW, r_attach_einval,
	  "Check that this attach type and target exist on this kernel." },
	{ "attach-other", ATTACH, CLASS_ATTACH_OTHER, MEDIUM, r_attach_other,
	  "See the error of the program in the report." },
	{ "functional", FUNCTIONAL, CLASS_FUNCTIONAL, HIGH, r_functional,
	  "Look at the output of the test." },
	{ 0 }
};

static const struct class_rule last_rules[] = {
	{ "unknown", ANY, CLASS_UNKNOWN, LOW, r_unknown,
	  "Read libbpf.log and the verifier log by hand." },
	{ 0 }
};

static const struct class_rule *const tables[] = {
	first_rules, class_load_rules, last_rules
};
#define NTABLES	(sizeof(tables) / sizeof(tables[0]))

void
classify(const struct class_facts *f, struct class_result *res)
{
	const struct class_rule	*r;

	for (size_t i = 0; i < NTABLES; i++)
		for (r = tables[i]; r->name != NULL; r++) {
			memset(res, 0, sizeof(*res));
			if ((r->stages & 1u << f->stage) == 0 ||
			    !r->match(f, res))
				continue;
			res->code = r->code;
			res->confidence = r->confidence;
			res->rule = r->name;
			snprintf(res->remedy, sizeof(res->remedy), "%s",
			    r->remedy);
			return;
		}
}

const char *
class_code_remedy(const char *code)
{
	for (size_t i = 0; i < NTABLES; i++)
		for (const struct class_rule *r = tables[i]; r->name != NULL;
		    r++)
			if (strcmp(r->code, code) == 0)
				return r->remedy;
	return NULL;
}
