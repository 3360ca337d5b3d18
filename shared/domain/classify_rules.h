/*
 * Inside of the classifier: what its rules are made of.  Only the files
 * classify*.c include this.
 *
 * A rule is a row: the steps it is for, up to CLASS_CONDS conditions that
 * all have to hold, the verdict, and sentences with {words} in them.  A
 * condition is a function of classify_conds.c or classify_seen.c with at
 * most two literals; where it holds it leaves the words it found and a
 * proof.  Tables are looked through in order.  After a change to a row
 * "UPDATE_GOLDEN=1 make check TESTS=tests/unit/test_causes" writes
 * doc/causes.md anew.
 */
#ifndef DOMAIN_CLASSIFY_RULES_H
#define DOMAIN_CLASSIFY_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/classify.h"
#include "domain/verifier_reason.h"

/* The steps a rule looks at. */
#define OPEN		(1u << CLASS_AT_OPEN)
#define LOAD		(1u << CLASS_AT_LOAD)
#define ATTACH		(1u << CLASS_AT_ATTACH)
#define FUNCTIONAL	(1u << CLASS_AT_FUNCTIONAL)
#define COMMAND		(1u << CLASS_AT_COMMAND)
#define MANIFEST	(1u << CLASS_AT_MANIFEST)
#define DEATH		(1u << CLASS_AT_DEATH)
#define HANG		(1u << CLASS_AT_HANG)
#define ANY		(~0u)

#define HIGH	"high"
#define MEDIUM	"medium"
#define LOW	"low"

/* The kernel's ENOTSUPP, which user space has no name for. */
#define KERNEL_ENOTSUPP	524

/* What a sentence can name, as {program}, {section}, ... */
enum	class_word {
	W_PROGRAM, W_SECTION, W_TYPE, W_MAP, W_MAPTYPE,
	W_NAME,		/* helper, kfunc, field, symbol, target, ... */
	W_DETAIL,	/* what an experiment was about, an option, ... */
	W_ERROR,	/* name of the errno */
	W_KERNEL,	/* release */
	W_WHERE,	/* " at file.c:12", or "" */
	W_RULE, W_FIX,	/* of the verifier's last words */
	W_STEP,		/* last step of a guest that was lost */
	W__MAX
};

#define CLASS_WORD_MAX	400

/* One look at one failure. */
struct	class_case {
	const struct class_facts *f;
	struct class_result	*res;
	const struct verifier_reason *why;	/* set by c_words */
	char	 last[CLASS_TEXT_MAX];	/* the verifier's last word, or "" */
	char	 word[W__MAX][CLASS_WORD_MAX];
};

struct	class_cond {
	bool		(*holds)(struct class_case *, const char *a,
			    const char *b);	/* NULL ends the list */
	const char	*a, *b;
};

#define CLASS_CONDS	5

struct	class_rule {
	const char	*name;		/* NULL ends a table */
	unsigned int	 stages;
	const char	*code;
	const char	*sub;		/* NULL: that of the verifier's words */
	const char	*confidence;
	struct class_cond cond[CLASS_CONDS];
	const char	*reason;
	const char	*remedy;
};

extern const struct class_rule class_guest_rules[];
extern const struct class_rule class_object_rules[];
extern const struct class_rule class_map_rules[];
extern const struct class_rule class_lookup_rules[];
extern const struct class_rule class_program_rules[];
extern const struct class_rule class_attach_rules[];
extern const struct class_rule class_last_rules[];

/* --- for conditions (classify_text.c) ------------------------------------- */

void		 class_set(struct class_case *, enum class_word,
		    const char *);
void		 class_evidence(struct class_case *, const char *text,
		    size_t len);
void		 class_prove(struct class_case *, const char *kind,
		    const char *ref, const char *text);
/* Is "word" one of "a|b|c"? */
bool		 class_among(const char *word, const char *list);
/* errno of the failing program, or of the step; positive. */
int		 class_errno(const struct class_facts *);
/* "EINVAL", or "errno 4001"; in a static buffer for odd ones. */
const char	*class_errno_name(int, char *buf, size_t size);
/* Replaces {words}; what is not known becomes "?". */
void		 class_fill(const struct class_case *, const char *template,
		    char *out, size_t size);
/* The case before any rule was looked at. */
void		 class_case_init(struct class_case *,
		    const struct class_facts *, struct class_result *);

/* --- conditions: logs and numbers (classify_conds.c) ------------------------ */

