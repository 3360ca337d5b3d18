/*
 * The evidence for one kernel, in a sheet beside the matrix: what was asked
 * and what booted, why it failed and what to do, programs, maps, logs, time.
 */

import { h, replace, byId, icon } from "./dom.js";
import { bytes, dateTime, duration, plural } from "./fmt.js";
import { stageText } from "./report.js";
import { shownIds, focusRow } from "./matrix.js";
import { statusWord } from "./words.js";
import { errnoText, experimentList, mapTable, programTable,
    relocationTable } from "./programs.js";
import { evidenceUrl } from "./api.js";
import { phaseChart } from "./phases.js";
import { proofList } from "./explain.js";
import { logView } from "./log.js";
import { logName } from "./logpage.js";
import { copyButton, targetMarkdown } from "./export.js";

let current = null;		/* {m, id} while open */
let onmove = () => {};
let go = () => {};

function pair(name, ...value)
{
	return value.some(Boolean) && [h("dt", { text: name }),
	    h("dd", {}, value)];
}

function yesNo(v)
{
	return v === undefined ? "" : v ? "yes" : "no";
}

function proof(t)
{
	const host = t.raw.host ?? {};
	const k = t.raw.kernel ?? {};
	const btf = t.raw.btf ?? {};

	return h("section", {}, h("h3", {}, "Kernel"),
	    h("dl", { class: "pairs" },
	        pair("Asked for", `${t.release} `, h("span",
	            { class: "mono", text: t.family }), ` ${t.arch}`),
	        pair("Booted", t.kernel && h("span", { class: "mono",
	            text: `${t.kernel} ${host.arch ?? ""}` })),
	        pair("It says", k.uname_version && h("span",
	            { class: "mono", text: k.uname_version })),
	        pair("Package", k.package && h("span", { class: "mono",
	            text: `${k.package} ${k.version ?? ""}` })),
	        pair("Image", k.sha256 && h("span", { class: "mono",
	            title: k.sha256, text: `sha256 ${k.sha256.slice(0, 12)}` })),
	        pair("Kernel BTF", yesNo(btf.kernel_btf_available)),
	        pair("Object BTF", yesNo(btf.artifact_has_btf)),
	        pair("BTF.ext", yesNo(btf.artifact_has_btf_ext))));
}

function loadText(v)
{
	if (!v.load_status)
		return "";
	const code = v.load_error_code ?
	    ` (${errnoText(v.load_error_code)})` : "";

	return [statusWord(v.load_status), v.load_error].filter(Boolean)
	    .join(": ") + code;
}

function attachText(t)
{
	const v = t.raw.validation ?? {};

	if (v.attach_mode === "disabled")
		return "not asked for";
	if (!v.attach_status)
		return "";
	return [statusWord(v.attach_status), t.attachCount &&
	    `${t.attachCount} programs`, v.attach_mode].filter(Boolean)
	    .join(", ");
}

function outcome(t)
{
	const v = t.raw.validation ?? {};

	return h("section", { class: `outcome is-${t.status}` },
	    t.status !== "pass" && h("div", { class: "cause-head" },
	        h("h3", { text: t.cause }),
	        t.code && h("code", { class: "code-tag",
	            text: t.sub ? `${t.code}/${t.sub}` : t.code }),
	        t.confidence && h("span", { class: "dim",
	            text: `${t.confidence} confidence` })),
	    t.expected && h("p", { class: "cause-reason",
	        text: t.expected }),
	    t.reason && h("p", { class: "cause-reason", text: t.reason }),
	    t.quote && h("p", { class: "cause-reason dim", text: t.quote }),
	    t.remedy && h("p", { class: "cause-remedy" },
	        h("b", {}, "What to do: "), t.remedy),
	    proofList(t.raw.classification),
	    t.environment && h("p", {}, h("b", {}, "Environment: "),
	        t.environment),
	    t.cautions.length > 0 && h("ul", { class: "lines" },
	        t.cautions.map((c) => h("li", {}, h("b", {}, "Caution: "),
	            c))),
	    h("dl", { class: "pairs" },
	        pair("Failed", t.stage && stageText(t.stage)),
	        pair("Load", loadText(v)), pair("Attach", attachText(t))));
}

const OUTCOME = {
	done: "answered", guest_died: "the guest died",
	guest_hung: "the guest hung", infra_error: "no answer",
	canceled: "cancelled",
};

function attemptRow(a, i)
{
	const ms = Date.parse(a.finished_at) - Date.parse(a.started_at);

	return h("li", {}, h("b", { text: `Attempt ${a.number ?? i + 1}` }),
	    " ", [OUTCOME[a.outcome] ?? a.outcome, a.error, duration(ms)]
	        .filter(Boolean).join(" · "));
}

function attempts(t)
{
	const list = t.raw.attempts ?? [];

	return list.length > 1 && h("section", {},
	    h("h3", { text: plural(list.length, "attempt") }),
	    h("ul", { class: "lines" }, list.map(attemptRow)));
}

function timing(t)
{
	const chart = phaseChart(t.raw.phases_ms);

	return (chart || Number.isFinite(t.durationMs)) && h("section", {},
	    h("h3", {}, "Time"),
	    h("p", {}, [duration(t.durationMs), t.raw.started_at &&
	        `started ${dateTime(t.raw.started_at)}`, t.raw.accel &&
	        `CPU by ${t.raw.accel.toUpperCase()}`, t.raw.template &&
	        "from a saved VM"].filter(Boolean).join(", ")),
	    chart);
}

function notes(t)
{
	return t.notes.length > 0 && h("section", {}, h("h3", {}, "Notes"),
	    h("ul", { class: "lines" },
	        t.notes.map((n) => h("li", { text: n }))));
}

