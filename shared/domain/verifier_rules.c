/* The rules of the verifier: what each of them asks for, and the usual fix. */
#include "domain/verifier_words.h"

#include "domain/classify.h"

#define REJECT	CLASS_VERIFIER

const struct verifier_reason verifier_rules[VR__MAX] = {
[VR_MAP_BOUNDS] = { REJECT, "out_of_bounds",
	"Every access to a map value has to stay within its value_size, for "
	"all values the index can have.",
	"Compare the index with the size of the value right before the "
	"access, on an unsigned variable, or mask it with a constant." },
[VR_MEM_BOUNDS] = { REJECT, "out_of_bounds",
	"Every access has to stay within the memory the pointer is known to "
	"cover.",
	"Check offset and length against the size of the memory right before "
	"the access." },
[VR_PACKET_BOUNDS] = { REJECT, "out_of_bounds",
	"Packet bytes may be touched only after a comparison with data_end "
	"has shown, on this path, that they are there.",
	"Compare data + offset + size with data_end before the access, and do "
	"it anew after any helper that can change the packet." },
[VR_NEGATIVE] = { REJECT, "out_of_bounds",
	"An offset or length that may be negative cannot be used.",
	"Use an unsigned type, or test for >= 0 before the access." },
[VR_UNBOUNDED] = { REJECT, "out_of_bounds",
	"An offset or length needs an upper bound that the verifier can see "
	"on this path.",
	"Bound it right before its use: if (n > MAX) return 0; or n &= MAX - "
	"1 with MAX a power of two." },
[VR_ZERO_SIZE] = { REJECT, "bad_helper_argument",
	"A helper that reads memory must not be given a size that may be "
	"zero.",
	"Test the size for zero first, or bound it from below as well." },
[VR_BUFFER] = { REJECT, "out_of_bounds",
	"A buffer of the context is read at constant, non-negative offsets "
	"only.",
	"Use a constant offset within the buffer." },
[VR_KEY_BOUNDS] = { REJECT, "out_of_bounds",
	"A map key in a callback may be read within its key_size only.",
	"Read no more than key_size bytes of the key." },
[VR_STRUCT_BOUNDS] = { REJECT, "out_of_bounds",
	"A kernel structure may be read only within its own members, as this "
	"kernel's BTF lays them out.",
	"Read the member by its name with CO-RE (BPF_CORE_READ or "
	"preserve_access_index) instead of by a fixed offset." },
[VR_CONST_OFFSET] = { REJECT, "type_mismatch",
	"A special field of a map value (lock, timer, kptr, list) has to be "
	"named by a constant offset.",
	"Take the address of the field directly, not through a variable "
	"index." },
[VR_INSN_ARRAY] = { REJECT, "out_of_bounds",
	"An indirect jump has to go to an entry of its jump table.",
	"Bound the index of the table, and compile with a matching clang." },
[VR_UNINIT_REG] = { REJECT, "uninitialized",
	"A register has to be written on every path before it is read; R1 to "
	"R5 are gone after a call.",
	"Give the variable a value on every path, and keep what is needed "
	"after a call in another variable." },
[VR_UNINIT_STACK] = { REJECT, "uninitialized",
	"Stack memory has to be written, every byte of it and on every path, "
	"before it is read or handed to a helper.",
	"Clear the variable first (= {} or __builtin_memset()), padding "
	"included." },
[VR_STALE_SLOT] = { REJECT, "uninitialized",
	"A stack slot that an earlier step made invalid cannot be read.",
	"Write the slot again before reading it." },
[VR_NULL] = { REJECT, "null_dereference",
	"A pointer that may be NULL must be compared with NULL before it is "
	"used.",
	"Test the result (if (!p) return 0;) between the call that gave the "
	"pointer and its use." },
[VR_NULL_ARG] = { REJECT, "null_dereference",
	"This argument must not be NULL, and the pointer may be.",
	"Test the pointer for NULL and call only where it is not." },
[VR_STACK_BOUNDS] = { REJECT, "stack",
	"Stack memory is 512 bytes below the frame pointer, and an access "
	"must stay within it.",
	"Keep the index within the array; move large buffers to a per-CPU "
	"array map." },
[VR_STACK_VAR] = { REJECT, "stack",
	"Stack memory is accessed at constant offsets, or at variable ones "
	"with bounds that the verifier knows.",
	"Bound the index, or keep the array in a map." },
[VR_STACK_SIZE] = { REJECT, "stack",
	"A call chain may use 512 bytes of stack in all, less with tail "
	"calls.",
	"Move large variables to a per-CPU array map, or make the call chain "
	"shorter." },
[VR_STACK_SPILL] = { REJECT, "stack",
	"A pointer kept on the stack is written and read whole, eight bytes "
	"at once, in its own frame.",
	"Use another variable for the partial write." },
[VR_STACK_ALIGN] = { REJECT, "stack",
	"An access to the stack has to be aligned to its size.",
	"Align the variable; packed structures on the stack are read member "
	"by member." },
[VR_STACK_RETURN] = { REJECT, "stack",
	"A pointer to a function's own stack must not leave the function.",
	"Let the caller give the buffer." },
[VR_FRAME_POINTER] = { REJECT, "stack",
	"The frame pointer R10 is read only.",
	"Copy R10 to another register before changing it." },
[VR_STACK_ARGS] = { REJECT, "stack",
	"Arguments beyond the fifth travel on the stack, are all written "
	"before the call and are few.",
	"Pass at most five arguments, or a pointer to a structure." },
[VR_SCALAR_DEREF] = { REJECT, "type_mismatch",
	"Only a pointer that the verifier follows may be dereferenced; here "
	"the register holds a plain number.",
	"Read kernel memory with bpf_probe_read_kernel() or BPF_CORE_READ(); "
	"a pointer that went through arithmetic or a plain integer is no "
	"pointer any more." },
[VR_BAD_DEREF] = { REJECT, "type_mismatch",
	"This kind of pointer cannot be dereferenced like that.",
	"Look at the type of the register at the failing line and use the "
	"helper that is made for it." },
[VR_MODIFIED_PTR] = { REJECT, "pointer_arithmetic",
	"This kind of pointer must be used as it was given, without an "
	"offset.",
	"Keep the original pointer and use it; stop the compiler from adding "
	"to it with a barrier." },
[VR_VAR_OFFSET] = { REJECT, "pointer_arithmetic",
	"This kind of pointer takes constant offsets only.",
	"Use a constant offset, or one branch per value." },
[VR_PTR_ARITH] = { REJECT, "pointer_arithmetic",
	"Pointers of this kind cannot be calculated with in this way.",
	"Add bounded offsets in 64 bits only, and not to a pointer of this "
	"kind." },
[VR_PTR_NULL_ARITH] = { REJECT, "null_dereference",
	"A pointer that may be NULL cannot be calculated with before it was "
	"compared with NULL.",
	"Test the pointer for NULL first, then add the offset." },
[VR_PTR_RANGE] = { REJECT, "pointer_arithmetic",
	"An offset that is added to a pointer needs bounds, and the sum must "
	"stay in the verifier's range.",
	"Bound the offset right before adding it." },
[VR_PTR_COMPARE] = { REJECT, "pointer_arithmetic",
	"These pointers cannot be compared.",
	"Compare with NULL, or packet pointers with data_end, only." },
[VR_PTR_COPY] = { REJECT, "pointer_arithmetic",
	"A pointer is copied whole, in 64 bits.",
	"Keep pointers in 64 bit variables; do not cast them to smaller "
	"types." },
[VR_PTR_LEAK] = { REJECT, "pointer_leak",
	"A kernel pointer must not get to where user space can read it.",
	"Store a value, not the pointer; with CAP_PERFMON it is allowed." },
[VR_UNPRIV_PTR] = { REJECT, "privilege",
	"Without CAP_PERFMON pointers are handled in simple ways only.",
	"Load with CAP_BPF and CAP_PERFMON." },
[VR_SANITIZE] = { REJECT, "privilege",
	"Without CAP_PERFMON pointer arithmetic has to be safe under "
	"speculation, too.",
	"Load with CAP_BPF and CAP_PERFMON, or use simpler arithmetic with "
	"clear bounds." },
[VR_READ_ONLY] = { REJECT, "read_only",
	"This memory may be read only.",
	"Copy the data and change the copy, or use the helper that writes "
	"it." },
[VR_MAP_READ_ONLY] = { REJECT, "map_value_write",
	"The map's flags forbid programs this access (BPF_F_RDONLY_PROG, "
	"BPF_F_WRONLY_PROG).",
	"Make the map without that flag; data in .rodata cannot be written." },
[VR_MAP_FROZEN] = { REJECT, "map_value_write",
	"This argument has to be in a read-only map, such as .rodata.",
	"Declare the string or data const, at file scope." },
[VR_MISALIGNED] = { REJECT, "misaligned_access",
	"An access has to be aligned to its size here.",
	"Read byte by byte, align the structure, or use "
	"__builtin_memcpy()." },
[VR_BTF_ACCESS] = { REJECT, "type_mismatch",
	"A member of a kernel structure is read as this kernel's BTF declares "
	"it.",
	"Read the member with CO-RE; compare its type with this kernel's "
	"BTF." },
[VR_PTR_NOT_KERNEL] = { REJECT, "type_mismatch",
	"The pointer has to be one to a known kernel type.",
	"Use a pointer with a BTF type that the verifier trusts." },
[VR_MAP_PTR] = { REJECT, "type_mismatch",
	"Of a map only some members can be read, and only where the kernel "
	"has BTF for it.",
	"Do not read the map's own structure from the program." },
[VR_USER_PTR] = { REJECT, "type_mismatch",
	"Memory of user space and per-CPU memory cannot be dereferenced "
	"directly.",
	"Use bpf_probe_read_user() or bpf_per_cpu_ptr()." },
[VR_CTX] = { REJECT, "invalid_context_access",
	"Of the context only the fields that this program type may see can "
	"be accessed, each at its own offset and size.",
	"Check that the field exists for this program type and kernel; read "
	"newer fields with CO-RE behind bpf_core_field_exists()." },
[VR_CTX_MODIFIED] = { REJECT, "invalid_context_access",
	"The context is read at constant offsets from the pointer the "
	"program was given.",
	"Read ctx->field directly; keep the compiler from adding to the "
	"pointer first with a barrier, and copy fields to variables early." },
[VR_CTX_ARG] = { REJECT, "invalid_context_access",
	"A traced function or tracepoint has just the arguments that this "
	"kernel's BTF declares.",
	"Compare the prototype with this kernel's BTF, and ship a variant "
	"where it differs." },
[VR_CTX_GPL] = { CLASS_LICENSE, "kernel_memory",
	"Kernel structures can be read by GPL-compatible programs only.",
	"Declare a GPL-compatible licence in the license section." },
[VR_CTX_RETURNED] = { REJECT, "invalid_context_access",
	"What the context pointed to may have been released already.",
	"Read the field before the object is released." },
[VR_ARG_TYPE] = { REJECT, "type_mismatch",
	"The argument of the call has another type than the function "
	"takes.",
	"Pass what the function expects; look at its prototype and at the "
	"type of the register." },
[VR_ARG_CONST] = { REJECT, "bad_helper_argument",
	"This argument has to be a constant known when the program is "
	"verified.",
	"Pass a literal, or a value that is the same on all paths." },
[VR_ARG_TRUSTED] = { REJECT, "type_mismatch",
	"The function takes a pointer only if the kernel vouches for it: "
	"from a tracing argument, a KF_ACQUIRE function, or under RCU.",
	"Get the object from an acquire function such as bpf_task_acquire(), "
	"and test it for NULL." },
[VR_ARG_RCU] = { REJECT, "type_mismatch",
	"The pointer has to be protected by RCU here.",
	"Call it between bpf_rcu_read_lock() and bpf_rcu_read_unlock()." },
[VR_ARG_RELEASE_OFF] = { REJECT, "bad_helper_argument",
	"A release function takes the pointer exactly as it was acquired.",
	"Pass the original pointer, without an offset." },
[VR_ARG_MAP] = { REJECT, "bad_helper_argument",
	"The helper does not work on maps of this type.",
	"Use the helper that belongs to the map type." },
[VR_ARG_STRING] = { REJECT, "bad_helper_argument",
	"A constant string has to be in a read-only map and end with a zero "
	"byte.",
	"Declare the string static const, at file scope." },
[VR_ARG_OTHER] = { REJECT, "bad_helper_argument",
	"An argument of the call is not acceptable here.",
	"Compare the arguments with what the function documents." },
[VR_FUNC_ARG] = { REJECT, "bad_helper_argument",
	"The arguments of a call have to fit the called function's "
	"prototype.",
	"Pass arguments of the declared types; a pointer argument of a "
	"global function must be tested for NULL inside it." },
[VR_SAME_POINTER] = { REJECT, "type_mismatch",
	"One instruction cannot access different kinds of memory on "
	"different paths.",
	"Keep the branches apart, so that each has its own access (a "
	"barrier helps against merging)." },
[VR_GLOBAL_FUNC] = { REJECT, "subprogram",
	"Global functions are checked alone, by their BTF prototype, and must "
	"use types the verifier supports.",
	"Make the function static, or give it supported argument types." },
[VR_EXT_SIGNATURE] = { REJECT, "subprogram",
	"An extension must have exactly the prototype of the function it "
	"replaces.",
	"Copy the prototype of the function that is to be replaced." },
[VR_LEAK] = { REJECT, "reference_leak",
	"What was acquired has to be released on every path to the end.",
	"Call the release function (bpf_sk_release(), bpf_ringbuf_discard(), "
	"...) on the error paths, too." },
[VR_NOT_ACQUIRED] = { REJECT, "reference",
	"Only a reference that is held can be released or handed over, and "
	"only once.",
	"Release exactly the pointer that the acquire function returned, "
	"once." },
[VR_RELEASE_TYPE] = { REJECT, "type_mismatch",
	"A release function takes only what its acquire function returned "
	"and is still held.",
	"Pass the acquired pointer, before it was released or handed over." },
[VR_REF_TAIL] = { REJECT, "reference_leak",
	"A tail call does not return, so nothing may be held when it is "
	"made.",
	"Release references and locks before the tail call." },
[VR_OWNERSHIP] = { REJECT, "reference",
	"An allocated object has one owner; after it was handed over it may "
	"be used only in restricted ways.",
	"Do not use the object after adding it to a list or tree, or take a "
	"refcount first." },
[VR_RETURN] = { REJECT, "bad_return_value",
	"The program has to return a known value in the range that its type "
	"and hook allow.",
	"Return only the allowed constants, on every path." },
[VR_RETURN_PTR] = { REJECT, "bad_return_value",
	"A program or function returns a number, not a pointer.",
	"Return a number; give pointers back through an argument." },
[VR_LOCK_HELD] = { REJECT, "lock",
	"While a lock is held only plain code may run: no helper calls, few "
	"function calls.",
	"Do the call before taking or after releasing the lock." },
[VR_LOCK_PAIR] = { REJECT, "lock",
	"Locks are taken once, released by the same path, in reverse order.",
	"Balance lock and unlock on every path." },
[VR_LOCK_WHERE] = { REJECT, "lock",
	"This program type or map cannot use a spin lock.",
	"Use atomic operations or per-CPU data instead." },
[VR_LOCK_OBJECT] = { REJECT, "lock",
	"The lock and the data it protects have to be in the same map value "
	"or object, which needs BTF.",
	"Use the bpf_spin_lock that is in the same structure; give the map a "
	"BTF type." },
[VR_RCU] = { REJECT, "lock",
	"An RCU read section is entered and left once on each path, and some "
	"uses need one.",
	"Balance bpf_rcu_read_lock() and bpf_rcu_read_unlock(), and use the "
	"pointer between them." },
[VR_PREEMPT] = { REJECT, "lock",
	"Preemption is disabled and enabled in pairs on each path.",
	"Balance bpf_preempt_disable() and bpf_preempt_enable()." },
[VR_IRQ] = { REJECT, "lock",
	"Interrupt flags are saved and restored in pairs, in reverse order.",
	"Balance bpf_local_irq_save() and bpf_local_irq_restore()." },
[VR_SLEEP] = { REJECT, "sleepable",
	"A call that may sleep is not allowed where sleeping is not: in a "
	"non-sleepable program, under RCU, with preemption off or a lock "
	"held.",
	"Make the program sleepable (SEC(\"....s/...\")) where its type "
	"allows, or move the call out of the section." },
[VR_SLEEP_TYPE] = { REJECT, "sleepable",
	"Only some program types and hooks can be sleepable.",
	"Drop the \".s\" of the section, or use a hook that may sleep." },
[VR_SLEEP_MAP] = { REJECT, "sleepable",
	"A sleepable program can use only some map types on this kernel.",
	"Use another map type, or a program that does not sleep." },
[VR_TRACING_FIELD] = { REJECT, "map_use",
	"This kernel does not let this program type use a map with such a "
	"field (spin lock, timer, list, tree).",
	"Use another map, or another program type." },
[VR_LOOP] = { REJECT, "unbounded_loop",
	"Every loop has to end: the same state must not come again.",
	"Give the loop a constant upper bound and change its counter on "
	"every turn, or use bpf_loop() or an iterator." },
[VR_LOOP_BACK] = { REJECT, "unbounded_loop",
	"Jumps back are not allowed here.",
	"Unroll the loop (#pragma unroll), or load with CAP_BPF on a kernel "
	"from 5.3 on." },
[VR_DEAD] = { REJECT, "dead_code",
	"Every instruction has to be reachable.",
	"Remove the code that is never reached; hand-written assembly and "
	"odd compiler options leave it." },
[VR_JUMP] = { REJECT, "control_flow",
	"A jump has to go to an instruction of the same function.",
	"Rebuild with a current clang; hand-written jumps need correct "
	"offsets." },
[VR_NO_EXIT] = { REJECT, "control_flow",
	"A function has to end with an exit or a jump.",
	"Let every path return; the compiler drops the end of a function "
	"whose behaviour is undefined." },
[VR_RECURSION] = { REJECT, "call_depth",
	"Functions must not call themselves, not even through others.",
	"Write it as a loop with a bound." },
[VR_DEPTH] = { REJECT, "call_depth",
	"At most eight frames may be on the stack.",
	"Inline some functions (static __always_inline)." },
[VR_OPCODE] = { REJECT, "unknown_opcode",
	"This kernel does not know the instruction.",
	"Compile with a lower -mcpu (v3, v2) for this kernel." },
[VR_RESERVED] = { REJECT, "unknown_opcode",
	"Unused fields of an instruction have to be zero; newer instructions "
	"use them.",
	"Compile with a lower -mcpu (v3, v2) for this kernel." },
[VR_SHIFT] = { REJECT, "bad_constant",
	"Shifts by more than the width and divisions by the constant zero are "
	"refused.",
	"Correct the constant." },
[VR_LD_ABS] = { REJECT, "invalid_context_access",
	"The old packet instructions work in socket filters and classifiers "
	"only, and not everywhere in them.",
	"Use bpf_skb_load_bytes() instead." },
[VR_LD_IMM] = { REJECT, "unknown_opcode",
	"The 64 bit constant refers to something this kernel cannot give.",
	"Load the object with a current libbpf." },
[VR_ATOMIC] = { REJECT, "atomic",
	"Atomic operations work on 32 or 64 bits of memory that programs may "
	"write.",
	"Use the operation on a map value; for older kernels compile with "
	"-mcpu=v2." },
[VR_EMPTY] = { REJECT, "control_flow",
	"A program is at least one instruction, and the last one is an exit.",
	"Look whether the compiler removed the function's body." },
[VR_TOO_LARGE] = { CLASS_COMPLEXITY, "instructions",
	"The verifier stops after a million instructions looked at.",
	"Bound loops tighter, move loop bodies to bpf_loop() or global "
	"functions, and split the program with tail calls." },
[VR_TOO_BRANCHY] = { CLASS_COMPLEXITY, "branches",
	"At most 8192 branches may wait to be looked at.",
	"Lower the number of branches in the loop, use bpf_loop() or global "
	"functions." },
[VR_SUBPROGS] = { CLASS_COMPLEXITY, "subprograms",
	"A program has at most 256 functions.",
	"Inline functions or split the program." },
[VR_TOO_MANY_REFS] = { CLASS_COMPLEXITY, "references",
	"A program can use only so many kernel functions and modules.",
	"Split the program." },
[VR_TOO_MANY_MAPS] = { CLASS_COMPLEXITY, "maps",
	"A program can use at most 64 maps.",
	"Merge maps or split the program." },
[VR_PATCH] = { CLASS_COMPLEXITY, "patched_size",
	"After the kernel's own changes the program is too long or a jump too "
	"far.",
	"Make the program shorter." },
[VR_DYNPTR] = { REJECT, "dynptr",
	"A dynptr lives on the stack, is made once, used through its helpers "
	"and released once.",
	"Initialise it on every path before its use, release it on every "
	"path, and never write over it." },
[VR_ITER] = { REJECT, "iterator",
	"An iterator lives on the stack and is made, advanced and destroyed "
	"in that order, on every path.",
	"Call _new before _next and _destroy on every path, or use "
	"bpf_for_each()." },
[VR_CALLBACK] = { REJECT, "callback",
	"A callback is a static function that returns a known value and does "
	"only what its caller allows.",
	"Pass the address of a static function, with the prototype the "
	"helper asks for." },
[VR_EXCEPTION] = { REJECT, "callback",
	"An exception callback has to be a global function of one number, "
	"and is called by bpf_throw() only.",
	"Declare it with __exception_cb, with one integer argument." },
[VR_ARENA] = { REJECT, "arena",
	"Arena memory needs one arena map, its JIT, and pointers cast to its "
	"address space.",
	"Declare one arena map for the program and use __arena pointers." },
[VR_KPTR] = { REJECT, "kptr",
	"A kernel pointer in a map is changed only by bpf_kptr_xchg(), at its "
	"own offset and with its own type.",
	"Use bpf_kptr_xchg(), and read it under RCU." },
[VR_GRAPH] = { REJECT, "list_or_tree",
	"Lists and trees of objects are used under their lock, with nodes of "
	"the declared type.",
	"Hold the bpf_spin_lock of the same structure and pass the declared "
	"node." },
[VR_TIMER] = { REJECT, "timer",
	"A timer, work queue or task work has to be the field of the very map "
	"that is passed with it.",
	"Pass the address of the field in the value of the same map." },
[VR_OBJ_NEW] = { REJECT, "allocation",
	"Objects are allocated by a struct of the program's own BTF, of "
	"limited size and fields.",
	"Allocate a plain struct declared in the program." },
[VR_TAIL_CALL] = { REJECT, "tail_call",
	"Tail calls are not possible together with what the program does "
	"here.",
	"Keep tail calls in the main function, or do without them." },
[VR_FORMAT] = { REJECT, "bad_helper_argument",
	"A format string is constant and has conversions the helper knows, "
	"with as many arguments.",
	"Correct the format string; conversions like %s need the right "
	"helper." },
[VR_MAP_VALUE_ADDR] = { REJECT, "map_use",
	"The address of a map value can be taken directly only in an array "
	"of one element, within its value.",
	"Look the element up with bpf_map_lookup_elem()." },
[VR_CGROUP_STORAGE] = { REJECT, "map_use",
	"A program uses one cgroup storage map of each kind, with flags 0.",
	"Use one such map per program." },
[VR_HELPER] = { CLASS_HELPER, "",
	"A program can call only helpers that this kernel offers to its "
	"program type.",
	"Guard the call with bpf_core_enum_value_exists(enum bpf_func_id, "
	"...), or ship a variant without it." },
[VR_HELPER_PROBE] = { REJECT, "helper_not_here",
	"The helper is not allowed at this hook or with these flags.",
	"Use the helper where its documentation allows it." },
[VR_HELPER_PLACE] = { CLASS_HELPER, "",
	"The helper is for other program types or hooks.",
	"Use the helper from a program type it is made for." },
[VR_KFUNC] = { CLASS_KFUNC, "not_in_kernel",
	"A program can call only kernel functions that this kernel has and "
	"marks as kfuncs.",
	"Declare the kfunc __weak and test it with bpf_ksym_exists()." },
[VR_KFUNC_DENIED] = { CLASS_KFUNC, "not_for_program_type",
	"A kernel function can be called only from the program types it is "
	"registered for.",
	"Call it from a program type it is registered for, or from a newer "
	"kernel that allows this one." },
[VR_KFUNC_JIT] = { REJECT, "jit",
	"Calls of kernel functions need a JIT that supports them.",
	"Turn the JIT on (net.core.bpf_jit_enable) or use another "
	"architecture." },
[VR_KFUNC_BTF] = { CLASS_KFUNC, "no_btf",
	"Calls of kernel functions need the BTF of the kernel or of the "
	"module that has the function.",
	"Load the module first, and use a kernel built with BTF." },
[VR_KFUNC_ARG] = { REJECT, "type_mismatch",
	"The argument of the kernel function has another type than the "
	"function takes.",
	"Compare the argument with the kfunc's prototype in this kernel's "
	"BTF." },
[VR_CORE_POISON] = { CLASS_CORE_RELOCATION, "",
	"A CO-RE relocation has to find its field, type or value in this "
	"kernel's BTF, or its code must never be reached.",
	"Guard the access with bpf_core_field_exists() or its relatives, or "
	"ship a variant." },
[VR_KFUNC_POISON] = { CLASS_KFUNC, "not_in_kernel",
	"A weak kfunc that this kernel lacks must not be called.",
	"Guard the call with bpf_ksym_exists()." },
[VR_MAP_POISON] = { CLASS_MAP_TYPE, "not_created",
	"A map that was not created must not be used.",
	"Guard the code that uses the optional map with a constant in "
	".rodata." },
[VR_MAP_MISSING] = { CLASS_LOADER, "map_fd",
	"A program refers to a map that is not open.",
	"Create the map before loading the program." },
[VR_LICENSE] = { CLASS_LICENSE, "",
	"This function is for GPL-compatible programs only.",
	"Declare a GPL-compatible licence in the license section, or do "
	"without the function." },
[VR_KSYM] = { CLASS_KSYM, "no_address",
	"A kernel symbol that the program refers to has to exist in this "
	"kernel.",
	"Declare the symbol __weak and test its address." },
[VR_TARGET_NONE] = { CLASS_ATTACH_TARGET, "not_in_kernel",
	"The function, hook or type that the program attaches to has to "
	"exist in this kernel.",
	"Attach to something this kernel has, or ship a variant." },
[VR_TARGET_SLEEP] = { REJECT, "sleepable",
	"A sleepable program can be attached only to functions and hooks "
	"that may sleep.",
	"Drop the \".s\" of the section, or attach to a function that may "
	"sleep." },
[VR_TARGET_MODIFY] = { REJECT, "not_modifiable",
	"fmod_ret works on functions that are marked for error injection "
	"and on security hooks only.",
	"Use fentry or fexit, or a function listed for error injection." },
[VR_TARGET_DENIED] = { CLASS_NOT_TRACEABLE, "denied",
	"The kernel does not let this function be traced this way.",
	"Trace another function, a caller of it, or use a kprobe." },
[VR_TARGET_PROG] = { CLASS_ATTACH_TARGET, "program",
	"A program that extends or traces another one needs that program, "
	"with BTF, with JIT, and of a suitable type.",
	"Load the target program first and set it with "
	"bpf_program__set_attach_target()." },
[VR_TARGET_SIGNATURE] = { CLASS_NOT_TRACEABLE, "signature",
	"The function's arguments or return type are not supported for "
	"tracing.",
	"Use a kprobe, or trace another function." },
[VR_LSM_HOOK] = { CLASS_ATTACH_TARGET, "lsm_hook",
	"An LSM program attaches to a hook that this kernel has and allows.",
	"Use another hook." },
[VR_STRUCT_OPS] = { CLASS_STRUCT_OPS, "member",
	"This kernel has no such struct_ops, or not this member.",
	"Leave the member out on this kernel, or use a kernel that has it." },
[VR_PRIVILEGE] = { REJECT, "privilege",
	"The operation needs more privilege than the loader has.",
	"Load with CAP_BPF, and CAP_SYS_ADMIN or CAP_NET_ADMIN where the "
	"message names it." },
[VR_PERFMON] = { REJECT, "privilege",
	"Reading kernel memory needs CAP_PERFMON.",
	"Load with CAP_PERFMON." },
[VR_JIT] = { REJECT, "jit",
	"The JIT of this machine is off or does not support it.",
	"Turn the JIT on (net.core.bpf_jit_enable), or use another "
	"architecture." },
[VR_KERNEL_BTF] = { CLASS_MISSING_BTF, "kernel",
	"The program needs the kernel's own BTF.",
	"Use a kernel built with CONFIG_DEBUG_INFO_BTF." },
[VR_SIGNATURE] = { REJECT, "signature",
	"A signed program and what it binds must be covered by its "
	"signature.",
	"Sign the program again with all of its maps." },
[VR_MAP_USE] = { REJECT, "map_use",
	"This program type cannot use a map of this kind.",
	"Use another map type or flag (preallocated hash maps in tracing "
	"programs)." },
[VR_BTF_INFO] = { REJECT, "btf",
	"The BTF that describes the program's functions and lines has to fit "
	"its instructions.",
	"Rebuild the object with a current clang, pahole and libbpf; do not "
	"strip parts of it." },
[VR_BUG] = { REJECT, "verifier_bug",
	"The verifier met a state it holds for impossible: a bug of this "
	"kernel.",
	"Update the kernel; report it with the program to the BPF "
	"developers." },
[VR_MEMORY] = { CLASS_MEMORY, "verifier",
	"The kernel had no memory for the check.",
	"Give the machine more memory." },
};
