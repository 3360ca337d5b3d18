/* Parts of the result document, for result.c. */
#ifndef GUEST_RESULT_H
#define GUEST_RESULT_H

struct jsonw;
struct prog;
struct run;

/* "" for NULL. */
const char *result_text(const char *);
/* The member "discovery". */
void	 result_discovery(struct jsonw *, const struct run *);

/* Members "relocations", their counts, and "kfuncs" of one program. */
void	 result_relocs(struct jsonw *, const struct run *,
	    const struct prog *);

#endif /* !GUEST_RESULT_H */
