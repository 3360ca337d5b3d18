/* The comparison of two runs: verdict first, then what changed. */

import { h, svg, replace, byId, icon } from "./dom.js";
import { dateTime } from "./fmt.js";
import { costs, diffVerdict, groups, headline, partLines, percent, reasons,
    sideName } from "./diff.js";
import { copyButton, download } from "./export.js";
import { statusWord } from "./words.js";

const BARS = 12;	/* more of them say nothing new */

const STATUS = { pass: "pass", fail: "fail", error: "infra_error" };
const WORD = { pass: "Pass", fail: "Fail", error: "No verdict" };

function pill(status, word)
{
	return h("span", { class: `pill is-${status}` }, icon(status), word);
}

function banner(d)
{
	const v = diffVerdict(d);

	return h("div", { class: `verdict is-${v.look}` }, icon(v.look),
	    h("div", {},
	        h("h2", { id: "diff-title", tabindex: "-1", text: v.title }),
	        h("p", { text: v.text }),
	        h("p", { class: "dim", text: headline(d) })));
}

function side(label, s, onrun)
{
	const href = `/?run_id=${encodeURIComponent(s.run_id ?? "")}`;

	return h("div", { class: "side" },
	    h("h3", {}, h("span", { class: "dim", text: `${label} ` }),
	        sideName(s)),
	    h("p", {}, pill(STATUS[s.summary_status] ?? "pending",
	        WORD[s.summary_status] ?? s.summary_status ?? ""), " ",
	    s.run_id && h("a", { href, class: "mono", onclick: (e) => {
		if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0)
			return;
		e.preventDefault();
		onrun(s.run_id);
	    } }, s.run_id)),
	    h("p", { class: "dim side-facts" }, [
	        s.started_at && dateTime(s.started_at),
	        s.matrix_name && `matrix ${s.matrix_name}`,
	        s.artifact_sha256 && `SHA-256 ${s.artifact_sha256.slice(0, 12)}`,
	        s.signed ? "signed record" : "no signed record",
	    ].filter(Boolean).join(" · ")));
}

function sides(d, on)
{
	return h("div", { class: "sides" }, side("Base", d.base ?? {}, on.run),
	    h("button", { type: "button", class: "button is-quiet swap",
	        onclick: on.swap }, icon("again"),
	        h("span", {}, "Swap")),
	    side("Head", d.head ?? {}, on.run));
}

function notes(d)
{
	return (d.notes ?? []).length > 0 && h("ul", { class: "diff-notes",
	    "aria-label": "What else to know" }, d.notes.map((n) =>
	    h("li", { class: "dim" }, icon("warn"), n.text)));
}

/* --- the table ------------------------------------------------------------ */

function state(status, code, kernel, label)
{
	return h("td", { data: { label } },
	    status ? pill(status, statusWord(status)) :
	        h("span", { class: "dim" }, "Not tested"),
	    code && h("code", { class: "code-tag", text: code }),
	    kernel && h("small", { class: "dim mono", text: kernel }));
}

function what(row)
{
	const why = reasons(row);
	const parts = partLines(row);

	return h("td", { class: "diff-what" },
	    row.stage_change === "earlier" && h("p", {},
	        `Fails earlier: in ${row.head_stage}, was ${row.base_stage}`),
	    row.required_change && h("p", {},
	        row.required_change === "raised" ? "Newly required" :
	            "Was required, is optional now"),
	    why.was && h("p", { class: "dim" }, `Was: ${why.was}`),
	    why.is && h("p", { text: why.is }),
	    parts.length > 0 && h("ul", { class: "diff-parts" },
	        parts.map((t) => h("li", { class: "mono", text: t }))));
}

function row(r)
{
	const kernels = r.base_kernel && r.head_kernel &&
	    r.base_kernel !== r.head_kernel;

	return h("tr", { class: r.blocks ? "diff-row is-blocking" : "diff-row" },
	    h("th", { scope: "row" },
	        h("span", { class: "mono", text: r.profile_id }),
	        r.required && h("span", { class: "req-mark",
	            text: "required" })),
	    state(r.base_status, r.base_classification,
	        kernels && r.base_kernel, "Before"),
	    state(r.head_status, r.head_classification,
	        kernels && r.head_kernel, "After"),
	    what(r));
}

