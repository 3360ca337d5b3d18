/*
 * The maps an object defines: BTF-defined ones (.maps), old ones (maps,
 * which libbpf 1.x refuses), struct_ops, and those that libbpf makes of
 * global variables.
 */
#ifndef INSPECT_MAPSIN_H
#define INSPECT_MAPSIN_H

#include "worker/inspect/btfin.h"

#define MAPSIN_MAX	16384

enum	map_origin { MAP_BTF, MAP_LEGACY, MAP_STRUCT_OPS, MAP_GLOBAL };

struct	mapdef {
	enum map_origin	 origin;
	const char	*name;
	const char	*section;
	const char	*ops;		/* kernel type of a struct_ops, or "" */
	uint64_t	 type, key_size, value_size, max_entries, flags, extra;
	uint64_t	 pinning;
	bool		 has_inner;
	uint64_t	 inner_type;
};

struct	mapsin {
	struct mapdef	*m;
	size_t		 n;
	bool		 cut;
};

enum err	 mapsin_open(struct mapsin *, const struct btfin *,
		    const struct elfobj *);
void		 mapsin_free(struct mapsin *);

#endif /* !INSPECT_MAPSIN_H */
