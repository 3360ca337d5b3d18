/* Two runs: chosen from the history, compared, shown. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PHONE, WIDE, text } from "./browser.mjs";
import { report, target } from "./canned.mjs";

const TOP = new URL("../..", import.meta.url).pathname;
/* What the server says of the golden pair of reports. */
const DIFF = JSON.parse(readFileSync(
    `${TOP}/tests/unit/golden/compare.json`, "utf8"));
const BASE = DIFF.base.run_id, HEAD = DIFF.head.run_id;

function runs(c, n = 3)
{
	const all = Array.from({ length: n }, (_, i) => ({
		run_id: [HEAD, BASE][i] ?? `20260101T00000${i}Z-abcdef`,
		started_at: `2026-05-${27 - i}T12:00:00Z`,
		artifact_name: "execsnoop", artifact_version: `v${9 - i}`,
		artifact_sha256: "ab".repeat(32), summary_status: "fail",
		matrix_name: "mvp" }));

	c.answers["/history/runs"] = (q) => q.get("cursor") === "next" ?
	    [200, { records: all.slice(2) }] :
	    [200, { records: all.slice(0, 2), next_cursor: "next" }];
}

async function open(b, c, { size, scheme, diff = DIFF } = {})
{
	const page = await b.fresh({ size, scheme });

	c.answers["/compare"] = (q) => q.get("format") === "markdown" ?
	    [200, "# Compatibility Diff"] : [200, { diff }];
	await b.goto(`/?base=${BASE}&head=${HEAD}`);
	await page.waitForSelector("#diff-title");
	return page;
}

async function chosenFromHistory(b, c)
{
	const page = await b.fresh();

	runs(c);
	let asked = null;

	c.answers["/compare"] = (q) => {
		asked = [q.get("base_run_id"), q.get("head_run_id")];
		return [200, { diff: DIFF }];
	};
	await b.goto("/");
	await page.click("#advanced summary");
	await page.waitForSelector(".run-choose");
	assert.ok(await page.isDisabled("#choice-go"));
	await page.click(".run-choose >> nth=0");
	assert.ok(await page.isDisabled("#choice-go"));
	await page.click(".run-choose >> nth=1");
	assert.match(await text(page, "#choice-text"),
	    /execsnoop@v8 → execsnoop@v9/);
	await page.click("#choice-go");
	await page.waitForSelector("#diff-title");
	/* The older one is the base, whatever was chosen first. */
	assert.deepEqual(asked, [BASE, HEAD]);
	assert.ok(page.url().endsWith(`?base=${BASE}&head=${HEAD}`));
	await page.goBack();
	await page.waitForSelector(".welcome:visible");
}

async function historyGoesOn(b, c)
{
	const page = await b.fresh();

	runs(c);
	await b.goto("/");
	await page.click("#advanced summary");
	await page.click("text=More runs");
	await page.waitForFunction(() =>
		document.querySelectorAll(".run").length === 3);
	assert.equal(await page.locator("text=More runs").count(), 0);
	let name = null;

	c.answers["/history/runs"] = (q) => {
		name = q.get("artifact_name");
		return [200, { records: [] }];
	};
	await page.fill("#runs-name", "other");
	await page.press("#runs-name", "Enter");
	await page.locator("#runs", { hasText: "No run of this" }).waitFor();
	assert.equal(name, "other");
}

async function verdictFirst(b, c)
{
	const page = await open(b, c);

	assert.equal(await text(page, "#diff-title"), "Do not ship");
	assert.match(await text(page, "#diff .verdict"),
	    /1 required kernel worked with the base and fails now/);
	assert.match(await page.title(), /Do not ship/);
	assert.equal(await page.evaluate(() => document.activeElement.id),
	    "diff-title");
	const heads = await page.$$eval(".diff-group", (els) =>
		els.map((e) => e.textContent));

	assert.match(heads[0], /New failures \(1\)/);
	assert.match(heads[1], /Not tested any more \(1\)/);
	assert.match(heads.at(-1), /Fixed/);
	assert.match(await text(page, ".diff-row >> nth=0"), new RegExp(
	    "debian-11-5.10[^]*required[^]*Pass[^]*Fail[^]*" +
	    "VERIFIER_REJECTION[^]*handle: works → refused"));
}

