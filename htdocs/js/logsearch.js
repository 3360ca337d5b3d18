/* Searching a log: how many lines match, and going from one to the next. */

import { h, icon } from "./dom.js";

const HITS_MAX = 100000;

const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/* The line that a place in the text is on. */
function lineOf(log, at)
{
	let low = 0, high = log.count - 1;

	while (low < high) {
		const mid = (low + high + 1) >> 1;

		if (log.starts[mid] <= at)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

function linesWith(log, text)
{
	const out = [];
	const re = new RegExp(quote(text), "gi");

	for (let m = re.exec(log.text); m && out.length < HITS_MAX;
	    m = re.exec(log.text)) {
		const n = lineOf(log, m.index);

		out.push(n);
		re.lastIndex = log.starts[n + 1];
	}
	return out;
}

/*
 * -> {element, mark(n, line)}.  goTo(n) shows a line; changed() draws the
 * visible ones anew.
 */
export function searchBox(log, goTo, changed)
{
	let hits = [], at = -1, wanted = "";
	const box = h("input", { type: "search", placeholder: "Search the log",
	    "aria-label": "Search the log", autocomplete: "off",
	    spellcheck: "false" });
	const note = h("span", { class: "dim num search-note",
	    role: "status" });
	const say = () => {
		note.textContent = wanted === "" ? "" : hits.length === 0 ?
		    "not found" : `${at + 1} of ${hits.length}` +
		    (hits.length === HITS_MAX ? "+" : "");
	};
	const step = (by) => {
		if (hits.length === 0)
			return;
		at = (at + by + hits.length) % hits.length;
		say();
		goTo(hits[at]);
		box.focus();
	};

	box.addEventListener("input", () => {
		wanted = box.value;
		hits = wanted.length > 0 ? linesWith(log, wanted) : [];
		at = -1;
		say();
		changed();
	});
	box.addEventListener("keydown", (e) => {
		if (e.key === "Enter") {
			e.preventDefault();
			step(e.shiftKey ? -1 : 1);
		}
	});
	const button = (name, label, by) => h("button", { type: "button",
	    class: "icon-button", "aria-label": label,
	    onclick: () => step(by) }, icon(name));

	return {
		element: h("span", { class: "log-search" }, box,
		    button("prev", "Previous match", -1),
		    button("next", "Next match", 1), note),
		mark: (n, line) => {
			const i = wanted === "" ? -1 :
			    line.toLowerCase().indexOf(wanted.toLowerCase());

			return i < 0 ? line : [line.slice(0, i),
			    h("mark", { text: line.slice(i,
			        i + wanted.length) }),
			    line.slice(i + wanted.length)];
		},
	};
}
