/*
 * Unpacks and reads verifier logs away from the page, so that 20 MiB of one
 * do not hold it up.  {id, packed|text} -> {id, log} or {id, error};
 * {id, pair: [textA, textB]} -> {id, rows} for a comparison.
 */

import { decompress } from "/vendor/fzstd.js";
import { parseLog } from "./logparse.js";
import { diffLogs } from "./logdiff.js";

function answer({ packed, text, verdict, pair })
{
	if (pair)
		return { rows: diffLogs(parseLog(pair[0]),
		    parseLog(pair[1])) };
	return { log: parseLog(text ?? new TextDecoder().decode(
	    decompress(new Uint8Array(packed))), verdict) };
}

self.addEventListener("message", ({ data }) => {
	try {
		self.postMessage({ id: data.id, ...answer(data) });
	} catch (e) {
		self.postMessage({ id: data.id, error: e.message });
	}
});
