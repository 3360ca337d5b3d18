/*
 * The matrix: one row per kernel, one column per step of a check, so that a
 * glance says where it failed.  Required failures come first; a filter and
 * sorting by column narrow and reorder it; arrows move, Enter opens.
 */

import { h, replace, byId, icon } from "./dom.js";
import { duration } from "./fmt.js";
import { compare } from "./kernel.js";
import { compile } from "./filter.js";
import { worstFirst } from "./report.js";
import { markCounts } from "./verdict.js";
import { statusWord } from "./words.js";

const KEYS = ["status", "required", "kernel", "distro", "arch", "code"];

const ROWS_AT_ONCE = 60;

const COLUMNS = [
	{ id: "result", label: "Result", sort: worstFirst },
	{ id: "target", label: "Target",
	    sort: (a, b) => a.id.localeCompare(b.id) },
	{ id: "kernel", label: "Kernel that ran",
	    sort: (a, b) => compare(a.kernel || a.family,
	        b.kernel || b.family) },
	{ id: "boot", label: "Boot" },
	{ id: "load", label: "Load" },
	{ id: "attach", label: "Attach" },
	{ id: "cause", label: "Cause",
	    sort: (a, b) => a.cause.localeCompare(b.cause) },
	{ id: "time", label: "Time",
	    sort: (a, b) => (a.durationMs || 0) - (b.durationMs || 0) },
];

let rows = [];			/* [{t, el, row}] in report order */
let groups = [];		/* [{variant, head, body}]: plain, variants */
let all = false;		/* draw every row, however many */
let order = { id: "result", down: false };
let open = () => {};

function filterRow(t)
{
	return {
		status: t.status === "infra_error" ? "infra" : t.status,
		required: t.required ? "yes" : "no",
		kernel: t.kernel || t.family, distro: t.distro, arch: t.arch,
		code: t.code,
		text: [t.id, t.release, t.kernel, t.family, t.arch, t.code,
		    t.cause, t.reason].join(" ").toLowerCase(),
	};
}

function stepCell(id, label, status, extra)
{
	return h("td", { role: "cell", class: `m-step m-${id}`,
	    data: { label } },
	    status ? h("span", { class: `step is-${status}` }, icon(status),
	        h("span", { class: status === "pass" && !extra ?
	            "step-word is-plain" : "step-word" },
	            extra || statusWord(status))) :
	        h("span", { class: "dim" }, "–"));
}

function causeCell(t)
{
	return h("td", { role: "cell", class: "m-cause",
	    data: { label: "Cause" } }, t.cause &&
	    h("span", {}, t.cause),
	    t.status !== "pass" && t.reason &&
	    h("small", { class: "dim", text: t.reason }));
}

function buildRow(t)
{
	const el = h("tr", { role: "row", class: `row is-${t.status}` +
	    (t.required ? " is-required" : ""), data: { id: t.id } },
	    h("td", { role: "cell", class: "m-result" },
	        h("span", { class: `pill is-${t.status}` }, icon(t.status),
	            statusWord(t.status))),
	    h("th", { role: "rowheader", scope: "row", class: "m-target" },
	        h("button", { type: "button", class: "row-open",
	            "aria-label": `${t.id}: ${statusWord(t.status)}, ` +
	            `${t.required ? "required" : "optional"}. Open details` },
	            t.id),
	        h("span", { class: t.required ? "req-mark" : "opt-mark",
	            text: t.required ? "required" : "optional" }),
	        t.differs.length > 0 && h("small", { class: "dim mono",
	            text: t.differs.join(", ") })),
	    h("td", { role: "cell", class: "m-kernel mono",
	        data: { label: "Kernel" }, text: t.kernel || "–" }),
	    stepCell("boot", "Boot", t.steps.boot,
	        t.steps.boot === "infra_error" && "Failed"),
	    stepCell("load", "Load", t.steps.load),
	    stepCell("attach", "Attach", t.steps.attach, t.attachCount),
	    causeCell(t),
	    h("td", { role: "cell", class: "m-time num",
	        data: { label: "Time" }, text: duration(t.durationMs) }));

	el.addEventListener("click", (e) => {
		/* Selecting text in a row is not a wish to open it. */
		if (e.target.closest("button") ||
		    !window.getSelection()?.toString())
			open(t.id);
	});
	return { t, el, row: filterRow(t) };
}

function head()
{
	return h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
	    COLUMNS.map((c) => h("th", { role: "columnheader", scope: "col",
	        class: `m-${c.id}`, data: { col: c.id } },
	        c.sort ? h("button", { type: "button", class: "sorter",
	            onclick: () => sortBy(c.id) }, c.label) : c.label))));
}

function sortBy(id)
{
	order = { id, down: order.id === id ? !order.down : false };
	place();
}

/*
 * Puts the rows that the filter wants into the table, in order; of very many
 * only the first, so that a keystroke never waits for a layout of them all.
 */
