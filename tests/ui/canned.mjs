/*
 * A server with canned answers.  It serves htdocs under the content security
 * policy of nginx/bpfcompat-htdocs.conf and counts what it is asked.  A case
 * changes its answers through the members of Canned.
 */

import http from "node:http";
import { readFile, readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const TOP = new URL("../..", import.meta.url).pathname;
const ROOT = join(TOP, "htdocs");
const POLICY = /Content-Security-Policy "([^"]+)"/.exec(
    readFileSync(join(TOP, "nginx/bpfcompat-htdocs.conf"), "utf8"))[1];

/* As nginx/bpfcompat-htdocs.conf has it. */
const PAGES = /^\/(|results|demo-result|suite|status)\/?$/;

const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css",
	".js": "text/javascript", ".svg": "image/svg+xml", ".c": "text/plain" };

function profile(id, distro, version, family, more)
{
	return { id, distro, version, kernel_family: family, arch: "x86_64",
	    required_default: false, image_cached: true, source_mode: "url",
	    transport: "ssh", transport_supported: true, ...more };
}

export const PROFILES = [
	profile("debian-11-5.10", "debian", "11", "5.10",
	    { required_default: true }),
	profile("debian-12-6.1", "debian", "12", "6.1",
	    { required_default: true }),
	profile("debian-13-6.12", "debian", "13", "6.12",
	    { required_default: true }),
	profile("debian-13-bpo-7.0", "debian", "13", "7.0",
	    { image_cached: false }),
	profile("debian-sid", "debian", "sid", "newest",
	    { required_default: true, kernel_release: "7.3.1-cloud-amd64" }),
	profile("debian-next", "debian", "next", "newest",
	    { image_cached: false }),
	profile("ubuntu-22.04-5.15", "ubuntu", "22.04", "5.15"),
	profile("ubuntu-24.04-arm", "ubuntu", "24.04", "6.8",
	    { arch: "aarch64" }),
	profile("talos-6.6", "talos", "1.8", "6.6",
	    { transport: "unsupported", transport_supported: false,
	    transport_note: "no SSH access on this distribution" }),
];

/* One target of a report; "more" overrides. */
export function target(id, required, status, more = {})
{
	const p = PROFILES.find((x) => x.id === id) ??
	    profile(id, "debian", "0", "0.0");
	const t = {
		profile_id: id, required, status,
		profile: { distro: p.distro, version: p.version,
		    kernel_family: p.kernel_family, arch: p.arch },
		duration_ms: 2400,
		phases_ms: { boot: 1500, send: 100, validate: 700 },
	};

	if (status !== "infra_error")
		Object.assign(t, answered(p, status));
	else
		Object.assign(t, { failed_stage: "infra",
		    infra_error: "The guest did not answer within 60 s." });
	return { ...t, ...more };
}

/* As the guest says it, with what the server adds. */
function explained()
{
	return { insn: 1, insn_text: "r0 = *(u8 *)(r1 +0)",
	    verdict: "R1 is bad", source: { file: "src/x.bpf.c", line: 12,
	        column: 9, text: "return *p;" },
	    registers: [{ name: "R1", value: "scalar()" },
	        { name: "R10", value: "fp0" }],
	    path: [{ insn: 0, to: 1, insn_text: "if r2 == 0x0 goto pc+1",
	        taken: false, source: { line: 11, text: "if (q)" } }],
	    sub_reason: "type_mismatch", rule: "Only pointers.",
	    fix: "Use a pointer." };
}

function answered(p, status)
{
	const ok = status === "pass";
	const out = {
		host: { kernel: `${p.kernel_family}.0-1-cloud-amd64`,
		    arch: p.arch },
		validation: { load_status: status, attach_mode: "best-effort",
		    attach_status: ok ? "pass" : "skipped",
		    attach_attempted: ok ? 1 : 0, attach_passed: ok ? 1 : 0 },
		btf: { kernel_btf_available: true, artifact_has_btf: true,
		    artifact_has_btf_ext: true },
		programs: [{ name: "handle", section: "tracepoint/a/b",
		    load_status: status, load_errno: ok ? 0 : -13,
		    attach_status: ok ? "pass" : "skipped",
		    load_log: ok ? "" : "0: (b7) r0 = 0\nR1 is bad\n" +
		    "processed 1 insns\n",
		    explanation: ok ? undefined : explained() }],
		maps: [{ name: "events", type_name: "ringbuf",
		    max_entries: 4096, key_size: 0, value_size: 0,
		    status: "created" }],
	};

	if (!ok)
		Object.assign(out, { failed_stage: "load",
		    classification_code: "VERIFIER_REJECTION",
		    classification_confidence: "high",
		    classification_reason: "program 'handle': R1 is bad",
		    classification: { remedy: "Check R1 before use.",
		        sub_reason: "type_mismatch", proof: [{ kind: "probe",
		            text: "the helper is there" }] } });
	return out;
}

const EXIT = { pass: 0, fail: 2, error: 1 };

function judge(targets)
{
	const has = (s) => targets.some((t) => t.required && t.status === s);

	return has("fail") ? "fail" : has("infra_error") ? "error" : "pass";
}

