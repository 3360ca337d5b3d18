/*
 * From rows to sentences: the verdict, the kernel boundary, and failures
 * grouped by their cause.  Pure functions; verdict.js shows them.
 */

import { list, plural } from "./fmt.js";
import { compare } from "./kernel.js";

const kernels = (n) => plural(n, "kernel");

function failHead(c)
{
	return c.required_fail === c.required ?
	    `Not compatible: ${c.required === 1 ? "the required kernel" :
	        `all ${c.required} required kernels`} refuse${
	        c.required === 1 ? "s" : ""} it` :
	    `Not compatible: ${c.required_fail} of ${c.required} required ` +
	    `kernels refuse${c.required_fail === 1 ? "s" : ""} it`;
}

function passHead(c)
{
	if (c.required_expected > 0)
		return `Compatible as expected: ${c.required_pass} of ` +
		    `${c.required} required kernels take it, ` +
		    `${c.required_expected} ` +
		    `${c.required_expected === 1 ? "fails" : "fail"} as known`;
	return c.required === 1 ? "Compatible with the required kernel" :
	    `Compatible with all ${c.required} required kernels`;
}

function gap(c)
{
	return c.infra_error > 0 ?
	    ` ${kernels(c.infra_error)} gave no answer.` : "";
}

function optionalText(c)
{
	const n = c.optional_fail;

	return n === 0 ? "" : ` ${plural(n, "optional kernel")} ` +
	    `${n === 1 ? "refuses" : "refuse"} it.`;
}

/*
 * {kind, status, title, text}: kind chooses the colour, status the shape.
 * An infrastructure error never counts as a refusal, and without required
 * kernels nothing is called compatible.
 */
export function verdict(m)
{
	const c = m.counts;

	if (c.total === 0)
		return { kind: "infra", status: "infra_error",
		    title: "No result", text: m.notes.join(" ") ||
		    "The report holds no kernel." };
	if (m.canceled)
		return { kind: "infra", status: "canceled",
		    title: "The run was cancelled: " +
		    `${c.total - c.canceled} of ${kernels(c.total)} ` +
		    `${c.total - c.canceled === 1 ? "was" : "were"} judged`,
		    text: "What was found before is below; the others are " +
		    "open." };
	if (c.required_fail > 0)
		return { kind: "fail", status: "fail", title: failHead(c),
		    text: "Do not ship it to those kernels." +
		    optionalText(c) + gap(c) };
	if (c.required_unexpected > 0)
		return { kind: "fail", status: "fail",
		    title: "The manifest is out of date: " +
		    `${kernels(c.required_unexpected)} ` +
		    `${c.required_unexpected === 1 ? "takes" : "take"} what ` +
		    "was expected to fail",
		    text: "Take the expectation out of the manifest." + gap(c) };
	if (c.required_infra_error > 0)
		return { kind: "infra", status: "infra_error",
		    title: "No verdict: " + (c.required_infra_error === 1 ?
		        "a required kernel" : `${c.required_infra_error} ` +
		        "required kernels") + " gave no answer",
		    text: "This is about the run, not about the object; the " +
		    "cause below says what helps." + optionalText(c) };
	if (c.required === 0)
		return { kind: "open", status: "warn",
		    title: "Not gated: no kernel was required",
		    text: `${c.optional_pass} of ${kernels(c.total)} ` +
		    `${c.optional_pass === 1 ? "accepts" : "accept"} it. ` +
		    "Mark kernels as required to get a verdict." + gap(c) };
	return { kind: c.optional_fail + c.infra_error > 0 ? "partly" : "pass",
	    status: "pass", title: passHead(c),
	    text: (optionalText(c) + gap(c)).trim() || "Good to ship." };
}

/* True when the server's summary and our own count disagree. */
export function disagrees(m)
{
	const c = m.counts;

	if (m.status === "pass")
		return c.required_fail > 0 || c.required_infra_error > 0;
	if (m.status === "fail")
		return c.required_fail + c.required_unexpected === 0;
	return false;
}

function byLine(targets)
{
	const lines = Map.groupBy(targets.filter((t) => t.family &&
	    !t.variantOf && t.status !== "infra_error" && t.status !== "canceled"), (t) => t.family);

	return [...lines].map(([family, ts]) => ({ family,
	    pass: ts.every((t) => t.status === "pass"),
	    mixed: ts.some((t) => t.status !== ts[0].status) }))
	    .sort((a, b) => compare(a.family, b.family));
}

/* The server's own sentence says why, too: "…; 5.10 fails: helper …". */
function serverSentence(m)
{
	const text = m.report.summary?.boundary?.sentence;

	return typeof text === "string" && text !== "" ?
	    `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : "";
}

/*
 * "Works from 6.1 on; refused by 5.10."  Names only kernels that ran.
 * Empty when there is no boundary to tell.
 */
export function boundary(m)
{
	const said = serverSentence(m);

	if (said)
		return said;
	const lines = byLine(m.targets);

	if (lines.length > 1 && lines.every((l) => l.pass))
		return `Works on all of them, ${lines[0].family} to ` +
		    `${lines.at(-1).family}.`;
	const good = lines.filter((l) => l.pass).map((l) => l.family);
	const bad = lines.filter((l) => !l.pass).map((l) => l.family);

	if (good.length === 0 || bad.length === 0)
		return "";
	const simple = !lines.some((l) => l.mixed);

	if (simple && compare(bad.at(-1), good[0]) < 0)
		return `Works from ${good[0]} on; ` +
		    `refused by ${list(bad)}.`;
	if (simple && compare(good.at(-1), bad[0]) < 0)
		return `Works up to ${good.at(-1)}; ` +
		    `refused by ${list(bad)}.`;
	return `Refused by ${list(bad)}; ` + (good.length === 1 ?
	    `${good[0]} takes it.` : `the other ${good.length} lines take it.`) +
	    " Age alone does not decide.";
}

/* Numbers, addresses and quoted names differ while the cause is one. */
function normal(reason)
{
	return reason.toLowerCase().replace(/0x[0-9a-f]+|\d+/g, "#");
}

/*
 * Failures by cause, gravest first: [{cause, code, status, reason, remedy,
 * targets}].
 */
export function causes(targets)
{
	const groups = Map.groupBy(targets.filter((t) => t.status !== "pass"),
	    (t) => [t.status, t.code, t.stage, normal(t.reason)].join("\n"));

	return [...groups.values()].map((ts) => ({
		cause: ts[0].cause, code: ts[0].code, status: ts[0].status,
		stage: ts[0].stage, reason: ts[0].reason, quote: ts[0].quote,
		remedy: ts.find((t) => t.remedy)?.remedy ?? "", targets: ts,
		required: ts.filter((t) => t.required).length,
	}));
}
