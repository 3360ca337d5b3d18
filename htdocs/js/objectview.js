/*
 * What the object is and needs, found without booting a kernel: the oldest
 * kernel it can work on and why, its programs, maps and relocations.
 */

import { h, icon } from "./dom.js";
import { plural } from "./fmt.js";
import { compare } from "./kernel.js";

const ROWS_MAX = 60;

function table(name, columns, rows)
{
	const cut = rows.length - ROWS_MAX;

	return rows.length > 0 && h("section", {}, h("h4", { text: name }),
	    h("div", { class: "scroll-box", tabindex: "0", role: "region",
	        "aria-label": name },
	        h("table", { class: "plain" },
	            h("thead", {}, h("tr", {}, columns.map((c) =>
	                h("th", { scope: "col", text: c })))),
	            h("tbody", {}, rows.slice(0, ROWS_MAX)))),
	    cut > 0 && h("p", { class: "dim" }, `and ${cut} more, in the JSON`));
}

const mono = (text) => h("span", { class: "mono", text });

function needs(o)
{
	const all = (o.requirements ?? []).toSorted((a, b) =>
		compare(b.kernel, a.kernel));

	return table("What it needs", ["Since", "Feature", "For", "Used by"],
	    all.map((r) => h("tr", {},
	        h("td", { class: "num" }, h("b", { text: r.kernel ?? "" })),
	        h("th", { scope: "row" }, r.feature ?? "",
	            r.optional && h("span", { class: "opt-mark",
	                text: " optional" }),
	            r.note && h("small", { class: "dim", text: r.note })),
	        h("td", { text: r.phase ?? "" }),
	        h("td", {}, mono((r.where ?? []).join(", "))))));
}

function programs(o)
{
	return table(plural((o.programs ?? []).length, "program"),
	    ["Program", "Type", "Attaches to", "Instructions", "Helpers"],
	    (o.programs ?? []).map((p) => h("tr", {},
	        h("th", { scope: "row" }, mono(p.name ?? ""),
	            h("small", { class: "dim mono", text: p.section ?? "" })),
	        h("td", { text: p.type ?? "" }),
	        h("td", {}, mono(p.target ?? "")),
	        h("td", { class: "num", text:
	            p.insns_with_subprograms ?? p.insns ?? "" }),
	        h("td", {}, mono((p.helpers ?? []).map((x) =>
	            String(x.name ?? x.id).replace(/^bpf_/, ""))
	            .join(", "))))));
}

function maps(o)
{
	return table(plural((o.maps ?? []).length, "map"),
	    ["Map", "Type", "Entries", "Since"],
	    (o.maps ?? []).map((x) => h("tr", {},
	        h("th", { scope: "row" }, mono(x.name ?? "")),
	        h("td", { text: x.type_name ?? x.type ?? "" }),
	        h("td", { class: "num", text: x.max_entries ?? "" }),
	        h("td", { class: "num", text: x.since ?? "" }))));
}

function relocations(o)
{
	return table("Kernel types it reads (CO-RE)",
	    ["Type and member", "Kind", "In", "Times"],
	    (o.relocations ?? []).map((r) => h("tr", {},
	        h("th", { scope: "row" }, mono([r.type, r.access]
	            .filter(Boolean).join(" · "))),
	        h("td", { text: (r.kind ?? "").replaceAll("_", " ") }),
	        h("td", {}, mono(r.function ?? "")),
	        h("td", { class: "num", text: r.count ?? "" }))));
}

function floor(o)
{
	const f = o.predicted_floor ?? {};
	const limits = f.lower_bound ?? [];

	return f.kernel && h("div", { class: "floor" },
	    h("span", { class: "floor-number", text: f.kernel }),
	    h("div", {},
	        h("p", {}, h("b", {}, "The oldest kernel it can work on, ",
	            "by what it names")),
	        (f.because ?? []).map((t) => h("p", { text: t })),
	        limits.length > 0 && h("ul", { class: "lines dim" },
	            limits.map((t) => h("li", { text: t })))));
}

/* What a drawer says before it is opened. */
function teaser(o)
{
	return [o.predicted_floor?.kernel &&
	    `asks for ${o.predicted_floor.kernel} or newer`,
	plural((o.programs ?? []).length, "program"),
	plural((o.maps ?? []).length, "map"),
	o.license && `licence ${o.license}`,
	o.has_btf === false && "no BTF"].filter(Boolean).join(" · ");
}

/* Null for a report without them. */
export function objectFacts(m)
{
	const o = m.report.object;

	if (!o || !o.elf?.is_elf)
		return null;
	return h("details", { class: "drawer" },
	    h("summary", {}, h("b", {}, "What the object needs "),
	        h("span", { class: "dim", text: teaser(o) })),
	    h("div", { class: "drawer-body" }, floor(o),
	        m.report.object_comparison && h("p", { class: "compared" },
	            icon("link"), m.report.object_comparison),
	        needs(o), programs(o), maps(o), relocations(o)));
}