function group(g)
{
	return h("tbody", { class: `is-${g.look}` },
	    h("tr", { class: "diff-group" },
	        h("th", { colspan: "4", scope: "rowgroup" }, icon(g.look),
	            `${g.title} (${g.rows.length})`)),
	    g.rows.map(row));
}

function table(d)
{
	const loud = groups(d).filter((g) => !g.quiet);

	if (loud.length === 0)
		return h("p", { class: "none" }, "No kernel changed.");
	return h("table", { class: "diff" },
	    h("caption", { class: "sr-only" }, "Kernels that changed"),
	    h("thead", {}, h("tr", {}, ["Kernel", "Before", "After",
	        "What changed"].map((t) =>
	        h("th", { scope: "col", text: t })))),
	    loud.map(group));
}

function quiet(d)
{
	return groups(d).filter((g) => g.quiet).map((g) =>
	    h("details", { class: "diff-quiet" },
	        h("summary", {}, `${g.title} (${g.rows.length})`),
	        h("ul", {}, g.rows.map((r) => h("li", { class: "mono" },
	            r.profile_id, r.required && h("span", { class: "req-mark",
	                text: "required" }))))));
}

/* --- what the verifier spent ---------------------------------------------- */

function bar(value, most, look)
{
	const width = most > 0 ? Math.max(1, value / most * 100) : 0;

	return svg("svg", { class: `cost-bar ${look}`, viewBox: "0 0 100 6",
	    preserveAspectRatio: "none", "aria-hidden": "true",
	    focusable: "false" },
	    svg("rect", { x: "0", y: "0", width: width.toFixed(2),
	        height: "6", rx: "1" }));
}

const number = (n) => n.toLocaleString();

function costRow(c)
{
	const most = Math.max(c.was, c.is);

	return h("li", { class: `cost ${c.up ? "is-fail" : "is-pass"}` },
	    h("span", { class: "cost-name" },
	        h("b", { class: "mono", text: c.program }),
	        h("span", { class: "dim mono", text: c.profile })),
	    h("span", { class: "cost-bars" },
	        bar(c.was, most, "is-was"), bar(c.is, most, "is-now")),
	    h("span", { class: "num cost-numbers" },
	        `${number(c.was)} → ${number(c.is)}`,
	        h("b", { text: percent(c.permille) }),
	        c.near && h("span", { class: "dim" }, "near the limit")));
}

function costSection(d)
{
	const all = costs(d);
	const limit = d.verdict?.cost_threshold_percent ?? 10;

	return all.length > 0 && h("section", { class: "diff-costs",
	    "aria-labelledby": "costs-title" },
	    h("h3", { id: "costs-title" }, "Verifier cost"),
	    h("p", { class: "dim" }, "Instructions processed, before and " +
	        `after, where they differ by more than ${limit} %`),
	    h("ul", {}, all.slice(0, BARS).map(costRow)),
	    all.length > BARS && h("p", { class: "dim" },
	        `and ${all.length - BARS} more, in the JSON`));
}

/* on: {run(id), swap(), link(), markdown()} */
export function showDiff(d, on)
{
	replace(byId("diff"), banner(d), sides(d, on), notes(d), table(d),
	    quiet(d), costSection(d), h("div", { class: "actions" },
	        copyButton("Copy link", "link", on.link, "Link copied"),
	        copyButton("Copy Markdown", "copy", on.markdown,
	            "Markdown copied"),
	        h("button", { type: "button", class: "button is-quiet",
	            onclick: () => download("bpfcompat-diff.json",
	                JSON.stringify(d, null, 2) + "\n") },
	            icon("down"), h("span", {}, "JSON"))));
	const title = diffVerdict(d).title;

	document.title = `${title} · bpfcompat`;
	byId("diff-title").focus();
	return `${title}: ${headline(d)}`;
}
