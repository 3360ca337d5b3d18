/* The part of the validator's document about attaching. */
#ifndef GUEST_RESULT_ATTACH_H
#define GUEST_RESULT_ATTACH_H

struct jsonw;
struct prog;

/* The members of a program's record. */
void	 result_program_attach(struct jsonw *, const struct prog *);

#endif /* !GUEST_RESULT_ATTACH_H */
