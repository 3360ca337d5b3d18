/* What is neither a map nor a program: guest, object, attachment, tests. */
#include "domain/classify_rules.h"

#define CRASH_FIX	"Read the kernel's last words in serial.log; report "	\
	"the crash to the kernel's maintainers and leave that program out "	\
	"on this kernel."

const struct class_rule class_guest_rules[] = {
	{ "guest-oom-kill", ANY, CLASS_MEMORY, "guest", HIGH,
	  { { c_oom, NULL, NULL } },
	  "the guest's memory ran out during {step}, and its kernel killed the "
	  "process that loads the object",
	  "Make the maps smaller or let them fill more slowly, or give the "
	  "guest more memory (memory_mb of the profile, BPFCOMPAT_VM_MEMORY_MB)." },
	{ "validator-killed", DEATH, CLASS_VALIDATOR_KILLED, "", HIGH,
	  { { c_end_code, "validator_killed", NULL },
	    { c_error_text, NULL, NULL } },
	  "during {step} the attached programs ended the processes that were "
	  "testing them; the kernel itself went on",
	  "A program that kills or disturbs processes (bpf_send_signal, "
	  "bpf_probe_write_user, an error from a hook) must leave alone those "
	  "it is not meant for: test the process first, and do not attach to "
	  "every task." },
	{ "guest-memory", DEATH | HANG, CLASS_GUEST_CRASH, "out_of_memory",
	  HIGH, { { c_splat, "*Out of memory", NULL } },
	  "the guest ran out of memory during {step}",
	  "Make the maps smaller, or give the guest more memory." },
	{ "guest-lockup", DEATH | HANG, CLASS_GUEST_HANG, "lockup", HIGH,
	  { { c_splat, "* lockup", NULL } },
	  "a CPU of the guest was stuck during {step}",
	  "Leave that program out on this kernel; report the lockup to the "
	  "kernel's maintainers." },
	{ "guest-stall", HANG, CLASS_GUEST_HANG, "lockup", HIGH,
	  { { c_splat, "*detected stall", NULL } },
	  "a CPU of the guest was stuck during {step}",
	  "Leave that program out on this kernel; report the stall to the "
	  "kernel's maintainers." },
	{ "guest-hung-task", HANG, CLASS_GUEST_HANG, "hung_task", HIGH,
	  { { c_splat, "*blocked*for more than", NULL } },
	  "a task of the guest was blocked during {step}",
	  "Leave that program out on this kernel; report it to the kernel's "
	  "maintainers." },
	{ "guest-interrupts-off", HANG, CLASS_GUEST_HANG, "lockup", HIGH,
	  { { c_error_has, "in the kernel with interrupts off", NULL },
	    { c_error_text, NULL, NULL } },
	  "a CPU of the guest was stuck in the kernel during {step}",
	  "Give the program a bound on what it does in one go (loops, "
	  "bpf_loop, spin locks), and do not hang it on a hook that runs with "
	  "interrupts off." },
	{ "guest-oops", DEATH, CLASS_GUEST_CRASH, "oops", HIGH,
	  { { c_splat, "*BUG: ", NULL } },
	  "the guest died during {step}", CRASH_FIX },
	{ "guest-panic", DEATH, CLASS_GUEST_CRASH, "panic", HIGH,
	  { { c_splat, "*Kernel panic", NULL } },
	  "the guest died during {step}", CRASH_FIX },
	{ "guest-died", DEATH, CLASS_GUEST_CRASH, "", HIGH,
	  { { c_splat, "*", NULL } },
	  "the guest died during {step}", CRASH_FIX },
	{ "guest-gone", DEATH, CLASS_GUEST_CRASH, "", HIGH,
	  { { c_error_text, NULL, NULL } },
	  "the guest died during {step}", CRASH_FIX },
	{ "guest-hung", HANG, CLASS_GUEST_HANG, "", MEDIUM,
	  { { c_error_text, NULL, NULL } },
	  "the guest made no progress until the deadline during {step}",
	  "Raise the timeout once to tell slow from stuck; if it stays, leave "
	  "that program out on this kernel." },
	{ 0 }
};

