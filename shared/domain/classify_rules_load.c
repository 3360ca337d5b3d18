/*
 * Why an object does not load: what libbpf looks up before the kernel is
 * asked, and the programs.  Maps are in classify_rules_map.c.
 */
#include "domain/classify_rules.h"

/*
 * Looked up in the kernel's BTF, in its symbols and in its configuration
 * before anything is created.
 */
const struct class_rule class_lookup_rules[] = {
	{ "missing-btf", LOAD, CLASS_MISSING_BTF, "kernel", HIGH,
	  { { c_kernel_btf, "no", NULL }, { c_libbpf,
	  "*valid kernel BTF", NULL } },
	  "the object needs the kernel's BTF, and this kernel has none",
	  "Supply BTF for this kernel (a BTFHub file as custom BTF), or ship "
	  "a build without CO-RE." },
	{ "missing-btf-load", LOAD, CLASS_MISSING_BTF, "kernel", HIGH,
	  { { c_kernel_btf, "no", NULL }, { c_libbpf,
	  "*rror loading vmlinux BTF", NULL } },
	  "the object needs the kernel's BTF, and this kernel has none",
	  "Supply BTF for this kernel (a BTFHub file as custom BTF), or ship "
	  "a build without CO-RE." },
	{ "missing-btf-support", LOAD, CLASS_MISSING_BTF, "kernel", HIGH,
	  { { c_kernel_btf, "no", NULL }, { c_libbpf,
	  "*kernel doesn't support BTF", NULL } },
	  "the object needs a kernel with BTF, and this one has none",
	  "Use a kernel built with CONFIG_DEBUG_INFO_BTF." },
	{ "struct-ops-config", LOAD, CLASS_CONFIG, "struct_ops", HIGH,
	  { { c_libbpf, "struct_ops init_kern*: struct bpf_struct_ops_% is not",
	  NULL }, { c_config_off, "struct_ops", NULL } },
	  "struct_ops {name} needs {detail}, which is not set in this kernel",
	  "Use a kernel built with {detail}; leave the map out on others "
	  "(bpf_map__set_autocreate())." },
	{ "struct-ops-config-type", LOAD, CLASS_CONFIG, "struct_ops", HIGH,
	  { { c_libbpf, "struct_ops init_kern*: struct % is not found", NULL },
	  { c_config_off, "struct_ops", NULL } },
	  "struct_ops type {name} needs {detail}, which is not set in this "
	  "kernel",
	  "Use a kernel built with {detail}; leave the map out on others "
	  "(bpf_map__set_autocreate())." },
	{ "struct-ops-value", LOAD, CLASS_STRUCT_OPS, "not_in_kernel", HIGH,
	  { { c_libbpf, "struct_ops init_kern*: struct bpf_struct_ops_% is not",
	  NULL } },
	  "this kernel has no struct_ops type {name}",
	  "Use a kernel that has it, or leave the map out on others "
	  "(bpf_map__set_autocreate())." },
	{ "struct-ops-type", LOAD, CLASS_STRUCT_OPS, "not_in_kernel", HIGH,
	  { { c_libbpf, "struct_ops init_kern*: struct % is not found",
	  NULL } },
	  "this kernel has no struct_ops type {name}",
	  "Use a kernel that has it, or leave the map out on others "
	  "(bpf_map__set_autocreate())." },
	{ "struct-ops-member", LOAD, CLASS_STRUCT_OPS, "member", HIGH,
	  { { c_libbpf, "struct_ops init_kern*: Cannot find member %",
	  NULL } },
	  "this kernel's struct_ops type has no member {name}",
	  "Leave the member empty on this kernel, or use "
	  "a variant of the structure (name___suffix)." },
	{ "struct-ops", LOAD, CLASS_STRUCT_OPS, "", HIGH,
	  { { c_libbpf, "struct_ops init_kern", NULL } },
	  "this kernel does not have the struct_ops type, or not with these "
	  "members",
	  "Use a kernel that has it, or leave the map out on others "
	  "(bpf_map__set_autocreate())." },
	{ "struct-ops-reloc", LOAD, CLASS_STRUCT_OPS, "", MEDIUM,
	  { { c_libbpf, "struct_ops reloc", NULL } },
	  "a member of the struct_ops map cannot be bound to its program",
	  "Give each member a program of section struct_ops." },
	{ "kfunc-incompatible", LOAD, CLASS_KFUNC, "incompatible", HIGH,
	  { { c_load_stage, "prepare", NULL },
	  { c_extern, "kfunc", "incompatible" } },
	  "kernel function {name} has another prototype in this kernel than "
	  "in the object",
	  "Declare both prototypes (name___suffix) __weak and call the one "
	  "that bpf_ksym_exists() finds." },
	{ "kfunc-module", LOAD, CLASS_KFUNC, "module", HIGH,
	  { { c_load_stage, "prepare", NULL },
	  { c_extern, "kfunc", "missing" }, { c_exp, "module_btf", "no" } },
	  "kernel function {name} is in a module that is not loaded here",
	  "Load the module before the object, or declare the kfunc __weak." },
	{ "kfunc-extern", LOAD, CLASS_KFUNC, "not_in_kernel", HIGH,
	  { { c_load_stage, "prepare", NULL },
	  { c_extern, "kfunc", "missing" } },
	  "kernel function {name}, which the object calls, does not exist in "
	  "this kernel",
	  "Declare {name} __weak and test it with bpf_ksym_exists() before "
	  "the call." },
	{ "kfunc-extern-text", LOAD, CLASS_KFUNC, "not_in_kernel", HIGH,
	  { { c_libbpf, "extern (func ksym) '%'", NULL } },
	  "kernel function {name}, which the object calls, does not exist in "
	  "this kernel, or has another prototype",
	  "Declare {name} __weak and test it with bpf_ksym_exists() before "
	  "the call." },
	{ "ksym-extern", LOAD, CLASS_KSYM, "", HIGH,
	  { { c_load_stage, "prepare", NULL },
	  { c_extern, "ksym", "missing|incompatible" } },
	  "kernel symbol {name}, which the object refers to, does not exist "
	  "in this kernel",
	  "Declare {name} __weak and test its address." },
	{ "ksym-extern-text", LOAD, CLASS_KSYM, "", HIGH,
	  { { c_libbpf, "extern (*ksym) '%'", NULL } },
	  "kernel symbol {name}, which the object refers to, does not exist "
	  "in this kernel",
	  "Declare {name} __weak and test its address." },
	{ "kconfig-unreadable", LOAD, CLASS_UNKNOWN, "kconfig", LOW,
	  { { c_libbpf, "failed to open system Kconfig", NULL } },
	  "the object reads the kernel's configuration, which is not at hand "
	  "for this kernel, so it cannot be told",
	  "Test it on a kernel whose package carries its configuration." },
	{ "kconfig-extern", LOAD, CLASS_KCONFIG, "", HIGH,
	  { { c_load_stage, "prepare", NULL },
	  { c_extern, "kconfig", "missing|incompatible" } },
	  "{name}, a configuration value the object needs, is not set in this "
	  "kernel",
	  "Declare {name} __weak and handle its absence." },
	{ "kconfig-extern-kcfg", LOAD, CLASS_KCONFIG, "", HIGH,
	  { { c_libbpf, "extern (kcfg) '%'", NULL } },
	  "{name}, a configuration value the object needs, is not known for "
	  "this kernel",
	  "Declare {name} __weak and handle its absence." },
	{ "kconfig-extern-text", LOAD, CLASS_KCONFIG, "", HIGH,
	  { { c_libbpf, "extern '%' (strong): not resolved", NULL },
	  { c_name, "CONFIG_", NULL } },
	  "{name}, a configuration value the object needs, is not set in this "
	  "kernel",
	  "Declare {name} __weak and handle its absence." },
	{ "strong-extern", LOAD, CLASS_KSYM, "", MEDIUM,
	  { { c_libbpf, "extern '%' (strong): not resolved", NULL } },
	  "{name}, which the object declares extern, does not exist here",
	  "Declare {name} __weak and handle its absence." },
	{ "lsm-config", LOAD, CLASS_CONFIG, "program_type", HIGH,
	  { { c_program, NULL, "lsm" }, { c_config_off, "program", NULL } },
	  "LSM programs need {detail}, which is not set in this kernel",
	  "Use a kernel built with {detail}." },
	{ "btf-target-module", LOAD, CLASS_ATTACH_TARGET, "module", LOW,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_exp, "module_absent", "yes" } },
	  "program {program} attaches to {name}, which may be in module "
	  "{detail}; the test guest does not have that module",
	  "Test it where the module is loaded; the kernel may well have it." },
	{ "btf-target-lsm", LOAD, CLASS_ATTACH_TARGET, "lsm_hook", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_program, NULL, "lsm" }, { c_kernel_btf, "yes", NULL } },
	  "program {program} attaches to LSM hook {name}, which this kernel "
	  "does not have",
	  "Use another hook, or turn autoload off for the program after "
	  "probing." },
	{ "btf-target-tp", LOAD, CLASS_ATTACH_TARGET, "tracepoint", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_program, "tp_btf/*", NULL }, { c_kernel_btf, "yes", NULL } },
	  "program {program} attaches to tracepoint {name}, which this kernel "
	  "does not have",
	  "Use another tracepoint, or turn autoload off for the program after "
	  "probing." },
	{ "btf-target-iter", LOAD, CLASS_ATTACH_TARGET, "iterator", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_program, "iter*/*", NULL }, { c_kernel_btf, "yes", NULL } },
	  "program {program} is an iterator over {name}, which this kernel "
	  "does not offer",
	  "Turn autoload off for the program where the iterator is missing." },
	{ "btf-target-hidden", LOAD, CLASS_NOT_TRACEABLE, "no_btf", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_kernel_btf, "yes", NULL }, { c_exp, "kallsyms", "yes" } },
	  "program {program} traces {name}(), which this kernel has, but not "
	  "in a form that can be traced by BTF",
	  "Use a kprobe on {name}, or trace a function around it." },
	{ "btf-target-no-modules", LOAD, CLASS_ATTACH_TARGET, "module", LOW,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_kernel_btf, "yes", NULL },
	  { c_exp, "module_absent", "unclear" } },
	  "program {program} attaches to {name}, which is not in the kernel "
	  "itself, and its modules are not at hand",
	  "Test on a kernel whose modules are at hand, or turn autoload off "
	  "for the program after probing." },
	{ "btf-target", LOAD, CLASS_ATTACH_TARGET, "function", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_kernel_btf, "yes", NULL }, { c_exp, "kallsyms", "no" } },
	  "program {program} traces {name}(), which this kernel does not have",
	  "Attach to a function this kernel has, or turn autoload off for the "
	  "program after probing." },
	{ "btf-target-unasked", LOAD, CLASS_ATTACH_TARGET, "function", MEDIUM,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL },
	  { c_kernel_btf, "yes", NULL } },
	  "program {program} attaches to {name}, which is not in this "
	  "kernel's BTF",
	  "Attach to something this kernel has, or turn autoload off for the "
	  "program after probing." },
	{ "btf-target-blind", LOAD, CLASS_MISSING_BTF, "kernel", HIGH,
	  { { c_libbpf, "*failed to find kernel BTF type ID of '%'", NULL } },
	  "program {program} attaches to {name} by BTF, and this kernel has "
	  "no BTF",
	  "Use a kernel built with CONFIG_DEBUG_INFO_BTF, or a kprobe." },
	{ "core-ambiguous", LOAD, CLASS_CORE_RELOCATION, "ambiguous", HIGH,
	  { { c_libbpf, "*relocation decision ambiguity", NULL } },
	  "a CO-RE relocation has several candidates in this kernel that "
	  "differ",
	  "Name the type more exactly, or ship a variant." },
	{ "core-relocation", LOAD, CLASS_CORE_RELOCATION, "", HIGH,
	  { { c_libbpf, "*failed to relocate:", NULL } },
	  "a CO-RE relocation of program {program} cannot be resolved on this "
	  "kernel",
	  "Compare the type with this kernel's BTF; guard the access or ship "
	  "a variant." },
	{ 0 }
};

