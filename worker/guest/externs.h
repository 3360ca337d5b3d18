/*
 * Symbols the object wants from the kernel (kfuncs, ksyms, kconfig values)
 * and whether this kernel has them, from libbpf's own messages.
 */
#ifndef GUEST_EXTERNS_H
#define GUEST_EXTERNS_H

#include <stdbool.h>
#include <stddef.h>

struct btf;

enum	extern_state {
	EXTERN_UNCHECKED,	/* libbpf stopped before it came to this one */
	EXTERN_FOUND,
	EXTERN_WEAK_MISSING,	/* allowed to be missing */
	EXTERN_MISSING,
	EXTERN_INCOMPATIBLE	/* there, but of another type */
};

struct	extern_sym {
	char		*name;	/* owned */
	const char	*kind;	/* static: kfunc, ksym, kconfig */
	enum extern_state state;
	bool		 weak;
	char		*btf;	/* owned; where it was found, or NULL */
};

struct	externs {
	struct extern_sym *v;	/* owned */
	size_t		 n;
};

/* Lists what the object's BTF declares; "btf" may be NULL. */
void	 externs_list(struct externs *, const struct btf *);
/* Marks those that the object file allows to be missing. */
void	 externs_weak(struct externs *, void *elf, size_t len);
struct extern_sym *externs_find(const struct externs *, const char *name);
/* Reads libbpf's lines about externs. */
void	 externs_note(struct externs *, const char *messages);
void	 externs_free(struct externs *);
const char *extern_state_word(enum extern_state);

#endif /* !GUEST_EXTERNS_H */