const struct class_rule class_object_rules[] = {
	{ "not-elf", OPEN | LOAD, CLASS_BAD_OBJECT, "not_elf", HIGH,
	  { { c_elf, "not ELF", NULL } },
	  "libbpf cannot read the file as a BPF object: {detail}",
	  "Upload the object that clang -target bpf wrote." },
	{ "elf-byte-order", OPEN | LOAD, CLASS_WRONG_ARCH, "byte_order", HIGH,
	  { { c_elf, "big-endian", NULL } },
	  "the object was built for another machine: {detail}",
	  "Compile with clang -target bpfel for little-endian kernels." },
	{ "elf-header", OPEN | LOAD, CLASS_WRONG_ARCH, "machine", HIGH,
	  { { c_elf, "*", NULL } },
	  "the object was built for another machine: {detail}",
	  "Compile with clang -target bpf." },
	{ "endian", OPEN | LOAD, CLASS_WRONG_ARCH, "byte_order", HIGH,
	  { { c_errno, "ENDIAN", NULL } },
	  "the object has the other byte order",
	  "Compile with clang -target bpfel for little-endian kernels." },
	{ "legacy-maps", OPEN | LOAD, CLASS_LEGACY_MAPS, "", HIGH,
	  { { c_libbpf, "*legacy map definitions", NULL } },
	  "the object defines its maps in a \"maps\" section, which libbpf 1.0 "
	  "dropped", "Define maps with BTF in the .maps section." },
	{ "bad-object", OPEN, CLASS_BAD_OBJECT, "", HIGH,
	  { { c_errno, "FORMAT|LIBELF", NULL }, { c_anything, NULL, NULL } },
	  "libbpf cannot read the file as a BPF object",
	  "Upload the object that clang -target bpf wrote." },
	{ "open-failed", OPEN, CLASS_BAD_OBJECT, "", MEDIUM,
	  { { c_anything, NULL, NULL } },
	  "libbpf cannot open the object: {detail}",
	  "See libbpf.log; rebuild the object with a current clang." },
	{ "no-program-type", LOAD, CLASS_LOADER, "section", HIGH,
	  { { c_libbpf, "*missing BPF prog type", NULL } },
	  "section {section} of program {program} gives no program type",
	  "Give SEC() a name that libbpf knows, or set the type in your "
	  "loader or under program_types in the manifest." },
	{ "no-struct-ops-map", LOAD, CLASS_LOADER, "struct_ops", HIGH,
	  { { c_program, NULL, "struct_ops" },
	  { c_libbpf, "*program isn't referenced anywhere", NULL } },
	  "program {program} is no member of any struct_ops map of the object",
	  "Name the program in a map of section .struct_ops, or turn its "
	  "autoload off." },
	{ "no-target-program", LOAD, CLASS_LOADER, "target_program", HIGH,
	  { { c_program, "freplace", NULL },
	  { c_libbpf, "*attach program FD is not set", NULL } },
	  "program {program} replaces a function of another program, which "
	  "only its loader knows",
	  "Test it with its own loader (bpfcompat test-command)." },
	{ 0 }
};

#define LSM_FIX	"Boot with \"bpf\" in the list of the kernel parameter "	\
	"lsm= (the other modules of the machine have to stay in it)."
#define OTHER_HOOK	"Use another hook on this kernel, or ship a variant."

