/*
 * The evidence of one run as one file that can be checked anywhere: a tar
 * archive whose first member is a signed statement and whose other members
 * are exactly those that the statement lists, in its order, with their
 * digests.
 *
 * Every byte counts.  Headers and padding follow from names and sizes
 * (base/ustar.h), contents are under a digest in the statement, the
 * statement is signed, and the envelope around it has one spelling.
 *
 *   statement.dsse.json  in-toto Statement v1 in a DSSE envelope
 *   keys.pub             the public keys that the record and the end of the
 *                        chain are signed by; the statement vouches for them
 *   record.json          the run's line of the signed history
 *   chain.jsonl          the lines after it, up to a signed end
 *   head.json            that end: the chain's, or one it had on its way
 *   report.json, ...     what the run found, logs and other evidence
 */
#ifndef DOMAIN_BUNDLE_H
#define DOMAIN_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/ustar.h"
#include "domain/history_trust.h"

#define BUNDLE_SCHEMA		"bpfcompat_bundle.v0.1"
#define BUNDLE_STATEMENT_TYPE	"https://in-toto.io/Statement/v1"
#define BUNDLE_PREDICATE_TYPE	"urn:bpfcompat:compatibility:v0.1"

#define BUNDLE_STATEMENT	"statement.dsse.json"
#define BUNDLE_KEYS		"keys.pub"
#define BUNDLE_RECORD		"record.json"
#define BUNDLE_CHAIN		"chain.jsonl"
#define BUNDLE_HEAD		"head.json"
#define BUNDLE_REPORT		"report.json"

/* Members besides the statement, whose list of them is signed in one piece. */
#define BUNDLE_FILES_MAX	2000
/* Records after it; a checkpoint comes much sooner. */
#define BUNDLE_CHAIN_MAX	1000
/* A member that is looked into; the report is the largest. */
#define BUNDLE_KEPT_MAX		((size_t)256 * 1024 * 1024)
#define BUNDLE_TOTAL_MAX	((int64_t)4 * 1024 * 1024 * 1024)

struct	bundle_file {
	char	 name[USTAR_NAME_SIZE];
	int64_t	 size;
	char	 sha256[SHA256_HEX_SIZE];
};

/* What the statement says.  Strings may be NULL where there is nothing. */
struct	bundle_claim {
	const char	*run_id, *job_id, *started_at, *finished_at;
	const char	*basename, *name, *version, *variant, *sha256;
	const char	*matrix_name, *matrix_path;
	const char	*status;
	int64_t		 required_passed, required_failed, total;
	const char	*chain;		/* "": the server's own */
	int64_t		 seq;		/* of the record in it, from 1 */
	const char	*record_sha256;
	int64_t		 head_count;
	const char	*head_sha256;
	const struct jval *report;	/* for validator and kernels */
	const struct bundle_file *files;
	size_t		 nfiles;
};

/* The statement, compact; ERR_TOOBIG when there are too many files. */
enum err	 bundle_statement(const struct bundle_claim *, struct buf *);

/* --- checking ------------------------------------------------------------- */

enum	bundle_fault {
	BUNDLE_F_TRUNCATED,	/* the file ends too early */
	BUNDLE_F_HEADER,	/* a header that no writer of ours makes */
	BUNDLE_F_PADDING,	/* bytes between members are not zero */
	BUNDLE_F_TRAILING,	/* bytes after the end */
	BUNDLE_F_TOOBIG,	/* a member over its limit */
	BUNDLE_F_ORDER,		/* not the member that is listed next */
	BUNDLE_F_MISSING,	/* a listed or needed member is not there */
	BUNDLE_F_DIGEST,	/* a member's content is not what is listed */
	BUNDLE_F_ENVELOPE,	/* the envelope is not as written */
	BUNDLE_F_SIGNATURE,	/* not signed by a trusted key */
	BUNDLE_F_STATEMENT,	/* the statement is none of this kind */
	BUNDLE_F_KEYS,		/* the list of keys cannot be read */
	BUNDLE_F_RECORD,	/* the record does not verify */
	BUNDLE_F_RECORD_OTHER,	/* it is about another run or artifact */
	BUNDLE_F_CHAIN,		/* a following record does not verify */
	BUNDLE_F_HEAD,		/* the end of the chain does not verify */
	BUNDLE_F_HEAD_OTHER,	/* the records do not lead to it */
	BUNDLE_F_REPORT,	/* the report contradicts the statement */
	BUNDLE_F__MAX
};

/* The machine code, such as "bundle_truncated"; static. */
const char	*bundle_fault_code(enum bundle_fault);

#define BUNDLE_ISSUES_MAX	8

struct	bundle_issue {
	enum bundle_fault fault;
	char		 file[USTAR_NAME_SIZE];	/* "" for the whole */
	char		 text[256];
};

struct	bundle_result {
	bool		 verified;	/* no issue at all */
	char		 run_id[128], name[256], version[256], status[32];
	char		 artifact_sha256[SHA256_HEX_SIZE];
	char		 record_sha256[SHA256_HEX_SIZE];
	char		 key_id[ED25519_KEY_ID_SIZE];	/* of the statement */
	int64_t		 seq, head_count;
	size_t		 nfiles;
	size_t		 nissues;
	struct bundle_issue issue[BUNDLE_ISSUES_MAX];
};

/*
 * Reads the bundle from "fd" to its end and checks it against the keys in
 * "trust" and nothing else.  What follows a fault in the archive or the
 * statement is not looked at.  ERR_OK whatever was found; other errors mean
 * that it could not be told (ERR_IO, ERR_NOMEM).
 */
enum err	 bundle_check(int fd, const struct history_trust *trust,
		    struct bundle_result *, struct diag *);

/*
 * What the members say, once their digests are right; bundle_check() is the
 * caller.  Adds issues.
 */
struct	bundle_kept {
	const char	*name;
	struct buf	 data;
	bool		 there;
};
enum	{ KEPT_KEYS, KEPT_RECORD, KEPT_CHAIN, KEPT_HEAD, KEPT_REPORT,
	KEPT__MAX };

enum err	 bundle_contents(const struct bundle_kept *,
		    const struct jval *predicate, const char *subject_sha256,
		    struct bundle_result *);
void		 bundle_issue(struct bundle_result *, enum bundle_fault,
		    const char *file, const char *fmt, ...)
		    __attribute__((format(printf, 4, 5)));

#endif /* !DOMAIN_BUNDLE_H */
