/*
 * Ready-made selections.  Each stays within the server's limit and has at
 * least one required kernel, so that the gate can always decide something.
 */

import { compare, isLongterm, lineOf } from "./kernel.js";

const PRESETS = [
	{ id: "mvp", label: "MVP",
	    hint: "The server's default matrix",
	    pick: (all) => all.filter((p) => p.required_default) },
	{ id: "debian", label: "Debian",
	    hint: "Every Debian kernel line",
	    pick: (all) => plain(all).filter((p) =>
	        p.distro === "debian") },
	{ id: "lts", label: "LTS",
	    hint: "Longterm kernel lines only",
	    pick: (all) => plain(all).filter((p) =>
	        isLongterm(p.kernel_family)) },
	{ id: "settings", label: "Hardened",
	    hint: "Kernels under lockdown, without the JIT, without BTF, …",
	    pick: (all) => all.filter((p) => p.base_profile) },
	{ id: "newest", label: "Newest",
	    hint: "The newest kernel alone: the quickest answer",
	    pick: newest },
];

/* Kernels as distributed: another setting is no other kernel. */
function plain(all)
{
	return all.filter((p) => !p.base_profile);
}

/* Of those that can run at once; of all, when none can. */
function newest(all)
{
	const cached = plain(all).filter((p) => p.image_cached);

	return (cached.length > 0 ? cached : plain(all)).toSorted((a, b) =>
		compare(lineOf(b), lineOf(a)) ||
		b.id.localeCompare(a.id)).slice(0, 1);
}

/* Required ones first, so that a limit never cuts what gates. */
function limited(picked, max)
{
	return picked.toSorted((a, b) =>
	    Number(b.required_default) - Number(a.required_default))
	    .slice(0, max);
}

/*
 * The presets that select something here.  Each: {id, label, hint, ids,
 * required}.
 */
export function presets(profiles, max)
{
	const usable = profiles.filter((p) => p.transport_supported);
	const out = [];

	for (const { id, label, hint, pick } of PRESETS) {
		const picked = limited(pick(usable), max);
		const gating = picked.filter((p) => p.required_default);

		if (picked.length === 0)
			continue;
		out.push({ id, label, hint,
		    ids: picked.map((p) => p.id),
		    required: new Set((gating.length > 0 ? gating : picked)
		        .map((p) => p.id)) });
	}
	return out;
}