const struct class_rule class_attach_rules[] = {
	{ "attach-no-uprobe", ATTACH, CLASS_ATTACH_TARGET, "user_symbol", HIGH,
	  { { c_exp, "uprobe_symbol", "no" } },
	  "program {program} attaches to {detail}, which the binary does not "
	  "have", "Name a symbol that the binary exports." },
	{ "attach-no-probe", ATTACH, CLASS_ATTACH_TARGET, "user_symbol", HIGH,
	  { { c_attach_error, "*has no such function or probe", NULL } },
	  "program {program} ({section}) attaches to a function or probe that "
	  "the binary does not have",
	  "Name a symbol or probe that the binary has." },
	/* The validator's word for a program that only its loader can attach. */
	{ "attach-untested", ATTACH, CLASS_ATTACH_OTHER, "not_testable", HIGH,
	  { { c_attach_error, "not testable here", NULL } },
	  "attaching was required and cannot be tested here: program "
	  "{program}",
	  "Name the target in the section, or do not require this "
	  "attachment." },
	{ "attach-lsm-idle", ATTACH, CLASS_LSM, "", HIGH,
	  { { c_program, NULL, "lsm" },
	  { c_attach_error, "*never called", NULL },
	  { c_exp, "lsm_active", "no" }, { c_lsm_off, NULL, NULL } },
	  "LSM program {program} attaches and is never called: \"bpf\" is "
	  "not among the active security modules", LSM_FIX },
	{ "attach-lsm", ATTACH, CLASS_LSM, "", MEDIUM,
	  { { c_program, NULL, "lsm" }, { c_lsm_off, NULL, NULL } },
	  "LSM program {program} does not attach: \"bpf\" is not among the "
	  "active LSMs", LSM_FIX },
	/* Before those about what is missing: nothing can be seen there. */
	{ "attach-lockdown-tracefs", ATTACH, CLASS_LOCKDOWN, "tracefs", HIGH,
	  { { c_lockdown, "confidentiality", NULL },
	  { c_exp, "tracefs", "no" }, { c_lockdown, "confidentiality",
	  NULL } },
	  "kernel lockdown ({detail}) keeps tracefs empty, and program "
	  "{program} ({section}) attaches to one of its events",
	  "Boot with lockdown=integrity or none, or use a raw tracepoint "
	  "(raw_tp, tp_btf), which needs no tracefs." },
	/* The kernel says so ten times in five seconds only; so it is tried. */
	{ "attach-lockdown-kprobe", ATTACH, CLASS_LOCKDOWN, "attach", HIGH,
	  { { c_errno, "EPERM", NULL }, { c_program, "k", "kprobe" },
	  { c_attach_kind, "permission_denied", NULL },
	  { c_lockdown, "confidentiality", NULL } },
	  "kernel lockdown ({detail}) forbids all kprobes, so also program "
	  "{program} ({section})",
	  "Boot with lockdown=integrity or none, or use another way to attach "
	  "(fentry, a raw tracepoint)." },
	{ "attach-lockdown-said", ATTACH, CLASS_LOCKDOWN, "attach", HIGH,
	  { { c_errno, "EPERM", NULL }, { c_lockdown,
	  "integrity|confidentiality", NULL },
	  { c_exp, "lockdown_said", "yes" } },
	  "kernel lockdown forbids attaching program {program} ({section}): "
	  "{detail} is restricted",
	  "Boot with a weaker lockdown, or use another way to attach (fentry, "
	  "a raw tracepoint)." },
	/* Before the options: one it would need, too, is not the cause. */
	{ "attach-kind-tried", ATTACH, CLASS_ATTACH_TYPE, "", HIGH,
	  { { c_exp, "attach_kind|attach_prog_type", "no" } },
	  "this kernel does not know how to attach programs of section "
	  "{section}", OTHER_HOOK },
	{ "attach-config", ATTACH, CLASS_CONFIG, "attach", HIGH,
	  { { c_errno, "EOPNOTSUPP|ENOTSUPP|ENOSYS|ENOENT|EINVAL|ENODEV",
	  NULL }, { c_config_off, "attach", NULL } },
	  "attaching program {program} ({section}) needs {detail}, which is "
	  "not set in this kernel",
	  "Use a kernel built with {detail}, or another hook." },
	{ "attach-kind-probe", ATTACH, CLASS_ATTACH_TYPE, "", HIGH,
	  { { c_attach_kind, "unsupported", NULL },
	  { c_errno, "EINVAL|EOPNOTSUPP|ENOTSUPP|ENOSYS|ENODEV", NULL } },
	  "this kernel cannot attach programs this way: program {program} "
	  "({section})", OTHER_HOOK },
	{ "attach-blacklist", ATTACH, CLASS_NOT_TRACEABLE, "blacklisted",
	  HIGH, { { c_exp, "ftrace_blacklist", "yes" } },
	  "program {program} attaches to {detail}, which the kernel keeps from "
	  "probes", "Probe a caller of the function instead." },
	{ "attach-inside", ATTACH, CLASS_NOT_TRACEABLE, "offset", HIGH,
	  { { c_program, "k*probe/*+", NULL }, { c_errno, "EILSEQ", NULL } },
	  "program {program} ({section}) is to be attached where no "
	  "instruction begins",
	  "Attach to the beginning of the function; offsets of instructions "
	  "differ from kernel to kernel." },
	{ "attach-hidden", ATTACH, CLASS_NOT_TRACEABLE, "not_traceable", HIGH,
	  { { c_exp, "kallsyms", "yes" }, { c_exp, "traceable", "no" } },
	  "program {program} attaches to {detail}, which this kernel has but "
	  "does not let be traced",
	  "Probe a function around it; it is inlined or marked notrace." },
	{ "attach-no-modules", ATTACH, CLASS_ATTACH_TARGET, "module", LOW,
	  { { c_errno, "ENOENT|ESRCH", NULL },
	  { c_exp, "module_absent", "unclear" } },
	  "what program {program} ({section}) attaches to is not in the kernel "
	  "itself, and its modules are not at hand",
	  "Test on a kernel whose modules are at hand, or make the attachment "
	  "optional." },
	{ "attach-no-symbol", ATTACH, CLASS_ATTACH_TARGET, "function", HIGH,
	  { { c_exp, "kallsyms", "no" } },
	  "program {program} attaches to {detail}, which this kernel does not "
	  "have",
	  "Attach to a function this kernel has (it may be renamed or "
	  "inlined), or make the attachment optional." },
	{ "attach-no-tracepoint", ATTACH, CLASS_ATTACH_TARGET, "tracepoint",
	  HIGH, { { c_exp, "tracepoint|tracepoint_btf", "no" } },
	  "program {program} attaches to tracepoint {detail}, which this "
	  "kernel does not have",
	  "Use another tracepoint, or make the attachment optional." },
	{ "attach-no-function", ATTACH, CLASS_ATTACH_TARGET, "function", HIGH,
	  { { c_exp, "kernel_btf_func", "no" } },
	  "program {program} attaches to {detail}, which is not in this "
	  "kernel's BTF",
	  "Attach to a function this kernel has, or make the attachment "
	  "optional." },
	{ "attach-target", ATTACH, CLASS_ATTACH_TARGET, "", MEDIUM,
	  { { c_errno, "ENOENT|ESRCH", NULL } },
	  "what the program attaches to does not exist in this kernel: "
	  "program {program} ({section})",
	  "Attach to something this kernel has, or make the attachment "
	  "optional." },
	{ "attach-unsupported", ATTACH, CLASS_ATTACH_TYPE, "", MEDIUM,
	  { { c_errno, "EOPNOTSUPP|ENOTSUPP|ENOSYS", NULL } },
	  "this kernel cannot attach programs this way: program {program} "
	  "({section})", OTHER_HOOK },
	{ "attach-lockdown", ATTACH, CLASS_LOCKDOWN, "attach", MEDIUM,
	  { { c_errno, "EPERM", NULL },
	  { c_lockdown, "integrity|confidentiality", NULL } },
	  "kernel lockdown ({detail}) forbids attaching program {program}",
	  "Boot without lockdown." },
	{ "attach-denied", ATTACH, CLASS_POLICY, "", MEDIUM,
	  { { c_errno, "EPERM|EACCES", NULL } },
	  "the kernel denies attaching program {program} ({section})",
	  "Check lockdown, perf_event_paranoid and LSM policy." },
	{ "attach-busy", ATTACH, CLASS_ATTACH_OTHER, "busy", MEDIUM,
	  { { c_errno, "EBUSY|EEXIST", NULL } },
	  "something is attached there already: program {program} "
	  "({section})",
	  "Detach what holds the hook, or attach with a flag that allows "
	  "several programs." },
	{ "attach-multi", ATTACH, CLASS_ATTACH_TYPE, "", MEDIUM,
	  { { c_program, "*.multi", NULL }, { c_errno, "EINVAL", NULL } },
	  "this kernel cannot attach program {program} to several functions "
	  "at once", OTHER_HOOK },
	{ "attach-refused", ATTACH, CLASS_ATTACH_TYPE, "", LOW,
	  { { c_errno, "EINVAL", NULL } },
	  "this kernel refuses to attach program {program} ({section})",
	  "Check that this attach type and target exist on this kernel." },
	{ "attach-other", ATTACH, CLASS_ATTACH_OTHER, "", MEDIUM,
	  { { c_error_text, NULL, NULL } },
	  "attaching failed: program {program} ({section})",
	  "See the error of the program in the report." },
	{ 0 }
};

const struct class_rule class_last_rules[] = {
	{ "functional", FUNCTIONAL, CLASS_FUNCTIONAL, "", HIGH,
	  { { c_error_text, NULL, NULL } },
	  "{detail}", "Look at the output of the test." },
	{ "command", COMMAND, CLASS_COMMAND, "", HIGH,
	  { { c_error_text, NULL, NULL } },
	  "the command did not end as it should: {detail}",
	  "Read what the command wrote; run it on a machine with this "
	  "kernel." },
	{ "manifest", MANIFEST, CLASS_MANIFEST, "", HIGH,
	  { { c_error_text, NULL, NULL } },
	  "{detail}", "Bring manifest and object together; \"bpfcompat "
	  "inspect\" shows what the object has." },
	{ "unknown", ANY, CLASS_UNKNOWN, "", LOW,
	  { { c_anything, NULL, NULL } },
	  "the cause is not known: {detail}",
	  "Read libbpf.log and the verifier log by hand." },
	{ 0 }
};