#define CORE_GUARD	"Guard the access with bpf_core_field_exists() or "	\
	"its relatives, read the new name through a variant of the type "	\
	"(struct name___new), or ship another object for this kernel."

/* A program that the kernel refused, alone or in the object. */
const struct class_rule class_program_rules[] = {
	/* What libbpf wrote in place of what it did not find. */
	{ "core-enum", LOAD, CLASS_CORE_RELOCATION, "enum_value", HIGH,
	  { { c_words, CLASS_CORE_RELOCATION, NULL },
	  { c_relo, "poisoned|failed", "enumval_" } },
	  "enum value {name}, which program {program} uses{where}, does not "
	  "exist in this kernel",
	  "Test it with bpf_core_enum_value_exists() first." },
	{ "core-type", LOAD, CLASS_CORE_RELOCATION, "type", HIGH,
	  { { c_words, CLASS_CORE_RELOCATION, NULL },
	  { c_relo, "poisoned|failed", "*type_" } },
	  "type {detail}, which program {program} uses{where}, does not exist "
	  "in this kernel",
	  "Test it with bpf_core_type_exists() first, or ship a variant." },
	{ "core-field", LOAD, CLASS_CORE_RELOCATION, "field", HIGH,
	  { { c_words, CLASS_CORE_RELOCATION, NULL },
	  { c_relo, "poisoned|failed", NULL } },
	  "{name}, which program {program} reads{where}, does not exist in "
	  "this kernel", CORE_GUARD },
	{ "core-poison", LOAD, CLASS_CORE_RELOCATION, "", HIGH,
	  { { c_words, CLASS_CORE_RELOCATION, NULL } },
	  "a field, type or enum value that program {program} uses{where} "
	  "does not exist in this kernel ({name})", CORE_GUARD },
	{ "core-marker", LOAD, CLASS_CORE_RELOCATION, "", HIGH,
	  { { c_poison, "core_relo", NULL } },
	  "a field, type or enum value that program {program} uses does not "
	  "exist in this kernel ({name})", CORE_GUARD },
	{ "core-log", LOAD, CLASS_CORE_RELOCATION, "", HIGH,
	  { { c_log, "failed to resolve CO-RE relocation <*> [*] %", NULL } },
	  "a field, type or enum value that program {program} uses does not "
	  "exist in this kernel ({name})", CORE_GUARD },
	{ "kfunc-poison", LOAD, CLASS_KFUNC, "not_in_kernel", HIGH,
	  { { c_poison, "kfunc", NULL } },
	  "program {program} calls the weak kernel function {name}, which "
	  "this kernel does not have",
	  "Guard the call with bpf_ksym_exists()." },
	{ "map-poison", LOAD, CLASS_MAP_TYPE, "not_created", MEDIUM,
	  { { c_poison, "map", NULL } },
	  "program {program} uses map {name}, which was not created on this "
	  "kernel",
	  "Guard the code that uses the optional map with a constant in "
	  ".rodata." },
	{ "map-poison-words", LOAD, CLASS_MAP_TYPE, "not_created", MEDIUM,
	  { { c_words, CLASS_MAP_TYPE, NULL } },
	  "program {program} uses map {name}, which was not created on this "
	  "kernel", "{fix}" },
	/* Helpers. */
	{ "helper-lockdown", LOAD, CLASS_LOCKDOWN, "helper", HIGH,
	  { { c_words, CLASS_HELPER, NULL },
	  { c_name, "bpf_probe_read", NULL },
	  { c_lockdown, "confidentiality", NULL } },
	  "kernel lockdown ({detail}) takes helper {name} away, which program "
	  "{program} calls",
	  "Boot with lockdown=integrity or none, or do without reading kernel "
	  "memory." },
	{ "helper-lockdown-write", LOAD, CLASS_LOCKDOWN, "helper", HIGH,
	  { { c_words, CLASS_HELPER, NULL },
	  { c_name, "bpf_probe_write_user", NULL },
	  { c_lockdown, "integrity|confidentiality", NULL } },
	  "kernel lockdown ({detail}) takes helper {name} away, which program "
	  "{program} calls",
	  "Boot without lockdown, or do without writing user memory." },
	{ "helper-config", LOAD, CLASS_CONFIG, "helper", HIGH,
	  { { c_words, CLASS_HELPER, NULL }, { c_config_off, "helper", NULL } },
	  "helper {name}, which program {program} calls{where}, needs "
	  "{detail}, which is not set in this kernel",
	  "Use a kernel built with {detail}, or do without {name}()." },
	{ "helper-not-for-type", LOAD, CLASS_HELPER, "not_for_program_type",
	  HIGH, { { c_words, CLASS_HELPER, NULL },
	  { c_exp, "helper_known_any", "yes" } },
	  "program {program} calls helper {name}{where}, which this kernel "
	  "does not offer to programs of type {type}",
	  "Use the helper from a program type it is for, or another helper; "
	  "newer kernels may offer it to {type} programs." },
	{ "helper-not-in-kernel", LOAD, CLASS_HELPER, "not_in_kernel", HIGH,
	  { { c_words, CLASS_HELPER, NULL },
	  { c_exp, "helper_known_any", "no" } },
	  "helper {name} is missing: this kernel does not have it, and program "
	  "{program} calls it{where}",
	  "Guard the call with bpf_core_enum_value_exists(enum bpf_func_id, "
	  "BPF_FUNC_...), or ship a variant without {name}()." },
	/*
	 * Up to 5.x a helper that may sleep is simply not offered to programs
	 * that may not; newer verifiers say which of the two it is.
	 */
	{ "helper-sleeps", LOAD, CLASS_VERIFIER, "sleepable", MEDIUM,
	  { { c_words, CLASS_HELPER, NULL },
	  { c_name, "bpf_copy_from_user", NULL },
	  { c_awake, "tracing|lsm", NULL } },
	  "program {program} calls helper {name}{where}, which may sleep, and "
	  "this kernel offers it only to programs that may",
	  "Make the program sleepable (fentry.s, fexit.s, fmod_ret.s, lsm.s), "
	  "or read with bpf_probe_read_user(), which does not sleep." },
	{ "helper", LOAD, CLASS_HELPER, "", HIGH,
	  { { c_words, CLASS_HELPER, NULL } },
	  "helper {name} is missing: this kernel does not offer it to programs "
	  "of type {type}, and program {program} calls it{where}", "{fix}" },
	/*
	 * Kernels before 5.13 stumble over the address of a callback before
	 * they come to the helper that takes it.
	 */
	{ "helper-behind-callback", LOAD, CLASS_HELPER, "not_in_kernel", HIGH,
	  { { c_exp, "bpf_loop_callback", "no" },
	  { c_helper_unknown, NULL, NULL }, { c_anything, NULL, NULL } },
	  "helper {name} is missing: this kernel does not have it; it "
	  "already refuses the callback that program {program} passes to it",
	  "Guard the call with bpf_core_enum_value_exists(enum bpf_func_id, "
	  "BPF_FUNC_...), or ship a variant without {name}()." },
	{ "helper-behind-imm64", LOAD, CLASS_HELPER, "not_in_kernel", MEDIUM,
	  { { c_last, "*ld_imm64 insn", NULL },
	  { c_helper_unknown, NULL, NULL } },
	  "helper {name} is missing: this kernel does not have it, and "
	  "refuses an address that program {program} passes to it",
	  "Guard the call with bpf_core_enum_value_exists(enum bpf_func_id, "
	  "BPF_FUNC_...), or ship a variant without {name}()." },
	{ "jit-tried", LOAD, CLASS_JIT, "", HIGH,
	  { { c_exp, "jit_on", "yes" }, { c_jit_off, NULL, NULL },
	  { c_anything, NULL, NULL } },
	  "program {program} needs the JIT, which is off here "
	  "(net.core.bpf_jit_enable is 0); with it on it loads",
	  "Set net.core.bpf_jit_enable to 1, or do without functions passed "
	  "to helpers, kfuncs and tail calls from subprograms." },
	/* What else the verifier's last word says of a missing thing. */
	{ "kfunc-words", LOAD, CLASS_KFUNC, NULL, HIGH,
	  { { c_words, CLASS_KFUNC, NULL } },
	  "this kernel does not let program {program} call kernel function "
	  "{name}{where}", "{fix}" },
	{ "ksym-words", LOAD, CLASS_KSYM, NULL, HIGH,
	  { { c_words, CLASS_KSYM, NULL } },
	  "program {program} refers to kernel symbol {name}, which this "
	  "kernel does not have", "{fix}" },
	{ "license", LOAD, CLASS_LICENSE, NULL, HIGH,
	  { { c_words, CLASS_LICENSE, NULL } },
	  "the licence of program {program} does not allow what it does"
	  "{where}: {rule}", "{fix}" },
	{ "license-tried", LOAD, CLASS_LICENSE, "", HIGH,
	  { { c_exp, "gpl_license", "yes" } },
	  "program {program} loads only with a GPL-compatible licence",
	  "Declare a GPL-compatible licence in the license section." },
	{ "complexity", LOAD, CLASS_COMPLEXITY, NULL, HIGH,
	  { { c_words, CLASS_COMPLEXITY, NULL } },
	  "program {program} is over a limit of this kernel's verifier: "
	  "{rule}", "{fix}" },
	{ "words-btf", LOAD, CLASS_MISSING_BTF, NULL, HIGH,
	  { { c_words, CLASS_MISSING_BTF, NULL } },
	  "program {program} needs the kernel's BTF, which it does not have",
	  "{fix}" },
	{ "words-struct-ops", LOAD, CLASS_STRUCT_OPS, NULL, HIGH,
	  { { c_words, CLASS_STRUCT_OPS, NULL } },
	  "this kernel does not have the struct_ops member that program "
	  "{program} implements", "{fix}" },
	{ "words-target", LOAD, CLASS_ATTACH_TARGET, NULL, HIGH,
	  { { c_words, CLASS_ATTACH_TARGET, NULL } },
	  "what program {program} attaches to is not there: {rule}", "{fix}" },
	{ "words-traceable", LOAD, CLASS_NOT_TRACEABLE, NULL, HIGH,
	  { { c_words, CLASS_NOT_TRACEABLE, NULL } },
	  "{name} cannot be traced the way program {program} asks: {rule}",
	  "{fix}" },
	{ "words-loader", LOAD, CLASS_LOADER, NULL, MEDIUM,
	  { { c_words, CLASS_LOADER, NULL } },
	  "program {program} needs its own loader: {rule}", "{fix}" },
	{ "words-memory", LOAD, CLASS_MEMORY, NULL, MEDIUM,
	  { { c_words, CLASS_MEMORY, NULL } },
	  "the kernel had no memory to check program {program}", "{fix}" },
	{ "modify-config", LOAD, CLASS_CONFIG, "error_injection", HIGH,
	  { { c_last, "%() is not modifiable", NULL },
	  { c_config_off, "modify", NULL } },
	  "{name}() cannot be modified by program {program}, because {detail} "
	  "is not set in this kernel",
	  "Use fentry or fexit instead of fmod_ret, or a kernel built with "
	  "{detail}." },
	{ "verifier-memory", LOAD, CLASS_MEMORY, "verifier", MEDIUM,
	  { { c_spoke, NULL, NULL }, { c_errno, "ENOMEM", NULL } },
	  "the kernel had no memory to check program {program}",
	  "Give the machine more memory, or make the program simpler." },
	/* A plain rejection. */
	{ "verifier", LOAD, CLASS_VERIFIER, NULL, HIGH,
	  { { c_words, CLASS_VERIFIER, NULL } },
	  "the verifier rejects program {program}{where}: {rule}", "{fix}" },
	{ "verifier-report", LOAD, CLASS_VERIFIER, "other", MEDIUM,
	  { { c_report, NULL, NULL } },
	  "the verifier rejects program {program}{where}: {rule}", "{fix}" },
	{ "verifier-other", LOAD, CLASS_VERIFIER, "other", MEDIUM,
	  { { c_spoke, NULL, NULL } },
	  "the verifier rejects program {program}{where}, in words that are "
	  "not in our table",
	  "Read the verifier log at the quoted line." },
	/*
	 * All programs that share a program array are of one kind; this is
	 * looked at when the verifier is done and has nothing to say.
	 */
	{ "tail-call-kind", LOAD, CLASS_VERIFIER, "tail_call", MEDIUM,
	  { { c_errno, "EINVAL", NULL }, { c_verified, NULL, NULL },
	  { c_calls, "bpf_tail_call", NULL } },
	  "the verifier takes program {program}, but not its tail calls: the "
	  "programs of a program array have to agree in type and kind, and "
	  "others are in it",
	  "Give programs of another type or attach type a program array of "
	  "their own." },
	/* Refused without a word. */
	{ "program-type-config", LOAD, CLASS_CONFIG, "program_type", HIGH,
	  { { c_probe, "program_types", "unsupported" },
	  { c_config_off, "program", NULL } },
	  "programs of type {type} need {detail}, which is not set in this "
	  "kernel", "Use a kernel built with {detail}." },
	{ "program-type-tried", LOAD, CLASS_PROGRAM_TYPE, "", HIGH,
	  { { c_exp, "prog_type", "no" } },
	  "this kernel has no program type {type}: program {program}",
	  "Use a program type this kernel has, or ship a variant." },
	{ "program-type-probe", LOAD, CLASS_PROGRAM_TYPE, "", HIGH,
	  { { c_probe, "program_types", "unsupported" } },
	  "this kernel has no program type {type}: program {program}",
	  "Use a program type this kernel has, or ship a variant." },
	{ "program-flags", LOAD, CLASS_PROGRAM_TYPE, "flags", HIGH,
	  { { c_silent, NULL, NULL }, { c_exp, "no_prog_flags", "yes" } },
	  "this kernel has programs of type {type}, but does not know the "
	  "flags ({detail}) that section {section} stands for",
	  "Ship a variant of the program without this feature." },
	{ "attach-type-tried", LOAD, CLASS_ATTACH_TYPE, "at_load", HIGH,
	  { { c_silent, NULL, NULL }, { c_errno, "EINVAL|E2BIG|EOPNOTSUPP",
	  NULL }, { c_exp, "attach_prog_type", "no" } },
	  "this kernel has programs of type {type}, but not the attach type "
	  "that section {section} asks for",
	  "Use another hook on this kernel, or ship a variant." },
	{ "memlock-tried", LOAD, CLASS_MEMORY, "memlock", HIGH,
	  { { c_errno, "EPERM", NULL }, { c_exp, "more_memory", "yes" } },
	  "program {program} is over the memory lock limit of its loader; it "
	  "takes {detail}",
	  "Raise RLIMIT_MEMLOCK before loading (libbpf does, where it may), "
	  "or use 5.11 or newer, which counts memory by cgroup." },
	{ "lockdown-said", LOAD, CLASS_LOCKDOWN, "load", HIGH,
	  { { c_errno, "EPERM", NULL }, { c_silent, NULL, NULL },
	  { c_lockdown, "integrity|confidentiality", NULL },
	  { c_exp, "lockdown_said", "yes" } },
	  "kernel lockdown forbids loading program {program}: {detail} is "
	  "restricted",
	  "Boot with a weaker lockdown, or do without." },
	{ "lockdown", LOAD, CLASS_LOCKDOWN, "load", MEDIUM,
	  { { c_errno, "EPERM", NULL }, { c_silent, NULL, NULL },
	  { c_lockdown, "integrity|confidentiality", NULL } },
	  "kernel lockdown ({detail}) forbids loading program {program}",
	  "Boot without lockdown, or use programs that do not read kernel "
	  "memory." },
	{ "program-too-long", LOAD, CLASS_COMPLEXITY, "program_size", HIGH,
	  { { c_errno, "E2BIG", NULL }, { c_longer, "1000000", NULL } },
	  "program {program} has more instructions than any kernel takes",
	  "Make the program shorter or split it with tail calls." },
	{ "program-refused-size", LOAD, CLASS_COMPLEXITY, "program_size",
	  MEDIUM, { { c_errno, "E2BIG", NULL }, { c_silent, NULL, NULL } },
	  "program {program} is larger than this kernel takes",
	  "Make the program shorter or split it with tail calls." },
	{ "no-memory", LOAD, CLASS_MEMORY, "program", MEDIUM,
	  { { c_errno, "ENOMEM", NULL } },
	  "the kernel had no memory for program {program}",
	  "Give the machine more memory." },
	{ "flags-xdp", LOAD, CLASS_PROGRAM_TYPE, "flags", MEDIUM,
	  { { c_program, "xdp.frags", NULL }, { c_errno, "EINVAL", NULL },
	  { c_silent, NULL, NULL } },
	  "this kernel does not take XDP programs for packets in several "
	  "buffers: program {program}",
	  "Use SEC(\"xdp\") on this kernel." },
	{ "denied", LOAD, CLASS_CAPABILITY, "", LOW,
	  { { c_errno, "EPERM|EACCES", NULL }, { c_silent, NULL, NULL } },
	  "the kernel denies loading program {program}",
	  "Check CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, lockdown and LSM "
	  "policy." },
	{ 0 }
};
