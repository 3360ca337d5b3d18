/*
 * A list of very many lines of the same height: only those in sight are in
 * the document.  Beyond what a browser lets a box be tall the scroll bar
 * stands for a share of the list instead of a place in pixels.
 */

import { replace } from "./dom.js";

const ROW = 20;
const SPARE = 12;
const TALL_MAX = 8000000;

export class Scroller {
	#box;
	#inner;
	#window;
	#draw;
	#count = 0;
	#due = false;

	/* draw(n) gives the element of line n; box scrolls. */
	constructor(box, draw)
	{
		this.#box = box;
		this.#draw = draw;
		this.#inner = document.createElement("div");
		this.#window = document.createElement("div");
		this.#inner.className = "lines-all";
		this.#window.className = "lines-shown";
		this.#inner.append(this.#window);
		box.append(this.#inner);
		box.addEventListener("scroll", () => this.#later());
		new ResizeObserver(() => this.#later()).observe(box);
	}

	set count(n)
	{
		this.#count = n;
		this.#inner.style.height = `${this.#tall}px`;
		this.redraw();
	}

	get #tall()
	{
		return Math.min(TALL_MAX, this.#count * ROW);
	}

	get #fits()
	{
		return Math.max(1, Math.floor(this.#box.clientHeight / ROW));
	}

	#first()
	{
		const room = this.#tall - this.#box.clientHeight;
		const share = room > 0 ?
		    Math.min(1, this.#box.scrollTop / room) : 0;

		return this.#tall < TALL_MAX ?
		    Math.floor(this.#box.scrollTop / ROW) :
		    Math.round(share * (this.#count - this.#fits));
	}

	#later()
	{
		if (this.#due)
			return;
		this.#due = true;
		requestAnimationFrame(() => {
			this.#due = false;
			this.redraw();
		});
	}

	redraw()
	{
		const first = Math.max(0, this.#first() - SPARE);
		const last = Math.min(this.#count,
		    this.#first() + this.#fits + SPARE);
		const rows = [];

		for (let n = first; n < last; n++)
			rows.push(this.#draw(n));
		replace(this.#window, rows);
		this.#window.style.top = `${this.#tall < TALL_MAX ?
		    first * ROW : this.#box.scrollTop -
		    (this.#first() - first) * ROW}px`;
	}

	/* Brings line n into the middle. */
	show(n)
	{
		const room = this.#tall - this.#box.clientHeight;
		const want = n - this.#fits / 2;

		this.#box.scrollTop = this.#tall < TALL_MAX ? want * ROW :
		    want / Math.max(1, this.#count - this.#fits) * room;
		this.redraw();
	}
}
