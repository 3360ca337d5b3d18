/*
 * What one guest delivers, put into the target's folder.  All of it is
 * hostile: names are checked, sizes are bounded, JSON is parsed before it
 * is kept, and log files never grow over a total.
 */
#ifndef VM_COLLECT_H
#define VM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define COLLECT_LOGS_MAX	((size_t)1024 * 1024 * 1024) /* bytes, zstd */
#define COLLECT_LOG_FILES_MAX	65536
#define COLLECT_RESULT_MAX	((size_t)64 * 1024 * 1024)
#define COLLECT_STDERR_MAX	(1024 * 1024)
#define COLLECT_LIBBPF_MAX	(16 * 1024 * 1024)

struct collect;

/* Called with each progress object, as compact JSON text. */
typedef void	(*collect_progress_fn)(void *, const char *json, size_t len);

/* "dir" exists; logs/ is made in it when the first log comes. */
enum err	 collect_new(const char *dir, collect_progress_fn, void *arg,
		    struct collect **);
void		 collect_free(struct collect *);

/* Bytes of the validator's two outputs; the signature of an ssh sink. */
enum err	 collect_out(void *collect, const void *, size_t);
enum err	 collect_err(void *collect, const void *, size_t);

/* The end frame has come. */
bool		 collect_ended(const struct collect *);
/* Frames seen so far: the validator is at work. */
bool		 collect_started(const struct collect *);
/* Last progress object as JSON text, "" for none. */
const char	*collect_last_step(const struct collect *);
/* Why the stream broke, or "". */
const char	*collect_problem(const struct collect *);
/* True when logs were left out because of a limit. */
bool		 collect_logs_cut(const struct collect *);
/* Beginning of the validator's standard error. */
const char	*collect_stderr(const struct collect *);

/*
 * Checks the result document and writes validator-result.json,
 * validator.stderr and the rest.  ERR_PROTO when there is no valid result.
 */
enum err	 collect_finish(struct collect *, struct diag *);
/* Writes what there is without a result, for a guest that died. */
void		 collect_salvage(struct collect *);

#endif /* !VM_COLLECT_H */
