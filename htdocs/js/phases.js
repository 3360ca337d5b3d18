/*
 * Where the time of a target went: one bar, one colour a phase, and the same
 * figures as text beside it.
 */

import { h, svg } from "./dom.js";
import { duration } from "./fmt.js";

const ORDER = ["queue", "prepare", "boot", "connect", "send", "validate",
	"collect", "teardown"];

const WIDTH = 600;
const HEIGHT = 14;

function parts(phases)
{
	return Object.entries(phases ?? {})
	    .filter(([name, ms]) => name !== "total" &&
	        Number.isFinite(ms) && ms > 0)
	    .sort(([a], [b]) => (ORDER.indexOf(a) + 1 || 99) -
	        (ORDER.indexOf(b) + 1 || 99));
}

function bar(list, total)
{
	let x = 0;

	return svg("svg", { class: "phase-bar", "aria-hidden": "true",
	    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" },
	    list.map(([name, ms], i) => {
		const w = ms / total * WIDTH;
		const rect = svg("rect", { class: `phase phase-${i % 8}`,
		    x, y: 0, width: Math.max(w, 1), height: HEIGHT },
		    svg("title", { text: `${name} ${duration(ms)}` }));

		x += w;
		return rect;
	}));
}

export function phaseChart(phases)
{
	const list = parts(phases);
	const total = list.reduce((sum, [, ms]) => sum + ms, 0);

	if (total <= 0)
		return null;
	return h("div", { class: "phases" }, bar(list, total),
	    h("ul", { class: "phase-key" }, list.map(([name, ms], i) =>
	        h("li", {}, h("span", { class: `swatch phase-${i % 8}` }),
	            `${name} `, h("b", { text: duration(ms) })))));
}
