/* Why an object does not load: maps, what libbpf looks up, the verifier. */
#include "domain/classify_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Call to this helper id: a CO-RE relocation that could not be resolved. */
#define POISON_CORE	"195896080"

static const char *
map_name(const struct class_facts *f)
{
	return jval_get_str(f->map, "name", "?");
}

/* errno of the failing map: the validator's record. */
static int
map_errno(const struct class_facts *f)
{
	int64_t	 e = jval_get_int(f->map, "errno", 0);

	return (int)(e > 0 ? e : -e);
}

static const char *
probe_status(const struct class_facts *f, const char *family, const char *key)
{
	const struct jval	*p;

	p = jval_get(jval_get(f->doc, "capabilities"), family);
	return jval_get_str(jval_get(p, key), "status", "unknown");
}

static bool
kernel_has_btf(const struct class_facts *f)
{
	return jval_get_bool(jval_get(f->doc, "btf"), "kernel_btf_available",
	    true);
}

/* What the verifier said last about the failing program, else "". */
static void
last_word(const struct class_facts *f, struct class_result *res)
{
	class_last_line(f->verifier_log, res->evidence, sizeof(res->evidence));
}

/* --- maps --------------------------------------------------------------- */

static bool
map_failed(const struct class_facts *f, int no, struct class_result *res)
{
	char	 needle[160];

	if (f->map == NULL ||
	    (no != 0 && map_errno(f) != no))
		return false;
	snprintf(needle, sizeof(needle), "map '%s': failed", map_name(f));
	if (!class_saw(f->libbpf_log, needle, res))
		snprintf(res->evidence, sizeof(res->evidence),
		    "map '%s': errno %d (%s)", map_name(f), map_errno(f),
		    strerror(map_errno(f)));
	return true;
}

/* "supported", "unsupported", ...: the validator's probe of its type. */
static const char *
map_probe(const struct class_facts *f)
{
	return probe_status(f, "map_types",
	    jval_get_str(f->map, "type_name", ""));
}

static bool
r_map_type_probed(const struct class_facts *f, struct class_result *res)
{
	if (strcmp(map_probe(f), "unsupported") != 0 ||
	    !map_failed(f, 0, res))
		return false;
	class_say(res, "this kernel has no map type ",
	    jval_get_str(f->map, "type_name", "?"));
	return true;
}

static bool
r_map_memory(const struct class_facts *f, struct class_result *res)
{
	if (!map_failed(f, ENOMEM, res))
		return false;
	class_say(res, "the kernel had no memory for map ", map_name(f));
	return true;
}

static bool
r_map_too_big(const struct class_facts *f, struct class_result *res)
{
	if (!map_failed(f, E2BIG, res))
		return false;
	class_say(res, "a size of the map is over the kernel's limit: ",
	    map_name(f));
	return true;
}

static bool
r_map_attributes(const struct class_facts *f, struct class_result *res)
{
	if (strcmp(map_probe(f), "supported") != 0 ||
	    !map_failed(f, EINVAL, res))
		return false;
	class_say(res, "the kernel has the map type but refuses these sizes or "
	    "flags: map ", map_name(f));
	return true;
}

static bool
r_map_einval(const struct class_facts *f, struct class_result *res)
{
	if (!map_failed(f, EINVAL, res) && !map_failed(f, ENOTSUP, res) &&
	    !map_failed(f, KERNEL_ENOTSUPP, res))
		return false;
	class_say(res, "the kernel refuses to create map ", map_name(f));
	return true;
}

static bool
r_map_denied(const struct class_facts *f, struct class_result *res)
{
	if (!map_failed(f, EPERM, res) && !map_failed(f, EACCES, res))
		return false;
	class_say(res, "the kernel denies creating map ", map_name(f));
	return true;
}

/* --- what libbpf looks up before the kernel is asked --------------------- */

static bool
r_missing_btf(const struct class_facts *f, struct class_result *res)
{
	static const char *const words[] = { "failed to find valid kernel BTF",
		"Error loading vmlinux BTF", "error loading vmlinux BTF",
		"kernel doesn't support BTF" };

	if (kernel_has_btf(f))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (class_saw(f->libbpf_log, words[i], res)) {
			class_say(res, "the object needs the kernel's BTF and this "
			    "kernel has none", NULL);
			return true;
		}
	return false;
}

