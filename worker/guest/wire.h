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
 *   F  functional plan, zero or more frames
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
#define WIRE_GO		'G'

#define WIRE_PROGRESS	'P'
#define WIRE_LOG_BEGIN	'L'
#define WIRE_LOG_DATA	'D'
#define WIRE_LOG_END	'X'
#define WIRE_RESULT	'R'
#define WIRE_END	'Z'

#endif /* !GUEST_WIRE_H */
