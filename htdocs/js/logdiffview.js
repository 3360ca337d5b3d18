/* The same program on two kernels: their logs side by side. */

import { h, replace } from "./dom.js";
import { KIND_NAME, lineAt } from "./logparse.js";
import { compareLogs } from "./logread.js";
import { Scroller } from "./scroller.js";
import { plural } from "./fmt.js";

function half(log, n, same)
{
	return n < 0 ? h("span", { class: "half is-absent" }) :
	    h("span", { class: `half line is-${KIND_NAME[log.kinds[n]]}` +
	        (same ? "" : " is-other") },
	    h("span", { class: "line-number", text: n + 1 }),
	    h("code", { text: lineAt(log, n) }));
}

function row(a, b, [i, j, same])
{
	if (i === -2)
		return h("div", { class: "two is-fold dim",
		    text: `${plural(j, "line")} alike` });
	return h("div", { class: "two" }, half(a, i, same),
	    half(b, j, same));
}

function summary(rows, a, b)
{
	const left = rows.filter((r) => r[0] >= 0 && !r[2]).length;
	const right = rows.filter((r) => r[1] >= 0 && !r[2]).length;

	return left + right === 0 ?
	    "Both kernels saw the same instructions and said the same." :
	    `${plural(left, "line")} only on ${a.name}, ` +
	    `${right} only on ${b.name}. Registers, ids and addresses are ` +
	    "left out of the comparison.";
}

/* a, b: {log, name} */
export async function showLogDiff(el, a, b)
{
	const rows = await compareLogs(a.log, b.log);
	const box = h("div", { class: "lines-box is-two", tabindex: "0",
	    role: "region", "aria-label": "Two logs side by side" });

	replace(el, h("p", { class: "diff-said", role: "status",
	    text: summary(rows, a, b) }),
	h("div", { class: "two two-head" }, h("b", { text: a.name }),
	    h("b", { text: b.name })), box);
	const list = new Scroller(box, (n) => row(a.log, b.log, rows[n]));
	const first = rows.findIndex((r) => !r[2]);

	list.count = rows.length;
	if (first >= 0)
		list.show(first);
}
