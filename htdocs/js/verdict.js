/*
 * The first thing a reader sees of a result: one headline, what follows from
 * it, the counts (which filter the matrix), and the causes of failure.
 */

import { h, replace, byId, icon } from "./dom.js";
import { bytes, dateTime, duration, plural } from "./fmt.js";
import { boundary, causes, disagrees, verdict } from "./findings.js";
import { stageText, worstFirst } from "./report.js";
import { intentLabel } from "./intent.js";
import { actions } from "./export.js";
import { kernelGrid } from "./grid.js";
import { costPlot } from "./cost.js";
import { objectFacts } from "./objectview.js";

const COUNTS = [
	{ key: "required_pass", label: "required passed", status: "pass",
	    query: "required:yes status:pass" },
	{ key: "required_fail", label: "required failed", status: "fail",
	    query: "required:yes status:fail" },
	{ key: "optional_pass", label: "optional passed", status: "pass",
	    query: "required:no status:pass" },
	{ key: "optional_fail", label: "optional failed", status: "fail",
	    query: "required:no status:fail" },
	{ key: "infra_error", label: "no answer", status: "infra_error",
	    query: "status:infra" },
];

function fact(name, value, title)
{
	return value && h("div", { class: "fact", title },
	    h("dt", { text: name }), h("dd", { text: value }));
}

function facts(m)
{
	return h("dl", { class: "facts" },
	    fact("Object", `${m.name}${Number.isFinite(m.sizeBytes) ?
	        `, ${bytes(m.sizeBytes)}` : ""}`),
	    fact("SHA-256", m.sha256.slice(0, 12), m.sha256),
	    fact("Intent", intentLabel(m.mode)),
	    fact("Run", m.id),
	    fact("When", dateTime(m.startedAt)),
	    fact("Took", duration(m.durationMs)),
	    fact("Exit code", String(m.exitCode)));
}

function banner(m)
{
	const v = verdict(m);
	const edge = boundary(m);

	return h("div", { class: `verdict is-${v.kind}` }, icon(v.status),
	    h("div", {},
	        h("h2", { id: "verdict-title", tabindex: "-1",
	            text: v.title }),
	        edge && h("p", { class: "boundary", text: edge }),
	        h("p", { text: v.text })));
}

function warnings(m)
{
	const out = [];

	if (disagrees(m))
		out.push("The server's summary " +
		    `("${m.status}") does not match its own rows; ` +
		    "please report this.");
	if (m.newer)
		out.push("This report is newer than this page; " +
		    "what the page knows is shown.");
	return out.map((text) => h("p", { class: "notice is-warn" },
	    icon("warn"), text));
}

function countTiles(m, onfilter)
{
	return h("div", { class: "counts", role: "group",
	    "aria-label": "Counts; each filters the matrix" },
	    COUNTS.filter((c) => m.counts[c.key] > 0 ||
	        c.key.startsWith("required")).map((c) =>
	        h("button", { type: "button", class: "count",
	            data: { query: c.query }, "aria-pressed": "false",
	            onclick: () => onfilter(c.query) },
	            h("span", { class: m.counts[c.key] > 0 ?
	                `count-number is-${c.status}` : "count-number is-none",
	                text: m.counts[c.key] }),
	            h("span", { class: "count-label", text: c.label }))));
}

function causeTargets(c, onopen)
{
	return h("span", { class: c.targets.length > 2 ?
	    "cause-targets is-many" : "cause-targets" }, c.targets.map((t) =>
	    h("button", { type: "button", class: "target-link",
	        onclick: () => onopen(t.id) }, t.id, t.required &&
	        h("span", { class: "req-mark", text: "required" }))));
}

function causeCard(c, onopen)
{
	return h("li", { class: `cause is-${c.status}` },
	    h("div", { class: "cause-head" }, icon(c.status),
	        h("h4", { text: c.cause }),
	        c.code && h("code", { class: "code-tag", text: c.code }),
	        c.stage && h("span", { class: "dim",
	            text: stageText(c.stage) }),
	        causeTargets(c, onopen)),
	    c.reason && h("p", { class: "cause-reason", text: c.reason }),
	    c.quote && h("p", { class: "cause-reason dim", text: c.quote }),
	    c.remedy && h("p", { class: "cause-remedy" },
	        h("b", {}, "What to do: "), c.remedy));
}

function causeList(m, onopen)
{
	const all = causes(m.targets.toSorted(worstFirst));

	return all.length > 0 && h("section", { class: "causes",
	    "aria-labelledby": "causes-title" },
	    h("h3", { id: "causes-title", text: all.length === 1 ?
	        "Cause" : `${plural(all.length, "cause")}` }),
	    h("ul", {}, all.map((c) => causeCard(c, onopen))));
}

/* on: {filter(query), open(profileId), again(), previous()} */
export function showVerdict(m, on)
{
	replace(byId("verdict"), banner(m), warnings(m), facts(m),
	    countTiles(m, on.filter), kernelGrid(m, on.open),
	    causeList(m, on.open));
	replace(byId("insight"), costPlot(m), objectFacts(m));
	replace(byId("actions"), actions(m, on));
	document.title = `${verdict(m).title} · bpfcompat`;
	return verdict(m).title;
}

/* Which tile is pressed follows the filter box, whoever wrote into it. */
export function markCounts(query)
{
	for (const b of byId("verdict").querySelectorAll(".count"))
		b.setAttribute("aria-pressed",
		    String(b.dataset.query === query));
}
