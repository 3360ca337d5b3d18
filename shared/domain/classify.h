/*
 * The name of a failure, with the proof for it.
 *
 * A ladder of rules over structured evidence: the step that failed, its
 * errno, libbpf's poison markers, relocations, externs, what the guest's
 * experiments and probes answered on that very kernel, and how the kernel
 * is built and locked.  Text of a log counts last, and only at the place
 * where it means something (the verifier's last word, libbpf's line about
 * the failing entity).  The first rule whose conditions all hold decides;
 * it is named in the result, and every condition that held is a proof.
 *
 * Confidence "high" is for rules whose conditions leave no other cause.
 * When nothing holds the answer is UNKNOWN, which is honest.
 */
#ifndef DOMAIN_CLASSIFY_H
#define DOMAIN_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json_in.h"

/* Codes that clients of the first generation know. */
#define CLASS_MISSING_BTF		"MISSING_BTF"
#define CLASS_CORE_RELOCATION		"CORE_RELOCATION_FAILURE"
#define CLASS_PROGRAM_TYPE		"UNSUPPORTED_PROGRAM_TYPE"
#define CLASS_MAP_TYPE			"UNSUPPORTED_MAP_TYPE"
#define CLASS_ATTACH_TYPE		"UNSUPPORTED_ATTACH_TYPE"
#define CLASS_VERIFIER			"VERIFIER_REJECTION"
#define CLASS_CAPABILITY		"CAPABILITY_FAILURE"
#define CLASS_POLICY			"POLICY_DENIED"
#define CLASS_FUNCTIONAL		"FUNCTIONAL_TEST_FAILURE"
#define CLASS_UNKNOWN			"UNKNOWN"
/*
 * More precise ones.  Every code and sub-reason is explained in
 * doc/causes.md, which tests/unit/test_causes.c holds against the tables.
 */
#define CLASS_HELPER			"MISSING_HELPER"
#define CLASS_KFUNC			"MISSING_KFUNC"
#define CLASS_KSYM			"MISSING_KSYM"
#define CLASS_KCONFIG			"MISSING_KCONFIG"
#define CLASS_COMPLEXITY		"VERIFIER_COMPLEXITY_LIMIT"
#define CLASS_LICENSE			"LICENSE_RESTRICTION"
#define CLASS_MAP_ATTRIBUTE		"MAP_ATTRIBUTE_LIMIT"
#define CLASS_MEMORY			"MEMORY_LIMIT"
#define CLASS_ATTACH_TARGET		"ATTACH_TARGET_MISSING"
#define CLASS_NOT_TRACEABLE		"ATTACH_TARGET_NOT_TRACEABLE"
#define CLASS_ATTACH_OTHER		"ATTACH_FAILURE"
#define CLASS_CONFIG			"KERNEL_CONFIG_OFF"
#define CLASS_LOCKDOWN			"KERNEL_LOCKDOWN"
#define CLASS_LSM			"LSM_NOT_ENABLED"
#define CLASS_JIT			"JIT_DISABLED"
#define CLASS_STRUCT_OPS		"UNSUPPORTED_STRUCT_OPS"
#define CLASS_BAD_OBJECT		"INVALID_OBJECT"
#define CLASS_WRONG_ARCH		"WRONG_ARCHITECTURE"
#define CLASS_LEGACY_MAPS		"LEGACY_MAP_SECTION"
#define CLASS_LOADER			"LOADER_CONTRACT"
#define CLASS_MANIFEST			"MANIFEST_MISMATCH"
#define CLASS_COMMAND			"COMMAND_VALIDATION_FAILURE"
#define CLASS_GUEST_CRASH		"GUEST_CRASH"
#define CLASS_GUEST_HANG		"GUEST_HANG"
#define CLASS_VALIDATOR_KILLED		"VALIDATOR_KILLED"

