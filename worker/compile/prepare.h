/*
 * What is done once per job before its first guest: a source becomes
 * objects, and the object is looked into.  Its own process
 * (bpfcompat-prepare), so that the worker never waits and a hostile source
 * or object meets only this.
 *
 * It reads one JSON object on standard input:
 *  schema "prepare.v1", run_dir, artifact (path of the object, or of the
 *  source), source_name ("" for an object), clang_flags, archs[]
 * and leaves in run_dir:
 *  object.json	what domain/objfacts.h says of the object; missing when it
 *		could not be looked into
 *  prepare.json	{format "prepare.v1", status, error_code, error, note,
 *		compile{}}; status "ok", "failed" (the source's fault) or
 *		"error" (ours)
 *   compile	{source{name, sha256, size_bytes}, flags[], compiler,
 *		objects[]{arch, path, sha256, size_bytes}, diagnostics[]
 *		(cdiag.h), output}; path relative to run_dir
 *  compile/ARCH/NAME.bpf.o	the objects
 */
#ifndef COMPILE_PREPARE_H
#define COMPILE_PREPARE_H

#include "base/conf.h"
#include "base/err.h"
#include "base/json_in.h"

#define PREPARE_SCHEMA	"prepare.v1"
#define PREPARE_FILE	"prepare.json"
#define PREPARE_OBJECT	"object.json"
#define PREPARE_DOC_MAX	((size_t)4 * 1024 * 1024)
#define PREPARE_ARCHS_MAX	4

/* Does the work; the files say how it went.  An error: they are not there. */
enum err	 prepare_work(const struct conf *, const struct jval *spec,
		    struct diag *);

#endif /* !COMPILE_PREPARE_H */
