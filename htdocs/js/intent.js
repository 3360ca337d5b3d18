/*
 * What the run shall prove.  The public gate has two intents; the server
 * enforces the same.
 */

import { byId } from "./dom.js";
import { recall, remember } from "./store.js";

const OUTPUT = {
	load_only: "verifier and load matrix",
	load_attach: "load and attach matrix",
};

const LABEL = {
	load_only: "Load only",
	load_attach: "Load + attach",
};

export function intent()
{
	return byId("intent").querySelector("input:checked").value;
}

export function intentOutput()
{
	return OUTPUT[intent()];
}

export function intentLabel(mode)
{
	return LABEL[mode] ?? "";
}

export function initIntent(onchange)
{
	const last = recall("intent");

	for (const radio of byId("intent").querySelectorAll("input")) {
		if (radio.value === last)
			radio.checked = true;
		radio.addEventListener("change", () => {
			remember("intent", intent());
			onchange();
		});
	}
}
