/*
 * What happened to each program and each map of the object on one kernel.
 */

import { h, icon } from "./dom.js";
import { bytes, plural } from "./fmt.js";
import { explanationView } from "./explain.js";
import { logView } from "./log.js";
import { statusWord } from "./words.js";

/* The errno values that bpf(2) and libbpf return, for reading along. */
const ERRNO = {
	1: "EPERM", 2: "ENOENT", 3: "ESRCH", 4: "EINTR", 7: "E2BIG",
	9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES", 14: "EFAULT",
	16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 28: "ENOSPC",
	34: "ERANGE", 38: "ENOSYS", 95: "EOPNOTSUPP", 105: "ENOBUFS",
	110: "ETIMEDOUT", 524: "ENOTSUPP",
};

export function errnoText(n)
{
	const v = Math.abs(Number(n));

	return v ? ERRNO[v] ?? `errno ${v}` : "";
}

function result(status, errno)
{
	if (!status)
		return h("span", { class: "dim" }, "–");
	return h("span", { class: `step is-${status}` }, icon(status),
	    h("span", { class: "step-word" }, statusWord(status)),
	    status !== "pass" && errnoText(errno) &&
	    h("code", { class: "errno", text: errnoText(errno) }));
}

/* What failed comes first. */
const RELO = { failed: 0, poisoned: 0, guarded_missing: 1, resolved: 2 };

function logOf(p)
{
	return p.load_log || [p.log_head, p.log_tail].filter(Boolean)
	    .join("\n…\n");
}

function programRow(p)
{
	const why = p.variant_off ? "Not used here: another variant was chosen" :
	    p.classification?.reason || p.attach_error || "";

	return h("tr", {},
	    h("th", { scope: "row" },
	        h("span", { class: "mono", text: p.name ?? "" }),
	        h("small", { class: "dim mono", text: p.section ?? "" }),
	        why && h("small", { class: "why", text: why })),
	    h("td", {}, result(p.load_status, p.load_errno)),
	    h("td", {}, result(p.attach_status, p.attach_errno)),
	    h("td", { class: "num dim", text:
	        p.verifier?.processed_insns ?? "" }));
}

function programLog(p, link)
{
	const text = logOf(p);

	return text && h("details", { class: "log-box",
	    open: p.load_status === "fail" && !p.variant_off },
	    h("summary", {}, "Verifier log of ",
	        h("span", { class: "mono", text: p.name ?? "" }),
	        p.log_truncated && ", excerpt"),
	    h("p", { class: "log-more" }, link(p), h("span", { class: "dim",
	        text: " with registers, search and other kernels beside" })),
	    logView(text, `Verifier log of ${p.name}`,
	        p.explanation?.verdict?.split("; ").at(-1)));
}

/* What failed comes first; else the order of the object. */
function rank(p)
{
	return p.variant_off ? 3 : p.load_status === "fail" ? 0 :
	    p.attach_status === "fail" ? 1 : 2;
}

/* link(p) leads to the page of its log. */
export function programTable(all, link)
{
	if (!all?.length)
		return null;
	const programs = all.toSorted((a, b) => rank(a) - rank(b));
	const logs = programs.filter((p) => p.load_status === "fail" ||
	    logOf(p)).slice(0, 20);

	return h("section", {},
	    h("h3", { text: plural(programs.length, "program") }),
	    h("div", { class: "scroll-box", tabindex: "0", role: "region",
	        "aria-label": "Programs" },
	        h("table", { class: "plain" },
	            h("thead", {}, h("tr", {},
	                ["Program", "Load", "Attach", "Insns verified"].map((t) =>
	                    h("th", { scope: "col", text: t })))),
	            h("tbody", {}, programs.map(programRow)))),
	    programs.slice(0, 20).map(explanationView),
	    logs.map((p) => programLog(p, link)));
}

/* How each CO-RE relocation ended on this kernel; what failed first. */
export function relocationTable(all)
{
	const rows = (all ?? []).flatMap((p) => (p.relocations ?? [])
	    .map((r) => ({ ...r, program: p.name })))
	    .toSorted((a, b) => (RELO[a.status] ?? 1) - (RELO[b.status] ?? 1));

	return rows.length > 0 && h("details", { class: "log-box",
	    open: (RELO[rows[0].status] ?? 1) === 0 },
	h("summary", {}, plural(rows.length, "CO-RE relocation")),
	h("div", { class: "scroll-box is-flat", tabindex: "0", role: "region",
	    "aria-label": "CO-RE relocations" },
	h("table", { class: "plain" },
	    h("thead", {}, h("tr", {}, ["Type and member", "Here", "Kind",
	        "Program"].map((t) => h("th", { scope: "col", text: t })))),
	    h("tbody", {}, rows.slice(0, 200).map((r) => h("tr", {},
	        h("th", { scope: "row", class: "mono", text:
	            [r.local_type, r.access].filter(Boolean).join(" · ") }),
	        h("td", {}, h("span", { class: RELO[r.status] === 0 ?
	            "step is-fail" : "step is-pass" },
	        String(r.status ?? "").replaceAll("_", " "))),
	        h("td", { text: String(r.kind ?? "").replaceAll("_", " ") }),
	        h("td", { class: "mono", text: r.program ?? "" })))))));
}

/* What the kernel was asked to be sure of the cause. */
export function experimentList(all)
{
	return all?.length > 0 && h("details", { class: "log-box" },
	    h("summary", {}, `What the kernel was asked: ${all.length}`),
	    h("ul", { class: "lines asked" }, all.slice(0, 100).map((e) =>
	        h("li", {}, e.question ?? e.kind ?? "", " ",
	            h("b", { text: e.answer ?? "" }),
	            e.detail && h("span", { class: "dim mono",
	                text: ` ${e.detail}` })))));
}

/* A map is made, refused, or not reached; the same marks as a program's. */
const MAP_STATUS = { created: "pass", failed: "fail", not_tried: "" };

function mapRow(m)
{
	return h("tr", {},
	    h("th", { scope: "row" },
	        h("span", { class: "mono", text: m.name ?? "" })),
	    h("td", { text: m.type_name || m.type }),
	    h("td", { class: "num", text: m.max_entries ?? "" }),
	    h("td", { class: "num", text: m.value_size === undefined ? "" :
	        `${bytes(m.key_size ?? 0)} → ${bytes(m.value_size)}` }),
	    h("td", {}, result(MAP_STATUS[m.status] ?? m.status, m.errno),
	        m.status === "failed" && m.error &&
	        h("small", { class: "dim", text: m.error })));
}

export function mapTable(maps)
{
	if (!maps?.length)
		return null;
	return h("section", {},
	    h("h3", { text: plural(maps.length, "map") }),
	    h("div", { class: "scroll-box", tabindex: "0", role: "region",
	        "aria-label": "Maps" },
	        h("table", { class: "plain" },
	            h("thead", {}, h("tr", {},
	                ["Map", "Type", "Entries", "Key → value", "Create"]
	                    .map((t) => h("th", { scope: "col", text: t })))),
	            h("tbody", {}, maps.map(mapRow)))));
}
