/*
 * Follows one job until it ends.  Long polls: the server answers when there
 * is news.  A lost connection is waited out, a forgotten job is not.
 */

import * as api from "./api.js";

const WAIT_S = 25;
const NEWS_GAP_MS = 200;
const IDLE_GAP_MS = 1000;
const MAX_GAP_MS = 8000;

const ENDED = new Set(["completed", "failed", "canceled"]);

export function ended(job)
{
	return ENDED.has(job.state);
}

function pause(ms, signal)
{
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, ms);

		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			reject(new DOMException("", "AbortError"));
		}, { once: true });
	});
}

/*
 * How long to leave the server alone after an answer.  News is worth asking
 * again soon; an answer at once without news means that the server has no
 * slot for waiting just now.
 */
function gapAfter(job, since, spent)
{
	if (job.revision !== since || spent >= IDLE_GAP_MS)
		return NEWS_GAP_MS;
	return job.poll_after_ms ?? IDLE_GAP_MS;
}

function backOff(failures, error)
{
	return Math.max((error.retryAfter ?? 0) * 1000,
	    Math.min(MAX_GAP_MS, 500 * 2 ** failures));
}

/*
 * on: {news(job), lost(error), found()}.  Resolves with the last status;
 * rejects with AbortError, or with the ApiError that no waiting mends.
 */
export async function follow(jobId, on, signal)
{
	let since, failures = 0;

	for (;;) {
		const began = performance.now();
		let gap;

		try {
			const job = await api.status(jobId, { signal, since,
			    wait: since === undefined ? undefined : WAIT_S });

			if (failures > 0)
				on.found();
			failures = 0;
			on.news(job);
			if (ended(job))
				return job;
			gap = gapAfter(job, since, performance.now() - began);
			since = job.revision;
		} catch (e) {
			if (!e.transient)
				throw e;
			failures++;
			on.lost(e);
			gap = backOff(failures, e);
		}
		await pause(gap, signal);
	}
}
