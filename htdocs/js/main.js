/*
 * Ties the parts together.  The address says what is on the right side:
 *
 *	/			nothing yet
 *	/?job_id=…		a run while it runs
 *	/?run_id=…[&target=…]	a result, with one kernel's evidence open
 *	/?run_id=…&target=…&log=…[&against=…]#L12	a verifier log
 *	/?base=…&head=…		two runs, compared
 *	/results[?run_id=…]	a result alone; without an id the newest one,
 *				and the address then says which
 *	/suite			a collection, looked at before CI runs it
 *	/status			what the server is doing
 *
 * so reload, back and a sent link all lead to the same view.
 */

import { byId, announce, h, icon } from "./dom.js";
import * as api from "./api.js";
import { initTargets, selectLike, showTargets, targetsFailed,
    focusTargets } from "./targets.js";
import { initUpload, limitUpload } from "./upload.js";
import { initIntent } from "./intent.js";
import { accessFailed, drawReadiness, setAccess } from "./readiness.js";
import { diagnosticsView, initSource, limitSource } from "./source.js";
import { initSettings, limitSettings } from "./settings.js";
import { initStart } from "./start.js";
import { follow } from "./poll.js";
import * as live from "./progress.js";
import { model } from "./report.js";
import { showVerdict } from "./verdict.js";
import { filterMatrix, initMatrix, showMatrix } from "./matrix.js";
import { closeDetail, initDetail, openDetail } from "./detail.js";
import { historyChanged, initHistory } from "./history.js";
import { openNewest, openServer, openSuite } from "./pages.js";
import { initViews, reveal, showApiError, showTrouble, view } from "./views.js";
import { showLog } from "./logpage.js";
import { showDiff } from "./diffview.js";
import { initSignIn } from "./signin.js";
import { initThemeSwitch } from "./themeswitch.js";

const TITLE = "bpfcompat · eBPF kernel compatibility";

let turn = new AbortController();	/* what the shown view waits for */
let shown = null;			/* the model of the result on screen */
let kept = null;			/* the last model, for its logs */
let server = {};			/* its configuration */
let sent = { job: "", required: [] };	/* the job this page started */

/* --- the address --------------------------------------------------------- */

const ALONE = /^\/(results|demo-result)\/?$/;

/* A result that was opened alone stays so, with its logs and evidence. */
function address(params)
{
	const q = new URLSearchParams(Object.entries(params)
	    .filter(([, v]) => v));
	const path = params.run_id && ALONE.test(location.pathname) ?
	    "/results" : "/";

	return q.size > 0 ? `${path}?${q}` : path;
}

function go(params, { replacing = false } = {})
{
	if (replacing)
		history.replaceState(null, "", address(params));
	else
		history.pushState(null, "", address(params));
	route();
}

function route()
{
	const q = new URLSearchParams(location.search);
	const run = q.get("run_id"), job = q.get("job_id");
	const base = q.get("base"), head = q.get("head");

	if (run && shown?.id === run && !q.get("log")) {
		routeTarget(q.get("target"));
		return;
	}
	turn.abort();
	turn = new AbortController();
	closeDetail();
	document.body.dataset.page = ALONE.test(location.pathname) ?
	    "alone" : /^\/(status|suite)\b/.exec(location.pathname)?.[1] ??
	        "home";
	if (run && q.get("log"))
		openLog(run, Object.fromEntries(q), turn.signal);
	else if (run)
		openRun(run, q.get("target"), turn.signal);
	else if (job)
		openJob(job, turn.signal);
	else if (base && head)
		openDiff(base, head, turn.signal);
	else
		openPage(turn.signal);
}

function openPage(signal)
{
	const open = {
		alone: () => openNewest(signal, go, retryButton),
		status: () => openServer(signal, retryButton),
		suite: () => openSuite(retryButton),
	}[document.body.dataset.page];

	if (open) {
		open();
		return;
	}
	view("start");
	document.title = TITLE;
}

function routeTarget(id)
{
	if (id)
		openDetail(shown, id);
	else
		closeDetail();
}

/* The sheet moved: the address follows, without a new entry per row. */
function targetMoved(id)
{
	if (!shown)
		return;
	history.replaceState(null, "",
	    address({ run_id: shown.id, target: id }));
}

/* --- a result ------------------------------------------------------------ */

function showResult(m, { focus })
{
	view("result");
	shown = kept = m;
	showMatrix(m, (id) => openDetail(m, id));
	const title = showVerdict(m, {
		filter: filterMatrix,
		open: (id) => openDetail(m, id),
		again: () => {
			selectLike(m.targets);
			byId("build").scrollIntoView({ block: "start" });
			focusTargets();
		},
		previous: () => comparePrevious(m),
	});

	announce(title);
	if (focus)
		reveal(byId("result-panel"));
}

async function openRun(runId, target, signal)
{
	view("loading");
	try {
		const r = await api.runReport(runId, signal);

		showResult(model(r.report ?? {}, r.exit_code), { focus: true });
		if (target)
			openDetail(shown, target);
	} catch (e) {
		if (e.name === "AbortError")
			return;
		if (e.status === 404)
			showTrouble("There is no such run", `The server does not ` +
			    `know the run ${runId}. The link may be cut off, or ` +
			    "the run was on another server.");
		else
			showApiError("The result could not be loaded", e,
			    retryButton());
	}
}

/* --- a verifier log ------------------------------------------------------ */

async function openLog(runId, q, signal)
{
	let m = kept;

	view("loading");
	try {
		if (m?.id !== runId)
			m = kept = model((await api.runReport(runId, signal))
			    .report ?? {});
		view("log");
		document.title = `${await showLog(m, q, go, signal)} · bpfcompat`;
	} catch (e) {
		if (e.name !== "AbortError")
			showApiError("The log could not be opened", e,
			    h("button", { type: "button", class: "button",
			        onclick: () => go({ run_id: runId }) },
			        "Show the result"));
	}
}

