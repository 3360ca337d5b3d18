/*
 * Choosing kernels: presets, a filtered list, and for each kernel whether it
 * runs and whether it gates.  The choice is kept here, not in the controls,
 * so that a filter never changes what is submitted.
 */

import { h, replace, byId, icon } from "./dom.js";
import { distro } from "./fmt.js";
import { compare, lineOf } from "./kernel.js";
import { compile } from "./filter.js";
import { presets } from "./presets.js";
import { recall, remember } from "./store.js";
import { roving } from "./roving.js";

const KEYS = ["distro", "kernel", "arch", "id"];

let profiles = [];
let choice = new Map();		/* id -> is it required */
let rows = new Map();		/* id -> {el, box, gate, row} */
let ready = [];			/* presets of this server */
let limit = 32;
let changed = () => {};

export function selection()
{
	return {
		ids: [...choice.keys()],
		required: [...choice].filter(([, r]) => r).map(([id]) => id),
		limit,
		unfetched: profiles.filter((p) => choice.has(p.id) &&
		    p.image_cached === false).length,
	};
}

export function profileOf(id)
{
	return profiles.find((p) => p.id === id);
}

export function focusTargets()
{
	const first = byId("target-list")
	    .querySelector("input:not(:disabled)");

	(first ?? byId("target-filter")).focus();
}

function filterRow(p)
{
	return {
		id: p.id, distro: p.distro, arch: p.arch,
		kernel: lineOf(p),
		text: [p.id, (p.environment ?? []).join(" "), p.distro, p.version, p.kernel_family, lineOf(p), p.arch,
		    p.transport_note].join(" ").toLowerCase(),
	};
}

function set(id, required)
{
	if (required === null)
		choice.delete(id);
	else
		choice.set(id, required);
}

function drawRow(id)
{
	const { el, box, gate } = rows.get(id);
	const chosen = choice.has(id);
	const required = choice.get(id) === true;

	el.classList.toggle("is-chosen", chosen);
	box.checked = chosen;
	gate.disabled = !chosen;
	el.classList.toggle("is-required", required);
	gate.querySelector("span").textContent =
	    required ? "Required" : "Optional";
}

function draw()
{
	const { ids, required } = selection();
	const active = activePreset();

	for (const id of rows.keys())
		drawRow(id);
	for (const b of byId("presets").children)
		b.setAttribute("aria-pressed",
		    String(b.dataset.preset === active));
	byId("target-count").textContent = ids.length === 0 ?
	    "none selected" :
	    `${ids.length} selected, ${required.length} required`;
	remember("targets", [...choice]);
	changed();
}

function activePreset()
{
	const same = (p) => p.ids.length === choice.size &&
	    p.ids.every((id) => choice.get(id) === p.required.has(id));

	return ready.find(same)?.id ?? "custom";
}

function applyPreset(p)
{
	choice = new Map(p.ids.map((id) => [id, p.required.has(id)]));
	byId("target-filter").value = "";
	applyFilter();
	draw();
	rows.get(p.ids[0])?.el.scrollIntoView({ block: "nearest" });
}

function note(p)
{
	if (!p.transport_supported)
		return p.transport_note || "This server cannot run it.";
	if (p.image_cached === false)
		return "not fetched yet";
	return "";
}

function buildRow(p)
{
	const off = !p.transport_supported;
	const why = note(p);
	const box = h("input", { type: "checkbox", disabled: off });
	const gate = h("button", { type: "button", class: "gate",
	    disabled: true }, h("span"),
	    h("span", { class: "sr-only", text: ` ${p.id}, change` }));
	const el = h("div", { class: off ? "target is-off" : "target",
	    data: { id: p.id } },
	    h("label", { class: "target-pick" }, box,
	        h("span", { class: "target-kernel", text: lineOf(p) }),
	        h("span", { class: "target-id" }, p.id,
	            p.base_profile && h("small", { class: "target-env",
	                text: (p.environment ?? []).join(", ") }),
	            why && h("small", { class: "target-note", text: why }))),
	    gate);

	box.addEventListener("change", () => {
		set(p.id, box.checked ? false : null);
		draw();
	});
	gate.addEventListener("click", () => {
		set(p.id, !choice.get(p.id));
		draw();
	});
	return { el, box, gate, row: filterRow(p) };
}

function groupName(p)
{
	if (p.base_profile)
		return `Other settings of them · ${p.arch}`;
	return `${distro(p.distro)} · ${p.arch}`;
}

/* Settings of a kernel are many; they are shown when asked for, searched
   for or chosen. */
function foldButton()
{
	return h("button", { type: "button", class: "link-button fold",
	    "aria-expanded": "false", onclick: (e) => {
		const g = e.currentTarget.closest(".target-group");

		g.dataset.fold = String(g.dataset.fold !== "true");
		applyFilter();
	} });
}

function folded(r)
{
	return r.el.parentElement.dataset.fold === "true" &&
	    byId("target-filter").value.trim() === "" &&
	    !choice.has(r.el.dataset.id);
}

