/*
 * A run as registry/runs.jsonl and runs/ID/metadata.json have it (schema
 * registry.v0.1): keys and order are what existing tools read.
 */
#ifndef DOMAIN_RUN_RECORD_H
#define DOMAIN_RUN_RECORD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json_out.h"
#include "store/store_run.h"

#define RUN_RECORD_SCHEMA	"registry.v0.1"

/* JSONW_CANONICAL: the line; JSONW_INDENT: the file.  Ends with LF. */
enum err	 run_record(const struct run *, enum jsonw_style,
		    struct buf *);

#endif /* !DOMAIN_RUN_RECORD_H */
