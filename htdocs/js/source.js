/*
 * The other way to give an object: its source, pasted, opened or taken from
 * the sample, compiled on the server.  Hidden where the server compiles
 * nothing.
 */

import { h, replace, byId, announce } from "./dom.js";
import { bytes } from "./fmt.js";

const SAMPLE = "/sample/sample.bpf.c";

let on = false;
let maxBytes = 1024 * 1024;
let name = "source.bpf.c";
let changed = () => {};

export function sourceMode()
{
	return on;
}

/* {text, name, problem}: problem is "" when there is something to send. */
export function source()
{
	const text = byId("source").value;
	const size = new Blob([text]).size;

	return { text, name, size, problem: text.trim() === "" ?
	    "paste a source" : size > maxBytes ?
	        `${bytes(size)}; at most ${bytes(maxBytes)}` : "" };
}

export function focusSource()
{
	byId("source").focus();
}

export function setSourceMode(value)
{
	on = value;
	byId("drop").hidden = on;
	byId("source-box").hidden = !on;
	for (const b of byId("input-mode").children)
		b.setAttribute("aria-pressed",
		    String((b.dataset.mode === "source") === on));
	changed();
}

/* Puts a source into the box, as if it had been pasted. */
export function setSource(text, called)
{
	name = called;
	byId("source").value = text;
	setSourceMode(true);
}

/* Marks the place that the compiler complains about. */
export function showPlace(line, column)
{
	const box = byId("source");
	const before = box.value.split("\n").slice(0, line - 1)
	    .reduce((n, l) => n + l.length + 1, 0);
	const at = before + Math.max(0, (column || 1) - 1);
	const end = box.value.indexOf("\n", at);

	setSourceMode(true);
	box.focus();
	box.setSelectionRange(at, end < 0 ? box.value.length : end);
	box.scrollTop = (line - 3) * 18;
}

async function sample()
{
	const button = byId("sample");

	button.disabled = true;
	try {
		const rsp = await fetch(SAMPLE);

		if (!rsp.ok)
			throw new Error(`status ${rsp.status}`);
		setSource(await rsp.text(), "sample.bpf.c");
		announce("The sample is ready to run");
		byId("run").focus();
	} catch (e) {
		replace(byId("source-note"),
		    `The sample could not be loaded: ${e.message}`);
	} finally {
		button.disabled = false;
	}
}

async function openFile(file)
{
	setSource(await file.text(), file.name);
}

export function limitSource(config)
{
	maxBytes = config.limits?.max_source_bytes ?? maxBytes;
	byId("input-mode").hidden = config.features?.compile !== true;
	byId("sample").hidden = config.features?.compile !== true;
	document.querySelector(".welcome-go").hidden =
	    config.features?.compile !== true;
	replace(byId("source-note"), "vmlinux.h and the libbpf headers are " +
	    `there; up to ${bytes(maxBytes)}`);
}

export function initSource(onchange)
{
	changed = onchange;
	byId("source").addEventListener("input", changed);
	byId("sample").addEventListener("click", sample);
	for (const b of byId("input-mode").children)
		b.addEventListener("click",
		    () => setSourceMode(b.dataset.mode === "source"));
	byId("source-file").addEventListener("change", (e) => {
		if (e.target.files.length > 0)
			openFile(e.target.files[0]);
	});
}

/* What the compiler said; each line leads to its place in the source. */
export function diagnosticsView(list)
{
	return h("ul", { class: "diagnostics" }, list.map((d) =>
	    h("li", { class: d.severity === "error" ? "is-fail" : "is-warn" },
	        d.line > 0 ? h("button", { type: "button",
	            class: "link-button mono",
	            text: `${d.line}:${d.column ?? 1}`,
	            onclick: () => showPlace(d.line, d.column) }) :
	            h("span", { class: "mono dim", text: d.file ?? "" }),
	        h("span", {}, h("b", { text: `${d.severity}: ` }),
	            d.message ?? ""))));
}
