/*
 * Every kernel of a run on one glance: a row per distribution, a row per
 * other environment (lockdown, JIT off, …), a column per kernel line.  The
 * edge between what works and what does not is seen before it is read.
 */

import { h, icon } from "./dom.js";
import { distro } from "./fmt.js";
import { compare } from "./kernel.js";
import { statusWord } from "./words.js";

function rowName(t)
{
	return t.variantOf ? t.differs.join(", ") || t.id :
	    [distro(t.distro), t.arch !== "x86_64" && t.arch]
	        .filter(Boolean).join(" ") || "Kernels";
}

/* Plain rows first, then the environments, each in the order of the page. */
function rowsOf(targets)
{
	const sorted = targets.toSorted((a, b) =>
	    Number(Boolean(a.variantOf)) - Number(Boolean(b.variantOf)) ||
	    compare(a.family, b.family) || a.id.localeCompare(b.id));

	return [...Map.groupBy(sorted, rowName)].map(([name, list]) =>
		({ name, list, variant: Boolean(list[0].variantOf) }));
}

/* A column per line, and as many as one row needs for the same line. */
function columnsOf(rows)
{
	const width = new Map();

	for (const r of rows) {
		for (const [line, ts] of Map.groupBy(r.list, (t) => t.family))
			width.set(line, Math.max(width.get(line) ?? 0,
			    ts.length));
	}
	let next = 1;
	const start = new Map();

	for (const line of [...width.keys()].toSorted(compare)) {
		start.set(line, next);
		next += width.get(line);
	}
	return { start, count: next - 1 };
}

function cell(t, column, onopen)
{
	const word = statusWord(t.status);
	const el = h("li", {}, h("button", { type: "button",
	    class: `cell is-${t.status}${t.required ? " is-required" : ""}`,
	    title: `${t.id}: ${t.cause || word}`, data: { id: t.id },
	    onclick: () => onopen(t.id) },
	    icon(t.status), h("b", { text: t.family || "?" }),
	    h("small", { text: word }),
	    !t.required && h("small", { class: "cell-opt", text: "opt." }),
	    h("span", { class: "sr-only", text: `, ${t.id}, ` +
	        `${t.required ? "required" : "optional"}, open details` })));

	el.style.gridColumn = String(column);
	return el;
}

function gridRow(r, columns, onopen)
{
	const used = new Map();
	const list = h("ul", { class: "cells" }, r.list.map((t) => {
		const n = used.get(t.family) ?? 0;

		used.set(t.family, n + 1);
		return cell(t, columns.start.get(t.family) + n, onopen);
	}));

	list.style.setProperty("--columns", String(columns.count));
	return h("div", { class: "grid-row" },
	    h("h4", { class: "grid-name" }, r.name), list);
}

/* Null for a single kernel: the verdict says it all. */
export function kernelGrid(m, onopen)
{
	if (m.targets.length < 2)
		return null;
	const rows = rowsOf(m.targets);
	const columns = columnsOf(rows);
	const plain = rows.filter((r) => !r.variant);
	const others = rows.filter((r) => r.variant);
	const draw = (r) => gridRow(r, columns, onopen);

	return h("section", { class: columns.count > 14 ?
	    "kernel-grid is-flow" : "kernel-grid",
	    "aria-labelledby": "grid-title" },
	    h("h3", { id: "grid-title" }, "Kernels, oldest to newest"),
	    plain.map(draw),
	    others.length > 0 && [
	        h("p", { class: "grid-label dim" },
	            "The same kernels under other settings"),
	        others.map(draw)]);
}
