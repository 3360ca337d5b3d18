/*
 * The verifier log of one program on one kernel: opened at the instruction
 * that failed, with the registers as they were there.  Any line has an
 * address (#L120, #L120-L130); the log of another kernel can be put beside.
 */

import { h, replace, byId, icon, announce } from "./dom.js";
import { bytes, plural } from "./fmt.js";
import { KIND, KIND_NAME, lineAt, stateAt } from "./logparse.js";
import { readLog } from "./logread.js";
import { Scroller } from "./scroller.js";
import { searchBox } from "./logsearch.js";
import { showLogDiff } from "./logdiffview.js";
import { copyButton, download } from "./export.js";
import { compare } from "./kernel.js";

const RAW_MAX = 4 * 1024 * 1024;

let log = null;
let scroller = null;
let search = null;
let range = [-1, -1];		/* selected lines, first and last */

const hasLog = (p) => p?.log_id || p?.load_log || p?.log_head;

/* Programs of a target that left a log. */
export function logsOf(t)
{
	return (t?.raw.programs ?? []).filter(hasLog);
}

export function logName(p)
{
	return p.log_id || p.name;
}

/* --- lines ---------------------------------------------------------------- */

function lineRow(n)
{
	const on = n >= range[0] && n <= range[1];
	const link = h("a", { class: "line-number", href: `#L${n + 1}`,
	    tabindex: "-1", text: n + 1, onclick: (e) => {
		e.preventDefault();
		select(n, e.shiftKey);
	    } });

	return h("div", { class: `line is-${KIND_NAME[log.kinds[n]]}` +
	    (on ? " is-chosen" : ""), onclick: (e) => {
		if (e.target !== link && !window.getSelection()?.toString())
			select(n, e.shiftKey);
	} }, link, h("code", {}, search.mark(n, lineAt(log, n))));
}

function select(n, extend)
{
	const from = extend && range[0] >= 0 ? Math.min(range[0], n) : n;
	const to = extend && range[0] >= 0 ? Math.max(range[0], n) : n;

	range = [from, to];
	history.replaceState(history.state, "", from === to ? `#L${n + 1}` :
	    `#L${from + 1}-L${to + 1}`);
	scroller.redraw();
	drawState();
}

function fromHash()
{
	const m = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);

	if (!m)
		return false;
	const a = Math.min(log.count, Math.max(1, Number(m[1]))) - 1;
	const b = Math.min(log.count, Number(m[2] ?? m[1])) - 1;

	range = [Math.min(a, b), Math.max(a, b)];
	return true;
}

/* --- the side: what the verifier knew there -------------------------------- */

function sourceOf(n)
{
	for (let i = n; i >= 0 && i > n - 60; i--) {
		if (log.kinds[i] === KIND.source &&
		    lineAt(log, i).trim() !== ";")
			return lineAt(log, i).replace(/^\s*;\s*/, "");
	}
	return "";
}

function registers(n)
{
	const { known, changed } = stateAt(log, n);
	const names = [...known.keys()].toSorted((a, b) =>
	    a.localeCompare(b, "en", { numeric: true }));

	return names.length > 0 ? h("table", { class: "plain registers" },
	    h("caption", { class: "sr-only" }, "Registers and stack"),
	    h("tbody", {}, names.map((name) => h("tr", { class:
	        changed.has(name) ? "is-changed" : "" },
	    h("th", { scope: "row", class: "mono" }, name,
	        changed.has(name) && h("span", { class: "sr-only",
	            text: " changed" })),
	    h("td", { class: "mono", text: known.get(name) }))))) :
	    h("p", { class: "dim" }, "No registers are printed here.");
}

function drawState()
{
	const n = range[0];
	const source = n >= 0 ? sourceOf(n) : "";

	replace(byId("log-state"), n < 0 ?
	    h("p", { class: "dim" }, "Choose a line to see the registers " +
	        "as they were there.") : [
	        h("h3", {}, `Line ${n + 1}`, range[1] > n &&
	            ` to ${range[1] + 1}`),
	        source && h("pre", { class: "fail-line is-wrapped",
	            tabindex: "0", role: "region", "aria-label": "Source",
	            text: source }),
	        h("p", { class: "mono chosen-line",
	            text: lineAt(log, n).trim() }),
	        h("h4", {}, "Registers"), registers(n)]);
}

/* --- keys ------------------------------------------------------------------ */

function keys(e)
{
	const n = range[1] < 0 ? 0 : range[1];
	const to = { ArrowDown: n + 1, j: n + 1, ArrowUp: n - 1, k: n - 1,
	    Home: 0, End: log.count - 1 }[e.key];

	if (to === undefined || e.ctrlKey || e.metaKey || e.altKey)
		return;
	e.preventDefault();
	if (to >= 0 && to < log.count) {
		select(to, e.shiftKey);
		scroller.show(to);
		announce(`Line ${to + 1}: ${lineAt(log, to)}`);
	}
}

function goTo(n)
{
	select(n, false);
	scroller.show(n);
	byId("log-lines").focus();
}

/* --- tools ----------------------------------------------------------------- */

function chosenText()
{
	const [a, b] = range[0] < 0 ? [0, log.count - 1] : range;

	return log.text.slice(log.starts[a], log.starts[b + 1]);
}

/* The whole text in one box: for the browser's own search, and for those
   who are read to. */
