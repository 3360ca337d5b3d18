/*
 * The run button: from what was chosen to a job on the server.
 */

import { h, replace, byId, icon, announce } from "./dom.js";
import * as api from "./api.js";
import { selection } from "./targets.js";
import { object } from "./upload.js";
import { intent } from "./intent.js";
import { firstProblem } from "./readiness.js";

import { source, sourceMode } from "./source.js";
import { addSettings } from "./settings.js";

let started = () => {};

function form()
{
	const { ids, required } = selection();
	const { file } = object();
	const data = new FormData();

	data.append("validation_mode", intent());
	for (const id of ids)
		data.append("profiles", id);
	for (const id of required)
		data.append("required_profiles", id);
	addSettings(data);
	if (sourceMode()) {
		const { text, name } = source();

		data.append("source_file", new Blob([text],
		    { type: "text/plain" }), name);
	} else
		data.append("artifact_file", file, file.name);
	return data;
}

function sending(share)
{
	const run = byId("run");
	const on = share !== null;

	run.disabled = on;
	byId("upload-bar").hidden = !on;
	byId("upload-bar").value = share ?? 0;
	run.querySelector("span").textContent = !on ? "Run the check" :
	    share < 1 ? `Uploading ${Math.round(share * 100)}%` : "Starting…";
}

function startRefused(e)
{
	const retry = e.retryAfter ? ` Try again in ${e.retryAfter} s.` : "";

	replace(byId("start-error"), icon("fail"), h("span", {},
	    h("b", {}, e.status === 429 ? "The queue is full. " :
	        "The server refused it. "), e.message + retry,
	    e.requestId && h("small", { class: "dim mono",
	        text: ` request ${e.requestId}` })));
	byId("start-error").hidden = false;
}

async function run(event)
{
	event.preventDefault();
	const problem = firstProblem();

	byId("start-error").hidden = true;
	if (problem) {
		announce(`${problem.name}: ${problem.text}`);
		problem.focus();
		return;
	}
	const { required } = selection();

	sending(0);
	try {
		const { job_id: job } = await api.start(form(),
		    { onprogress: sending });

		started(job, required);
	} catch (e) {
		startRefused(e);
	} finally {
		sending(null);
	}
}

/* onstart(job id, ids of required kernels) once the server took the job. */
export function initStart(onstart)
{
	started = onstart;
	byId("builder").addEventListener("submit", run);
}
