/* The pages beside the main one: the newest result, the server. */

import assert from "node:assert/strict";
import { PHONE, WIDE, text } from "./browser.mjs";
import { report, target } from "./canned.mjs";

const NEW = "20260102T000000Z-aaaaaa", OLD = "20260101T000000Z-bbbbbb";

function two(c)
{
	c.put(report(OLD, [target("debian-11-5.10", true, "fail"),
	    target("debian-12-6.1", true, "pass")]));
	c.put(report(NEW, [target("debian-12-6.1", true, "pass")]));
	c.answers["/history/runs"] = () => [200,
	    { records: [{ run_id: NEW }] }];
}

/* The address names the run from then on, so that a copied link stays. */
async function newestGetsItsAddress(b, c)
{
	two(c);
	for (const path of ["/results", "/demo-result"]) {
		const page = await b.fresh({ size: PHONE });

		await b.goto(path);
		await page.waitForSelector(".row");
		assert.ok(page.url().endsWith(`/results?run_id=${NEW}`));
		const box = await page.locator("#verdict-title").boundingBox();

		assert.ok(box.y + box.height < PHONE.height, "verdict in sight");
		assert.ok(!await page.isVisible("#build"));
		await b.checkAccess(path);
	}
}

async function onlyTheRunAskedFor(b, c)
{
	two(c);
	let page = await b.fresh();

	await b.goto(`/results?run_id=${OLD}`);
	await page.waitForSelector(".row");
	assert.match(await text(page, "#verdict-title"), /^Not compatible/);
	await page.click(".cell >> nth=0");
	await page.waitForSelector("#detail[open]");
	assert.match(page.url(), /\/results\?run_id=.*&target=debian-11-5.10$/);

	page = await b.fresh();
	await b.goto("/results?run_id=20260103T000000Z-cccccc");
	await page.locator("#trouble", { hasText: "no such run" }).waitFor();
	assert.ok(!await page.isVisible(".row"));
	await page.click("text=Start page");
	await page.waitForSelector(".target");
}

async function noRunYetSaysSo(b)
{
	const page = await b.fresh();

	await b.goto("/results");
	await page.locator("#trouble", { hasText: "No run yet" }).waitFor();
}

async function badgeIsCopied(b, c)
{
	two(c);
	const page = await b.fresh();

	await b.goto(`/results?run_id=${OLD}`);
	await page.waitForSelector(".row");
	await page.click("text=Copy badge");
	await page.waitForSelector("text=Copied");
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
	    `[![compat](${c.base}/badge/${OLD}.svg)]` +
	    `(${c.base}/results?run_id=${OLD})\n`);
}

async function serverIsShown(b, c)
{
	c.answers["/server"] = () => [200, { version: "1", queue: { queued: 3,
	    running: 1, max_queued: 20 }, workers: { alive: 1, slots: 2,
	    targets_running: 2, targets_pending: 7 }, kernels: { profiles: 9,
	    fetched: 8 }, disk: { free_bytes: 5 * 1024 ** 3,
	    total_bytes: 10 * 1024 ** 3 }, totals: { run_pass: 12 } }];
	c.answers["/readyz"] = () => [503, { checks: [{ name: "worker",
	    ok: false, message: "no worker is running" }] }];
	for (const [size, scheme] of [[WIDE, "light"], [PHONE, "dark"]]) {
		const page = await b.fresh({ size, scheme });

		await b.goto("/status");
		await page.waitForSelector("#server-title");
		assert.match(await text(page, "#server"), new RegExp("not ready" +
		    "[^]*3 runs waiting of 20[^]*2 of 2[^]*8 of 9[^]*5 GiB[^]*" +
		    "no worker is running[^]*run pass\\s+12"));
		await b.checkAccess(`status, ${size.width} px`);
	}
	c.answers["/server"] = () => [401, { error: "no" }];
	const page = await b.fresh();

	await b.goto("/status");
	await page.locator("#trouble", { hasText: "those who run" }).waitFor();
}

export const pages = [
	["the newest result gets the address of its run, and fits a phone",
	    newestGetsItsAddress],
	["a result page shows the run asked for and no other",
	    onlyTheRunAskedFor],
	["a result page without a run says so", noRunYetSaysSo],
	["a badge is copied as Markdown that leads to the result",
	    badgeIsCopied],
	["the status page shows queue, slots, kernels and disk",
	    serverIsShown],
];
