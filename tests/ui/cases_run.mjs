/* A run while it runs: progress, trouble on the line, reload, cancel. */

import assert from "node:assert/strict";
import { text } from "./browser.mjs";
import { JOB, report, target } from "./canned.mjs";

const ONE = "debian-12-6.1", TWO = "debian-13-6.12";

function status(more)
{
	return [200, { job_id: JOB, state: "running", revision: 1,
	    percent: 10, total_profiles: 2,
	    targets: [{ profile_id: ONE, required: true, status: "running",
	    stage: "boot" }, { profile_id: TWO, required: false,
	    status: "pending" }], ...more }];
}

async function open(b, c, answer)
{
	c.answers["/validate/status"] = answer;
	const page = await b.fresh();

	await b.goto(`/?job_id=${JOB}`);
	return page;
}

const row = (page, id, has) => page.locator(`.live-row[data-id='${id}']`,
    { hasText: has }).waitFor();

/* Each poll gets the next answer; the last one stays. */
function script(...steps)
{
	let i = 0;

	return () => status({ revision: i + 1,
	    ...steps[Math.min(i++, steps.length - 1)] });
}

async function rowsFollow(b, c)
{
	let now = {};
	let revision = 1;
	const page = await open(b, c,
	    () => status({ ...now, revision: revision++ }));

	await row(page, ONE, "booting");
	await row(page, TWO, "waiting for a VM");
	now = { targets: [{ profile_id: ONE, required: true, status: "running",
	    stage: "validate", message: "isolated handle (2/3)" },
	    { profile_id: TWO, status: "running", stage: "boot",
	    attempts: 2 }] };
	await row(page, ONE, "loading program by program · handle (2/3)");
	await row(page, TWO, "attempt 2");
	now = { targets: [{ profile_id: ONE, required: true, status: "fail",
	    failed_stage: "load", classification_code: "MISSING_BTF" },
	    { profile_id: TWO, status: "pass" }] };
	await row(page, ONE, "Fail: Kernel BTF is missing");
	await row(page, TWO, "Pass");
	assert.match(await text(page, "#announcer"), /required kernel refuses/);
	assert.match(await page.title(), /^10%/);
}

async function lostLineIsWaitedOut(b, c)
{
	let up = false;
	const page = await open(b, c, () => up ?
	    status({ message: "back" }) : [0]);

	await page.waitForSelector("#live-lost:visible");
	assert.match(await text(page, "#live-lost"), /The run goes on/);
	up = true;
	await page.locator("#live-message", { hasText: "back" }).waitFor();
	await page.waitForSelector("#live-lost", { state: "hidden" });
}

async function unknownJobIsNotWaitedFor(b, c)
{
	const page = await open(b, c, () => [404, { error: "no such job",
	    code: "not_found" }]);

	await page.locator("#trouble",
	    { hasText: "does not know this run" }).waitFor();
}

async function endLeadsToTheResult(b, c)
{
	const r = report("20260101T000000Z-00000a",
	    [target(ONE, true, "pass"), target(TWO, false, "pass")]);
	let done = false;
	const page = await open(b, c, () => done ? status({
	    state: "completed", percent: 100, result: { exit_code: 0,
	    report: r } }) : status({}));

	c.put(r);
	await row(page, ONE, "booting");
	await page.reload();
	await row(page, ONE, "booting");
	done = true;
	await page.waitForSelector(".row");
	assert.match(page.url(), /\?run_id=20260101T000000Z-00000a$/);
	assert.match(await text(page, "#verdict-title"), /^Compatible/);
	assert.match(await text(page, "#announcer"), /^Compatible/);
	await page.reload();
	await page.waitForSelector(".row");
	assert.match(await text(page, "#verdict-title"), /^Compatible/);
}

async function failedJobIsNoVerdict(b, c)
{
	const page = await open(b, c, script({ state: "failed",
	    error: "QEMU is not installed; install qemu-system-x86",
	    error_code: "qemu_missing" }));

	await page.waitForSelector("#trouble h2");
	assert.match(await text(page, "#trouble"),
	    /could not be carried out[^]*QEMU is not installed/);
}

async function cancelEndsIt(b, c)
{
	let canceled = false;
	const page = await open(b, c, () => canceled ?
	    status({ state: "canceled", revision: 2 }) : status({}));

	c.answers["/validate/cancel"] = (q) => {
		canceled = q.get("job_id") === JOB;
		return [200, {}];
	};
	await row(page, ONE, "booting");
	await page.click("#cancel");
	await page.locator("#trouble", { hasText: "was cancelled" }).waitFor();
	assert.ok(c.asked.includes("POST /validate/cancel"));
}

async function liveAccess(b, c)
{
	c.answers["/validate/status"] = () => status({});
	for (const scheme of ["light", "dark"]) {
		const page = await b.fresh({ scheme,
		    size: { width: 360, height: 740 } });

		await b.goto(`/?job_id=${JOB}`);
		await row(page, ONE, "booting");
		await b.checkAccess(`live, ${scheme}, phone`);
	}
}

export const run = [
	["each kernel's progress is shown where its row is", rowsFollow],
	["a lost connection is said and waited out", lostLineIsWaitedOut],
	["a job the server does not know is not waited for",
	    unknownJobIsNotWaitedFor],
	["a reload resumes; the end leads to the result's own address",
	    endLeadsToTheResult],
	["a job that could not be carried out gives its reason, no verdict",
	    failedJobIsNoVerdict],
	["cancel asks the server and says that nothing is judged",
	    cancelEndsIt],
	["a live run has no accessibility finding", liveAccess],
];
