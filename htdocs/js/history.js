/*
 * "Advanced evidence and history": closed at first, and nothing is asked of
 * the server before it is opened.
 */

import { h, replace, byId, icon, announce } from "./dom.js";
import { dateTime } from "./fmt.js";
import * as api from "./api.js";
import { loadChain } from "./chain.js";

const LIMIT = 50;

const STATUS = { pass: "pass", fail: "fail", error: "infra_error" };
const WORD = { pass: "Pass", fail: "Fail", error: "No verdict" };

let loaded = false;
let records = [];	/* of the pages shown so far */
let next = "";		/* where the next page begins */
let chosen = [];	/* run ids to compare, two at most */
let openRun = () => {};
let openDiff = () => {};

const runName = (r) => r.artifact_version &&
    r.artifact_version !== r.run_id ?
	`${r.artifact_name || "object"}@${r.artifact_version}` :
	r.artifact_name || "object";

function runLink(r)
{
	const href = `/?run_id=${encodeURIComponent(r.run_id)}`;

	return h("a", { class: "run", href, onclick: (e) => {
		if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0)
			return;
		e.preventDefault();
		openRun(r.run_id);
	} },
	    h("span", { class: `pill is-${STATUS[r.summary_status] ?? "pending"}` },
	        icon(STATUS[r.summary_status] ?? "pending"),
	        WORD[r.summary_status] ?? r.summary_status ?? ""),
	    h("span", { class: "run-name" },
	        h("b", { text: runName(r) }),
	        h("span", { class: "dim mono",
	            text: (r.artifact_sha256 ?? "").slice(0, 12) })),
	    h("span", { class: "dim run-matrix", text: r.matrix_name ?? "" }),
	    h("time", { class: "dim", datetime: r.started_at,
	        text: dateTime(r.started_at) }));
}

function runRow(r)
{
	return h("li", { class: "run-item" }, runLink(r),
	    h("button", { type: "button", class: "chip run-choose",
	        data: { run: r.run_id },
	        "aria-pressed": String(chosen.includes(r.run_id)),
	        "aria-label": `Compare ${runName(r)} of ` +
	            dateTime(r.started_at),
	        onclick: () => choose(r.run_id) }, "Compare"));
}

/* --- two of them ----------------------------------------------------------- */

/* A third choice takes the place of the first. */
function choose(id)
{
	chosen = chosen.includes(id) ? chosen.filter((x) => x !== id) :
	    [...chosen, id].slice(-2);
	drawChoice();
}

/* The older one is the base, in whatever order they were chosen. */
function chosenPair()
{
	return records.filter((r) => chosen.includes(r.run_id))
	    .toSorted((a, b) => String(a.started_at ?? "")
	        .localeCompare(String(b.started_at ?? "")));
}

function drawChoice()
{
	const pair = chosenPair();

	for (const b of byId("runs").querySelectorAll(".run-choose"))
		b.setAttribute("aria-pressed",
		    String(chosen.includes(b.dataset.run)));
	byId("choice-text").textContent = pair.length === 2 ?
	    `${runName(pair[0])} → ${runName(pair[1])}` :
	    pair.length === 1 ? `${runName(pair[0])} and one more` :
	        "Choose two runs to compare them.";
	byId("choice-go").disabled = pair.length !== 2;
}

function say(kind, text, retry)
{
	replace(byId("runs"), h("div", { class: "empty" },
	    icon(kind), h("p", { text }),
	    retry && h("button", { type: "button", class: "button",
	        onclick: load }, icon("again"), "Try again")));
}

function refusalText(e)
{
	return e.status === 401 || e.status === 403 ?
	    "This server keeps its history for signed-in users. " +
	    "A result link still works for whoever may read it." :
	    e.message;
}

function draw()
{
	replace(byId("runs"), h("ul", { class: "run-list" },
	    records.map(runRow)), next && h("p", { class: "none" },
	    h("button", { type: "button", class: "button is-quiet",
	        onclick: more }, "More runs")));
	byId("choice").hidden = records.length < 2;
	drawChoice();
}

/* Asks for one page; what to do with it is the caller's. */
async function page(cursor)
{
	const list = byId("runs");

	list.setAttribute("aria-busy", "true");
	try {
		return await api.runs({ limit: LIMIT, cursor,
		    name: byId("runs-name").value.trim() });
	} finally {
		list.removeAttribute("aria-busy");
	}
}

async function more()
{
	try {
		const p = await page(next);
		const at = records.length;

		records = [...records, ...p.records];
		next = p.next;
		draw();
		byId("runs").querySelectorAll(".run")[at]?.focus();
	} catch (e) {
		announce(e.message);
	}
}

export async function load()
{
	loadChain(byId("runs-name").value.trim(), openRun);
	try {
		const p = await page("");

		loaded = true;
		records = p.records;
		next = p.next;
		chosen = chosen.filter((id) =>
		    records.some((r) => r.run_id === id));
		if (records.length > 0)
			draw();
		else {
			byId("choice").hidden = true;
			say("pending", byId("runs-name").value.trim() ?
			    "No run of this artifact." :
			    "No run yet. The first one will show here.");
		}
	} catch (e) {
		byId("choice").hidden = true;
		say("warn", refusalText(e), e.transient);
	}
}

/* After a run: the list is stale, fetched anew at once only if in sight. */
export function historyChanged()
{
	loaded = false;
	if (byId("advanced").open)
		load();
}

/* on: {run(id), diff(base, head)} */
export function initHistory(on)
{
	openRun = on.run;
	openDiff = on.diff;
	byId("advanced").addEventListener("toggle", () => {
		if (byId("advanced").open && !loaded)
			load();
	});
	byId("runs-refresh").addEventListener("click", load);
	byId("runs-name").addEventListener("change", load);
	byId("choice-go").addEventListener("click", () => {
		const [base, head] = chosenPair();

		openDiff(base.run_id, head.run_id);
	});
}
