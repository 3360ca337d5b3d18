/* Names of the published audit stream, below cloud-registry/audit. */
#ifndef WORKER_PUBLISH_AUDIT_H
#define WORKER_PUBLISH_AUDIT_H

#define AUDIT_FILE		"events.jsonl"
#define AUDIT_ARCHIVE		"archive"
/* First and last event, of one width so that names sort as the stream. */
#define AUDIT_ARCHIVED		"events-%012lld-%012lld.jsonl"
#define AUDIT_SEAL_SUFFIX	".seal"

#endif /* !WORKER_PUBLISH_AUDIT_H */