/* An extern that this kernel does not offer, when that stopped the load. */
static bool
extern_missing(const struct class_facts *f, const char *kind,
    struct class_result *res)
{
	const struct jval	*all, *x;
	const char		*status;

	if (strcmp(jval_get_str(jval_get(f->doc, "load"), "stage", ""),
	    "prepare") != 0)
		return false;
	all = jval_get(jval_get(f->doc, "discovery"), "externs");
	for (size_t i = 0; i < jval_len(all); i++) {
		x = jval_at(all, i);
		status = jval_get_str(x, "status", "");
		if (strcmp(jval_get_str(x, "kind", ""), kind) != 0 ||
		    (strcmp(status, "missing") != 0 &&
		    strcmp(status, "incompatible") != 0))
			continue;
		snprintf(res->evidence, sizeof(res->evidence),
		    "%s %.200s: %s", kind, jval_get_str(x, "name", "?"),
		    status);
		return true;
	}
	return false;
}

static bool
r_kfunc_extern(const struct class_facts *f, struct class_result *res)
{
	if (!extern_missing(f, "kfunc", res) &&
	    !class_saw(f->libbpf_log, "extern (func ksym) '", res))
		return false;
	class_say(res, "a kernel function (kfunc) the object calls does not exist "
	    "in this kernel, or has another prototype", NULL);
	return true;
}

static bool
r_ksym_extern(const struct class_facts *f, struct class_result *res)
{
	if (!extern_missing(f, "ksym", res) &&
	    !class_saw(f->libbpf_log, "extern (var ksym) '", res) &&
	    !class_saw(f->libbpf_log, "extern (ksym) '", res))
		return false;
	class_say(res, "a kernel symbol the object refers to does not exist in "
	    "this kernel", NULL);
	return true;
}

static bool
r_strong_extern(const struct class_facts *f, struct class_result *res)
{
	return class_saw(f->libbpf_log, "(strong): not resolved", res) &&
	    strstr(res->evidence, "CONFIG_") == NULL &&
	    strstr(res->evidence, "(kcfg)") == NULL &&
	    (class_say(res, "a symbol the object declares as extern is not there",
	    NULL), true);
}

static bool
r_kconfig_extern(const struct class_facts *f, struct class_result *res)
{
	if (!extern_missing(f, "kconfig", res) &&
	    !class_saw(f->libbpf_log, "extern (kcfg) '", res) &&
	    !(class_saw(f->libbpf_log, "(strong): not resolved", res) &&
	    strstr(res->evidence, "CONFIG_") != NULL))
		return false;
	class_say(res, "a kernel configuration value the object needs is not set "
	    "in this kernel", NULL);
	return true;
}

static bool
r_struct_ops(const struct class_facts *f, struct class_result *res)
{
	if (!class_saw(f->libbpf_log, "struct_ops init_kern", res) &&
	    !class_saw(f->libbpf_log, "struct_ops reloc", res))
		return false;
	class_say(res, "this kernel does not have the struct_ops type, or not with "
	    "these members; its configuration decides, not its version",
	    NULL);
	return true;
}

static bool
r_btf_target(const struct class_facts *f, struct class_result *res)
{
	if (!class_saw(f->libbpf_log, "failed to find kernel BTF type ID of", res))
		return false;
	class_say(res, "the kernel function or hook that the program attaches to "
	    "is not in this kernel's BTF: program ", class_program(f));
	return true;
}

/* --- the verifier ------------------------------------------------------- */

/* The first of libbpf's markers of this kind that the verifier met. */
static bool
poisoned(const struct class_facts *f, const char *kind,
    struct class_result *res)
{
	const struct jval	*all = jval_get(f->program, "poison"), *p;
	const char		*detail;

	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		if (strcmp(jval_get_str(p, "kind", ""), kind) != 0)
			continue;
		detail = jval_get_str(p, "detail", "");
		snprintf(res->evidence, sizeof(res->evidence),
		    "instruction %lld: %s", (long long)jval_get_int(p,
		    "insn", -1), detail[0] != '\0' ? detail : kind);
		return true;
	}
	return false;
}

