/*
 * What an object is and needs, said without booting anything.
 *
 * The sandboxed inspector (worker/inspect) reads the object and gives facts;
 * here they get their meaning: names, the upstream release that first had
 * each feature, and the release that has all of them, the predicted floor.
 * A prediction is a lower bound: the verifier of a newer kernel may refuse
 * what has all it needs, and distributions carry features back.
 *
 * The document (member "object" of a report, beside it the sentence
 * "object_comparison"; "bpfcompat inspect --json"):
 *
 *  format		"object.v1"
 *  problem		why it is no BPF object; then only "elf" follows
 *  elf			{is_elf, class, byte_order, type, machine}
 *  license, isa ("v1" to "v4"), has_btf, has_btf_ext
 *  programs[]		{name, section, type, attach, target, sleepable,
 *			optional, insns, insns_with_subprograms, isa,
 *			features[], helpers[], kfuncs[], subprograms[]}
 *    helpers[]		{id, name, since, calls, guarded, guards[]}
 *    kfuncs[]		{name, since, weak, calls, guarded, guards[]}
 *  subprograms[]	{name, insns, global}
 *  sections[]		{name, kind, size}
 *  maps[]		{name, section, origin, type, type_name, key_size,
 *			value_size, max_entries, flags, flag_names[], since,
 *			inner_type, struct_ops, pinning}
 *  externs[]		{name, kind, weak}
 *  relocations[]	{kind, type, access, spec, function, count};
 *  relocation_count	how many in all
 *  requirements[]	{feature, kind, kernel, phase, optional, where[],
 *			where_count, note}; highest first
 *  predicted_floor	{kernel, load_kernel, beyond, because[], optional[],
 *			lower_bound[]}; kernel "" when nothing sets one;
 *			"beyond" names a need that no known kernel meets
 *  notes[]
 */
#ifndef DOMAIN_OBJFACTS_H
#define DOMAIN_OBJFACTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"

#define OBJFACTS_FORMAT	"object.v1"
/* Of the document; the facts it is made of have the same limit. */
#define OBJFACTS_MAX	((size_t)4 * 1024 * 1024)

/*
 * Appends the document made of the inspector's.  ERR_SYNTAX when that is
 * not one; ERR_TOOBIG, ERR_NOMEM.
 */
enum err	 objfacts_write(const struct jval *facts, struct buf *out);
/* The same for people, as plain text. */
void		 objfacts_text(const struct jval *object, struct buf *out);
/* The Markdown section "Object" of a report. */
void		 objfacts_markdown(const struct jval *report, struct buf *out);
/*
 * One sentence that sets the prediction beside what the targets of a run
 * said; "targets" is the array of their parts.  Nothing is appended when
 * there is no prediction or no verdict.
 */
void		 objfacts_compare(const struct jval *object,
		    struct jval *const *targets, size_t ntargets,
		    struct buf *out);

#endif /* !DOMAIN_OBJFACTS_H */
