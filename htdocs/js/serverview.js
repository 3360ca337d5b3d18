/* /status: what the server is doing, for whoever runs it. */

import { h, replace, byId, icon, svg } from "./dom.js";
import { bytes, plural } from "./fmt.js";
import * as api from "./api.js";

const AGAIN_MS = 5000;

function meter(share, look)
{
	return svg("svg", { class: "headroom-bar", viewBox: "0 0 100 6",
	    preserveAspectRatio: "none", "aria-hidden": "true",
	    focusable: "false" },
	svg("rect", { class: look, x: 0, y: 0, height: 6, rx: 1,
	    width: (Math.min(1, Math.max(0, share)) * 100).toFixed(1) }));
}

function tile(name, big, text, share, look = "is-pass")
{
	return h("div", { class: "stat" }, h("h3", { text: name }),
	    h("p", { class: "stat-big num", text: big }),
	    h("p", { class: "dim", text }),
	    share !== undefined && meter(share, look));
}

function diskTile(d)
{
	const used = 1 - d.free_bytes / d.total_bytes;

	return tile("Disk", bytes(d.free_bytes),
	    `free of ${bytes(d.total_bytes)}`, used,
	    used > .9 ? "is-fail" : used > .75 ? "is-warn" : "is-pass");
}

function checks(list)
{
	return h("ul", { class: "lines checks" }, list.map((c) =>
	    h("li", { class: c.ok ? "is-pass" : "is-fail" },
	        icon(c.ok ? "pass" : "fail"), h("b", { text: c.name }),
	        " ", c.message ?? "ready")));
}

function totals(t)
{
	const names = Object.keys(t ?? {}).toSorted();

	return names.length > 0 && h("section", {},
	    h("h3", {}, "Since the database was made"),
	    h("dl", { class: "pairs" }, names.map((n) => [
	        h("dt", { text: n.replaceAll("_", " ") }),
	        h("dd", { class: "num", text: t[n].toLocaleString("en") })])));
}

function draw(s, ready)
{
	const q = s.queue, w = s.workers, k = s.kernels;

	replace(byId("server"), h("h2", { id: "server-title", tabindex: "-1" },
	    ready.every((c) => c.ok) ? "The server is ready" :
	        "The server is not ready"),
	h("div", { class: "stats" },
	    tile("Queue", q.queued, `${plural(q.queued, "run")} waiting of ` +
	        `${q.max_queued}, ${q.running} running`,
	        q.queued / Math.max(1, q.max_queued),
	        q.queued >= q.max_queued ? "is-fail" : "is-pass"),
	    tile("VM slots", `${w.targets_running} of ${w.slots}`,
	        `${plural(w.alive, "worker")}, ` +
	        `${plural(w.targets_pending, "kernel")} waiting`,
	        w.targets_running / Math.max(1, w.slots)),
	    tile("Kernels", `${k.fetched} of ${k.profiles}`,
	        "fetched, of the catalogue", k.fetched / Math.max(1,
	            k.profiles)),
	    s.disk && diskTile(s.disk)),
	h("section", {}, h("h3", {}, "What a run needs"), checks(ready)),
	totals(s.totals), h("p", { class: "dim" },
	    `Version ${s.version}. Read again every five seconds.`));
}

/* Draws until the view is left (signal); the first failure is the caller's. */
export async function showServer(signal)
{
	const once = async () => draw(await api.server(signal),
	    await api.readiness(signal));

	await once();
	const timer = setInterval(() => {
		if (!document.hidden)
			once().catch(() => {});
	}, AGAIN_MS);

	signal.addEventListener("abort", () => clearInterval(timer));
}
