/*
 * An excerpt of a verifier log.  The format differs from kernel to kernel:
 * a line that is not recognised is shown as it is, never dropped.  What
 * libbpf says after it is no complaint of the verifier's.
 */

import { h } from "./dom.js";

const KINDS = [
	["stats", /^(processed \d+ insns|insns processed|verification time)/],
	["stats", /^(stack depth|subprog \d+ |max_states|total_states)/],
	["insn", /^\s*\d+: \([0-9a-f]{2}\)/],
	["source", /^\s*;/],
	["state", /^\s*(\d+: )?(R\d+(_\w+)?=|frame\d+:|fp-?\d+=)/],
	["libbpf", /^libbpf: /],
	["flow", /^(from \d+ to \d+|[fF]unc#|caller|callee|returning|regs=)/],
	["flow", /^(reg type|last_idx|mark_precise|parent |BEGIN PROG|-- )/],
];

const MAX_LINES = 400;

function kind(text)
{
	return KINDS.find(([, re]) => re.test(text))?.[0] ??
	    (text.trim() === "" ? "blank" : "plain");
}

/*
 * The complaint: the line that the report names as the verdict, else the
 * last lines that are of none of the known kinds.  Returns the index of the
 * last one, -1 when there is none.
 */
function markFault(lines, kinds, verdict)
{
	const named = verdict ? lines.lastIndexOf(verdict) : -1;
	const last = named >= 0 ? named : kinds.lastIndexOf("plain");

	if (named >= 0)
		kinds[named] = "fault";
	for (let i = last; i >= 0 && kinds[i] === "plain"; i--)
		kinds[i] = "fault";
	return last;
}

export function logLines(text, verdict)
{
	const lines = text.replace(/\n+$/, "").split("\n");
	const kinds = lines.map(kind);

	return { lines, kinds, fault: markFault(lines, kinds, verdict) };
}

function shown(all)
{
	if (all.lines.length <= MAX_LINES)
		return 0;
	return Math.max(0, Math.min(all.fault - MAX_LINES / 2,
	    all.lines.length - MAX_LINES));
}

/* A scrollable block, opened at the complaint. */
export function logView(text, label, verdict)
{
	const all = logLines(text, verdict);
	const first = shown(all);
	const spans = all.lines.slice(first, first + MAX_LINES)
	    .map((l, i) => h("span", {
	        class: `log-line is-${all.kinds[first + i]}`,
	        text: l + "\n" }));
	const pre = h("pre", { class: "log", tabindex: "0", role: "region",
	    "aria-label": label }, first > 0 &&
	    h("span", { class: "log-line is-blank",
	        text: `… ${first} lines before\n` }), spans);

	requestAnimationFrame(() => {
		const el = pre.querySelector(".is-fault");

		if (el)
			pre.scrollTop = el.offsetTop - pre.clientHeight / 2;
	});
	return pre;
}
