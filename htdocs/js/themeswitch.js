/*
 * The colour scheme switch: as the system has it, light, or dark.
 */

import { byId } from "./dom.js";

const KEY = "bpfcompat.theme";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const WORD = { auto: "as the system", light: "light", dark: "dark" };

function current()
{
	return document.documentElement.dataset.theme ?? "auto";
}

function show()
{
	const word = WORD[current()];
	const button = byId("theme");

	button.setAttribute("aria-label",
	    `Colours: ${word}. Change to ${WORD[NEXT[current()]]}`);
	button.title = `Colours: ${word}`;
	button.dataset.theme = current();
}

function set(theme)
{
	if (theme === "auto")
		delete document.documentElement.dataset.theme;
	else
		document.documentElement.dataset.theme = theme;
	try {
		localStorage.setItem(KEY, theme);
	} catch {
		/* It then lasts until the page is left. */
	}
	show();
}

export function initThemeSwitch()
{
	byId("theme").addEventListener("click", () => set(NEXT[current()]));
	show();
}
