/*
 * The only module that talks to the server.  A refusal becomes an ApiError
 * with what the server said: text, code, field, request id, retry time.
 */

const BASE = "/api/v1";

export class ApiError extends Error {
	constructor(status, body, retryAfter)
	{
		super(body.error || fallbackText(status));
		this.status = status;
		this.code = body.code ?? "";
		this.field = body.field ?? "";
		this.requestId = body.request_id ?? "";
		this.retryAfter = retryAfter;
	}

	/* True when trying the same again later may help. */
	get transient()
	{
		return this.status === 0 || this.status === 429 ||
		    this.status >= 502;
	}
}

function fallbackText(status)
{
	if (status === 0)
		return "The server cannot be reached.";
	if (status === 413)
		return "The server refuses a file of this size.";
	if (status >= 502)
		return "The service behind the web server does not answer.";
	return `The server answered with status ${status}.`;
}

function decode(text)
{
	try {
		const v = JSON.parse(text);

		return v !== null && typeof v === "object" ? v : {};
	} catch {
		return {};
	}
}

function seconds(text)
{
	const n = Number.parseInt(text ?? "", 10);

	return n > 0 ? n : 0;
}

let held = {};		/* credentials as headers; in memory only */

export function setCredentials({ key, token })
{
	held = {};
	if (key)
		held["X-API-Key"] = key;
	if (token)
		held["X-API-Identity-Token"] = token;
}

async function request(path, options)
{
	let rsp, text;

	try {
		rsp = await fetch(BASE + path,
		    { cache: "no-cache", credentials: "same-origin",
		    headers: held, ...options });
		text = await rsp.text();
	} catch (e) {
		if (e.name === "AbortError")
			throw e;
		throw new ApiError(0, {}, 0);
	}
	if (!rsp.ok)
		throw new ApiError(rsp.status, decode(text),
		    seconds(rsp.headers.get("Retry-After")));
	return decode(text);
}

function query(params)
{
	const q = new URLSearchParams();

	for (const [k, v] of Object.entries(params)) {
		if (v !== undefined && v !== null && v !== "")
			q.set(k, v);
	}
	return `?${q}`;
}

export function config(signal)
{
	return request("/config", { signal });
}

export async function profiles(signal)
{
	return (await request("/profiles", { signal })).profiles ?? [];
}

export function server(signal)
{
	return request("/server", { signal });
}

/* [{name, ok, message}]; a server that is not ready says so with 503. */
export async function readiness(signal)
{
	const rsp = await fetch(`${BASE}/readyz`, { signal });

	return decode(await rsp.text()).checks ?? [];
}

/* Waits up to wait seconds for a revision newer than since. */
export function status(jobId, { wait, since, signal } = {})
{
	return request("/validate/status" +
	    query({ job_id: jobId, wait, since }), { signal });
}

export function cancel(jobId)
{
	return request("/validate/cancel" + query({ job_id: jobId }),
	    { method: "POST" });
}

/* A page of finished runs: {records, next}; next is "" on the last one. */
export async function runs({ limit, cursor, name, to, signal } = {})
{
	const r = await request("/history/runs" +
	    query({ limit, cursor, artifact_name: name, to }), { signal });

	return { records: r.records ?? [], next: r.next_cursor ?? "" };
}

/* Signed records with what the server verified of them. */
export function artifacts({ limit, name, signal } = {})
{
	return request("/history/artifacts" +
	    query({ limit, artifact_name: name }), { signal });
}

export async function compare(base, head, signal)
{
	return (await request("/compare" +
	    query({ base_run_id: base, head_run_id: head }),
	    { signal })).diff ?? {};
}

export async function compareMarkdown(base, head)
{
	const rsp = await fetch(`${BASE}/compare` + query({ base_run_id: base,
	    head_run_id: head, format: "markdown" }),
	    { credentials: "same-origin", headers: held });

	if (!rsp.ok)
		throw new ApiError(rsp.status, {}, 0);
	return rsp.text();
}

export function runReport(runId, signal)
{
	return request("/history/run-report" + query({ run_id: runId }),
	    { signal });
}

/* The address of one file that a target left behind. */
export function evidenceUrl(runId, profile, file)
{
	return `${BASE}/history/evidence` +
	    query({ run_id: runId, profile, file });
}

/* The verifier log of a program, packed as the server keeps it. */
export async function evidenceBytes(runId, profile, logId, signal)
{
	const rsp = await fetch(`${BASE}/history/evidence` +
	    query({ run_id: runId, profile, log_id: logId }),
	    { credentials: "same-origin", headers: held, signal });

	if (!rsp.ok)
		throw new ApiError(rsp.status, {}, 0);
	return rsp.arrayBuffer();
}

/*
 * Starts a job.  XMLHttpRequest, because fetch does not tell how much of a
 * body has been sent.  onprogress gets a share from 0 to 1.
 */
export function start(form, { onprogress, signal } = {})
{
	return new Promise((resolve, reject) => {
		const xhr = new XMLHttpRequest();
		const refuse = () => reject(new ApiError(xhr.status,
		    decode(xhr.responseText),
		    seconds(xhr.getResponseHeader("Retry-After"))));

		xhr.open("POST", `${BASE}/validate/start`);
		for (const [name, value] of Object.entries(held))
			xhr.setRequestHeader(name, value);
		xhr.upload.addEventListener("progress", (e) => {
			if (e.lengthComputable && e.total > 0)
				onprogress?.(e.loaded / e.total);
		});
		xhr.addEventListener("load", () => {
			if (xhr.status >= 200 && xhr.status < 300)
				resolve(decode(xhr.responseText));
			else
				refuse();
		});
		xhr.addEventListener("error",
		    () => reject(new ApiError(0, {}, 0)));
		xhr.addEventListener("abort",
		    () => reject(new DOMException("", "AbortError")));
		signal?.addEventListener("abort", () => xhr.abort());
		xhr.send(form);
	});
}
