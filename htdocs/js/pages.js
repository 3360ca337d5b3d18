/*
 * The pages beside the main one: the newest result, a collection, the
 * server.  retry() makes a button that tries the same address again.
 */

import * as api from "./api.js";
import { showServer } from "./serverview.js";
import { showSuite } from "./suiteview.js";
import { showApiError, showTrouble, view } from "./views.js";

/* The newest run; from then on the address names it and no other. */
export async function openNewest(signal, go, retry)
{
	view("loading");
	try {
		const { records } = await api.runs({ limit: 1, signal });

		if (records.length > 0)
			go({ run_id: records[0].run_id },
			    { replacing: true });
		else
			showTrouble("No run yet", "The newest result will be " +
			    "shown here once there is one.");
	} catch (e) {
		if (e.name !== "AbortError")
			showApiError("The newest result could not be found",
			    e, retry());
	}
}

export async function openSuite(retry)
{
	document.title = "Collection · bpfcompat";
	try {
		await showSuite();
		view("suite");
	} catch (e) {
		showTrouble("The YAML reader could not be loaded", e.message,
		    { button: retry() });
	}
}

export async function openServer(signal, retry)
{
	view("loading");
	document.title = "Status · bpfcompat";
	try {
		await showServer(signal);
		view("server");
	} catch (e) {
		if (e.name !== "AbortError")
			showApiError(e.status === 401 || e.status === 403 ?
			    "The status is for those who run the server" :
			    "The status could not be read", e, retry());
	}
}