function rawToggle()
{
	const button = h("button", { type: "button", class: "chip",
	    "aria-pressed": "false", text: "Plain text", onclick: () => {
		const raw = byId("log-raw");
		const on = raw.hidden;

		raw.hidden = !on;
		byId("log-lines").hidden = on;
		button.setAttribute("aria-pressed", String(on));
		raw.textContent = on ? log.text.slice(0, RAW_MAX) +
		    (log.text.length > RAW_MAX ? "\n… cut here; the " +
		    "download has all of it\n" : "") : "";
	    } });

	return button;
}

function tools(name)
{
	return h("div", { class: "log-tools" }, search.element,
	    log.failing >= 0 && h("button", { type: "button", class: "chip",
	        onclick: () => goTo(log.failing) }, "Where it fails"),
	    rawToggle(),
	    copyButton("Copy lines", "copy", chosenText, "Lines copied"),
	    copyButton("Copy link", "link", () => location.href,
	        "Link copied"),
	    h("button", { type: "button", class: "button is-quiet",
	        onclick: () => download(name, log.text, "text/plain") },
	        icon("down"), h("span", {}, "Download")));
}

function choice(label, options, value, onchange)
{
	return options.length > 0 && h("label", { class: "choice-box" },
	    h("span", { class: "dim", text: label }),
	    h("select", { onchange: (e) => onchange(e.target.value) },
	        options.map(([v, text]) => h("option", { value: v,
	            selected: v === value, text }))));
}

/* Other kernels that have a log of the same program. */
function kernelsWith(m, name)
{
	return m.targets.filter((t) => logsOf(t).some((p) => p.name === name))
	    .toSorted((a, b) => compare(a.family, b.family) ||
	        a.id.localeCompare(b.id));
}

function facts()
{
	const s = log.stats;

	return [plural(log.count, "line"), bytes(log.text.length),
	    s.insns && `${s.insns.toLocaleString("en")} instructions ` +
	    "processed", s.peak && `${plural(s.peak, "state")} at most`,
	    log.partial && "an excerpt: the whole log is not kept"]
	    .filter(Boolean).join(" · ");
}

function head(m, t, p, q, go)
{
	const kernels = kernelsWith(m, p.name);
	const at = (id) => logsOf(m.targets.find((x) => x.id === id))
	    .find((x) => x.name === p.name);
	const others = kernels.filter((x) => x.id !== t.id)
	    .map((x) => [x.id, x.id]);

	return [h("div", { class: "log-head" },
	    h("button", { type: "button", class: "button is-quiet",
	        onclick: () => go({ run_id: m.id, target: t.id }) },
	    icon("prev"), h("span", {}, "Result")),
	    h("div", { class: "log-title" },
	        h("h2", { id: "log-title", tabindex: "-1" },
	            h("span", { class: "mono", text: p.name ?? "" }),
	            ` on ${t.id}`),
	        h("p", { class: "dim", text: log ? facts() : "" })),
	    choice("Program", logsOf(t).map((x) => [logName(x), x.name]),
	        logName(p), (v) => go({ run_id: m.id, target: t.id, log: v })),
	    choice("Kernel", kernels.map((x) => [x.id, x.id]), t.id,
	        (v) => go({ run_id: m.id, target: v, log: logName(at(v)) })),
	    others.length > 0 && choice("Compare with", [["", "nothing"],
	        ...others], q.against ?? "", (v) => go({ run_id: m.id,
	        target: t.id, log: logName(p), against: v })))];
}

function body()
{
	const lines = h("div", { id: "log-lines", class: "lines-box",
	    tabindex: "0", role: "region", "aria-label":
	    "Verifier log; arrow keys move by line", onkeydown: keys });

	replace(byId("log-body"), h("div", { class: "log-main" }, lines,
	    h("pre", { id: "log-raw", class: "log is-wrapped", tabindex: "0",
	        role: "region", "aria-label": "Whole log as text",
	        hidden: true })),
	h("aside", { id: "log-state", class: "log-state",
	    "aria-label": "The chosen line" }));
	scroller = new Scroller(lines, lineRow);
}

function openAt()
{
	const place = fromHash() ? range[0] :
	    log.failing >= 0 ? log.failing : log.count - 1;

	if (range[0] < 0)
		range = [place, place];
	scroller.count = log.count;
	scroller.show(place);
	drawState();
}

/*
 * q: {target, log, against}.  Resolves with the page's title; rejects as
 * readLog() does, or when there is no such log.
 */
export async function showLog(m, q, go, signal)
{
	const t = m.targets.find((x) => x.id === q.target);
	const p = logsOf(t).find((x) => logName(x) === q.log);

	if (!p)
		throw new Error("This run has no such log.");
	performance.mark("log-asked");
	log = await readLog(m.id, t.id, p, signal);
	range = [-1, -1];
	search = searchBox(log, goTo, () => scroller.redraw());
	const title = `${p.name} on ${t.id}`;

	if (q.against) {
		const other = m.targets.find((x) => x.id === q.against);
		const twin = logsOf(other).find((x) => x.name === p.name);

		if (!twin)
			throw new Error("That kernel left no log to compare.");
		const b = await readLog(m.id, other.id, twin, signal);

		replace(byId("log-view"), head(m, t, p, q, go),
		    h("div", { id: "log-body", class: "log-body is-diff" }));
		await showLogDiff(byId("log-body"), { log, name: t.id },
		    { log: b, name: other.id });
	} else {
		replace(byId("log-view"), head(m, t, p, q, go),
		    tools(`${m.id}-${t.id}-${p.name}.log`),
		    h("div", { id: "log-body", class: "log-body" }));
		body();
		openAt();
	}
	byId("log-title").focus({ preventScroll: true });
	return title;
}
