/*
 * The query language of the filter boxes:
 *
 *	word		the text of the row contains it
 *	key:value	a field contains it; a comma means "or"
 *	kernel:<6.1	kernel lines compare by number (< <= > >=)
 *	-term		not
 *
 * Terms are joined by "and", in any order.
 */

import { compare, line } from "./kernel.js";

const OPS = {
	"<": (c) => c < 0, "<=": (c) => c <= 0,
	">": (c) => c > 0, ">=": (c) => c >= 0,
};

function kernelTest(value)
{
	const m = /^(<=|>=|<|>)(.+)$/.exec(value);

	if (!m)
		return null;
	return (have) => line(have) !== "" &&
	    OPS[m[1]](compare(line(have), m[2]));
}

function valueTest(key, value)
{
	const tests = value.split(",").filter(Boolean).map((v) =>
	    (key === "kernel" && kernelTest(v)) ||
	    ((have) => String(have ?? "").toLowerCase().includes(v)));

	return (have) => tests.some((t) => t(have));
}

function term(word, keys)
{
	const m = /^([a-z]+):(.*)$/.exec(word);

	if (!m)
		return { test: (row) => row.text.includes(word) };
	if (!keys.includes(m[1]))
		return { error: `There is no "${m[1]}:" here; ` +
		    `use ${keys.map((k) => k + ":").join(" ")}` };
	if (m[2] === "")
		return { test: () => true };
	const test = valueTest(m[1], m[2]);

	return { test: (row) => test(row[m[1]]) };
}

/*
 * compile("debian kernel:<6.1", ["distro", "kernel"]) -> {match, error}.
 * A row has the keys as members and "text" in lower case.
 */
export function compile(query, keys)
{
	const tests = [];
	let error = "";

	for (const raw of query.toLowerCase().split(/\s+/).filter(Boolean)) {
		const not = raw.length > 1 && raw.startsWith("-");
		const t = term(not ? raw.slice(1) : raw, keys);

		if (t.error)
			error = t.error;
		else
			tests.push(not ? (row) => !t.test(row) : t.test);
	}
	return { match: (row) => tests.every((t) => t(row)), error };
}
