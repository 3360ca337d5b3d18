/*
 * The page against the real thing.  Two real kernels: bpf_loop() came with
 * 5.17, so one object passes on both and one on the newer alone.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Browser, PHONE, choose, text } from "./browser.mjs";
import { exitCode, plan, test } from "./tap.mjs";
import { serve } from "./serve.mjs";

const OLD = "debian-11-5.10", NEW = "debian-12-6.1";

/* A cold VM under plain emulation on a busy machine. */
const RUN_MS = 300000;

const objects = process.env.UI_OBJECTS;
const object = (name) => readFileSync(join(objects, `${name}.bpf.o`));

async function open(b, options)
{
	const page = await b.fresh(options);

	await b.goto("/");
	await page.waitForSelector(".target");
	return page;
}

async function start(page, name)
{
	await choose(page, `${name}.bpf.o`, object(name));
	await page.waitForSelector(".file-name");
	await page.click("#presets >> text=MVP");
	await page.click("#run");
	await page.waitForURL("**/?job_id=val-*");
}

async function finish(page)
{
	await page.waitForURL("**/?run_id=*", { timeout: RUN_MS });
	await page.waitForSelector(".row");
}

const rows = (page) => page.$$eval("tbody .row", (els) =>
	els.map((e) => [e.dataset.id, e.querySelector(".m-result")
	    .textContent.trim()]));

async function loadsClean(b)
{
	const page = await open(b);

	assert.deepEqual((await page.$$eval(".target.is-chosen", (els) =>
		els.map((e) => e.dataset.id))), [OLD, NEW]);
	assert.match(await text(page, "#file-limit"), /up to \d+/);
	await b.checkAccess("start");
}

async function refusesForeignFiles(b)
{
	const page = await open(b);

	for (const name of ["garbage", "empty", "x86_64", "elf32", "class32",
	    "big_endian", "truncated"]) {
		await choose(page, `${name}.bpf.o`, object(name));
		await page.locator("#file-problem", { hasText: name })
		    .waitFor();
	}
	assert.match(page.url(), /\/$/);
}

/* What each live row said, in order and once each. */
function watchLive(page)
{
	return page.evaluate(() => {
		globalThis.seen = new Set();
		new MutationObserver(() => {
			for (const w of document.querySelectorAll(".live-word"))
				globalThis.seen.add(w.textContent);
		}).observe(document.getElementById("live-rows"),
		    { subtree: true, childList: true, characterData: true });
	});
}

async function runsForReal(b)
{
	const page = await open(b);

	await watchLive(page);
	await start(page, "ringbuf");
	await page.waitForSelector(".live-row.is-running", { timeout: RUN_MS });
	assert.equal(await page.locator(".live-row").count(), 2);
	await finish(page);
	const seen = await page.evaluate(() => [...globalThis.seen]);

	assert.ok(seen.some((s) => /boot|saved VM|sending|loading|validating/
	    .test(s)), `live rows said ${JSON.stringify(seen)}`);
	assert.match(await text(page, "#verdict-title"),
	    /^Compatible with all 2 required kernels$/);
	assert.deepEqual(await rows(page), [[OLD, "Pass"], [NEW, "Pass"]]);
	await b.checkAccess("pass");
}

/* uname -r of the guest, not what the catalogue hopes for. */
async function showsWhatBooted(b)
{
	await b.page.click(`.row[data-id='${NEW}'] .row-open`);
	await b.page.waitForSelector("#detail[open]");
	const detail = await text(b.page, "#detail");

	assert.match(detail, /Booted\s+6\.1\.\d+-\d+-\S+ x86_64/);
	assert.match(detail, /It says\s+#\d+ SMP/);
	assert.match(detail, /Program[^]*Load[^]*Pass/);
	assert.match(detail, /ringbuf/);
	await b.checkAccess("evidence");
}

async function evidenceCanBeFetched(b)
{
	const links = b.page.locator("#detail .files a");

	assert.ok(await links.count() > 0, "no file");
	const [got] = await Promise.all([b.page.waitForEvent("download"),
	    links.first().click()]);

	assert.equal(await got.failure(), null);
}

async function failureHasItsCause(b)
{
	const page = await open(b);

	await start(page, "bpf_loop");
	await finish(page);
	assert.match(await text(page, "#verdict-title"),
	    /^Not compatible: 1 of 2 required kernels/);
	assert.match(await text(page, ".boundary"),
	    /^Works from 6\.1 on; 5\.10 fails: .*bpf_loop/);
	assert.deepEqual(await rows(page), [[OLD, "Fail"], [NEW, "Pass"]]);
	assert.match(await text(page, ".cause"),
	    /MISSING_HELPER|VERIFIER_REJECTION/);
	await page.click(".cause .target-link");
	await page.waitForSelector("#detail .log");
	await b.checkAccess("fail");
}

async function linkKeepsTheResult(b)
{
	const url = b.page.url().replace(/&target=.*/, "");
	const title = await text(b.page, "#verdict-title");
	const page = await b.fresh({ size: PHONE, scheme: "dark" });

	await page.goto(url);
	await page.waitForSelector(".row");
	assert.equal(await text(page, "#verdict-title"), title);
	await b.checkAccess("result on a phone");
	await page.reload();
	await page.waitForSelector(".row");
	assert.equal(await text(page, "#verdict-title"), title);
}

async function reloadResumesTheRun(b)
{
	const page = await open(b);

	await start(page, "tp_basic");
	await page.reload();
	await finish(page);
	assert.match(await text(page, "#verdict-title"), /^Compatible/);
}

async function historyListsTheRuns(b)
{
	const page = await open(b);

	await page.click("#advanced summary");
	await page.waitForSelector(".run");
	assert.match(await text(page, "#runs"), /tp_basic[^]*bpf_loop[^]*ringbuf/);
	await page.click(".run >> nth=1");
	await page.waitForSelector(".row");
	assert.match(await text(page, "#verdict-title"), /^Not compatible/);
}

const cases = [
	["the page loads without a console or policy error", loadsClean],
	["objects that no kernel could load are refused before the upload",
	    refusesForeignFiles],
	["a run on two real kernels shows progress, verdict and matrix",
	    runsForReal],
	["the evidence proves which kernel booted", showsWhatBooted],
	["evidence files can be fetched", evidenceCanBeFetched],
	["a refusal comes first, with its cause and the verifier's log",
	    failureHasItsCause],
	["the result's address keeps it, on a phone too", linkKeepsTheResult],
	["a reload in the middle of a run resumes it", reloadResumesTheRun],
	["the history lists the runs and opens them", historyListsTheRuns],
];

const server = process.env.UI_URL ?
    { base: process.env.UI_URL, stop: () => {} } :
    await serve(join(process.env.UI_BIN, "bpfcompat"),
        process.env.UI_WORKDIR, process.env.UI_MATRIX);
const browser = await Browser.open(server.base);

plan(cases.length);
for (const [name, body] of cases)
	await test(name, browser, body);
await browser.close();
await server.stop();
process.exitCode = exitCode();
