/*
 * What few runs need: the name under which it enters the history, a
 * manifest, time and parallel VMs, within what the server allows.
 */

import { byId } from "./dom.js";

const FIELDS = { "set-name": "artifact_name", "set-version":
    "artifact_version", "set-manifest": "manifest_text" };

let limits = {};

const value = (id) => byId(id).value.trim();

/* "" or what is wrong, for the readiness list. */
export function settingsProblem()
{
	for (const id of ["set-timeout", "set-parallel"]) {
		if (!byId(id).checkValidity())
			return `${byId(id).labels[0].textContent.trim()}: ` +
			    byId(id).validationMessage;
	}
	return "";
}

export function focusSettings()
{
	byId("settings").open = true;
	(byId("settings").querySelector(":invalid") ?? byId("set-name"))
	    .focus();
}

/* Only what was filled in is sent; the server has its own defaults. */
export function addSettings(form)
{
	for (const [id, field] of Object.entries(FIELDS)) {
		if (value(id) !== "")
			form.append(field, id === "set-manifest" ?
			    byId(id).value : value(id));
	}
	if (value("set-timeout") !== "")
		form.append("timeout", `${value("set-timeout")}s`);
	if (value("set-parallel") !== "")
		form.append("concurrency", value("set-parallel"));
}

function bound(id, max, usual)
{
	const box = byId(id);

	if (max > 0)
		box.max = String(max);
	if (usual > 0)
		box.placeholder = String(usual);
}

export function limitSettings(config)
{
	limits = config.limits ?? {};
	bound("set-timeout", Math.floor((limits.max_timeout_ms ?? 0) / 1000),
	    Math.floor((limits.default_timeout_ms ?? 0) / 1000));
	bound("set-parallel", limits.max_concurrency,
	    limits.default_concurrency);
}

export function initSettings(onchange)
{
	for (const box of byId("settings").querySelectorAll("input, textarea"))
		box.addEventListener("input", onchange);
	byId("set-manifest-file").addEventListener("change", async (e) => {
		if (e.target.files.length > 0)
			byId("set-manifest").value =
			    await e.target.files[0].text();
		onchange();
	});
}