function buildList()
{
	const groups = Map.groupBy(profiles.toSorted((a, b) =>
	    Number(Boolean(a.base_profile)) - Number(Boolean(b.base_profile)) ||
	    compare(lineOf(a), lineOf(b)) ||
	    a.id.localeCompare(b.id)), groupName);

	rows = new Map();
	replace(byId("target-list"), [...groups].map(([name, members]) => {
		const els = members.map((p) => {
			rows.set(p.id, buildRow(p));
			return rows.get(p.id).el;
		});
		const folds = Boolean(members[0].base_profile);

		return h("div", { class: "target-group", role: "group",
		    "aria-label": name, data: { fold: String(folds) } },
		    h("div", { class: "target-group-name" }, name,
		        folds && foldButton()), els);
	}));
}

function buildPresets()
{
	ready = presets(profiles, limit);
	replace(byId("presets"), ready.map((p) =>
	    h("button", { type: "button", class: "chip", title: p.hint,
	        data: { preset: p.id }, "aria-pressed": "false",
	        onclick: () => applyPreset(p) }, p.label)));
}

function visible()
{
	return [...rows].filter(([, r]) => !r.el.hidden).map(([id]) => id);
}

function applyFilter()
{
	const { match, error } = compile(byId("target-filter").value, KEYS);

	for (const r of rows.values())
		r.el.hidden = !match(r.row) || folded(r);
	for (const g of byId("target-list").children) {
		const fold = g.querySelector(".fold");

		g.hidden = !g.querySelector(".target:not([hidden])") &&
		    (!fold || byId("target-filter").value.trim() !== "");
		fold?.setAttribute("aria-expanded",
		    String(g.dataset.fold === "false"));
	}
	const n = visible().length;

	byId("target-filter-note").textContent = error ||
	    (n === 0 ? "No kernel matches." :
	        n < rows.size &&
	    byId("target-filter").value.trim() !== "" ?
	        `${n} of ${rows.size} shown` : "");
	for (const f of byId("target-list").querySelectorAll(".fold"))
		f.textContent = f.closest(".target-group").dataset.fold ===
		    "true" ? "Show all" : "Show less";
	byId("target-none").hidden = n !== 0 || rows.size === 0;
}

/* The bulk buttons act on what the filter shows. */
function bulk(value)
{
	for (const id of visible()) {
		if (!profileOf(id).transport_supported)
			continue;
		if (value === "select")
			set(id, choice.get(id) ?? false);
		else if (value === "clear")
			set(id, null);
		else if (choice.has(id))
			set(id, value === "require");
	}
	draw();
}

/* "?preset=lts", or "?t=a!,b" with "!" for what gates; else false. */
function fromAddress()
{
	const q = new URLSearchParams(location.search);
	const wanted = (q.get("t") ?? "").split(",").filter(Boolean)
	    .map((w) => [w.replace(/!$/, ""), w.endsWith("!")])
	    .filter(([id]) => profileOf(id)?.transport_supported)
	    .slice(0, limit);
	const preset = ready.find((p) => p.id === q.get("preset"));

	if (wanted.length > 0)
		choice = new Map(wanted);
	else if (preset)
		choice = new Map(preset.ids.map((id) =>
		    [id, preset.required.has(id)]));
	return wanted.length > 0 || preset !== undefined;
}

/* What was chosen last time, if this server still has all of it. */
function restore()
{
	const last = recall("targets");

	if (!Array.isArray(last) || last.length === 0 || last.length > limit ||
	    !last.every((e) => Array.isArray(e) &&
	    profileOf(e[0])?.transport_supported))
		return false;
	choice = new Map(last.map(([id, r]) => [id, r === true]));
	return true;
}

export function showTargets(list, config)
{
	profiles = list;
	limit = config.limits?.max_profiles ?? limit;
	byId("target-skeleton").hidden = true;
	byId("target-tools").disabled = false;
	buildList();
	buildPresets();
	if (!fromAddress() && !restore() && ready.length > 0)
		choice = new Map(ready[0].ids.map((id) =>
		    [id, ready[0].required.has(id)]));
	applyFilter();
	draw();
}

/* The catalogue could not be read: say what to do, keep the page usable. */
export function targetsFailed(error, retry)
{
	byId("target-skeleton").hidden = true;
	replace(byId("target-list"), h("div", { class: "empty" },
	    icon("warn"),
	    h("p", {}, h("b", {}, "The kernel list could not be loaded. "),
	        error.message),
	    h("button", { type: "button", class: "button", onclick: retry },
	        icon("again"), "Try again")));
}

/* The same kernels as an earlier run, as far as they still exist. */
export function selectLike(targets)
{
	const known = targets.filter((t) =>
	    profileOf(t.id)?.transport_supported);

	if (known.length === 0)
		return;
	choice = new Map(known.map((t) => [t.id, t.required]));
	draw();
}

export function initTargets(onchange)
{
	changed = onchange;
	byId("target-filter").addEventListener("input", applyFilter);
	byId("target-none").querySelector("button").addEventListener("click",
	    () => {
		byId("target-filter").value = "";
		applyFilter();
		byId("target-filter").focus();
	});
	for (const b of byId("target-bulk").querySelectorAll("button"))
		b.addEventListener("click", () => bulk(b.dataset.bulk));
	roving(byId("target-list"), ".target:not([hidden])",
	    "input:not(:disabled), button:not(:disabled)");
}

