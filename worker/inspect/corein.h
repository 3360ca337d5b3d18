/*
 * CO-RE relocations (.BTF.ext): which field, type or enumerator each asks
 * the running kernel for.  Hostile input; bounded as in btfin.h.
 */
#ifndef INSPECT_COREIN_H
#define INSPECT_COREIN_H

#include "worker/inspect/btfin.h"
#include "worker/inspect/code.h"

#define COREIN_MAX	((size_t)256 << 10)

enum	core_kind {			/* include/uapi/linux/bpf.h */
	CORE_FIELD_BYTE_OFFSET, CORE_FIELD_BYTE_SIZE, CORE_FIELD_EXISTS,
	CORE_FIELD_SIGNED, CORE_FIELD_LSHIFT_U64, CORE_FIELD_RSHIFT_U64,
	CORE_TYPE_ID_LOCAL, CORE_TYPE_ID_TARGET, CORE_TYPE_EXISTS,
	CORE_TYPE_SIZE, CORE_ENUMVAL_EXISTS, CORE_ENUMVAL_VALUE,
	CORE_TYPE_MATCHES, CORE__KINDS
};

struct	corerel {
	uint32_t	 code;		/* section, as in struct progcode */
	uint32_t	 insn;
	uint32_t	 kind;		/* may be CORE__KINDS or more */
	uint32_t	 type;
	const char	*access;	/* "0:1:3" */
};

struct	corein {
	struct corerel	*r;
	size_t		 n;
	bool		 cut;
};

/*
 * Reads them and notes them in c->code[].core.  ERR_SYNTAX when the section
 * is damaged: what was read before stays.
 */
enum err	 corein_open(struct corein *, const struct btfin *,
		    struct progcode *, const struct elfsec *ext);
void		 corein_free(struct corein *);

/* libbpf's word for a kind ("field_byte_offset"); "unknown". */
const char	*corein_kind(uint32_t);
/* A question whose answer "no" is 0 and no error. */
bool		 corein_asks(uint32_t kind);
/* The names behind the numbers of "access": "mm.exe_file", "BPF_FUNC_loop". */
void		 corein_path(const struct btfin *, const struct corerel *,
		    struct buf *);

#endif /* !INSPECT_COREIN_H */
