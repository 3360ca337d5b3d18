/*
 * The rules of the tenant registry: names, what a report or a claim says of
 * an artifact, the record that is signed for it, and why an upload may be
 * refused.
 *
 * The API stores bytes and asks; the worker reads the report itself, checks
 * that it is about these bytes, and signs what it has read.  So a process
 * that talks to the network can neither sign nor decide what is signed.
 */
#ifndef DOMAIN_REGISTRY_H
#define DOMAIN_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "domain/history_words.h"
#include "store/store_registry.h"

#define REGISTRY_PROJECT_SCHEMA	"cloud_registry_project.v0.1"
#define REGISTRY_CLAIM_SCHEMA	"cloud_registry_upload_summary.v0.1"
#define REGISTRY_ID_MAX		64
#define REGISTRY_ID_RULE	"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
/* The report of 512 targets; a larger one is no use in a registry. */
#define REGISTRY_REPORT_MAX	((int64_t)16 * 1024 * 1024)
#define REGISTRY_REASON_MAX	500	/* bytes of a yank's reason */
/* What a record says of a version nobody has measured. */
#define REGISTRY_STATUS_CLAIMED	"claimed"
#define REGISTRY_STATUS_YANKED	"yanked"

bool		 registry_id_ok(const char *);
/* ERR_INVAL with the field: "is required", "must match ...". */
enum err	 registry_id(const char *field, const char *value,
		    struct diag *);

/*
 * Names of a version's files below the work folder, as its record has them
 * and as they are published.  Parts are folders: joined by a mark that names
 * may contain, "a-b" "c" and "a" "b-c" would be one file.
 */
enum err	 registry_artifact_path(const struct version_key *,
		    const char *sha256, char *out, size_t size);
enum err	 registry_report_path(const struct version_key *,
		    const char *sha256, char *out, size_t size);

/* --- what is known of an artifact -------------------------------------------*/

struct	registry_compat {
	char			*status, *run_id;
	char			*matrix_path, *matrix_name, *markdown_path;
	int64_t			 required_passed, required_failed, total;
	struct history_list	 supported, failed, codes;
	struct history_words	 words[3];	/* behind the lists */
};

/*
 * Reads a validation report and whether it is about the object with this
 * digest.  ERR_SYNTAX: no report; ERR_INVAL: of another object, or a rule is
 * broken; the diag is for the uploader.
 */
enum err	 registry_compat_read(const char *report, size_t len,
		    const char *sha256, struct registry_compat *,
		    struct diag *);
void		 registry_compat_clear(struct registry_compat *);

/* An uploader's word where there is no report.  NULL counts as "". */
struct	registry_claim {
	const char	*status;
	int64_t		 required_passed, required_failed;
	int64_t		 total;		/* 0: the sum of the two */
	const char	*matrix_path, *matrix_name, *markdown_path;
	struct history_list supported, failed, codes;
};

/* The document that is kept in the report's place; ends with LF. */
enum err	 registry_claim_write(const struct version_key *,
		    const char *sha256, int64_t size,
		    const struct registry_claim *, struct buf *);

/* --- a request's details ------------------------------------------------------*/

struct	registry_details {	/* strings live as long as the document */
	const char	*variant, *uri, *manifest_path, *source_run_id;
	const char	*matrix_path, *matrix_name, *markdown_path;
	const char	*reason;	/* of a yank */
	bool		 claimed;	/* a claim said something of a result */
	bool		 sync;		/* of a finished run, by the worker */
	struct jval	*doc;
};

enum err	 registry_details_write(const struct registry_details *,
		    struct buf *);
/* ERR_CORRUPT; registry_details_clear() after ERR_OK. */
enum err	 registry_details_read(const char *,
		    struct registry_details *);
void		 registry_details_clear(struct registry_details *);

/* --- refusals -------------------------------------------------------------------*/

/* Why an upload or a yank was refused: word in the row, error of the reply. */
struct	registry_refusal {
	const char	*code;	/* "version_exists" ... */
	enum err	 err;
	const char	*field;	/* of the request, or "" */
};

#define REFUSE_PROJECT		"project_unknown"
#define REFUSE_EXISTS		"version_exists"
#define REFUSE_YANKED		"version_yanked"
#define REFUSE_VERSIONS		"version_quota"
#define REFUSE_STORAGE		"storage_quota"
#define REFUSE_REPORT		"report_invalid"
#define REFUSE_MISMATCH		"report_mismatch"
#define REFUSE_UNKNOWN		"version_unknown"
#define REFUSE_DAMAGED		"artifact_damaged"
#define REFUSE_RECORD		"record_invalid"
#define REFUSE_HISTORY		"history_damaged"

/* The row of a word; never NULL. */
const struct registry_refusal *registry_refusal(const char *code);

struct	registry_limits {	/* <= 0: no limit */
	int64_t	 versions_per_name;
	int64_t	 project_bytes;
};

/*
 * May so much be added to what is there?  NULL, or the word of the refusal
 * and a diag for the uploader.
 */
const char	*registry_quota(const struct registry_limits *,
		    int64_t versions, int64_t bytes, int64_t size,
		    struct diag *);
/*
 * A version of this name is there: may the upload count as the same one?
 * NULL: it is identical.
 */
const char	*registry_same(const struct registry_version *,
		    const char *sha256, const char *report_sha256,
		    struct diag *);

#endif /* !DOMAIN_REGISTRY_H */
