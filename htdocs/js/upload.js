/*
 * The object: dropped or picked, looked at, shown.  A wrong file is refused
 * here and never leaves the machine.
 */

import { h, replace, byId, icon, announce } from "./dom.js";
import { bytes, plural } from "./fmt.js";
import { inspect } from "./elf.js";

let file = null;
let problem = "";
let maxBytes = 64 * 1024 * 1024;
let changed = () => {};
let turn = 0;		/* the newest look wins when two overlap */

export function object()
{
	return { file, problem };
}

export function focusObject()
{
	byId("file").focus();
}

export function limitUpload(config)
{
	maxBytes = config.limits?.max_artifact_bytes ?? maxBytes;
	byId("file-limit").textContent = `up to ${bytes(maxBytes)}`;
}

function facts(seen)
{
	const out = [plural(seen.programs.length, "program section")];

	if (seen.maps)
		out.push("maps");
	if (seen.btf)
		out.push(seen.btfExt ? "BTF and BTF.ext" : "BTF");
	else
		out.push("no BTF");
	if (seen.license)
		out.push(seen.license);
	return out.join(" · ");
}

function showFile(f, seen)
{
	const shown = seen.programs.slice(0, 4);
	const more = seen.programs.length - shown.length;

	replace(byId("file-facts"),
	    h("div", { class: "file-name" }, icon("file"),
	        h("b", { text: f.name }),
	        h("span", { class: "dim", text: bytes(f.size) }),
	        h("button", { type: "button", class: "icon-button",
	            "aria-label": `Remove ${f.name}`, onclick: clear },
	            icon("close"))),
	    h("p", { class: "dim", text: facts(seen) }),
	    shown.length > 0 && h("p", { class: "mono dim" },
	        shown.join("  ") + (more > 0 ? `  +${more}` : "")));
}

function showProblem(name)
{
	replace(byId("file-facts"),
	    h("p", { class: "problem", id: "file-problem" }, icon("fail"),
	        h("span", {}, h("b", { text: name }), " ", problem)));
	announce(`${name}: ${problem}`);
}

function done()
{
	const drop = byId("drop");

	drop.classList.toggle("has-file", file !== null);
	drop.classList.toggle("has-problem", problem !== "");
	if (problem)
		byId("file").setAttribute("aria-describedby", "file-problem");
	else
		byId("file").removeAttribute("aria-describedby");
	changed();
}

export function clear()
{
	turn++;
	file = null;
	problem = "";
	byId("file").value = "";
	replace(byId("file-facts"));
	done();
	byId("file").focus();
}

async function look(f)
{
	if (f.size > maxBytes)
		return { error: `It has ${bytes(f.size)}; this server takes ` +
		    `up to ${bytes(maxBytes)}.` };
	try {
		return inspect(await f.arrayBuffer());
	} catch {
		return { error: "It could not be read; choose it again." };
	}
}

async function take(f)
{
	const mine = ++turn;
	const seen = await look(f);

	if (mine !== turn)
		return;
	problem = seen.error ?? "";
	file = problem ? null : f;
	if (problem)
		showProblem(f.name);
	else
		showFile(f, seen);
	done();
}

function initDrop()
{
	const drop = byId("drop");
	let depth = 0;
	const lit = (n) => {
		depth = Math.max(0, n);
		drop.classList.toggle("is-over", depth > 0);
	};

	drop.addEventListener("dragenter", () => lit(depth + 1));
	drop.addEventListener("dragleave", () => lit(depth - 1));
	drop.addEventListener("drop", (e) => {
		lit(0);
		if (e.dataTransfer.files.length > 0)
			take(e.dataTransfer.files[0]);
	});
	/* A file that misses the box must not replace the page. */
	for (const type of ["dragover", "drop"])
		window.addEventListener(type, (e) => e.preventDefault());
}

export function initUpload(onchange)
{
	changed = onchange;
	byId("file").addEventListener("change", (e) => {
		if (e.target.files.length > 0)
			take(e.target.files[0]);
	});
	initDrop();
}
