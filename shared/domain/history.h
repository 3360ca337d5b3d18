/*
 * One signed row of the artifact history: its fields, the bytes that are
 * hashed and signed, its line in registry/artifact_versions.jsonl, and the
 * strict reader of such a line.
 *
 * The form is the one existing clients and files have (schema
 * artifact_history.v0.1): compact JSON, keys in the order of
 * history_fields[], empty ones of some keys left out.  The digest and the
 * signature are over the canonical bytes, which leave out what they
 * themselves produce.
 */
#ifndef DOMAIN_HISTORY_H
#define DOMAIN_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ed25519.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "domain/history_fault.h"

#define HISTORY_SCHEMA		"artifact_history.v0.1"
/* Ours; the writer keeps what the reader reads, and both stop here. */
#define HISTORY_LINE_MAX	((size_t)1024 * 1024)
#define HISTORY_TEXT_MAX	((size_t)4096)	/* one text */
#define HISTORY_LIST_MAX	4096		/* entries of a list */

struct	history_list {
	const char	**v;
	size_t		 n;
};

/* Strings belong to whoever filled them in; NULL counts as "". */
struct	history_record {
	const char	*schema_version;
	const char	*run_id, *run_started_at, *created_at;
	const char	*artifact_name, *artifact_version, *artifact_variant;
	const char	*artifact_path, *artifact_uri, *artifact_sha256;
	const char	*record_sha256, *prev_record_sha256;
	const char	*signature_alg, *signature_key_id;
	const char	*signature_public_key, *signature;
	const char	*manifest_path, *matrix_path, *matrix_name;
	const char	*summary_status;
	int64_t		 required_passed, required_failed, total_profiles;
	struct history_list supported_profiles, failed_profiles;
	struct history_list classification_codes;
	const char	*json_report_path, *markdown_path;
};

/*
 * The bytes that are hashed and signed.  "style" is JSONW_CANONICAL, or
 * JSONW_CANONICAL_LONG to try what an older writer signed.
 */
enum err	 history_canonical(const struct history_record *,
		    enum jsonw_style style, struct buf *);
/* The line as stored, without its LF. */
enum err	 history_line(const struct history_record *,
		    enum jsonw_style style, struct buf *);
/* SHA-256 of the canonical bytes. */
enum err	 history_digest(const struct history_record *,
		    enum jsonw_style style, char [static SHA256_HEX_SIZE]);

/*
 * The rules a record has to meet before it is signed: name, version, digest
 * and report path are there, texts are UTF-8 without control characters,
 * nothing is over its limit, counts are not negative.  ERR_INVAL with the
 * key in the diag.
 */
enum err	 history_check(const struct history_record *, struct diag *);
/*
 * Trims, sorts bytewise, drops blanks and duplicates; works in place on
 * "v", whose strings are changed and must be writable.
 */
void		 history_normalize(char **v, size_t *n);

/* A record that was read, and the memory its strings are in. */
struct	history_entry {
	struct history_record	 rec;
	enum jsonw_style	 style;	/* how its writer escaped */
	char			*text;
};

/*
 * Reads one line (white space around is skipped).  ERR_SYNTAX: no JSON;
 * ERR_CORRUPT: unknown, repeated or wrongly written keys, a wrong type, or
 * any byte that writing the record again would not give; ERR_TOOBIG.
 * The caller frees the entry after ERR_OK.
 */
enum err	 history_parse(const char *, size_t, struct history_entry *,
		    struct diag *);
/*
 * Why a line is no record, for one that history_scan() refuses: the fault,
 * and the sentence in the diag.
 */
enum history_fault history_diagnose(const char *, size_t, struct diag *);
void		 history_entry_free(struct history_entry *);

/* Where a seal keeps the texts that it puts into a record. */
struct	history_seal {
	/* The public key that has to sign, base64; NULL: whichever does. */
	const char *want;
	char	 digest[SHA256_HEX_SIZE];
	char	 key_id[ED25519_KEY_ID_SIZE];
	char	 public_key[48];	/* base64 of 32 bytes */
	char	 signature[96];		/* base64 of 64 bytes */
};

/*
 * Signs "len" bytes and fills key id, public key and signature of the seal
 * (its digest is not touched).  Whoever holds the key provides one.
 * ERR_WRONGSTATE: the key is not the one that is wanted.
 */
typedef enum err (*history_sign_fn)(void *arg, const void *p, size_t len,
    struct history_seal *, struct diag *);
/* One for a key at hand; "arg" is the struct ed25519_key. */
enum err	 history_sign_local(void *key, const void *p, size_t len,
		    struct history_seal *, struct diag *);

/*
 * Checks and signs "rec", whose predecessor's digest is set, and points its
 * seal's members into "seal", which has to live as long.
 */
enum err	 history_sign(struct history_record *rec, history_sign_fn,
		    void *arg, struct history_seal *seal, struct diag *);

#endif /* !DOMAIN_HISTORY_H */
