/*
 * What the loader is asked: one line of JSON, then the bytes of the object
 * and of its manifest, as long as the line says.  The bytes travel with the
 * question and are hashed where they are used, so there is no file between
 * a check and a load that somebody could exchange.
 */
#ifndef EXECUTE_REQUEST_H
#define EXECUTE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"

#define EXECUTE_SCHEMA		"execute_request.v0.1"
#define EXECUTE_LINE_MAX	((size_t)64 * 1024)
#define EXECUTE_OBJECT_MAX	((int64_t)64 * 1024 * 1024)
#define EXECUTE_MANIFEST_MAX	((int64_t)1024 * 1024)
#define EXECUTE_ID_MAX		64
/* Of one load; what a caller may ask for. */
#define EXECUTE_TIMEOUT_MS	((int64_t)120000)

enum	execute_op { EXECUTE_LOAD, EXECUTE_LIST, EXECUTE_STATUS,
	EXECUTE_DETACH };
enum	execute_attach { EXECUTE_BEST_EFFORT, EXECUTE_REQUIRED,
	EXECUTE_DISABLED };

struct	execute_request {
	enum execute_op	 op;
	struct jval	*doc;	/* owned; the strings below are its */
	const char	*id;	/* of the load; hex digits */
	const char	*tenant, *project, *name, *version, *variant, *run_id;
	const char	*requested_by, *approved_by;
	const char	*sha256, *manifest_sha256;
	enum execute_attach attach;
	bool		 dry_run;
	int64_t		 timeout_ms;
	struct buf	 object, manifest;
};

/*
 * Reads all of it and checks it, digests too.  ERR_SYNTAX, ERR_INVAL,
 * ERR_TOOBIG, ERR_CORRUPT (other bytes than the digest says); the diag names
 * the member.  "deadline" is for all of it.  Cleared in every case by
 * execute_request_clear().
 */
enum err	 execute_request_read(int fd, int64_t deadline,
		    struct execute_request *, struct diag *);
void		 execute_request_clear(struct execute_request *);
const char	*execute_attach_word(enum execute_attach);

#endif /* !EXECUTE_REQUEST_H */
