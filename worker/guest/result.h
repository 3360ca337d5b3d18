/* Parts of the result document, for result.c. */
#ifndef GUEST_RESULT_H
#define GUEST_RESULT_H

struct jsonw;
struct run;

/* "" for NULL. */
const char *result_text(const char *);
/* The member "discovery". */
void	 result_discovery(struct jsonw *, const struct run *);

#endif /* !GUEST_RESULT_H */