static bool
r_core_poison(const struct class_facts *f, struct class_result *res)
{
	if (!poisoned(f, "core_relo", res) &&
	    !class_saw(f->verifier_log, "failed to resolve CO-RE relocation",
	    res) &&
	    !class_saw(f->verifier_log, "<invalid CO-RE relocation>", res) &&
	    !class_saw(f->verifier_log, POISON_CORE, res))
		return false;
	class_say(res, "a field, type or enum value the program reads does not "
	    "exist in this kernel: program ", class_program(f));
	return true;
}

static bool
r_core_reloc(const struct class_facts *f, struct class_result *res)
{
	if (!class_saw(f->libbpf_log, "failed to relocate:", res) &&
	    !class_saw(f->libbpf_log, "no matching targets found", res))
		return false;
	class_say(res, "a CO-RE relocation cannot be resolved on this kernel",
	    NULL);
	return true;
}

static bool
r_kfunc_poison(const struct class_facts *f, struct class_result *res)
{
	if (!poisoned(f, "kfunc", res) &&
	    !class_saw(f->verifier_log, "is referenced but wasn't resolved",
	    res) &&
	    !class_saw(f->verifier_log, "<invalid kfunc call>", res))
		return false;
	class_say(res, "the program calls a kernel function (kfunc) that this "
	    "kernel does not have: program ", class_program(f));
	return true;
}

static bool
r_map_poison(const struct class_facts *f, struct class_result *res)
{
	if (!poisoned(f, "map", res) && !class_saw(f->verifier_log,
	    "is referenced but wasn't created", res))
		return false;
	class_say(res, "the program uses a map that was not created on this "
	    "kernel: program ", class_program(f));
	return true;
}

static bool
r_helper(const struct class_facts *f, struct class_result *res)
{
	last_word(f, res);
	if (!class_starts(res->evidence, "unknown func ") &&
	    !class_starts(res->evidence, "invalid func ") &&
	    !class_starts(res->evidence, "program of this type cannot use helper"))
		return false;
	class_say(res, "the program calls a helper that this kernel does not offer "
	    "to this program type: program ", class_program(f));
	return true;
}

static bool
r_kfunc_call(const struct class_facts *f, struct class_result *res)
{
	last_word(f, res);
	if (strstr(res->evidence, "calling kernel function") == NULL &&
	    strstr(res->evidence, "kernel function btf_id") == NULL)
		return false;
	class_say(res, "this kernel does not let the program call that kernel "
	    "function: program ", class_program(f));
	return true;
}

static bool
r_license(const struct class_facts *f, struct class_result *res)
{
	last_word(f, res);
	if (strstr(res->evidence, "GPL-restricted function") == NULL &&
	    strstr(res->evidence, "from non-GPL compatible program") == NULL)
		return false;
	class_say(res, "the program's licence does not allow a helper it calls: "
	    "program ", class_program(f));
	return true;
}

static bool
r_complexity(const struct class_facts *f, struct class_result *res)
{
	static const char *const words[] = { "BPF program is too large",
		"jumps is too complex", "too many subprograms",
		"frames is too deep" };

	last_word(f, res);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(res->evidence, words[i]) != NULL) {
			class_say(res, "the program is over a complexity limit of "
			    "this kernel's verifier: program ",
			    class_program(f));
			return true;
		}
	return false;
}

/* The verifier's last word names the kind of rejection. */
static const struct { const char *word; const char *sub; } verifier_subs[] = {
	{ "infinite loop detected",		"unbounded_loop" },
	{ "back-edge",				"unbounded_loop" },
	{ "Unreleased reference",		"reference_leak" },
	{ "reference has not been acquired",	"reference" },
	{ "invalid bpf_context access",		"context_access" },
	{ "!read_ok",				"uninitialised" },
	{ "invalid indirect read from stack",	"uninitialised" },
	{ "invalid read from stack",		"uninitialised" },
	{ "Too large",				"stack" },
	{ "invalid write to stack",		"stack" },
	{ "invalid stack",			"stack" },
	{ "invalid variable-offset",		"stack" },
	{ "_or_null'",				"null_check" },
	{ "invalid mem access 'scalar'",	"bad_pointer" },
	{ "invalid mem access 'inv'",		"bad_pointer" },
	{ "invalid mem access",			"bad_pointer" },
	{ "outside of the allowed memory range", "out_of_bounds" },
	{ "outside of the array range",		"out_of_bounds" },
	{ "invalid access to",			"out_of_bounds" },
	{ "unbounded memory access",		"out_of_bounds" },
	{ "unbounded min value",		"out_of_bounds" },
	{ "min value is negative",		"out_of_bounds" },
	{ "pointer arithmetic",			"pointer_arithmetic" },
	{ "math between",			"pointer_arithmetic" },
	{ "expected=",				"type_mismatch" },
	{ "must be",				"type_mismatch" },
	{ "leaks addr",				"privilege" },
	{ "unreachable insn",			"dead_code" },
	{ "At program exit",			"return_value" },
	{ "should have been in",		"return_value" },
	{ "might sleep",			"sleepable" },
	{ "is not allowed",			"not_allowed" },
};