/* --- a comparison -------------------------------------------------------- */

/* With the run of the same artifact before this one, when there is one. */
async function comparePrevious(m)
{
	try {
		const { records } = await api.runs({ limit: 1,
		    name: m.artifact,
		    to: m.startedAt.replace(/\.\d+Z$/, "Z") });

		if (records.length === 0)
			return "No earlier run of this artifact";
		go({ base: records[0].run_id, head: m.id });
		return "";
	} catch (e) {
		return e.message;
	}
}

async function openDiff(base, head, signal)
{
	view("loading");
	try {
		const d = await api.compare(base, head, signal);

		view("compare");
		announce(showDiff(d, {
			run: (id) => go({ run_id: id }),
			swap: () => go({ base: head, head: base }),
			link: () => location.origin + address({ base, head }),
			markdown: () => api.compareMarkdown(base, head),
		}));
		reveal(byId("result-panel"));
	} catch (e) {
		if (e.name === "AbortError")
			return;
		if (e.status === 404)
			showTrouble("There is no such run", e.message);
		else
			showApiError("The two runs could not be compared", e,
			    retryButton());
	}
}

function retryButton()
{
	return h("button", { type: "button", class: "button",
	    onclick: route }, icon("again"), "Try again");
}

/* --- a run --------------------------------------------------------------- */

function finished(job)
{
	historyChanged();
	const report = job.result?.report;

	if (job.state === "completed" && report) {
		const m = model(report, job.result.exit_code);

		history.replaceState(null, "", address({ run_id: m.id }));
		showResult(m, { focus: true });
	} else if (job.state === "completed" && job.run_id)
		go({ run_id: job.run_id }, { replacing: true });
	else if (job.state === "canceled" && report)
		showResult(model(report, job.result.exit_code),
		    { focus: true });
	else if (job.error_code === "compile_failed")
		showCompileErrors(job);
	else if (job.state === "failed")
		showTrouble("The run could not be carried out",
		    job.error || job.message || "The server gave no reason.",
		    { code: job.error_code });
	else
		showTrouble("The run was cancelled",
		    "Nothing is judged. Start it again when you like.");
}

/* The source stays in its box: mend it and run again. */
function showCompileErrors(job)
{
	showTrouble("The source does not compile", [job.compiler, "said:"]
	    .filter(Boolean).join(" "));
	byId("trouble").append(diagnosticsView(job.diagnostics ?? []));
	if ((job.diagnostics ?? []).length === 0)
		byId("trouble").append(h("pre", { class: "log",
		    tabindex: "0", text: job.error ?? "" }));
}

async function openJob(jobId, signal)
{
	view("live");
	live.startLive(sent.job === jobId ? sent.required : []);
	announce("The run has begun");
	reveal(byId("result-panel"));
	try {
		finished(await follow(jobId, {
			news: live.showJob, lost: live.connectionLost,
			found: live.connectionBack,
		}, signal));
	} catch (e) {
		if (e.name === "AbortError")
			return;
		if (e.status === 404)
			showTrouble("The server does not know this run",
			    "It may have ended long ago; the history below " +
			    "lists finished runs.");
		else
			showApiError("The run cannot be followed", e,
			    retryButton());
	}
}

async function cancelRun()
{
	const jobId = new URLSearchParams(location.search).get("job_id");

	byId("cancel").disabled = true;
	byId("live-title").textContent = "Cancelling…";
	try {
		await api.cancel(jobId);
	} catch (e) {
		byId("cancel").disabled = false;
		byId("live-message").textContent = e.message;
	}
}

/* --- once ---------------------------------------------------------------- */

async function loadCatalogue()
{
	const [config, list] = await Promise.allSettled([api.config(),
	    api.profiles()]);

	if (config.status === "fulfilled") {
		server = config.value;
		setAccess(server);
		limitUpload(config.value);
		limitSource(config.value);
		limitSettings(config.value);
		byId("version").textContent = config.value.version ?? "";
	} else
		accessFailed();
	if (list.status === "fulfilled")
		showTargets(list.value, config.value ?? {});
	else
		targetsFailed(list.reason, loadCatalogue);
	drawReadiness();
}

function shortcuts(e)
{
	if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey ||
	    /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) &&
	    e.target.type !== "checkbox" && e.target.type !== "radio")
		return;
	e.preventDefault();
	byId(shown ? "matrix-filter" : "target-filter").focus();
}

initViews({
	home: () => go({}),
	left: (name) => {
		if (name !== "result")
			shown = null;
	},
});
initThemeSwitch();
initTargets(drawReadiness);
initUpload(drawReadiness);
initIntent(drawReadiness);
initSource(drawReadiness);
initSettings(drawReadiness);
byId("sample-welcome").addEventListener("click",
    () => byId("sample").click());
initMatrix();
initDetail(targetMoved, (params) => go(params));
initHistory({
	run: (id) => go({ run_id: id }),
	diff: (base, head) => go({ base, head }),
});
initSignIn((signedIn) => {
	setAccess(server, signedIn);
	drawReadiness();
	historyChanged();
});
initStart((job, required) => {
	sent = { job, required };
	go({ job_id: job });
});
byId("cancel").addEventListener("click", cancelRun);
byId("home").addEventListener("click", (e) => {
	e.preventDefault();
	go({});
});
addEventListener("popstate", route);
addEventListener("keydown", shortcuts);
drawReadiness();
loadCatalogue();
route();
