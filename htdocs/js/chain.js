/*
 * The signed history as the server just verified it: how many records, the
 * state of the chain's end, and per artifact which versions there are.
 */

import { h, replace, byId, icon } from "./dom.js";
import { plural } from "./fmt.js";
import * as api from "./api.js";

const LIMIT = 50;

const STATUS = { pass: "pass", fail: "fail", error: "infra_error" };

function stateLine(v)
{
	const bad = v.failed ?? [];
	const good = bad.length === 0 && v.chain_end_verified === true;

	return h("p", { class: `chain-state is-${good ? "pass" : "fail"}` },
	    icon(good ? "pass" : "fail"),
	    h("span", {}, h("b", {}, good ? "The chain holds: " :
	        "The chain does not hold: "),
	    good ? `${plural(v.chain_records ?? 0, "signed record")}, its end ` +
	        `verified; ${v.verified} of ${v.checked} below checked by ` +
	        "digest, signature and place." :
	        [v.chain_end_issue, ...bad.flatMap((f) =>
	            (f.issues ?? []).map((i) => `record ${f.seq}: ${i}`))]
	            .filter(Boolean).slice(0, 5).join("; ")));
}

function recordRow(r, onrun)
{
	const look = STATUS[r.summary_status] ?? "pending";

	return h("tr", {},
	    h("th", { scope: "row" }, h("b", { text: r.artifact_name }),
	        r.artifact_version !== r.run_id && h("span", { class: "dim",
	            text: ` ${r.artifact_version}` })),
	    h("td", {}, h("button", { type: "button",
	        class: `pill run-pill is-${look}`,
	        onclick: () => onrun(r.run_id) }, icon(look),
	    `${r.supported_profiles?.length ?? 0} of ${r.total_profiles}`,
	    h("span", { class: "sr-only", text: " kernels take it, open" }))),
	    h("td", { class: "mono dim",
	        text: (r.record_sha256 ?? "").slice(0, 12) }),
	    h("td", { class: "mono dim", text: r.signature_key_id ?? "" }));
}

export async function loadChain(name, onrun)
{
	const box = byId("chain");

	try {
		const { records = [], verification } =
		    await api.artifacts({ limit: LIMIT, name });

		replace(box, verification && records.length > 0 &&
		    stateLine(verification),
		records.length === 0 ? h("p", { class: "none" },
		    "No signed record yet.") :
		    h("div", { class: "scroll-box", tabindex: "0",
		        role: "region", "aria-label": "Signed records" },
		        h("table", { class: "plain" }, h("thead", {},
		            h("tr", {}, ["Artifact", "Kernels", "Record",
		                "Key"].map((t) => h("th", { scope: "col",
		                text: t })))),
		        h("tbody", {}, records.map((r) =>
		            recordRow(r, onrun))))));
	} catch (e) {
		replace(box, h("p", { class: "none", text: e.message }));
	}
}
