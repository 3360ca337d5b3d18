/*
 * "Advanced evidence and history": closed at first, and nothing is asked of
 * the server before it is opened.
 */

import { h, replace, byId, icon } from "./dom.js";
import { dateTime } from "./fmt.js";
import * as api from "./api.js";

const LIMIT = 50;

const STATUS = { pass: "pass", fail: "fail", error: "infra_error" };
const WORD = { pass: "Pass", fail: "Fail", error: "No verdict" };

let loaded = false;
let openRun = () => {};

function runRow(r)
{
	const href = `/?run_id=${encodeURIComponent(r.run_id)}`;

	return h("li", {}, h("a", { class: "run", href, onclick: (e) => {
		if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0)
			return;
		e.preventDefault();
		openRun(r.run_id);
	} },
	    h("span", { class: `pill is-${STATUS[r.summary_status] ?? "pending"}` },
	        icon(STATUS[r.summary_status] ?? "pending"),
	        WORD[r.summary_status] ?? r.summary_status ?? ""),
	    h("span", { class: "run-name" },
	        h("b", { text: r.artifact_name || "object" }),
	        h("span", { class: "dim mono",
	            text: (r.artifact_sha256 ?? "").slice(0, 12) })),
	    h("span", { class: "dim run-matrix", text: r.matrix_name ?? "" }),
	    h("time", { class: "dim", datetime: r.started_at,
	        text: dateTime(r.started_at) })));
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

export async function load()
{
	const list = byId("runs");

	list.setAttribute("aria-busy", "true");
	try {
		const records = await api.runs(LIMIT);

		loaded = true;
		if (records.length === 0)
			say("pending", "No run yet. The first one will show here.");
		else
			replace(list, h("ul", { class: "run-list" },
			    records.map(runRow)));
	} catch (e) {
		say("warn", refusalText(e), e.transient);
	} finally {
		list.removeAttribute("aria-busy");
	}
}

/* After a run: the list is stale, fetched anew at once only if in sight. */
export function historyChanged()
{
	loaded = false;
	if (byId("advanced").open)
		load();
}

export function initHistory(onopen)
{
	openRun = onopen;
	byId("advanced").addEventListener("toggle", () => {
		if (byId("advanced").open && !loaded)
			load();
	});
	byId("runs-refresh").addEventListener("click", load);
}
