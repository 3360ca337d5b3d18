/*
 * A run while it runs: where the job stands, and for each kernel how far it
 * has come.  Rows keep their place; only what changed is written.
 */

import { h, replace, byId, icon, announce } from "./dom.js";
import { clock, duration, plural } from "./fmt.js";
import { profileOf } from "./targets.js";
import { compare, lineOf } from "./kernel.js";
import { statusWord } from "./words.js";
import { causeText } from "./report.js";

/* The stages of a runner and its validator, as four steps a person sees. */
const STEPS = ["Boot", "Send", "Load", "Attach"];
const STEP_OF = {
	prepare: 0, boot: 0, connect: 0, retry: 0,
	send: 1, receive: 1, facts: 1, open: 1,
	validate: 2, isolated: 2, load: 2,
	attach: 3, functional: 3, finish: 3, collect: 3, teardown: 3,
};

const STAGE_TEXT = {
	prepare: "preparing", boot: "booting", connect: "waiting for SSH",
	send: "sending the object", receive: "sending the object",
	facts: "looking at the kernel", open: "opening the object",
	validate: "validating", isolated: "loading program by program",
	load: "loading", attach: "attaching", functional: "checking behaviour",
	finish: "finishing", collect: "collecting evidence",
	teardown: "stopping the VM", retry: "waiting for a fresh VM",
};

let rows = new Map();		/* profile id -> row parts */
let began = 0;			/* when the job was accepted, our clock */
let timer = null;
let told = new Set();		/* announced failures */
let required = new Set();

function buildRow(id)
{
	const bits = STEPS.map((s) => h("i", { class: "bit", title: s }));
	const state = h("span", { class: "live-state" });
	const word = h("span", { class: "live-word" });
	const time = h("span", { class: "live-time num dim" });
	const el = h("li", { class: "live-row", data: { id } }, state,
	    h("span", { class: "live-name" }, h("b", { text: id }),
	        required.has(id) && h("span", { class: "req-mark",
	            text: "required" })),
	    h("span", { class: "bits", "aria-hidden": "true" }, bits),
	    word, time);

	return { el, bits, state, word, time, shown: "", startedAt: 0 };
}

function targetsOf(job)
{
	const list = Array.isArray(job.targets) ? job.targets : [];
	const map = new Map(list.map((t) => [t.profile_id, t]));

	for (const [id, status] of Object.entries(job.profile_statuses ?? {}))
		map.set(id, { status, ...map.get(id) });
	return map;
}

function family(id)
{
	const p = profileOf(id);

	return p ? lineOf(p) : id.replace(/^.*-(?=\d)/, "");
}

function syncRows(map)
{
	if (map.size === rows.size && [...map.keys()].every((k) => rows.has(k)))
		return;
	const ids = [...map.keys()].sort((a, b) =>
	    Number(required.has(b)) - Number(required.has(a)) ||
	    compare(family(a), family(b)) || a.localeCompare(b));

	rows = new Map(ids.map((id) => [id, rows.get(id) ?? buildRow(id)]));
	replace(byId("live-rows"), [...rows.values()].map((r) => r.el));
}

/*
 * The validator's own progress comes as "phase program (2/7)"; before it
 * speaks there is only the runner's stage.
 */
function phaseOf(t)
{
	const word = /^[a-z]+/.exec(t.message ?? "")?.[0] ?? "";

	return word in STAGE_TEXT ? word : t.stage;
}

function rowText(t)
{
	if (t.status === "pending")
		return "waiting for a VM";
	if (t.status !== "running")
		return [statusWord(t.status), t.status === "fail" &&
		    causeText(t.classification_code)].filter(Boolean)
		    .join(": ");
	const phase = phaseOf(t);
	const rest = (t.message ?? "").replace(/^[a-z]+ ?/, "");
	const again = t.attempts > 1 ? `attempt ${t.attempts}` : "";

	return [STAGE_TEXT[phase] ?? "running", phase !== t.stage && rest,
	    again].filter(Boolean).join(" · ");
}

/* The step that a failed target fell over. */
function failedAt(t)
{
	return { attach: 3, functional: 3 }[t.failed_stage] ?? 2;
}

