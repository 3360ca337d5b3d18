/*
 * Credentials for those who have some.  They live in this page's memory and
 * go out as headers; a reload forgets them, and no address or storage ever
 * holds them.
 */

import { byId, announce } from "./dom.js";
import { setCredentials } from "./api.js";

export function initSignIn(onchange)
{
	byId("sign-in").addEventListener("submit", (e) => {
		e.preventDefault();
		const key = byId("api-key").value.trim();
		const token = byId("api-token").value.trim();
		const any = key !== "" || token !== "";

		setCredentials({ key, token });
		byId("sign-note").textContent = any ?
		    "Used for every request until this page is left." :
		    "No credentials are used.";
		announce(byId("sign-note").textContent);
		onchange(any);
	});
}
