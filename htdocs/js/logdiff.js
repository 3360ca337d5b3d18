/*
 * Two verifier logs line by line, with what differs from kernel to kernel
 * without meaning (addresses, ids, the words for a scalar) made equal.
 * States are left out: two kernels print them differently everywhere.
 */

import { KIND, lineAt } from "./logparse.js";

const MOVES_MAX = 1500;		/* edits looked for, the cost grows squared */
const FOLD = 6;			/* equal lines that stay around a change */

const LEFT_OUT = new Set([KIND.state, KIND.flow, KIND.stats, KIND.libbpf,
    KIND.blank]);

function normal(line)
{
	return line.trim().replace(/^\d+: /, "")
	    .replace(/;\s*(frame\d+: )?R\d.*$/, "")
	    .replace(/\s*@ \S+:\d+.*$/, "")
	    .replace(/0x[0-9a-f]{6,}/g, "#").replace(/\bid=\d+/g, "id")
	    .replace(/\binv\b|\bscalar\b/g, "scalar").trim();
}

/* [{n, key}] of the lines that count; n is the line of the log. */
function counted(log)
{
	const out = [];

	for (let n = 0; n < log.count; n++) {
		if (!LEFT_OUT.has(log.kinds[n]))
			out.push({ n, key: normal(lineAt(log, n)) });
	}
	return out;
}

/* The steps of Myers' greedy search; null when it would take too many. */
function search(a, b)
{
	const max = Math.min(MOVES_MAX, a.length + b.length);
	let v = new Int32Array(2 * max + 3);
	const trace = [];

	for (let d = 0; d <= max; d++) {
		trace.push(v.slice());
		for (let k = -d; k <= d; k += 2) {
			const at = k + max + 1;
			let x = k === -d || k !== d && v[at - 1] < v[at + 1] ?
			    v[at + 1] : v[at - 1] + 1;

			while (x < a.length && x - k < b.length &&
			    a[x].key === b[x - k].key)
				x++;
			v[at] = x;
			if (x >= a.length && x - k >= b.length)
				return { trace, max };
		}
	}
	return null;
}

function walkBack(a, b, { trace, max })
{
	const rows = [];
	let x = a.length, y = b.length;

	for (let d = trace.length - 1; d >= 0; d--) {
		const v = trace[d], k = x - y, at = k + max + 1;
		const down = k === -d || k !== d && v[at - 1] < v[at + 1];
		const px = d === 0 ? 0 : down ? v[at + 1] : v[at - 1];
		const py = d === 0 ? 0 : px - (down ? k + 1 : k - 1);

		while (x > px && y > py)
			rows.push([a[--x].n, b[--y].n, 1]);
		if (d > 0 && down && y > py)
			rows.push([-1, b[--y].n, 0]);
		else if (d > 0 && x > px)
			rows.push([a[--x].n, -1, 0]);
	}
	return rows.reverse();
}

function middle(a, b)
{
	const found = search(a, b);

	return found ? walkBack(a, b, found) :
	    [...a.map((l) => [l.n, -1, 0]), ...b.map((l) => [-1, l.n, 0])];
}

/* Far from any change equal lines are one row: [-2, how many, 1]. */
function fold(rows)
{
	const out = [];

	for (let i = 0; i < rows.length;) {
		let end = i;

		while (end < rows.length && rows[end][2] === 1)
			end++;
		const n = end - i, first = i === 0 ? 0 : FOLD;
		const last = end === rows.length ? 0 : FOLD;

		if (n > first + last + 1) {
			out.push(...rows.slice(i, i + first),
			    [-2, n - first - last, 1],
			    ...rows.slice(end - last, end));
		} else
			out.push(...rows.slice(i, end));
		if (end < rows.length)
			out.push(rows[end++]);
		i = end;
	}
	return out;
}

/* [[line of a or -1, line of b or -1, same]]; -2 stands for a fold. */
export function diffLogs(logA, logB)
{
	const a = counted(logA), b = counted(logB);
	let head = 0, tail = 0;

	while (head < a.length && head < b.length &&
	    a[head].key === b[head].key)
		head++;
	while (tail < a.length - head && tail < b.length - head &&
	    a.at(-1 - tail).key === b.at(-1 - tail).key)
		tail++;
	const pair = (i, j) => [a[i].n, b[j].n, 1];
	const rows = [];

	for (let i = 0; i < head; i++)
		rows.push(pair(i, i));
	rows.push(...middle(a.slice(head, a.length - tail),
	    b.slice(head, b.length - tail)));
	for (let i = tail; i > 0; i--)
		rows.push(pair(a.length - i, b.length - i));
	return fold(rows);
}