static bool
r_verifier(const struct class_facts *f, struct class_result *res)
{
	if (!class_verifier_spoke(f->verifier_log))
		return false;
	last_word(f, res);
	for (size_t i = 0; i < sizeof(verifier_subs) /
	    sizeof(verifier_subs[0]); i++)
		if (strstr(res->evidence, verifier_subs[i].word) != NULL) {
			class_copy(res->sub, sizeof(res->sub),
			    verifier_subs[i].sub,
			    strlen(verifier_subs[i].sub));
			break;
		}
	class_say(res, "the verifier rejects program ", class_program(f));
	return true;
}

/* --- a refused program without the verifier's word ----------------------- */

static const char *
program_probe(const struct class_facts *f)
{
	return probe_status(f, "program_types",
	    jval_get_str(f->program, "type", ""));
}

static bool
r_program_type(const struct class_facts *f, struct class_result *res)
{
	if (f->program == NULL ||
	    strcmp(program_probe(f), "unsupported") != 0)
		return false;
	snprintf(res->evidence, sizeof(res->evidence),
	    "probe of program type %s: unsupported",
	    jval_get_str(f->program, "type", "?"));
	class_say(res, "this kernel has no such program type: program ",
	    class_program(f));
	return true;
}

static bool
r_too_long(const struct class_facts *f, struct class_result *res)
{
	if (f->map != NULL || class_errno(f) != E2BIG)
		return false;
	class_saw(f->libbpf_log, "load failed", res);
	class_say(res, "the program has more instructions than this kernel takes: "
	    "program ", class_program(f));
	return true;
}

static bool
r_no_memory(const struct class_facts *f, struct class_result *res)
{
	if (class_errno(f) != ENOMEM)
		return false;
	class_saw(f->libbpf_log, "failed", res);
	class_say(res, "the kernel had no memory for it: program ",
	    class_program(f));
	return true;
}

static bool
r_lockdown(const struct class_facts *f, struct class_result *res)
{
	const char	*mode;

	mode = jval_get_str(jval_get(f->doc, "kernel"), "lockdown", "none");
	if (class_errno(f) != EPERM || (strcmp(mode, "integrity") != 0 &&
	    strcmp(mode, "confidentiality") != 0))
		return false;
	snprintf(res->evidence, sizeof(res->evidence), "lockdown: %s", mode);
	class_say(res, "kernel lockdown forbids it", NULL);
	return true;
}

static bool
r_denied(const struct class_facts *f, struct class_result *res)
{
	if ((class_errno(f) != EPERM &&
	    class_errno(f) != EACCES))
		return false;
	class_saw(f->libbpf_log, "failed", res);
	class_say(res, "the kernel denies loading program ", class_program(f));
	return true;
}

