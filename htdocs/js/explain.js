/*
 * Why the verifier refused a program: the way to the failing line, the
 * registers it speaks of, the rule and the usual fix.
 */

import { h } from "./dom.js";

const REGISTERS_MAX = 6;

const base = (file) => (file ?? "").split("/").at(-1);

function place(s)
{
	return s?.file ? [base(s.file), s.line, s.column].filter(Boolean)
	    .join(":") : "";
}

/* "r1" in "r1 = *(u8 *)(r10 -1)", but not the "r1" of "r10". */
export function named(e, name)
{
	const word = new RegExp(`${name.replace(/\W/g, "")}(?![0-9a-z])`, "i");

	return word.test(e.insn_text ?? "") || word.test(e.verdict ?? "");
}

function step(s)
{
	const what = s.kind === "acquire" ? "acquired by" :
	    s.taken ? "taken" : "not taken";

	return h("li", { class: "way-step" },
	    h("span", { class: "dim", text: `${what} ` }),
	    h("code", { text: `${s.insn}: ${s.insn_text ?? ""}` }),
	    s.source?.text && h("span", { class: "dim mono", text:
	        `  ${s.source.line ?? ""}  ${s.source.text}` }));
}

function way(e)
{
	const list = e.path ?? [];

	return list.length > 0 && h("details", {},
	    h("summary", {}, `The way there: ${list.length} step` +
	        `${list.length === 1 ? "" : "s"}`),
	    h("ol", { class: "lines" }, list.map(step)));
}

function registers(e)
{
	const list = (e.registers ?? []).filter((r) => named(e, r.name ?? ""))
	    .slice(0, REGISTERS_MAX);

	return list.length > 0 && h("dl", { class: "pairs" },
	    list.map((r) => [h("dt", { class: "mono", text: r.name }),
	        h("dd", { class: "mono", text: r.value ?? "" })]));
}

function line(e)
{
	const s = e.source ?? {};

	return (s.text || e.insn_text) && h("pre", { class: "fail-line",
	    tabindex: "0", role: "region", "aria-label": "Failing line" },
	    s.file && h("span", { class: "dim", text: `${place(s)}\n` }),
	    s.text && `${s.text}\n`,
	    e.insn_text && h("span", { class: "dim", text:
	        `insn ${e.insn}: ${e.insn_text}` }));
}

/* Null for a program without an explanation. */
export function explanationView(p)
{
	const e = p.explanation;

	if (!e)
		return null;
	return h("section", { class: "explained" },
	    h("h4", {}, h("span", { class: "mono", text: p.name ?? "" }),
	        e.sub_reason && h("code", { class: "code-tag",
	            text: e.sub_reason })),
	    e.verdict && h("p", { class: "cause-reason", text: e.verdict }),
	    line(e), registers(e), way(e),
	    e.rule && h("p", {}, h("b", {}, "Rule: "), e.rule),
	    e.fix && h("p", {}, h("b", {}, "Usual fix: "), e.fix),
	    e.report?.suggestion && h("p", {}, h("b", {}, "The kernel says: "),
	        e.report.suggestion));
}

/* The grounds of a verdict, without the line that is quoted already. */
export function proofList(c)
{
	const list = (c?.proof ?? []).filter((p) => p.text &&
	    p.text !== c.evidence);

	return list.length > 0 && h("ul", { class: "lines proof" },
	    list.map((p) => h("li", {},
	        h("span", { class: "dim", text: `${p.kind ?? "proof"}: ` }),
	        p.text)));
}
