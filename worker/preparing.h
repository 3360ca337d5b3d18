/*
 * The step of a job between its claim and its first target: the child
 * bpfcompat-prepare compiles a source and looks into the object.  Nothing
 * here waits; work.c polls the child and asks.
 */
#ifndef WORKER_PREPARING_H
#define WORKER_PREPARING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json_in.h"

struct	work;
struct	preparing;

#define PREPARED_ARCHS_MAX	4

/* An object that was compiled from the job's source. */
struct	prepared_object {
	char		 arch[16];
	char		 path[PATH_MAX];
};

/* What the step found; part of struct work. */
struct	prepared {
	struct jval	*doc;		/* prepare.json, or NULL */
	struct jval	*object;	/* by prepared_facts(), or NULL */
	struct prepared_object compiled[PREPARED_ARCHS_MAX];
	size_t		 ncompiled;	/* 0: the job came with its object */
};

/*
 * Starts the child; *out is NULL when there is nothing to do (command mode,
 * or an earlier attempt of this job left its results).  An error is only
 * one when the job has a source: an object runs without its facts.
 */
enum err	 preparing_start(struct work *, struct preparing **out,
		    struct diag *);
int		 preparing_fd(const struct preparing *);
int64_t		 preparing_deadline(const struct preparing *);
/* True once it has ended; kills it when its time is up. */
bool		 preparing_ended(struct preparing *, int64_t now);
void		 preparing_free(struct preparing *);

/*
 * Takes in what the child left.  ERR_OK: the targets can start; the job's
 * digest, size and name are those of the object.  Else the job cannot be
 * carried out: *code is the word for it ("compile_failed",
 * "compile_unavailable"), the diag the sentence.
 */
enum err	 prepared_read(struct work *, const char **code,
		    struct diag *);
/* Reads object.json, for the report; not before, as it may be large. */
void		 prepared_facts(struct work *);
void		 prepared_clear(struct prepared *);
/* The object for guests of this architecture. */
const char	*prepared_object(const struct work *, const char *arch);

#endif /* !WORKER_PREPARING_H */
