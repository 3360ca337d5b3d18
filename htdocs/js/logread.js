/* Asks the worker; each question is answered once, in whatever order. */

import * as api from "./api.js";

let worker = null;
let next = 1;
const waiting = new Map();

function start()
{
	worker = new Worker("/js/logworker.js", { type: "module" });
	worker.addEventListener("message", ({ data }) => {
		const { resolve, reject } = waiting.get(data.id);

		waiting.delete(data.id);
		if (data.error)
			reject(new Error(`The log cannot be read: ${data.error}`));
		else
			resolve(data);
	});
}

function ask(what, transfer)
{
	const id = next++;

	if (!worker)
		start();
	return new Promise((resolve, reject) => {
		waiting.set(id, { resolve, reject });
		worker.postMessage({ id, ...what }, transfer ?? []);
	});
}

/*
 * The whole log as the server keeps it; a report alone (no such file any
 * more, or a foreign report) still has an excerpt.
 */
export async function readLog(runId, profile, program, signal)
{
	const excerpt = program.load_log ||
	    [program.log_head, program.log_tail].filter(Boolean).join("\n…\n");

	const verdict = program.explanation?.verdict?.split("; ").at(-1);

	if (!program.log_id)
		return { ...(await ask({ text: excerpt, verdict })).log,
		    partial: program.log_truncated === true };
	try {
		const packed = await api.evidenceBytes(runId, profile,
		    program.log_id, signal);

		return (await ask({ packed, verdict }, [packed])).log;
	} catch (e) {
		if (e.name === "AbortError" || !excerpt)
			throw e;
		return { ...(await ask({ text: excerpt, verdict })).log,
		    partial: true };
	}
}

export async function compareLogs(a, b)
{
	return (await ask({ pair: [a.text, b.text] })).rows;
}