/* a: "E2BIG|ENOMEM"; of the program or step */
bool	 c_errno(struct class_case *, const char *a, const char *b);
/* a: what is wrong with the ELF header begins so */
bool	 c_elf(struct class_case *, const char *a, const char *b);
/* a: pattern of one line of libbpf's, its "libbpf: " left out */
bool	 c_libbpf(struct class_case *, const char *a, const char *b);
/* a: pattern of a line anywhere in the verifier's log */
bool	 c_log(struct class_case *, const char *a, const char *b);
/* a: pattern of the verifier's last word */
bool	 c_last(struct class_case *, const char *a, const char *b);
/* a: code that the table of last words gives */
bool	 c_words(struct class_case *, const char *a, const char *b);
/* The verifier said something, known or not */
bool	 c_spoke(struct class_case *, const char *a, const char *b);
/* The kernel's own report gives rule and advice */
bool	 c_report(struct class_case *, const char *a, const char *b);
bool	 c_silent(struct class_case *, const char *a, const char *b);
/* The verifier went through the program and had nothing to say */
bool	 c_verified(struct class_case *, const char *a, const char *b);
/* a: pattern of the attachment's error */
bool	 c_attach_error(struct class_case *, const char *a, const char *b);
/* a: pattern of a line of the splat */
bool	 c_splat(struct class_case *, const char *a, const char *b);
/* a: the runner's word for the end */
bool	 c_end_code(struct class_case *, const char *a, const char *b);
/* a: words in the runner's error text */
bool	 c_error_has(struct class_case *, const char *a, const char *b);
/* The kernel killed the loader for want of memory */
bool	 c_oom(struct class_case *, const char *a, const char *b);
/* The stage's error text becomes the evidence; always holds */
bool	 c_error_text(struct class_case *, const char *a, const char *b);
/* The last words there are become the evidence; always holds */
bool	 c_anything(struct class_case *, const char *a, const char *b);
/* a: pattern of the section, b: pattern of the program's type */
bool	 c_program(struct class_case *, const char *a, const char *b);
/* The failing program may not sleep; a: list of its types */
bool	 c_awake(struct class_case *, const char *a, const char *b);
/* a: W_NAME matches this pattern */
bool	 c_name(struct class_case *, const char *a, const char *b);

/* --- conditions: what the guest found out (classify_seen.c) ------------------ */

/* a: list of kinds, b: answer; about the failing program or map */
bool	 c_exp(struct class_case *, const char *a, const char *b);
/* None of these experiments has that answer */
bool	 c_no_exp(struct class_case *, const char *a, const char *b);
/* The failing map: a: "EINVAL|..." or NULL for any */
bool	 c_map(struct class_case *, const char *a, const char *b);
/* a: list of type names, b: "0" for max_entries 0, "no_inner" for no inner
 * map given by anybody */
bool	 c_map_is(struct class_case *, const char *a, const char *b);
/* a: "map_types" or "program_types", b: status of the failing one */
bool	 c_probe(struct class_case *, const char *a, const char *b);
/* a: status of the probe that attaches a program of such a section */
bool	 c_attach_kind(struct class_case *, const char *a, const char *b);
/* a: kind of libbpf's marker */
bool	 c_poison(struct class_case *, const char *a, const char *b);
/* a: list of status words of relocations, b: pattern of their kind */
bool	 c_relo(struct class_case *, const char *a, const char *b);
/* a: kind, b: list of status words; stopped the load */
bool	 c_extern(struct class_case *, const char *a, const char *b);
/* a: a helper that the program calls */
bool	 c_calls(struct class_case *, const char *a, const char *b);
/* A helper the program calls is not known to the kernel */
bool	 c_helper_unknown(struct class_case *, const char *a, const char *b);
/* The option behind the feature (a: map, program, helper, struct_ops,
   attach, target) is off in this kernel, which knows it */
bool	 c_config_off(struct class_case *, const char *a, const char *b);
/* a: "yes" or "no" */
bool	 c_kernel_btf(struct class_case *, const char *a, const char *b);
/* a: list of modes */
bool	 c_lockdown(struct class_case *, const char *a, const char *b);
/* The JIT is turned off */
bool	 c_jit_off(struct class_case *, const char *a, const char *b);
/* "bpf" is not among the active LSMs */
bool	 c_lsm_off(struct class_case *, const char *a, const char *b);
/* a: "open", "prepare" or "load" */
bool	 c_load_stage(struct class_case *, const char *a, const char *b);
/* The program has more instructions than a */
bool	 c_longer(struct class_case *, const char *a, const char *b);

#endif /* !DOMAIN_CLASSIFY_RULES_H */