export function report(id, targets, more = {})
{
	const status = judge(targets);

	return {
		schema_version: "v0.1",
		run: { id, started_at: "2026-05-27T12:00:00Z",
		    finished_at: "2026-05-27T12:00:09Z", duration_ms: 9000,
		    validation_mode: "load_attach" },
		artifact: { basename: "probe.bpf.o", sha256: "ab".repeat(32),
		    size_bytes: 4096 },
		matrix: { name: "ui-selection",
		    profiles: targets.map((t) => t.profile_id) },
		targets,
		summary: { status, exit_code: EXIT[status] },
		...more,
	};
}

export const JOB = `val-${"0".repeat(32)}`;

export class Canned {
	#server;
	base;
	asked = [];		/* "GET /config", … */
	posted = null;		/* text of the last upload */
	headers = {};		/* of the last request */
	answers = {};		/* path -> (query) -> [status, body, headers] */
	reports = new Map();

	static async open()
	{
		const c = new Canned();

		c.reset();
		c.#server = http.createServer((q, r) => c.#serve(q, r));
		await new Promise((done) =>
			c.#server.listen(0, "127.0.0.1", done));
		c.base = `http://127.0.0.1:${c.#server.address().port}`;
		return c;
	}

	reset()
	{
		this.asked = [];
		this.posted = null;
		this.reports.clear();
		this.answers = {
			"/config": () => [200, { allow_anonymous_validate: true,
			    version: "0.0.0", limits: { max_profiles: 32,
			    max_artifact_bytes: 1048576 } }],
			"/profiles": () => [200, { profiles: PROFILES }],
			"/history/runs": () => [200, { records: [] }],
			"/history/artifacts": () => [200, { records: [] }],
			"/history/run-report": (q) => this.#report(q),
			"/validate/start": () => [202, { job_id: JOB }],
		};
	}

	put(r)
	{
		this.reports.set(r.run.id, r);
	}

	#report(query)
	{
		const r = this.reports.get(query.get("run_id"));

		return r ? [200, { run_id: r.run.id, report: r }] :
		    [404, { error: "no such run", code: "not_found" }];
	}

	#serve(req, rsp)
	{
		const url = new URL(req.url, "http://x");
		const body = [];

		if (!url.pathname.startsWith("/api/v1/")) {
			this.#file(url.pathname, rsp);
			return;
		}
		req.on("data", (d) => body.push(d));
		this.headers = req.headers;
		req.on("end", () => this.#answer(req.method, url,
		    Buffer.concat(body).toString("latin1"), rsp));
	}

	#answer(method, url, body, rsp)
	{
		const path = url.pathname.slice("/api/v1".length);
		const f = this.answers[path];
		const [status, json, headers] = f ? f(url.searchParams) :
		    [404, { error: "no such route" }];

		this.asked.push(`${method} ${path}`);
		if (method === "POST")
			this.posted = body;
		if (status === 0) {
			rsp.destroy();
			return;
		}
		rsp.writeHead(status, { "Content-Type": "application/json",
		    ...headers });
		rsp.end(Buffer.isBuffer(json) ? json : JSON.stringify(json));
	}

	#file(path, rsp)
	{
		const name = normalize(PAGES.test(path) ? "/index.html" : path);

		readFile(join(ROOT, name), (e, data) => {
			rsp.writeHead(e ? 404 : 200, {
				"Content-Type": TYPES[extname(name)] ??
				    "text/plain",
				"Content-Security-Policy": POLICY,
			});
			rsp.end(e ? "" : data);
		});
	}

	close()
	{
		this.#server.closeAllConnections();
		this.#server.close();
	}
}

/* Zstandard that stores its blocks: no compressor is needed for it. */
export function zstd(text)
{
	const data = Buffer.from(text);
	const out = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58])];
	const size = Buffer.alloc(4);

	size.writeUInt32LE(data.length);
	out.push(size);
	for (let at = 0; at < data.length; at += 65536) {
		const block = data.subarray(at, at + 65536);
		const last = at + 65536 >= data.length ? 1 : 0;
		const head = Buffer.alloc(4);

		head.writeUInt32LE(block.length << 3 | last);
		out.push(head.subarray(0, 3), block);
	}
	return Buffer.concat(out);
}

/* A small BPF object: a header and four sections. */
export function bpfObject({ machine = 247, cls = 2, endian = 1 } = {})
{
	const names = "\0.shstrtab\0tracepoint/a/b\0.maps\0.BTF\0";
	const b = Buffer.alloc(256 + 5 * 64);
	const section = (i, name, flags, offset, size) => {
		const at = 256 + i * 64;

		b.writeUInt32LE(names.indexOf(name), at);
		b.writeBigUInt64LE(BigInt(flags), at + 8);
		b.writeBigUInt64LE(BigInt(offset), at + 24);
		b.writeBigUInt64LE(BigInt(size), at + 32);
	};

	b.write("\x7fELF", 0, "latin1");
	b[4] = cls;
	b[5] = endian;
	b.writeUInt16LE(1, 16);
	b.writeUInt16LE(machine, 18);
	b.writeBigUInt64LE(256n, 40);
	b.writeUInt16LE(64, 58);
	b.writeUInt16LE(5, 60);
	b.writeUInt16LE(1, 62);
	b.write(names, 64, "latin1");
	section(1, ".shstrtab", 0, 64, names.length);
	section(2, "tracepoint/a/b", 4, 200, 16);
	section(3, ".maps", 0, 200, 16);
	section(4, ".BTF", 0, 200, 16);
	return b;
}
