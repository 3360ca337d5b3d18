/* The other inputs: a source, the sample, a manifest; chosen by address. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PHONE, WIDE, text } from "./browser.mjs";
import { JOB, PROFILES } from "./canned.mjs";

const TOP = new URL("../..", import.meta.url).pathname;
const SAMPLE = readFileSync(`${TOP}/htdocs/sample/sample.bpf.c`, "utf8");

const LIMITS = { max_profiles: 32, max_artifact_bytes: 1048576,
	max_source_bytes: 4096, max_concurrency: 8, max_timeout_ms: 900000,
	default_timeout_ms: 480000, default_concurrency: 2 };

async function open(b, c, { path = "/", compile = true, ...look } = {})
{
	c.answers["/config"] = () => [200, { allow_anonymous_validate: true,
	    features: { compile }, limits: LIMITS }];
	const page = await b.fresh(look);

	await b.goto(path);
	await page.waitForSelector(".target");
	return page;
}

const queued = () => [200, { job_id: JOB, state: "queued", revision: 1,
	percent: 0 }];

/* Two clicks from the empty page; the kernels are those chosen already. */
async function sampleRuns(b, c)
{
	c.answers["/validate/status"] = queued;
	const page = await open(b, c);

	assert.ok(await page.locator("#run").isVisible());
	const box = await page.locator("#run").boundingBox();

	assert.ok(box.y + box.height <= WIDE.height, "Run is in sight");
	await page.click("#sample-welcome");
	await page.waitForFunction(() =>
		document.activeElement.id === "run");
	await page.click("#run");
	await page.waitForURL(`**/?job_id=${JOB}`);
	assert.match(c.posted, /name="source_file"; filename="sample.bpf.c"/);
	assert.ok(c.posted.includes("bpf_loop(10, next_digit"));
	assert.doesNotMatch(c.posted, /artifact_file/);
}

async function sourceObeysTheLimit(b, c)
{
	const page = await open(b, c);

	await page.click("text=Source");
	assert.match(await text(page, "#readiness"), /paste a source/);
	await page.fill("#source", "x".repeat(5000));
	assert.match(await text(page, "#readiness"), /at most 4 KiB/);
	await page.click("#run", { force: true });
	assert.equal(await page.evaluate(() => document.activeElement.id),
	    "source");
	assert.ok(!c.asked.includes("POST /validate/start"));
}

async function compilerErrorsLeadToTheLine(b, c)
{
	c.answers["/validate/status"] = () => [200, { job_id: JOB,
	    state: "failed", revision: 2, error_code: "compile_failed",
	    compiler: "clang 14", diagnostics: [{ line: 3, column: 5,
	    severity: "error", message: "use of undeclared <b>x</b>" }] }];
	const page = await open(b, c);

	await page.click("text=Source");
	await page.fill("#source", "one\ntwo\nint x = y;\nfour\n");
	await page.click("#run");
	await page.locator("#trouble",
	    { hasText: "does not compile" }).waitFor();
	assert.match(await text(page, ".diagnostics"),
	    /3:5[^]*error: use of undeclared <b>x<\/b>/);
	await page.click(".diagnostics button");
	assert.equal(await page.$eval("#source", (el) => el.value.slice(
	    el.selectionStart, el.selectionEnd)), "x = y;");
}

async function noCompilerNoSource(b, c)
{
	const page = await open(b, c, { compile: false });

	assert.ok(!await page.isVisible("#input-mode"));
	assert.ok(!await page.isVisible("#sample-welcome"));
}

async function settingsAreSent(b, c)
{
	c.answers["/validate/status"] = queued;
	const page = await open(b, c);

	await page.click("#sample");
	await page.waitForFunction(() =>
		document.activeElement.id === "run");
	await page.click("#settings summary");
	await page.fill("#set-name", "digits");
	await page.fill("#set-manifest", "required_programs: [a]\n");
	await page.fill("#set-timeout", "99999");
	assert.match(await text(page, "#readiness"), /Seconds per kernel/);
	await page.click("#run", { force: true });
	assert.equal(await page.evaluate(() => document.activeElement.id),
	    "set-timeout");
	await page.fill("#set-timeout", "60");
	await page.fill("#set-parallel", "4");
	await page.click("#run");
	await page.waitForURL(`**/?job_id=${JOB}`);
	for (const [name, value] of [["artifact_name", "digits"],
	    ["timeout", "60s"], ["concurrency", "4"],
	    ["manifest_text", "required_programs: [a]"]])
		assert.ok(c.posted.includes(`name="${name}"\r\n\r\n${value}`),
		    name);
}

const chosen = (page) => page.$$eval(".target.is-chosen",
    (els) => els.map((e) => [e.dataset.id,
        e.classList.contains("is-required")]));

async function addressChooses(b, c)
{
	let page = await open(b, c,
	    { path: "/?t=debian-12-6.1!,debian-11-5.10,talos-6.6" });

	assert.deepEqual(await chosen(page), [["debian-11-5.10", false],
	    ["debian-12-6.1", true]]);
	page = await open(b, c, { path: "/?preset=newest" });
	assert.deepEqual(await chosen(page), [["debian-sid", true]]);
}

/* Lockdown and the like are folded away until asked for. */
async function settingsOfAKernelFold(b, c)
{
	c.answers["/profiles"] = () => [200, { profiles: [...PROFILES,
	    { ...PROFILES[1], id: "debian-12-6.1-lockdown",
	    required_default: false, base_profile: "debian-12-6.1",
	    environment: ["lockdown=integrity"] }] }];
	const page = await open(b, c);
	const row = page.locator("[data-id='debian-12-6.1-lockdown']");

	assert.ok(!await row.isVisible());
	await page.fill("#target-filter", "lockdown");
	assert.ok(await row.isVisible());
	await page.fill("#target-filter", "");
	await page.click(".fold");
	assert.match(await row.innerText(), /lockdown=integrity/);
	await page.click("text=Hardened");
	assert.deepEqual(await chosen(page),
	    [["debian-12-6.1-lockdown", true]]);
}

async function sourceAccess(b, c)
{
	for (const [size, scheme] of [[WIDE, "dark"], [PHONE, "light"]]) {
		const page = await open(b, c, { size, scheme });

		await page.click("#sample");
		await page.click("#settings summary");
		await b.checkAccess(`source, ${scheme}, ${size.width} px`);
		assert.equal(await page.inputValue("#source"), SAMPLE);
	}
}

export const source = [
	["two clicks lead from the empty page to a run of the sample",
	    sampleRuns],
	["a source is asked for and bounded before it is sent",
	    sourceObeysTheLimit],
	["what the compiler says leads to its place in the source",
	    compilerErrorsLeadToTheLine],
	["a server that compiles nothing offers no source",
	    noCompilerNoSource],
	["name, manifest, time and VMs are sent within the limits",
	    settingsAreSent],
	["an address chooses kernels", addressChooses],
	["other settings of a kernel are folded until wanted",
	    settingsOfAKernelFold],
	["the source form has no accessibility finding", sourceAccess],
];
