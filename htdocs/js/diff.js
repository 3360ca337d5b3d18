/*
 * A comparison as the server answers it, made ready to be shown: groups in
 * order of importance, words, and what the verifier spent.  Pure functions;
 * diffview.js draws.
 */

import { plural } from "./fmt.js";

/* effect of the server -> [title, look]; in the order of the page. */
const GROUPS = new Map([
	["new_failure", ["New failures", "fail"]],
	["dropped", ["Not tested any more", "fail"]],
	["added_failing", ["Newly tested, failing", "fail"]],
	["manifest_outdated", ["Passing against the manifest", "fail"]],
	["lost_parts", ["Passing, with parts lost", "warn"]],
	["cause_changed", ["Failing for another reason", "warn"]],
	["no_answer", ["No answer", "infra_error"]],
	["expected_failure", ["Failing as the manifest expects", "skipped"]],
	["answered", ["No answer before, passing now", "pass"]],
	["fixed", ["Fixed", "pass"]],
	["added", ["Newly tested", "pass"]],
	["still_failing", ["Failing as before", "fail"]],
	["unchanged", ["Unchanged", "pending"]],
]);

/* Listed by name only: nothing happened to them. */
const QUIET = new Set(["still_failing", "unchanged"]);

const TITLES = { pass: "No regression", fail: "Do not ship",
	inconclusive: "Cannot tell" };
const LOOKS = { pass: "pass", fail: "fail", inconclusive: "infra_error" };

/* {title, text, look}; the server's sentence without its first words. */
export function diffVerdict(d)
{
	const v = d.verdict ?? {};
	const said = String(v.sentence ?? "")
	    .replace(/^(Do not ship|Cannot tell): /, "");

	return { title: TITLES[v.status] ?? "Compared",
	    look: LOOKS[v.status] ?? "infra_error",
	    text: said.charAt(0).toUpperCase() + said.slice(1) };
}

/* [{effect, title, look, quiet, rows}], required ones first in each. */
export function groups(d)
{
	const by = Map.groupBy(d.profiles ?? [], (p) => p.effect);
	const known = [...GROUPS.keys()];
	const others = [...by.keys()].filter((e) => !GROUPS.has(e));

	return [...known, ...others].filter((e) => by.has(e)).map((effect) => {
		const [title, look] = GROUPS.get(effect) ?? [effect, "pending"];

		return { effect, title, look, quiet: QUIET.has(effect),
		    rows: by.get(effect).toSorted((a, b) =>
		        Number(b.required) - Number(a.required) ||
		        a.profile_id.localeCompare(b.profile_id)) };
	});
}

const fate = (p) => p === undefined ? "not there" :
    p.load === "fail" ? "refused" :
        p.attach === "fail" ? "does not attach" :
            p.load === "pass" ? "works" : "not tried";

/* Sentences about the programs and tests of one kernel. */
export function partLines(row)
{
	const progs = (row.programs ?? [])
	    .filter((p) => p.change !== "unchanged")
	    .map((p) => `${p.name}: ${fate(p.base)} → ${fate(p.head)}`);
	const tests = (row.tests ?? []).map((t) =>
	    `test ${t.name || "without a name"}: ${t.change}`);
	const all = [...progs, ...tests];

	if (row.parts_cut > 0)
		all.push(`and ${row.parts_cut} more`);
	return all;
}

/* Why, before and after; nothing where both say the same. */
export function reasons(row)
{
	const was = row.base_reason || row.base_infra_error || "";
	const is = row.head_reason || row.head_infra_error || "";

	return was === is ? { was: "", is } : { was, is };
}

/*
 * Programs whose cost changed beyond the threshold, the largest change
 * first: [{program, profile, was, is, permille, up, near}].
 */
export function costs(d)
{
	const all = [];

	for (const row of d.profiles ?? []) {
		for (const p of row.programs ?? []) {
			if (p.cost)
				all.push({ program: p.name,
				    profile: row.profile_id,
				    was: p.base?.insns ?? 0,
				    is: p.head?.insns ?? 0,
				    permille: p.cost_permille ?? 0,
				    up: p.cost === "up",
				    near: p.near_limit === true });
		}
	}
	return all.toSorted((a, b) =>
	    Math.abs(b.permille) - Math.abs(a.permille));
}

export function percent(permille)
{
	return `${permille < 0 ? "−" : "+"}` +
	    `${(Math.abs(permille) / 10).toFixed(1)} %`;
}

/* "2 new failures · 1 fixed · 8 unchanged" */
export function headline(d)
{
	return groups(d).map((g) => g.rows.length === 1 &&
	    g.effect === "new_failure" ? "1 new failure" :
	    `${g.rows.length} ${g.title.toLowerCase()}`).join(" · ") ||
	    plural(0, "kernel");
}

export function sideName(s)
{
	const name = s?.artifact_name || s?.artifact_basename || "object";

	return s?.artifact_version ? `${name}@${s.artifact_version}` : name;
}
