/* Which part of the page is on, and what is said when something fails. */

import { byId, h, icon, replace } from "./dom.js";
import { stopLive } from "./progress.js";

let home = () => {};		/* back to the start page */
let left = () => {};		/* told the name of each view that comes */

export function view(name)
{
	for (const v of document.querySelectorAll("[data-view]"))
		v.hidden = v.dataset.view !== name;
	document.body.dataset.now = name;
	if (name !== "live")
		stopLive();
	left(name);
}

export function reveal(el)
{
	const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

	if (el.getBoundingClientRect().top < 0 ||
	    el.getBoundingClientRect().top > innerHeight / 2)
		el.scrollIntoView({ behavior: calm ? "auto" : "smooth",
		    block: "start" });
}

export function showTrouble(title, text, { requestId, code, button } = {})
{
	replace(byId("trouble"), h("div", { class: "verdict is-infra" },
	    icon("warn"), h("div", {},
	        h("h2", { tabindex: "-1", text: title }),
	        h("p", { class: "pre", text }),
	        (requestId || code) && h("p", { class: "dim mono" },
	            [code, requestId && `request ${requestId}`]
	                .filter(Boolean).join(" · ")))),
	    h("div", { class: "actions" }, button,
	        h("button", { type: "button", class: "button is-quiet",
	            onclick: () => home() }, "Start page")));
	view("trouble");
	document.title = `${title} · bpfcompat`;
	byId("trouble").querySelector("h2").focus();
}

export function showApiError(title, e, button)
{
	showTrouble(title, e.field ? `${e.message} (field: ${e.field})` :
	    e.message, { requestId: e.requestId, code: e.code, button });
}

export function initViews(on)
{
	home = on.home;
	left = on.left;
}
