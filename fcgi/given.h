/*
 * What a validate request gives: the artifact or the source that stands in
 * its place, and the further inputs of its job, each an object by digest.
 * They get their names together or not at all.
 */
#ifndef FCGI_GIVEN_H
#define FCGI_GIVEN_H

#include <stdbool.h>

#include "store/object.h"
#include "store/store_input.h"

#define GIVEN_MAX	8

struct	given {
	struct object	*object[GIVEN_MAX];	/* the first is the artifact */
	bool		 own[GIVEN_MAX];	/* made here: freed here */
	size_t		 n;
	struct job_input_new input[GIVEN_MAX];
	size_t		 ninputs;
	const char	*basename;		/* of the artifact */
};

/* The object of a form's file is the artifact; the form keeps it. */
void		 given_artifact(struct given *, struct object *,
		    const char *basename);
/* The artifact is this text. */
enum err	 given_text(struct given *, const char *workdir,
		    const char *text, const char *basename, struct diag *);
/* The artifact, whichever it was, is an input of this kind as well. */
void		 given_is_input(struct given *, const char *kind);
/* A further input: a form's file, or a text; "kind" and names are static. */
void		 given_file(struct given *, const char *kind, struct object *,
		    const char *basename);
enum err	 given_text_input(struct given *, const char *workdir,
		    const char *kind, const char *text, const char *basename,
		    struct diag *);
/* Gives all objects their names, or none. */
enum err	 given_publish(struct given *, bool created[GIVEN_MAX],
		    struct diag *);
void		 given_unpublish(struct given *,
		    const bool created[GIVEN_MAX]);
void		 given_clear(struct given *);

#endif /* !FCGI_GIVEN_H */
