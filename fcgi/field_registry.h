/* Checkers for the fields of the registry (field.h has the rest). */
#ifndef FCGI_FIELD_REGISTRY_H
#define FCGI_FIELD_REGISTRY_H

#include "base/json_out.h"
#include "field.h"

/* Tenant, project, artifact name or version (domain/registry.h). */
enum err	 field_registry_id(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* 64 hex digits; str is in lower case. */
enum err	 field_digest(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* A word of letters and "_"; str is in lower case. */
enum err	 field_word(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* A classification code; for a list each item. */
enum err	 field_code(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* str: "private" or "public". */
enum err	 field_visibility(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* A place in a list, as "next_cursor" gave it; num. */
enum err	 field_cursor(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* Within the answer's object: "next_cursor", for field_cursor(). */
void		 field_cursor_next(struct jsonw *, int64_t place);
/* RFC 3339; str as given. */
enum err	 field_time(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* A file that is not empty. */
enum err	 field_content(const struct field *, const struct conf *,
		    struct value *, struct diag *);

#endif /* !FCGI_FIELD_REGISTRY_H */