const struct class_rule class_load_rules[] = {
	{ "map-type-probe", LOAD, CLASS_MAP_TYPE, HIGH, r_map_type_probed,
	  "Ship a fallback without this map type, for example a perf buffer "
	  "for a ring buffer." },
	{ "map-memory", LOAD, CLASS_MEMORY, MEDIUM, r_map_memory,
	  "Make max_entries smaller, or size the map at run time." },
	{ "map-too-big", LOAD, CLASS_MAP_ATTRIBUTE, HIGH, r_map_too_big,
	  "Make key, value or max_entries smaller." },
	{ "map-attributes", LOAD, CLASS_MAP_ATTRIBUTE, MEDIUM, r_map_attributes,
	  "Compare max_entries, sizes and flags with what this kernel "
	  "allows." },
	{ "map-denied", LOAD, CLASS_CAPABILITY, MEDIUM, r_map_denied,
	  "Check lockdown, the memory lock limit and LSM policy." },
	{ "map-refused", LOAD, CLASS_MAP_TYPE, MEDIUM, r_map_einval,
	  "Check that the map type and its flags exist on this kernel, or "
	  "ship a fallback." },
	{ "missing-btf", LOAD, CLASS_MISSING_BTF, HIGH, r_missing_btf,
	  "Supply BTF for this kernel, or ship a build without CO-RE." },
	{ "struct-ops", LOAD, CLASS_STRUCT_OPS, HIGH, r_struct_ops,
	  "Use a kernel that is configured with it; mark the map optional "
	  "with autocreate off where it is not." },
	{ "kfunc-extern", LOAD, CLASS_KFUNC, HIGH, r_kfunc_extern,
	  "Declare the kfunc __weak and test it with bpf_ksym_exists()." },
	{ "ksym-extern", LOAD, CLASS_KSYM, HIGH, r_ksym_extern,
	  "Declare the symbol __weak and test its address." },
	{ "kconfig-extern", LOAD, CLASS_KCONFIG, HIGH, r_kconfig_extern,
	  "Declare the value __weak and handle its absence." },
	{ "strong-extern", LOAD, CLASS_KSYM, MEDIUM, r_strong_extern,
	  "Declare the symbol __weak and handle its absence." },
	{ "btf-target", LOAD, CLASS_ATTACH_TARGET, HIGH, r_btf_target,
	  "Attach to a function this kernel has, or turn autoload off for "
	  "the program after probing." },
	{ "core-poison", LOAD, CLASS_CORE_RELOCATION, HIGH, r_core_poison,
	  "Guard the access with bpf_core_field_exists() or its relatives, "
	  "or ship a variant for this kernel." },
	{ "kfunc-poison", LOAD, CLASS_KFUNC, HIGH, r_kfunc_poison,
	  "Guard the call with bpf_ksym_exists()." },
	{ "map-poison", LOAD, CLASS_MAP_TYPE, MEDIUM, r_map_poison,
	  "Guard the code that uses the optional map." },
	{ "core-relocation", LOAD, CLASS_CORE_RELOCATION, HIGH, r_core_reloc,
	  "Compare the type with this kernel's BTF; guard the access or ship "
	  "a variant." },
	{ "helper", LOAD, CLASS_HELPER, HIGH, r_helper,
	  "Guard the call with bpf_core_enum_value_exists(enum bpf_func_id, "
	  "...), or ship a variant without it." },
	{ "kfunc-call", LOAD, CLASS_KFUNC, HIGH, r_kfunc_call,
	  "Check from which kernel on this program type may call it." },
	{ "license", LOAD, CLASS_LICENSE, HIGH, r_license,
	  "Declare a GPL-compatible licence in the license section, or do "
	  "without the helper." },
	{ "complexity", LOAD, CLASS_COMPLEXITY, HIGH, r_complexity,
	  "Split the program, bound loops tighter, use bpf_loop() or global "
	  "functions." },
	{ "verifier", LOAD, CLASS_VERIFIER, HIGH, r_verifier,
	  "Read the verifier log at the quoted line; older verifiers need "
	  "explicit bounds and null checks." },
	{ "program-type-probe", LOAD, CLASS_PROGRAM_TYPE, HIGH, r_program_type,
	  "Use a program type this kernel has, or ship a variant." },
	{ "program-too-long", LOAD, CLASS_COMPLEXITY, MEDIUM, r_too_long,
	  "Make the program shorter or split it with tail calls." },
	{ "lockdown", LOAD, CLASS_POLICY, HIGH, r_lockdown,
	  "Boot without lockdown, or use programs that do not read kernel "
	  "memory." },
	{ "no-memory", LOAD, CLASS_MEMORY, MEDIUM, r_no_memory,
	  "Give the guest more memory or the maps less." },
	{ "denied", LOAD, CLASS_CAPABILITY, LOW, r_denied,
	  "Check CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN and LSM policy." },
	{ 0 }
};