async function costIsDrawn(b, c)
{
	const page = await open(b, c);

	assert.equal(await page.locator(".cost").count(), 3);
	assert.match(await text(page, ".cost >> nth=0"),
	    /handle[^]*debian-12-6.1[^]*5,000 → 9,000[^]*\+80\.0 %/);
	assert.match(await text(page, ".diff-costs"), /near the limit/);
}

async function otherVerdicts(b, c)
{
	for (const [status, title, look] of [["pass", "No regression",
	    /is-pass/], ["inconclusive", "Cannot tell", /is-infra/]]) {
		const page = await open(b, c, { diff: { ...DIFF, profiles: [],
		    verdict: { status, sentence: "Cannot tell: x." } } });

		assert.equal(await text(page, "#diff-title"), title);
		assert.match(await page.getAttribute("#diff .verdict", "class"),
		    look);
		assert.match(await text(page, "#diff"), /No kernel changed/);
	}
}

const EVIL = "<img src=x onerror=alert(1)>";

async function hostileDiffIsText(b, c)
{
	const evil = JSON.parse(JSON.stringify(DIFF), (k, v) =>
		typeof v === "string" && !["status", "effect", "load",
		    "attach", "change", "cost"].includes(k) ? EVIL : v);
	const page = await open(b, c, { diff: evil });

	assert.equal(await page.locator("#diff img").count(), 0);
	assert.ok((await text(page, "#diff")).includes(EVIL));
	assert.ok(!(await text(page, "#diff")).includes("undefined"));
}

async function swappedAndTaken(b, c)
{
	const page = await open(b, c);

	await page.click("text=Copy Markdown");
	await page.waitForSelector("text=Copied");
	assert.match(await page.evaluate(() => navigator.clipboard.readText()),
	    /Compatibility Diff/);
	await page.click(".swap");
	await page.waitForURL(`**/?base=${HEAD}&head=${BASE}`);
}

async function previousRunIsFound(b, c)
{
	const page = await b.fresh();
	let asked = null, records = [];

	c.put(report(HEAD, [target("debian-12-6.1", true, "pass")],
	    { artifact: { name: "execsnoop", basename: "x.bpf.o" } }));
	c.answers["/compare"] = () => [200, { diff: DIFF }];
	c.answers["/history/runs"] = (q) => {
		asked = [q.get("artifact_name"), q.get("to")];
		return [200, { records }];
	};
	await b.goto(`/?run_id=${HEAD}`);
	await page.click("text=Compare with the run before");
	await page.waitForSelector("text=No earlier run of this artifact");
	assert.deepEqual(asked, ["execsnoop", "2026-05-27T12:00:00Z"]);
	records = [{ run_id: BASE }];
	await page.click("text=No earlier run of this artifact");
	await page.waitForSelector("#diff-title");
	assert.ok(page.url().endsWith(`?base=${BASE}&head=${HEAD}`));
}

async function refusalIsTold(b, c)
{
	const page = await b.fresh();

	c.answers["/compare"] = () => [404, { error: "there is no run x" }];
	await b.goto("/?base=a&head=b");
	await page.waitForSelector("#trouble h2");
	assert.match(await text(page, "#trouble"), /no run x/);
}

async function compareAccess(b, c)
{
	for (const [size, scheme] of [[WIDE, "light"], [WIDE, "dark"],
	    [PHONE, "dark"]]) {
		const page = await open(b, c, { size, scheme });

		await b.checkAccess(`compare, ${scheme}, ${size.width} px`);
		if (process.env.UI_PICTURES)
			await page.screenshot({ fullPage: true, path:
			    `${process.env.UI_PICTURES}/compare-${scheme}-` +
			    `${size.width}.png` });
	}
	const page = await open(b, c);

	for (let width = 340; width <= 1440; width += 220) {
		await page.setViewportSize({ width, height: 900 });
		await b.checkWidth(`compare at ${width} px`);
	}
}

export const compare = [
	["two runs are chosen from the history", chosenFromHistory],
	["the history goes on page by page and by name", historyGoesOn],
	["the verdict comes first, then what changed", verdictFirst],
	["what the verifier spent is drawn", costIsDrawn],
	["no regression and no answer look different", otherVerdicts],
	["text of two reports stays text", hostileDiffIsText],
	["a comparison can be swapped and taken along", swappedAndTaken],
	["a result leads to the run before it", previousRunIsFound],
	["an unknown run is told", refusalIsTold],
	["a comparison is accessible and fits", compareAccess],
];
