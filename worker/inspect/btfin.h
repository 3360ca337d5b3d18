/*
 * Type information (.BTF) of an object, read from hostile bytes: every type
 * is checked once when it is opened, walks are bounded by a depth, and names
 * always end inside the string table.
 */
#ifndef INSPECT_BTFIN_H
#define INSPECT_BTFIN_H

#include "base/buf.h"
#include "worker/inspect/elfobj.h"

#define BTFIN_TYPES_MAX	((size_t)1 << 20)

enum	btf_kind {
	BTF_VOID, BTF_INT, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION,
	BTF_ENUM, BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST,
	BTF_RESTRICT, BTF_FUNC, BTF_FUNC_PROTO, BTF_VAR, BTF_DATASEC,
	BTF_FLOAT, BTF_DECL_TAG, BTF_TYPE_TAG, BTF_ENUM64, BTF__KINDS
};

struct	btfin {
	const struct elfobj *o;
	const uint8_t	**type;		/* by id; [0] is NULL (void) */
	size_t		 n;		/* ids below this are there */
	const char	*str;
	size_t		 str_len;
};

struct	btf_type {
	enum btf_kind	 kind;
	const char	*name;		/* "" when there is none */
	uint32_t	 vlen;
	uint32_t	 ref;		/* size, or the type it refers to */
	bool		 flag;
	const uint8_t	*tail;		/* what follows, vlen entries */
};

struct	btf_member {			/* of a struct or a union */
	const char	*name;
	uint32_t	 type;
};

struct	btf_secvar {			/* of a data section */
	uint32_t	 type, off, size;
};

/* ERR_SYNTAX: damaged, nothing is there; ERR_NOMEM. */
enum err	 btfin_open(struct btfin *, const struct elfobj *,
		    const struct elfsec *);
void		 btfin_free(struct btfin *);

/* "" for an offset outside of the table. */
const char	*btfin_str(const struct btfin *, uint32_t off);
/* The type; kind BTF_VOID for id 0 and ids that do not exist. */
struct btf_type	 btfin_type(const struct btfin *, uint32_t id);
/* Follows typedefs and qualifiers; *id becomes the end of the chain. */
struct btf_type	 btfin_skip(const struct btfin *, uint32_t *id);
struct btf_member btfin_member(const struct btfin *, const struct btf_type *,
		    uint32_t i);
struct btf_secvar btfin_secvar(const struct btfin *, const struct btf_type *,
		    uint32_t i);
/* Name of value "i" of an enum or enum64. */
const char	*btfin_enumerator(const struct btfin *,
		    const struct btf_type *, uint32_t i);
/* Value of it, cut to 64 bits. */
uint64_t	 btfin_enumval(const struct btfin *, const struct btf_type *,
		    uint32_t i);
/* Elements and element type of an array. */
uint32_t	 btfin_array(const struct btfin *, const struct btf_type *,
		    uint32_t *elem);
/* Linkage of a variable or function: 0 static, 1 global, 2 extern. */
uint32_t	 btfin_linkage(const struct btfin *, const struct btf_type *);
/* In bytes; 0 when it has none or it would overflow 32 bits. */
uint32_t	 btfin_size(const struct btfin *, uint32_t id);
/* "struct task_struct", "u32", "struct foo *"; at most 256 bytes. */
void		 btfin_name(const struct btfin *, uint32_t id, struct buf *);

#endif /* !INSPECT_BTFIN_H */