enum	class_stage {
	CLASS_AT_OPEN,		/* libbpf could not read the object */
	CLASS_AT_LOAD,
	CLASS_AT_ATTACH,
	CLASS_AT_FUNCTIONAL,
	CLASS_AT_COMMAND,	/* what was run in place of a validation */
	CLASS_AT_MANIFEST,	/* held against what the object has */
	CLASS_AT_DEATH,		/* the guest died at work */
	CLASS_AT_HANG		/* it stopped answering at work */
};

#define CLASS_TEXT_MAX	600

/*
 * What is known about one failure.  Any pointer may be NULL; errors are
 * negative errno values, 0 when not known.
 */
struct	class_facts {
	enum class_stage	 stage;
	int			 error;		/* of the step as a whole */
	const char		*error_text;
	const char		*libbpf_log;	/* libbpf's messages */
	const struct jval	*program;	/* failing one, from the
						   validator's document */
	int			 program_error;
	const char		*verifier_log;	/* its end, at least */
	const struct jval	*map;		/* failing one, likewise */
	const struct jval	*doc;		/* the whole document */
	const char		*splat;
	const char		*last_step;	/* "load of program x" */
	const char		*end_code;	/* the runner's, of a guest or
						   validator that was lost */
	const char		*oom;		/* the kernel's line when it
						   killed the loader for want
						   of memory */
	char			 elf[80];	/* "" or what is wrong with
						   the ELF header */
};

/*
 * One thing that speaks for the verdict.  "kind": experiment, relocation,
 * extern, log_line, probe, errno, elf, splat or config.  "ref" is the id of
 * the experiment or of the log, else the name of the thing.
 */
struct	class_proof {
	const char	*kind;		/* static */
	char		 ref[80];
	char		 text[240];	/* one sentence or line */
};

#define CLASS_PROOF_MAX	8

struct	class_result {
	const char	*code;		/* all static */
	const char	*confidence;	/* "high", "medium", "low" */
	const char	*rule;
	char		 sub[40];	/* lower-case words, or "" */
	char		 reason[CLASS_TEXT_MAX];	/* one sentence */
	char		 evidence[CLASS_TEXT_MAX];	/* one line, or "" */
	char		 remedy[CLASS_TEXT_MAX];	/* what to do */
	struct class_proof proof[CLASS_PROOF_MAX];
	size_t		 nproof;
};

/* Always fills *res. */
void	 classify(const struct class_facts *, struct class_result *res);

/*
 * The verifier's own last word: the last line of "log" that is neither
 * statistics nor libbpf's frame.  "" when there is none.
 */
void	 class_last_line(const char *log, char *out, size_t size);
/*
 * The verdict of a program's explanation; of a report of 7.3 that stands
 * alone its title, as the kernel prints it.  "" when there is none.
 */
void	 class_verdict(const struct jval *explanation, char *out,
	    size_t size);
/*
 * What a verdict means, and its subject in "name".  The instruction of the
 * explanation (NULL is allowed) tells where the words alone are not enough.
 */
const struct verifier_reason *class_reason(const char *verdict,
	    const struct jval *explanation, char *name, size_t size);
/* Does the log show that the verifier ran ("processed N insns")? */
int	 class_verifier_spoke(const char *log);
/* A code in words; all static. */
struct	class_code {
	const char	*code;
	const char	*title;		/* a few words */
	const char	*meaning;
};

/* Entry "i" of all codes, NULL behind the last. */
const struct class_code *class_code_at(size_t i);

/* One row of the ladder, for documents and tests; all static. */
struct	class_rule_info {
	const char	*name, *code;
	const char	*sub;		/* NULL: that of the verifier's words */
	const char	*confidence;
	const char	*reason, *remedy;	/* with {words} in them */
};

/* Row "n" of the ladder from the top; false behind its end. */
bool	 class_rule_at(size_t n, struct class_rule_info *);

#endif /* !DOMAIN_CLASSIFY_H */
