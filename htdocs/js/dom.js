/*
 * Building the page from data.  Everything a server, an artifact or a guest
 * said reaches the document through text nodes and attributes set here;
 * no markup is ever parsed from a string.
 */

const SVG = "http://www.w3.org/2000/svg";

function apply(el, props)
{
	for (const [key, value] of Object.entries(props ?? {})) {
		if (value === undefined || value === null || value === false)
			continue;
		if (key.startsWith("on"))
			el.addEventListener(key.slice(2), value);
		else if (key === "text")
			el.textContent = value;
		else if (key === "data")
			Object.assign(el.dataset, value);
		else
			el.setAttribute(key, value === true ? "" : value);
	}
}

function fill(el, kids)
{
	for (const kid of kids.flat(Infinity)) {
		if (kid !== null && kid !== undefined && kid !== false)
			el.append(kid);
	}
	return el;
}

/* h("a", {class: "x", onclick: f}, "text", node, [nodes]) */
export function h(tag, props, ...kids)
{
	const el = document.createElement(tag);

	apply(el, props);
	return fill(el, kids);
}

export function svg(tag, props, ...kids)
{
	const el = document.createElementNS(SVG, tag);

	apply(el, props);
	return fill(el, kids);
}

export function replace(el, ...kids)
{
	el.replaceChildren();
	return fill(el, kids);
}

export const byId = (id) => document.getElementById(id);

/*
 * One outline per status, so that shape alone tells them apart: a circle
 * passes, an octagon stops, a diamond is a question.
 */
const PATHS = {
	pass: ["M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2z",
	    "M4.9 8.3l2.2 2.2 4.1-4.6"],
	fail: ["M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z",
	    "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"],
	infra_error: ["M8 .9L15.1 8 8 15.1.9 8z",
	    "M6.3 6.4c0-2.3 3.5-2.2 3.5-.1 0 1.3-1.8 1.4-1.8 2.7M8 11v.2"],
	running: ["M8 1.6A6.4 6.4 0 1 1 1.6 8", ""],
	pending: ["M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z", ""],
	canceled: ["M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2z",
	    "M4.8 8h6.4"],
	skipped: ["M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z",
	    "M5.2 8h5.6"],
	warn: ["M8 1.6l6.9 12.4H1.1z", "M8 6v3.6M8 11.6v.2"],
	close: ["", "M3.5 3.5l9 9M12.5 3.5l-9 9"],
	prev: ["", "M10 3L5 8l5 5"],
	next: ["", "M6 3l5 5-5 5"],
	file: ["M3.5 1.5h6l3 3v10h-9z", "M9.5 1.5v3h3"],
	link: ["", "M6.6 9.4l2.8-2.8M7.4 4.4l1.8-1.8a3 3 0 0 1 4.2 4.2l-1.8 " +
	    "1.8M8.6 11.6l-1.8 1.8a3 3 0 0 1-4.2-4.2l1.8-1.8"],
	down: ["", "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11"],
	copy: ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"],
	again: ["", "M13.2 6.5A5.6 5.6 0 1 0 13.6 9M13.6 2.8v3.9H9.8"],
};

/* A decoration beside words: hidden from assistive technology. */
export function icon(name)
{
	const [outline, mark] = PATHS[name] ?? PATHS.pending;

	return svg("svg", { class: `icon icon-${name}`, viewBox: "0 0 16 16",
	    "aria-hidden": "true", focusable: "false" },
	    outline && svg("path", { class: "icon-shape", d: outline }),
	    mark && svg("path", { class: "icon-mark", d: mark }));
}

/* Says something to a screen reader without moving the focus. */
export function announce(text)
{
	byId("announcer").textContent = text;
}
