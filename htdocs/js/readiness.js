/*
 * Says before the run what will happen, and what is still missing.  The run
 * button obeys the same list, so the two cannot disagree.
 */

import { h, replace, byId, icon } from "./dom.js";
import { bytes, plural } from "./fmt.js";
import { selection, focusTargets } from "./targets.js";
import { object, focusObject } from "./upload.js";
import { intentOutput } from "./intent.js";
import { focusSource, source, sourceMode } from "./source.js";
import { focusSettings, settingsProblem } from "./settings.js";

let access = { ok: false, text: "asking the server…" };

/* Whether this server lets this visitor run checks at all. */
export function setAccess(config, signedIn = false)
{
	const open = signedIn || config.allow_anonymous_validate ||
	    config.allow_anonymous_write;

	access = open ? { ok: true, text: "" } : { ok: false, text:
	    "This server does not take checks without credentials. " +
	    "Enter some under Advanced evidence, or ask its operator." };
}

export function accessFailed()
{
	access = { ok: false, text: "The server does not answer." };
}

function targetsItem()
{
	const { ids, required, limit, unfetched } = selection();
	const item = { name: "Targets", focus: focusTargets };

	if (ids.length === 0)
		return { ...item, ok: false, text: "choose at least one kernel" };
	if (ids.length > limit)
		return { ...item, ok: false,
		    text: `${ids.length} chosen; at most ${limit} per run` };
	const base = `${plural(ids.length, "kernel")}, ` +
	    `${required.length} required`;

	if (required.length === 0)
		return { ...item, ok: true, warn: true,
		    text: `${base}: nothing gates` };
	if (unfetched > 0)
		return { ...item, ok: true, warn: true,
		    text: `${base}; ${unfetched} not fetched yet` };
	return { ...item, ok: true, text: base };
}

function sourceItem()
{
	const { name, size, problem } = source();

	return { name: "BPF input", focus: focusSource, ok: problem === "",
	    pending: true, text: problem || `${name}, ${bytes(size)}, ` +
	        "compiled there" };
}

function objectItem()
{
	if (sourceMode())
		return sourceItem();
	const { file, problem } = object();
	const item = { name: "BPF input", focus: focusObject };

	if (file)
		return { ...item, ok: true,
		    text: `${file.name}, ${bytes(file.size)}` };
	return { ...item, ok: false, pending: !problem,
	    text: problem ? "choose another file" : "choose a .bpf.o file" };
}

function outputItem(before)
{
	if (!access.ok)
		return { name: "Output", ok: false, text: access.text,
		    focus: () => byId("run").focus() };
	const { ids } = selection();

	return { name: "Output", ok: before, pending: !before,
	    text: before ? `${intentOutput()}, ` +
	        `${plural(ids.length, "row")}` : intentOutput(),
	    focus: () => byId("run").focus() };
}

export function items()
{
	const first = [targetsItem(), objectItem()];
	const wrong = settingsProblem();

	if (wrong)
		first.push({ name: "Settings", ok: false, text: wrong,
		    focus: focusSettings });

	return [...first, outputItem(first.every((i) => i.ok))];
}

/* The first thing that keeps the run from starting, or undefined. */
export function firstProblem()
{
	return items().find((i) => !i.ok);
}

function mark(item)
{
	if (!item.ok)
		return item.pending ? "pending" : "fail";
	return item.warn ? "warn" : "pass";
}

const WORD = { pending: "to do", fail: "missing", warn: "note",
	pass: "ready" };

export function drawReadiness()
{
	const all = items();
	const problem = all.find((i) => !i.ok);
	const run = byId("run");

	replace(byId("readiness"), all.map((i) =>
	    h("li", { class: `ready-item is-${mark(i)}` },
	        icon(mark(i)),
	        h("span", { class: "ready-name", text: i.name }),
	        h("span", { class: "ready-text" },
	            h("span", { class: "sr-only", text: `${WORD[mark(i)]}: ` }),
	            i.text))));
	run.setAttribute("aria-disabled", String(problem !== undefined));
	run.title = problem ? `${problem.name}: ${problem.text}` : "";
}
