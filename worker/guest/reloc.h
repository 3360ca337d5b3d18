/*
 * What libbpf made of each CO-RE relocation, from its debug messages: it
 * has no interface that tells.  A second kind of line tells which functions
 * became part of which program, a third which function uses which extern.
 *
 * Pure text work.  The names in the messages come from the object, so every
 * line is hostile: what does not fit the known forms is left out.
 */
#ifndef GUEST_RELOC_H
#define GUEST_RELOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Large objects have some thousands. */
#define RELOCS_MAX	16384

enum	reloc_status {
	RELOC_FAILED,		/* libbpf gave up the object over it */
	RELOC_RESOLVED,
	RELOC_GUARDED,		/* asked whether it is there: it is not */
	RELOC_POISONED		/* not there; an invalid instruction instead */
};

struct	reloc {
	char		*function; /* owned; program or sub-program */
	char		*local_type; /* owned; "struct task_struct" */
	char		*access; /* owned; "se.vruntime", enumerator, or "" */
	char		*spec;	/* owned; "0:12", or "" */
	char		*target_type; /* owned, or NULL: nothing matched */
	char		*note;	/* owned, or NULL; libbpf's complaint */
	const char	*kind;	/* static, as BPF_CORE_* in lower case */
	int		 index;	/* in its section */
	int64_t		 insn;	/* within the function, -1 unknown */
	int64_t		 local_value;
	int64_t		 target_value;
	bool		 has_local; /* local_value is known */
	bool		 has_target;
	unsigned	 candidates; /* types of that name here */
	unsigned	 matching;
	enum reloc_status status;
};

/* "sub" was appended to "prog" at instruction "at". */
struct	reloc_part {
	char		*prog;	/* owned */
	char		*sub;	/* owned */
	size_t		 ninsns;
};

/* "function" refers to the extern. */
struct	reloc_use {
	char		*function; /* owned */
	char		*ext;	/* owned */
};

struct	relocs {
	struct reloc	*v;	/* owned; in the order of libbpf */
	size_t		 n;
	struct reloc_part *parts; /* owned */
	size_t		 nparts;
	struct reloc_use *uses;	/* owned */
	size_t		 nuses;
	bool		 cut;	/* more than RELOCS_MAX, or no memory */
};

/*
 * True for the format of a message worth keeping for relocs_parse(), as
 * libbpf hands it to a print function.
 */
bool	 relocs_wants(const char *format);
/*
 * Adds what the messages tell.  Functions that already have records keep
 * those: the same object may have been prepared twice.
 */
void	 relocs_parse(struct relocs *, const char *messages, size_t len);
void	 relocs_free(struct relocs *);
/*
 * Where function "name" begins in the final instructions of "prog", or -1
 * when it is no part of it.  "ninsns": those of "prog" alone.
 */
int64_t	 relocs_part_at(const struct relocs *, const char *prog,
	    size_t ninsns, const char *name);
const char *reloc_status_word(enum reloc_status);

#endif /* !GUEST_RELOC_H */
