/*
 * Sets the colour scheme before the first paint; a module would run too
 * late and flash.  "auto", the default, follows the system.
 */
(function () {
	"use strict";
	var stored = null;

	try {
		stored = window.localStorage.getItem("bpfcompat.theme");
	} catch (e) {
		/* Storage may be refused; the system's scheme is used then. */
	}
	if (stored === "light" || stored === "dark")
		document.documentElement.dataset.theme = stored;
	document.documentElement.classList.add("js");
}());
