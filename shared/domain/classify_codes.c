/* The codes in words, for documents and for people. */
#include "domain/classify.h"

static const struct class_code codes[] = {
	{ CLASS_VERIFIER, "The verifier rejects it",
	  "The kernel has everything the program asks for, but its verifier "
	  "cannot prove that the program is safe. The sub-reason says which "
	  "kind of rule was violated." },
	{ CLASS_COMPLEXITY, "Too complex for the verifier",
	  "The program is over a limit of this kernel's verifier: "
	  "instructions looked at, branches, functions, maps, size." },
	{ CLASS_HELPER, "Helper does not exist",
	  "The program calls a helper that this kernel does not have, or not "
	  "for this program type." },
	{ CLASS_KFUNC, "Kernel function does not exist",
	  "The program calls a kernel function (kfunc) that this kernel does "
	  "not have, has with another prototype, or does not let this program "
	  "type call." },
	{ CLASS_KSYM, "Kernel symbol does not exist",
	  "The object refers to a kernel variable or symbol that this kernel "
	  "does not have." },
	{ CLASS_KCONFIG, "Kernel option is unknown",
	  "The object reads a configuration value (extern ... __kconfig) "
	  "that this kernel does not have." },
	{ CLASS_CORE_RELOCATION, "CO-RE relocation failed",
	  "A field, type or enum value that the program uses through CO-RE "
	  "does not exist in this kernel, and the use is not guarded." },
	{ CLASS_MISSING_BTF, "BTF is missing",
	  "The object needs BTF and this kernel, or the object, has none." },
	{ CLASS_PROGRAM_TYPE, "Program type is not supported",
	  "This kernel does not have the program type, or not with these "
	  "flags." },
	{ CLASS_MAP_TYPE, "Map type is not supported",
	  "This kernel does not have the map type." },
	{ CLASS_MAP_ATTRIBUTE, "A map is too large or odd",
	  "This kernel has the map type, but refuses the sizes or flags of "
	  "the map." },
	{ CLASS_MEMORY, "Out of memory",
	  "The kernel had no memory, or not within its limits, for a map or "
	  "a program." },
	{ CLASS_ATTACH_TYPE, "Attach type is not supported",
	  "This kernel cannot attach programs this way." },
	{ CLASS_ATTACH_TARGET, "Attach target does not exist",
	  "The function, tracepoint, hook or symbol that the program "
	  "attaches to does not exist here." },
	{ CLASS_NOT_TRACEABLE, "Attach target cannot be traced",
	  "The function exists, but the kernel does not let it be traced "
	  "this way." },
	{ CLASS_ATTACH_OTHER, "Attaching failed",
	  "Attaching failed, or was required and cannot be tested here." },
	{ CLASS_STRUCT_OPS, "struct_ops is not supported",
	  "This kernel does not have the struct_ops type, or not this "
	  "member." },
	{ CLASS_CONFIG, "Kernel option is off",
	  "This kernel knows the feature, but was built without it: its "
	  "configuration decides, not its version." },
	{ CLASS_LOCKDOWN, "Denied by kernel lockdown",
	  "The kernel is locked down and forbids it." },
	{ CLASS_LSM, "BPF LSM is not enabled",
	  "LSM programs do nothing unless \"bpf\" is among the active LSMs." },
	{ CLASS_JIT, "The JIT is off",
	  "The program needs the JIT, and an administrator turned it off." },
	{ CLASS_POLICY, "Denied by policy",
	  "A policy of the kernel forbids it." },
	{ CLASS_CAPABILITY, "Privilege is missing",
	  "The loader lacks a capability, or a policy denies the call." },
	{ CLASS_LICENSE, "The licence forbids it",
	  "What the program does is for GPL-compatible programs only." },
	{ CLASS_LOADER, "Needs its own loader",
	  "The object leaves something open that its own loader sets: a "
	  "program type, a map's size, an inner map, a target program." },
	{ CLASS_BAD_OBJECT, "Not a usable BPF object",
	  "libbpf cannot read the file." },
	{ CLASS_WRONG_ARCH, "Made for another machine",
	  "The file is an object for another machine or byte order." },
	{ CLASS_LEGACY_MAPS, "Old map definitions",
	  "The object defines its maps the way libbpf 1.0 dropped." },
	{ CLASS_FUNCTIONAL, "A behaviour check failed",
	  "The object loaded and attached, and a required check did not "
	  "pass." },
	{ CLASS_COMMAND, "The command failed",
	  "The command that was to be tested in the guest ended with another "
	  "exit code than the one expected." },
	{ CLASS_VALIDATOR_KILLED, "It killed what tested it",
	  "The attached programs ended the processes that were testing them; "
	  "the kernel went on." },
	{ CLASS_MANIFEST, "The manifest is about something else",
	  "It names a program or map that the object does not have, or says "
	  "of one what is not so." },
	{ CLASS_GUEST_CRASH, "The guest died of it",
	  "The kernel crashed while it worked on the object." },
	{ CLASS_GUEST_HANG, "The guest hung with it",
	  "The kernel made no progress while it worked on the object." },
	{ CLASS_UNKNOWN, "Unknown cause",
	  "No rule holds. The evidence is quoted; nothing is guessed." },
};

const struct class_code *
class_code_at(size_t i)
{
	return i < sizeof(codes) / sizeof(codes[0]) ? &codes[i] : NULL;
}
