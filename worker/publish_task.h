/*
 * Between the files of the publisher: one stream under way.
 */
#ifndef WORKER_PUBLISH_TASK_H
#define WORKER_PUBLISH_TASK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "domain/registry.h"
#include "store/store_outbox.h"
#include "worker/publish.h"

/* Rows read at a time. */
#define TASK_BATCH	200

struct	task {
	const struct publish_opts *o;
	struct publish_sum	*sum;
	struct diag		*d;
	struct outbox_row	*row;
	enum publish_mode	 mode;
	const char		*rest;	/* of the stream's name */
	char			 tenant[REGISTRY_ID_MAX + 1];
	char			 project[REGISTRY_ID_MAX + 1];
	char			 rel[PATH_MAX];	/* its file of lines */
	struct publish_file	*file;
	int64_t			 base;	/* rows that are in earlier files */
	int64_t			 until;	/* last row to look at */
	int64_t			 last;	/* row that was taken */
};

/* Tells whoever wants to know; task_difference() counts it as well. */
void		 task_note(const struct task *, const char *rel,
		    const char *code, int64_t line);
void		 task_difference(struct task *, const char *rel,
		    const char *code, int64_t line);
/* A file with this content: written when it is not so, or compared. */
enum err	 task_whole_file(struct task *, const char *rel, mode_t,
		    const void *, size_t len);
/* The file of lines "rel", at its cursor; "base" has to be set. */
enum err	 task_open_lines(struct task *, mode_t);
/* A line without its LF. */
enum err	 task_put_line(struct task *, const char *line, int64_t seq);
/* Synced or compared; the cursor goes on. */
enum err	 task_close_lines(struct task *);

/* publish_audit.c: the audit stream, which is cut into files. */
enum err	 task_audit(struct task *);
/* publish_decisions.c */
enum err	 task_decisions(struct task *);

#endif /* !WORKER_PUBLISH_TASK_H */
