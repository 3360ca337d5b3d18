/*
 * What the host's runner and the guest's validator say to each other over
 * one SSH channel (the validator's standard input and output, --wire).
 *
 * Every message is a frame: one type byte, a 32-bit big-endian length, and
 * that many bytes.  Data longer than WIRE_CHUNK_MAX is sent as several
 * frames of the same type.  A peer that sees an unknown type, a longer frame
 * or bytes after the end treats the channel as broken; the host then reports
 * infra_error, never a verdict.
 *
 * Host to guest, in this order:
 *   A  artifact bytes, one or more frames
 *   F  plan (functional.h), zero or more frames
 *   N  a file begins, "MODE FOLDER/NAME" or "MODE FOLDER/NAME LINK": MODE
 *      is octal, FOLDER one of bin, lib, input, below WIRE_FILES_ROOT; where
 *      LINK, an absolute path, is missing it becomes a link to the file
 *   B  bytes of the file that began last, zero or more frames
 *   G  go: no payload, nothing follows
 *
 * Guest to host:
 *   P  progress, one JSON object: {"phase":"isolated","program":"name",
 *      "index":3,"total":10}; sent *before* the step is tried, so that the
 *      last one names the step a dying guest was in.  Phases: receive, facts,
 *      open, isolated, load, attach, functional, finish.
 *   L  a log begins, one JSON object: {"id":"p003.isolated","program":"name",
 *      "kind":"verifier","encoding":"zstd"}.  "id" is a file-name-safe word,
 *      unique in the run.  Kinds: verifier, libbpf.
 *   D  data of the log that began last, zero or more frames (zstd stream)
 *   X  that log ends, one JSON object: {"raw_bytes":123456}
 *   R  result document (validator.v0.4 JSON), one or more frames
 *   Z  end, one JSON object: {"exit":0}; nothing follows
 */
#ifndef GUEST_WIRE_H
#define GUEST_WIRE_H

#define WIRE_CHUNK_MAX	(256 * 1024)
#define WIRE_HEADER_LEN	5

#define WIRE_ARTIFACT	'A'
#define WIRE_PLAN	'F'
#define WIRE_FILE	'N'
#define WIRE_BYTES	'B'
#define WIRE_GO		'G'

/* Files for commands lie here; the commands find it in their environment. */
#define WIRE_FILES_ROOT	"/run/bpfcompat"
#define WIRE_FILE_HEAD_MAX	1024	/* payload of N */

#define WIRE_PROGRESS	'P'
#define WIRE_LOG_BEGIN	'L'
#define WIRE_LOG_DATA	'D'
#define WIRE_LOG_END	'X'
#define WIRE_RESULT	'R'
#define WIRE_END	'Z'

/*
 * The guest's init, its virtio-serial ports and its kernel parameters.
 *
 * WIRE_PORT_SSH is there when the kernel has no network driver; init then
 * carries its bytes to the SSH server (kernel parameter WIRE_PARAM_SERIAL).
 *
 * WIRE_PORT_CTL is there when the guest becomes a template: a VM that is
 * saved once and continued many times (parameter WIRE_PARAM_WARM: it gets
 * its caches ready first).  Whoever continues one writes a single line of at
 * most WIRE_CTL_MAX bytes and waits for the answer before the first SSH
 * connection, so that no two clones share random numbers or keys:
 *
 *   clone UNIX_TIME_NS ENTROPY HOSTKEY AUTHORIZED\n
 *
 * ENTROPY is 64 bytes in hex (credited with RNDADDENTROPY, then
 * RNDRESEEDCRNG), HOSTKEY the dropbear private key file and AUTHORIZED the
 * authorized_keys file, both in base64.  init adds the entropy first, sets
 * the clock, replaces both files and answers "ok\n", or "error TEXT\n".
 * The port is found by name in /sys/class/virtio-ports/<port>/name.  The host
 * end is connected before the guest starts.
 *
 * WIRE_READY is printed on the console when SSH can be reached and the
 * control port is being listened to.
 */
#define WIRE_PORT_SSH		"org.bpfcompat.ssh"
#define WIRE_PORT_CTL		"org.bpfcompat.ctl"
#define WIRE_PARAM_SERIAL	"bpfcompat.serial=1"
#define WIRE_PARAM_WARM		"bpfcompat.warm=1"
#define WIRE_READY		"bpfcompat-init: ready"
#define WIRE_CTL_MAX		2048
#define WIRE_CTL_ENTROPY	64

/*
 * The environment of a variant (domain/profile.h), as kernel parameters:
 * so it is part of what a template is keyed by.  init sets each, reads it
 * back, and leaves what it found in WIRE_ENV_FILE for the validator, one a
 * line: "sysctl NAME VALUE", "memlock_kb N", "btf hidden", "failed TEXT".
 */
#define WIRE_PARAM_SYSCTL	"bpfcompat.sysctl="	/* NAME=VALUE */
#define WIRE_PARAM_MEMLOCK	"bpfcompat.memlock_kb="
#define WIRE_PARAM_BTF		"bpfcompat.btf=hidden"
#define WIRE_ENV_FILE		"/run/bpfcompat-environment"

/*
 * The validator writes each step to the kernel's log before it is tried, so
 * that what the kernel says afterwards belongs to it even when nothing comes
 * over SSH any more:
 *
 *   <12>bpfcompat: step PHASE INDEX TOTAL NAME
 *
 * Facility 1 (user) and level 4, which loglevel=5 shows; INDEX counts from
 * 1, "0 0" when nothing is counted; NAME (of the program or map, may be
 * missing) has only letters, digits, '_' and '.'.
 */
#define WIRE_STEP		"bpfcompat: step "
/*
 * init writes one when it begins and one when it is ready: like a step it
 * carries the guest's clock to the host, which compares it with its own.
 */
#define WIRE_TICK		"bpfcompat: tick"
#define WIRE_STEP_PRIORITY	"<12>"

#endif /* !GUEST_WIRE_H */