function place()
{
	const query = byId("matrix-filter").value.trim();
	const { match, error } = compile(query, KEYS);
	const col = COLUMNS.find((c) => c.id === order.id);
	const wanted = rows.filter((r) => match(r.row)).toSorted((a, b) =>
	    (order.down ? -1 : 1) * col.sort(a.t, b.t) ||
	    worstFirst(a.t, b.t));
	const few = wanted.slice(0, all ? wanted.length : ROWS_AT_ONCE);

	for (const g of groups) {
		const mine = few.filter((r) =>
			Boolean(r.t.variantOf) === g.variant);

		g.body.hidden = mine.length === 0;
		g.body.replaceChildren(...[g.head, ...mine.map((r) => r.el)]
		    .filter(Boolean));
	}
	for (const th of byId("matrix").querySelectorAll("thead th")) {
		if (th.dataset.col === order.id)
			th.setAttribute("aria-sort",
			    order.down ? "descending" : "ascending");
		else
			th.removeAttribute("aria-sort");
	}
	say(query, error, wanted.length, few.length);
	settleTabStop();
}

function say(query, error, n, drawn)
{
	byId("matrix-note").textContent = error ||
	    (n === rows.length ? "" : `${n} of ${rows.length} shown`);
	byId("matrix-none").hidden = n > 0;
	byId("matrix-more").hidden = n === drawn;
	byId("matrix-more").querySelector("button").textContent =
	    `Show the other ${n - drawn}`;
	for (const b of byId("matrix-chips").children)
		b.setAttribute("aria-pressed",
		    String(b.dataset.query === query));
	markCounts(query);
}

/* Writes a filter; the same one again takes it away. */
export function filterMatrix(query)
{
	const box = byId("matrix-filter");

	box.value = box.value.trim() === query ? "" : query;
	place();
}

function shown()
{
	return [...byId("matrix").querySelectorAll("tbody .row")];
}

/* The ids in the order on screen, for "previous" and "next". */
export function shownIds()
{
	return shown().map((tr) => tr.dataset.id);
}

function opener(tr)
{
	return tr?.querySelector(".row-open");
}

function settleTabStop()
{
	const all = shown();
	const current = all.find((tr) => opener(tr).tabIndex === 0 &&
	    opener(tr).hasAttribute("tabindex")) ?? all[0];

	for (const r of rows)
		opener(r.el).tabIndex = r.el === current ? 0 : -1;
}

export function focusRow(id)
{
	const tr = shown().find((r) => r.dataset.id === id);

	if (!tr)
		return;
	for (const r of rows)
		opener(r.el).tabIndex = r.el === tr ? 0 : -1;
	opener(tr).focus();
}

function move(e)
{
	const all = shown();
	const i = all.findIndex((tr) => tr.contains(document.activeElement));
	const to = { ArrowDown: i + 1, j: i + 1, ArrowUp: i - 1, k: i - 1,
	    Home: 0, End: all.length - 1 }[e.key];

	if (i < 0 || to === undefined || e.ctrlKey || e.metaKey || e.altKey)
		return;
	e.preventDefault();
	if (all[to])
		focusRow(all[to].dataset.id);
}

/*
 * A kernel under other settings is no second kernel: such rows have a group
 * of their own, which comes first only if the worst is in it.
 */
function buildGroups()
{
	const worst = rows.toSorted((a, b) => worstFirst(a.t, b.t))[0];
	const some = (variant) => rows.some((r) =>
		Boolean(r.t.variantOf) === variant);
	const split = some(true) && some(false);

	return [false, true].filter(some).map((variant) => ({ variant,
	    body: h("tbody", { role: "rowgroup" }),
	    head: split && h("tr", { role: "row", class: "group-row" },
	            h("th", { role: "rowheader", scope: "rowgroup",
	                colspan: COLUMNS.length, text: variant ?
	                    "The same kernels under other settings" :
	                    "Kernels as distributed" })) }))
	    .sort((a, b) => split && worst.t.status !== "pass" ?
	        Number(b.variant === Boolean(worst.t.variantOf)) -
	        Number(a.variant === Boolean(worst.t.variantOf)) : 0);
}

export function showMatrix(m, onopen)
{
	open = onopen;
	rows = m.targets.map(buildRow);
	groups = buildGroups();
	all = false;
	order = { id: "result", down: false };
	byId("matrix-filter").value = "";
	replace(byId("matrix"),
	    h("caption", { class: "sr-only" },
	        "Result per kernel. Arrow keys move, Enter opens details."),
	    head(), groups.map((g) => g.body));
	place();
}

export function initMatrix()
{
	byId("matrix-filter").addEventListener("input", place);
	byId("matrix").addEventListener("keydown", move);
	for (const b of byId("matrix-chips").children)
		b.addEventListener("click",
		    () => filterMatrix(b.dataset.query));
	byId("matrix-more").querySelector("button").addEventListener("click",
	    () => {
		const next = shown().length;

		all = true;
		place();
		focusRow(shown()[next]?.dataset.id);
	});
	byId("matrix-none").querySelector("button").addEventListener("click",
	    () => {
		filterMatrix("");
		byId("matrix-filter").focus();
	});
}