function splat(t)
{
	const text = t.raw.splat ?? "";

	return text && h("section", {},
	    h("h3", {}, "What the kernel printed"),
	    logView(text, "Kernel messages"));
}

/*
 * Files of the run that the server hands out.  The report names them below
 * the run's folder; the address is made here, from names alone.
 */
function evidence(m, t)
{
	const dir = `targets/${t.id}/`;
	const list = (t.raw.files ?? []).filter((f) =>
	    String(f.path).startsWith(dir) && f.size_bytes > 0).map((f) =>
	    ({ name: f.path.slice(dir.length), size: f.size_bytes }));

	return list.length > 0 && h("section", {}, h("h3", {}, "Evidence"),
	    h("ul", { class: "files" }, list.map((f) => h("li", {},
	        h("a", { href: evidenceUrl(m.id, t.id, f.name),
	            download: true, text: f.name }), " ",
	        h("span", { class: "dim", text: bytes(f.size) })))));
}

/* Groups of probes: {map_types: {hash: {status}, …}, …}. */
function probeGroup(name, probes)
{
	const all = Object.entries(probes);
	const missing = all.filter(([, p]) => p?.status === "unsupported")
	    .map(([n]) => n);

	return [h("dt", { text: name.replaceAll("_", " ") }),
	    h("dd", {}, `${all.length - missing.length} of ${all.length}`,
	        missing.length > 0 && [", not ", h("span",
	            { class: "mono", text: missing.join(", ") })])];
}

function capabilities(t)
{
	const groups = Object.entries(t.raw.capabilities ?? {})
	    .filter(([name, g]) => /_types$/.test(name) && g !== null &&
	        typeof g === "object");

	return groups.length > 0 && h("section", {},
	    h("h3", {}, "What this kernel supports"),
	    h("dl", { class: "pairs" },
	        groups.map(([name, g]) => probeGroup(name, g))));
}

function command(t)
{
	return t.raw.qemu_command && h("details", { class: "log-box" },
	    h("summary", {}, "How the VM was started"),
	    h("pre", { class: "log is-wrapped", tabindex: "0", role: "region",
	        "aria-label": "QEMU command", text: t.raw.qemu_command }));
}

function rawJson(t)
{
	return h("details", { class: "log-box" },
	    h("summary", {}, "This target as JSON"),
	    h("pre", { class: "log", tabindex: "0", role: "region",
	        "aria-label": "JSON of this target",
	        text: JSON.stringify(t.raw, null, 2) }));
}

/* The way to the whole log of a program: a link, followed in place. */
function toLog(m, t)
{
	return (p) => h("a", { class: "log-link", href: `/?${new URLSearchParams(
	    { run_id: m.id, target: t.id, log: logName(p) })}`,
	onclick: (e) => {
		if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0)
			return;
		e.preventDefault();
		go({ run_id: m.id, target: t.id, log: logName(p) });
	} }, "Whole log", h("span", { class: "sr-only",
	    text: ` of ${p.name}` }));
}

function stepper(m, t)
{
	const ids = shownIds();
	const i = ids.indexOf(t.id);
	const to = (n, name, label) => h("button", { type: "button",
	    class: "icon-button", disabled: !ids[n] || i < 0,
	    "aria-label": label, onclick: () => openDetail(m, ids[n]) },
	    icon(name));

	return [to(i - 1, "prev", "Previous target"),
	    to(i + 1, "next", "Next target")];
}

function head(m, t)
{
	return h("header", { class: "sheet-head" },
	    h("span", { class: `pill is-${t.status}` }, icon(t.status),
	        statusWord(t.status)),
	    h("div", { class: "sheet-title" },
	        h("h2", { id: "detail-title", tabindex: "-1", text: t.id }),
	        h("span", { class: "dim",
	            text: t.required ? "required" : "optional" })),
	    h("div", { class: "sheet-tools" }, stepper(m, t),
	        h("button", { type: "button", class: "icon-button",
	            "aria-label": "Close details",
	            onclick: () => byId("detail").close() },
	            icon("close"))));
}

export function openDetail(m, id)
{
	const t = m.targets.find((x) => x.id === id);
	const sheet = byId("detail");

	if (!t)
		return;
	current = { m, id };
	replace(sheet, head(m, t), h("div", { class: "sheet-body" },
	    outcome(t), proof(t), programTable(t.raw.programs, toLog(m, t)),
	    mapTable(t.raw.maps),
	    relocationTable(t.raw.programs), experimentList(t.raw.experiments),
	    splat(t), capabilities(t), timing(t), attempts(t),
	    evidence(m, t), notes(t),
	    h("div", { class: "actions" }, copyButton("Copy link", "link",
	        () => location.href, "Link copied"),
	    copyButton("Copy Markdown", "copy", () => targetMarkdown(m, t),
	        "Markdown copied")), command(t), rawJson(t)));
	if (!sheet.open)
		sheet.showModal();
	byId("detail-title").focus();
	onmove(id);
}

export function closeDetail()
{
	if (byId("detail").open)
		byId("detail").close();
}

/*
 * moved(id or "") tells which target is open, for the address; leave(params)
 * goes to another view.
 */
export function initDetail(moved, leave)
{
	const sheet = byId("detail");

	onmove = moved;
	go = leave;
	sheet.addEventListener("close", () => {
		const id = current?.id;

		current = null;
		onmove("");
		if (id)
			focusRow(id);
	});
	/* A click on the backdrop has the dialog itself as its target. */
	sheet.addEventListener("click", (e) => {
		if (e.target === sheet)
			sheet.close();
	});
}