function bitClass(t, i)
{
	if (t.status === "pass")
		return " is-pass";
	if (t.status === "fail")
		return i < failedAt(t) ? " is-done" :
		    i === failedAt(t) ? " is-fail" : "";
	if (t.status !== "running")
		return "";
	const at = STEP_OF[phaseOf(t)] ?? 0;

	return i < at ? " is-done" : i === at ? " is-now" : "";
}

function drawRow(r, t)
{
	const text = rowText(t);
	const key = `${t.status} ${t.stage} ${text}`;

	if (t.status === "running" && !r.startedAt)
		r.startedAt = startOf(t.started_at);
	if (t.status !== "running" && t.status !== "pending")
		r.endMs ??= t.duration_ms ??
		    (r.startedAt ? Date.now() - r.startedAt : NaN);
	if (key === r.shown)
		return;
	r.shown = key;
	r.el.className = `live-row is-${t.status}`;
	replace(r.state, icon(t.status === "pending" ? "pending" : t.status));
	r.word.textContent = text;
	r.bits.forEach((b, i) => { b.className = "bit" + bitClass(t, i); });
	if (t.status === "fail" && required.has(r.el.dataset.id))
		tellOnce(`${r.el.dataset.id}: required kernel refuses it`);
}

function tellOnce(text)
{
	if (!told.has(text)) {
		told.add(text);
		announce(text);
	}
}

/* The server's clock may differ from ours; nonsense is replaced by now. */
function startOf(text)
{
	const t = Date.parse(text ?? "");
	const now = Date.now();

	return Number.isNaN(t) || t > now || t < now - 86400000 ? now : t;
}

function headline(job, done, total)
{
	if (job.cancel_requested)
		return "Cancelling…";
	if (job.state === "queued") {
		const n = job.queue_position;

		return n > 0 ? `Queued: ${plural(n, "run")} ahead` :
		    "Queued: starts next";
	}
	return total > 0 ? `Running: ${done} of ${plural(total, "kernel")} done` :
	    "Running";
}

function tick()
{
	byId("live-clock").textContent = clock(Date.now() - began);
	for (const r of rows.values())
		r.time.textContent = r.endMs !== undefined ?
		    duration(r.endMs) : r.startedAt ?
		        clock(Date.now() - r.startedAt) : "";
}

function percentOf(job, done, total)
{
	return job.percent ?? (total > 0 ? Math.round(done / total * 100) : 0);
}

export function showJob(job)
{
	const map = targetsOf(job);
	const total = job.total_profiles ?? map.size;
	const done = [...map.values()].filter((t) =>
	    !["pending", "running"].includes(t.status)).length;

	if (!began)
		began = startOf(job.created_at ?? job.started_at);
	for (const [id, t] of map)
		t.required && required.add(id);
	syncRows(map);
	for (const [id, t] of map)
		drawRow(rows.get(id), t);
	byId("live-title").textContent = headline(job, done, total);
	byId("live-message").textContent = [job.artifact?.basename,
	    job.message].filter(Boolean).join(" · ");
	byId("live-bar").value = percentOf(job, done, total);
	document.title = `${percentOf(job, done, total)}% · bpfcompat`;
	tick();
}

export function connectionLost(error)
{
	byId("live-lost").hidden = false;
	byId("live-lost-text").textContent =
	    `${error.message} The run goes on; trying again…`;
}

export function connectionBack()
{
	byId("live-lost").hidden = true;
}

/* requiredIds: what this page knows to gate; a reload knows nothing. */
export function startLive(requiredIds)
{
	rows = new Map();
	told = new Set();
	required = new Set(requiredIds);
	began = 0;
	replace(byId("live-rows"));
	byId("live-title").textContent = "Asking the server…";
	byId("live-message").textContent = "";
	byId("live-bar").removeAttribute("value");
	byId("cancel").disabled = false;
	connectionBack();
	clearInterval(timer);
	timer = setInterval(tick, 1000);
}

export function stopLive()
{
	clearInterval(timer);
	timer = null;
}
