/*
 * What the verifier spent on each program, kernel by kernel, and how much of
 * its limit that is.  A bar per kernel shows where the cost jumps; the same
 * figures stand beside it as text.
 */

import { h, svg } from "./dom.js";
import { plural } from "./fmt.js";
import { compare } from "./kernel.js";
import { statusWord } from "./words.js";

const PROGRAMS_MAX = 12;	/* dearest first; more say nothing new */
const HEIGHT = 34;
const STEP = 14;		/* a bar and its gap */
const LIMIT = 1000000;		/* BPF_COMPLEXITY_LIMIT_INSNS since 5.2 */

const number = (n) => n.toLocaleString("en");

/* Share of the limit, 0 to 1, by the limit that this kernel told. */
export function shareOf(v)
{
	return (v?.processed_insns ?? 0) / (v?.insn_limit || LIMIT);
}

/* [{name, points: [{id, line, insns, share, status}], most, least}] */
export function costsOf(m)
{
	const byName = new Map();
	const targets = m.targets.filter((t) => !t.variantOf)
	    .toSorted((a, b) => compare(a.family, b.family) ||
	        a.id.localeCompare(b.id));

	for (const t of targets) {
		for (const p of t.raw.programs ?? []) {
			const insns = p.verifier?.processed_insns;

			if (!(insns > 0) || p.variant_off)
				continue;
			if (!byName.has(p.name))
				byName.set(p.name, []);
			byName.get(p.name).push({ id: t.id, line: t.family,
			    insns, share: shareOf(p.verifier),
			    status: p.load_status === "pass" ?
			        "pass" : "fail" });
		}
	}
	return [...byName].map(([name, points]) => ({ name, points,
	    most: Math.max(...points.map((p) => p.insns)),
	    least: Math.min(...points.map((p) => p.insns)),
	    share: Math.max(...points.map((p) => p.share)) }))
	    .toSorted((a, b) => b.most - a.most);
}

function bars(c, lines)
{
	const at = new Map(c.points.map((p) => [p.id, p]));
	const width = lines.length * STEP;

	return svg("svg", { class: "cost-chart", width, height: HEIGHT,
	    viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true",
	    focusable: "false" }, lines.map(({ id, line }, i) => {
		const p = at.get(id);
		const tall = p ? Math.max(2, p.insns / c.most * HEIGHT) : 1;

		return svg("rect", { x: i * STEP + 1, width: STEP - 3,
		    y: HEIGHT - tall, height: tall, rx: 1.5,
		    class: p ? `is-${p.status}` : "is-none" },
		    svg("title", { text: p ? `${line}: ` +
		        `${number(p.insns)} instructions` +
		        `${p.status === "fail" ? ", refused there" : ""}` :
		        `${line}: not loaded` }));
	}));
}

const percent = (share) => share < 0.001 ? "< 0.1 %" :
    `${(share * 100).toFixed(1)} %`;

function headroom(share)
{
	const used = Math.min(1, share);

	return h("div", { class: "headroom" },
	    svg("svg", { class: "headroom-bar", viewBox: "0 0 100 6",
	        preserveAspectRatio: "none", "aria-hidden": "true",
	        focusable: "false" },
	    svg("rect", { class: used > .8 ? "is-fail" : used > .5 ?
	        "is-warn" : "is-pass", x: 0, y: 0, height: 6, rx: 1,
	        width: Math.max(1, used * 100).toFixed(2) })),
	    h("span", { class: "num", text: `${percent(share)} used` }));
}

function range(c)
{
	return c.least === c.most ? number(c.most) :
	    `${number(c.least)} – ${number(c.most)}`;
}

/* For those who cannot see the bars: kernel by kernel. */
function spoken(c)
{
	return h("span", { class: "sr-only", text: c.points.map((p) =>
	    `${p.line} ${number(p.insns)}` + (p.status === "fail" ?
	        ` ${statusWord("fail")}` : "")).join(", ") });
}

function row(c, lines)
{
	return h("tr", {},
	    h("th", { scope: "row", class: "mono", text: c.name }),
	    h("td", { class: "cost-plot" }, bars(c, lines), spoken(c)),
	    h("td", { class: "num cost-range", text: range(c) }),
	    h("td", {}, headroom(c.share)));
}

/* Null when no kernel told what it spent. */
export function costPlot(m)
{
	const all = costsOf(m);

	if (all.length === 0)
		return null;
	const lines = [...new Map(all.flatMap((c) => c.points)
	    .map((p) => [p.id, p])).values()].toSorted((a, b) =>
	    compare(a.line, b.line) || a.id.localeCompare(b.id));

	return h("section", { class: "costs-box", "aria-labelledby":
	    "cost-title" },
	    h("h3", { id: "cost-title" }, "Verifier cost and headroom"),
	    h("p", { class: "dim" }, "Instructions the verifier processed, " +
	        `one bar a kernel, ${lines[0].line} to ${lines.at(-1).line}; ` +
	        "the limit is one million."),
	    h("div", { class: "scroll-box", tabindex: "0", role: "region",
	        "aria-label": "Verifier cost" },
	        h("table", { class: "plain costs" },
	            h("thead", {}, h("tr", {}, ["Program", "By kernel",
	                "Instructions", "Of the limit"].map((t) =>
	                h("th", { scope: "col", text: t })))),
	            h("tbody", {}, all.slice(0, PROGRAMS_MAX)
	                .map((c) => row(c, lines))))),
	    all.length > PROGRAMS_MAX && h("p", { class: "dim" }, "and " +
	        `${plural(all.length - PROGRAMS_MAX, "cheaper program")}`));
}
