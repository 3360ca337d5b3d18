/*
 * Taking a result along: its link, Markdown for an issue, the JSON report.
 */

import { h, icon, announce } from "./dom.js";
import { boundary, verdict } from "./findings.js";
import { worstFirst } from "./report.js";

/* Table cells hold text of an artifact's making: keep it in its cell. */
function cell(text)
{
	return String(text ?? "").replace(/[\r\n]+/g, " ")
	    .replace(/[\\|`*_<>[\]]/g, "\\$&");
}

const WORD = { pass: "pass", fail: "**fail**", infra_error: "no answer" };

export function permalink(m)
{
	return `${location.origin}/?run_id=${encodeURIComponent(m.id)}`;
}

/* The counts as an image, leading to the result by itself. */
function badge(m)
{
	const id = encodeURIComponent(m.id);

	return `[![compat](${location.origin}/badge/${id}.svg)]` +
	    `(${location.origin}/results?run_id=${id})\n`;
}

export function markdown(m)
{
	const rows = m.targets.toSorted(worstFirst).map((t) =>
	    `| ${cell(t.id)} | ${cell(t.kernel)} | ${WORD[t.status]} | ` +
	    `${t.required ? "yes" : "no"} | ` +
	    `${cell([t.code, t.reason].filter(Boolean).join(": "))} |`);

	return [`**${verdict(m).title}**`, "", boundary(m), "",
	    `Object \`${m.name.replaceAll("`", "")}\`, ` +
	    `SHA-256 \`${m.sha256}\`, run [${m.id}](${permalink(m)})`, "",
	    "| Target | Kernel | Result | Required | Cause |",
	    "|---|---|---|---|---|", ...rows, ""].join("\n");
}

/* One kernel of a run, for an issue. */
export function targetMarkdown(m, t)
{
	const link = `${permalink(m)}&target=${encodeURIComponent(t.id)}`;

	return [`**${cell(t.id)}: ${WORD[t.status] ?? t.status}** ` +
	    `(${t.required ? "required" : "optional"})`, "",
	`Object \`${m.name.replaceAll("`", "")}\`, kernel ` +
	    `\`${t.kernel.replaceAll("`", "")}\`, [evidence](${link})`, "",
	t.code && `- Cause: ${cell(t.code)} ${cell(t.sub)}`,
	t.reason && `- Reason: ${cell(t.reason)}`,
	t.quote && `- The kernel said: ${cell(t.quote)}`,
	t.remedy && `- What to do: ${cell(t.remedy)}`, ""]
	    .filter((l) => l !== false && l !== undefined).join("\n");
}

/*
 * The clipboard exists only on secure pages; else show text to copy.
 * "wanted" is the text or a promise of it.
 */
async function copy(button, wanted, said)
{
	let text;

	try {
		text = await wanted;
	} catch (e) {
		announce(e.message);
		return;
	}
	try {
		await navigator.clipboard.writeText(text);
		const label = button.querySelector("span");
		const old = label.textContent;

		label.textContent = "Copied";
		announce(said);
		setTimeout(() => { label.textContent = old; }, 1500);
	} catch {
		showText(button, text);
	}
}

function showText(button, text)
{
	const area = h("textarea", { class: "copy-box", readonly: true,
	    rows: "5", "aria-label": "Text to copy" });

	area.value = text;
	area.addEventListener("blur", () => area.remove());
	button.parentElement.append(area);
	area.focus();
	area.select();
}

export function download(name, text, type = "application/json")
{
	const url = URL.createObjectURL(new Blob([text], { type }));
	const a = h("a", { href: url, download: name });

	document.body.append(a);
	a.click();
	a.remove();
	URL.revokeObjectURL(url);
}

export function copyButton(label, iconName, text, said)
{
	return h("button", { type: "button", class: "button is-quiet",
	    onclick: (e) => copy(e.currentTarget, text(), said) },
	    icon(iconName), h("span", {}, label));
}

/* Leads away, or says on the button why it does not. */
async function tryPrevious(button, on)
{
	const said = await on.previous();

	if (said) {
		button.querySelector("span").textContent = said;
		announce(said);
	}
}

export function actions(m, on)
{
	return h("div", { class: "actions" },
	    h("button", { type: "button", class: "button", onclick: on.again },
	        icon("again"), h("span", {}, "Same kernels again")),
	    m.artifact && h("button", { type: "button",
	        class: "button is-quiet",
	        onclick: (e) => tryPrevious(e.currentTarget, on) },
	        icon("prev"), h("span", {}, "Compare with the run before")),
	    copyButton("Copy link", "link", () => permalink(m),
	        "Link copied"),
	    copyButton("Copy badge", "copy", () => badge(m),
	        "Badge copied as Markdown"),
	    copyButton("Copy Markdown", "copy", () => markdown(m),
	        "Markdown copied"),
	    h("button", { type: "button", class: "button is-quiet",
	        onclick: () => download(`bpfcompat-${m.id}.json`,
	            JSON.stringify(m.report, null, 2) + "\n") },
	        icon("down"), h("span", {}, "JSON")));
}
