/*
 * Which files are behind the database, and how far each one is.  Triggers
 * mark a stream when something of it is committed; the publisher
 * (worker/publish.h) takes the mark away when the file has it.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_registry.h"

struct	outbox_row {
	char	*stream;	/* as in sql/0010-outbox.sql */
	int64_t	 changed;	/* read before the rows that are published */
	int64_t	 published;	/* "changed" when the file was written */
	int64_t	 seq;		/* last row in the file */
	int64_t	 bytes;		/* length of the file then */
};

/* Those with a mark, or every one.  The caller owns it: outbox_free(). */
enum err	 store_outbox_pending(struct db *, struct outbox_row **,
		    size_t *n);
enum err	 store_outbox_all(struct db *, struct outbox_row **,
		    size_t *n);
void		 outbox_free(struct outbox_row *, size_t n);
/* The file is on disk: takes the mark away unless there is a newer one. */
enum err	 store_outbox_done(struct db *, const struct outbox_row *);

/* A closed file of the audit stream. */
struct	outbox_audit_file {
	int64_t	 first, last;	/* events */
	int64_t	 bytes;
};

/* Oldest first; the caller frees. */
enum err	 store_outbox_audit_files(struct db *,
		    struct outbox_audit_file **, size_t *n);
/* The events of the file at the cursor "r" are closed as this one. */
enum err	 store_outbox_audit_close(struct db *, struct outbox_row *r,
		    const struct outbox_audit_file *);

/* The files of a registry version, by the record that was signed for it. */
struct	outbox_version {
	char	*name, *version, *sha256, *report_sha256;
};

/* ERR_NOTFOUND: the record is of no version (a yank). */
enum err	 store_outbox_version(struct db *, const struct version_key *,
		    const char *record_sha256, struct outbox_version *);
void		 outbox_version_clear(struct outbox_version *);

#endif /* !STORE_OUTBOX_H */
