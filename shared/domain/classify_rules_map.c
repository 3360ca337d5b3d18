/*
 * Why a map is not created.  Maps come before programs, so a refused map is
 * the cause also of the programs that use it.
 */
#include "domain/classify_rules.h"

const struct class_rule class_map_rules[] = {
	{ "map-struct-ops", LOAD, CLASS_STRUCT_OPS, "", MEDIUM,
	  { { c_map, NULL, NULL }, { c_map_is, "struct_ops", NULL },
	  { c_no_exp, "map_type", "yes" } },
	  "this kernel does not take struct_ops map {map}",
	  "Use a kernel that has this struct_ops type." },
	{ "map-slot", LOAD, CLASS_MAP_ATTRIBUTE, "inner_map", HIGH,
	  { { c_map, "EINVAL", NULL },
	  { c_map_is, "array_of_maps|hash_of_maps", NULL },
	  { c_libbpf, "map '*': failed to initialize slot [*] to map '%' fd=",
	  NULL } },
	  "map {map} does not take map {name}, which the object puts into it: "
	  "it has another type, or other sizes or flags, than the inner map "
	  "that was declared",
	  "Declare {name} with exactly the type, key size, value size and "
	  "flags of the inner map of {map}." },
	{ "map-inner", LOAD, CLASS_LOADER, "inner_map", HIGH,
	  { { c_map, "EINVAL|EBADF", NULL },
	  { c_map_is, "array_of_maps|hash_of_maps", NULL },
	  { c_libbpf, "map '*inner map", NULL } },
	  "map {map} needs an inner map, which only its loader knows",
	  "Declare the inner map with __array(values, ...), or name it under "
	  "maps in the manifest." },
	{ "map-inner-none", LOAD, CLASS_LOADER, "inner_map", HIGH,
	  { { c_map, "EINVAL|EBADF", NULL },
	  { c_map_is, "array_of_maps|hash_of_maps", "no_inner" },
	  { c_no_exp, "map_type", "no" } },
	  "map {map} needs an inner map, which only its loader knows",
	  "Declare the inner map with __array(values, ...), or name it under "
	  "maps in the manifest." },
	{ "map-inner-unset", LOAD, CLASS_LOADER, "inner_map", HIGH,
	  { { c_map, "EBADF", NULL },
	  { c_map_is, "array_of_maps|hash_of_maps", NULL } },
	  "map {map} needs an inner map, which only its loader knows",
	  "Declare the inner map with __array(values, ...), or name it under "
	  "maps in the manifest." },
	{ "map-type-config", LOAD, CLASS_CONFIG, "map_type", HIGH,
	  { { c_map, NULL, NULL }, { c_probe, "map_types", "unsupported" },
	  { c_config_off, "map", NULL } },
	  "map type {maptype} of map {map} needs {detail}, which is not set "
	  "in this kernel", "Use a kernel built with {detail}." },
	{ "map-type-tried", LOAD, CLASS_MAP_TYPE, "", HIGH,
	  { { c_map, NULL, NULL }, { c_exp, "map_type", "no" } },
	  "this kernel has no map type {maptype}: map {map}",
	  "Ship a fallback without this map type, for example a perf buffer "
	  "for a ring buffer." },
	{ "map-type-probe", LOAD, CLASS_MAP_TYPE, "", HIGH,
	  { { c_map, NULL, NULL }, { c_probe, "map_types", "unsupported" },
	  { c_no_exp, "map_type|map_small", "yes" } },
	  "this kernel has no map type {maptype}: map {map}",
	  "Ship a fallback without this map type, for example a perf buffer "
	  "for a ring buffer." },
	{ "map-unset", LOAD, CLASS_LOADER, "max_entries", HIGH,
	  { { c_map, "EINVAL", NULL }, { c_map_is, NULL, "0" },
	  { c_exp, "map_small|map_fewer_entries", "yes" } },
	  "map {map} has max_entries 0: its loader sets it",
	  "Give the size under maps in the manifest, or in the object." },
	{ "map-memlock-tried", LOAD, CLASS_MEMORY, "memlock", HIGH,
	  { { c_map, "EPERM", NULL }, { c_exp, "more_memory", "yes" } },
	  "map {map} is over the memory lock limit of its loader; it takes "
	  "{detail}",
	  "Raise RLIMIT_MEMLOCK before loading (libbpf does, where it may), "
	  "make max_entries smaller, or use 5.11 or newer, which counts "
	  "memory by cgroup." },
	{ "map-memory-tried", LOAD, CLASS_MEMORY, "map", HIGH,
	  { { c_map, "ENOMEM", NULL }, { c_exp, "more_memory", "yes" } },
	  "the kernel has no memory for map {map}; it takes {detail}",
	  "Make max_entries smaller, or size the map at run time, or give "
	  "the machine more memory." },
	{ "map-memory-other", LOAD, CLASS_MEMORY, "allocation", MEDIUM,
	  { { c_map, "ENOMEM", NULL }, { c_exp, "more_memory", "no" } },
	  "the kernel refuses the memory for map {map} although enough is "
	  "free: one of its allocations is over a limit of its own",
	  "Make key, value or max_entries smaller; more memory does not "
	  "help." },
	{ "map-memory-entries", LOAD, CLASS_MEMORY, "map", HIGH,
	  { { c_map, "ENOMEM", NULL },
	  { c_exp, "map_fewer_entries|map_small", "yes" } },
	  "the kernel has no memory for map {map}; with fewer entries it "
	  "creates it",
	  "Make max_entries smaller, or size the map at run time." },
	{ "map-memlock", LOAD, CLASS_MEMORY, "memlock", HIGH,
	  { { c_map, "EPERM", NULL }, { c_exp, "map_fewer_entries|map_small",
	  "yes" } },
	  "map {map} is over the memory lock limit; with fewer entries it is "
	  "created",
	  "Raise RLIMIT_MEMLOCK before loading, or make max_entries "
	  "smaller." },
	{ "map-memory", LOAD, CLASS_MEMORY, "map", MEDIUM,
	  { { c_map, "ENOMEM", NULL } },
	  "the kernel has no memory for map {map}",
	  "Make max_entries smaller, or size the map at run time." },
	{ "map-flags", LOAD, CLASS_MAP_ATTRIBUTE, "flags", HIGH,
	  { { c_map, NULL, NULL }, { c_exp, "map_no_flags", "yes" } },
	  "the kernel refuses the flags of map {map}; without them it creates "
	  "it", "Leave the flag out on this kernel." },
	{ "map-entries", LOAD, CLASS_MAP_ATTRIBUTE, "max_entries", HIGH,
	  { { c_map, "E2BIG|EINVAL", NULL },
	  { c_exp, "map_fewer_entries", "yes" } },
	  "max_entries of map {map} is over this kernel's limit; it takes "
	  "{detail}", "Make max_entries smaller." },
	{ "map-attributes-tried", LOAD, CLASS_MAP_ATTRIBUTE, "", HIGH,
	  { { c_map, "E2BIG|EINVAL", NULL }, { c_exp, "map_small", "yes" } },
	  "the kernel has map type {maptype} but refuses the sizes or flags of "
	  "map {map}",
	  "Compare key size, value size, max_entries and flags with what this "
	  "kernel allows." },
	{ "map-too-big", LOAD, CLASS_MAP_ATTRIBUTE, "", MEDIUM,
	  { { c_map, "E2BIG", NULL } },
	  "a size of map {map} is over this kernel's limit",
	  "Make key, value or max_entries smaller." },
	{ "map-attributes", LOAD, CLASS_MAP_ATTRIBUTE, "", MEDIUM,
	  { { c_map, "EINVAL", NULL }, { c_probe, "map_types", "supported" } },
	  "the kernel has map type {maptype} but refuses the sizes or flags of "
	  "map {map}",
	  "Compare max_entries, sizes and flags with what this kernel "
	  "allows." },
	{ "map-attributes-type", LOAD, CLASS_MAP_ATTRIBUTE, "", MEDIUM,
	  { { c_map, "EINVAL", NULL }, { c_exp, "map_type", "yes" } },
	  "the kernel has map type {maptype} but refuses the sizes or flags of "
	  "map {map}",
	  "Compare max_entries, sizes and flags with what this kernel "
	  "allows." },
	{ "map-lockdown", LOAD, CLASS_LOCKDOWN, "map", MEDIUM,
	  { { c_map, "EPERM", NULL },
	  { c_lockdown, "integrity|confidentiality", NULL } },
	  "kernel lockdown ({detail}) may forbid map {map}",
	  "Boot without lockdown." },
	{ "map-denied", LOAD, CLASS_CAPABILITY, "", MEDIUM,
	  { { c_map, "EPERM|EACCES", NULL } },
	  "the kernel denies creating map {map}",
	  "Check CAP_BPF, the memory lock limit and LSM policy." },
	{ "map-refused", LOAD, CLASS_MAP_TYPE, "", MEDIUM,
	  { { c_map, "EINVAL|EOPNOTSUPP|ENOTSUPP", NULL } },
	  "the kernel refuses to create map {map} of type {maptype}",
	  "Check that the map type and its flags exist on this kernel, or "
	  "ship a fallback." },
	{ "map-unknown", LOAD, CLASS_UNKNOWN, "", LOW,
	  { { c_map, NULL, NULL } },
	  "the kernel does not create map {map} ({error})",
	  "See the error of the map in the report and libbpf.log." },
	{ 0 }
};
