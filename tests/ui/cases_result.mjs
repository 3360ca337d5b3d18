/* A result: verdict, order, evidence, hostile text, history. */

import assert from "node:assert/strict";
import { cpus, loadavg } from "node:os";
import { PHONE, TABLET, WIDE, text } from "./browser.mjs";
import { report, target } from "./canned.mjs";

const ID = "20260101T000000Z-abcdef";

async function show(b, c, targets, { size, scheme, query = "", more } = {})
{
	const page = await b.fresh({ size, scheme });

	c.put(report(ID, targets, more));
	await b.goto(`/?run_id=${ID}${query}`);
	await page.waitForSelector(".row");
	return page;
}

const order = (page) => page.$$eval("tbody .row:not([hidden])",
    (els) => els.map((e) => e.dataset.id));

const MIXED = [
	target("debian-13-bpo-7.0", false, "pass"),
	target("debian-12-6.1", true, "pass"),
	target("ubuntu-22.04-5.15", false, "fail"),
	target("debian-11-5.10", true, "fail"),
	target("debian-13-6.12", true, "infra_error"),
];

async function requiredFailuresFirst(b, c)
{
	const page = await show(b, c, MIXED);

	assert.deepEqual(await order(page), ["debian-11-5.10",
	    "debian-13-6.12", "ubuntu-22.04-5.15", "debian-12-6.1",
	    "debian-13-bpo-7.0"]);
	await page.click("th >> text=Kernel that ran");
	assert.equal((await order(page))[0], "debian-11-5.10");
	assert.equal(await page.getAttribute("th[data-col=kernel]",
	    "aria-sort"), "ascending");
}

const VERDICTS = [
	[["pass", true, "pass", true], /^Compatible with all 2 required/,
	    /is-pass/],
	[["pass", true, "fail", false], /^Compatible with the required kernel/,
	    /is-partly/],
	[["fail", true, "pass", true], /^Not compatible: 1 of 2 required/,
	    /is-fail/],
	[["fail", true, "infra_error", true], /^Not compatible/, /is-fail/],
	[["pass", true, "infra_error", true], /^No verdict/, /is-infra/],
	[["pass", true, "infra_error", false],
	    /^Compatible with the required kernel/, /is-partly/],
	[["pass", false, "fail", false], /^Not gated/, /is-open/],
];

async function verdictsAreTrue(b, c)
{
	const page = await show(b, c, MIXED);

	for (const [[s1, r1, s2, r2], title, look] of VERDICTS) {
		c.put(report(ID, [target("debian-11-5.10", r1, s1),
		    target("debian-12-6.1", r2, s2)]));
		await page.reload();
		await page.waitForSelector(".row");
		assert.match(await text(page, "#verdict-title"), title);
		assert.match(await page.getAttribute(".verdict", "class"), look);
	}
}

async function boundaryIsNamed(b, c)
{
	const page = await show(b, c, [target("debian-11-5.10", true, "fail"),
	    target("ubuntu-22.04-5.15", false, "fail"),
	    target("debian-12-6.1", true, "pass"),
	    target("debian-13-6.12", true, "pass")]);

	assert.equal(await text(page, ".boundary"),
	    "Works from 6.1 on; refused by 5.10 and 5.15.");
}

const VARIANT = target("debian-12-6.1", true, "fail",
    { profile_id: "debian-12-6.1-lockdown", environment:
    { base: "debian-12-6.1", differs: ["lockdown=integrity"] } });

/* The server's sentence, a cell a kernel, other settings apart. */
async function gridShowsTheEdge(b, c)
{
	const page = await show(b, c, [target("debian-12-6.1", true, "pass"),
	    target("debian-11-5.10", false, "fail"), VARIANT],
	{ more: { summary: { status: "fail", boundary: { sentence:
	    "works from 6.1 on; 5.10 fails: helper x is missing" } } } });

	assert.equal(await text(page, ".boundary"),
	    "Works from 6.1 on; 5.10 fails: helper x is missing.");
	assert.deepEqual(await page.$$eval(".grid-row", (els) =>
		els.map((e) => [...e.querySelectorAll("h4, b")]
		    .map((x) => x.textContent))),
	[["Debian", "5.10", "6.1"], ["lockdown=integrity", "6.1"]]);
	assert.deepEqual(await page.$$eval(".group-row", (els) =>
		els.map((e) => e.textContent)),
	["The same kernels under other settings",
	    "Kernels as distributed"]);
	assert.equal((await order(page))[0], "debian-12-6.1-lockdown");
	await page.click(".cell[data-id='debian-11-5.10']");
	await page.waitForSelector("#detail[open]");
}

/* Bars and figures by kernel; the object's own needs. */
async function costAndNeedsAreShown(b, c)
{
	const cost = (insns) => [{ name: "handle", load_status: "pass",
	    verifier: { processed_insns: insns, insn_limit: 1000000 } }];
	const page = await show(b, c, [
	    target("debian-11-5.10", true, "pass", { programs: cost(900000) }),
	    target("debian-12-6.1", true, "pass", { programs: cost(450000) })],
	{ more: { object: { elf: { is_elf: true }, programs: [{ name: "handle",
	    helpers: [{ name: "bpf_loop" }] }], requirements: [{ kernel: "5.17",
	    feature: "helper bpf_loop", where: ["handle"] }],
	    predicted_floor: { kernel: "5.17", because: ["needs 5.17"] } } } });

	assert.match(await text(page, ".costs tbody tr"),
	    /handle[^]*450,000 – 900,000[^]*90\.0 % used/);
	assert.equal(await page.locator(".cost-chart rect").count(), 2);
	await page.click(".drawer summary");
	assert.match(await text(page, ".drawer"),
	    /asks for 5\.17[^]*needs 5\.17[^]*helper bpf_loop/);
}

async function causesAreToldOnce(b, c)
{
	const page = await show(b, c, [target("debian-11-5.10", true, "fail"),
	    target("debian-12-6.1", true, "fail"),
	    target("debian-13-6.12", true, "fail")]);

	assert.equal(await page.locator(".cause").count(), 1);
	assert.match(await text(page, ".cause"), new RegExp("verifier rejects" +
	    "[^]*VERIFIER_REJECTION[^]*R1 is bad[^]*Check R1 before use"));
	assert.equal(await page.locator(".cause .target-link").count(), 3);
}

async function countsAndQueriesFilter(b, c)
{
	const page = await show(b, c, MIXED);

	await page.click(".count >> text=required failed");
	assert.deepEqual(await order(page), ["debian-11-5.10"]);
	await page.fill("#matrix-filter", "kernel:>=6.1 -status:pass");
	assert.deepEqual(await order(page), ["debian-13-6.12"]);
	await page.fill("#matrix-filter", "distro:nobody");
	await page.click("#matrix-none button");
	assert.equal((await order(page)).length, 5);
}

async function keyboardOpensEvidence(b, c)
{
	const page = await show(b, c, MIXED);

	await page.focus(".row-open[tabindex='0']");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("j");
	await page.keyboard.press("ArrowUp");
	await page.keyboard.press("k");
	await page.keyboard.press("Enter");
	await page.waitForSelector("#detail[open]");
	assert.match(page.url(), /&target=debian-11-5.10$/);
	assert.match(await text(page, "#detail"),
	    /R1 is bad[^]*5.10.0-1-cloud-amd64[^]*EACCES[^]*ringbuf/);
	assert.equal(await text(page, "#detail .is-fault"), "R1 is bad");
	await page.click("[aria-label='Next target']");
	assert.match(page.url(), /&target=debian-13-6.12$/);
	await page.keyboard.press("Escape");
	/* The dialog tells of its end a moment later. */
	await page.waitForFunction(() => document.activeElement
	    .closest(".row")?.dataset.id === "debian-13-6.12");
	assert.ok(!page.url().includes("target="));
}

async function refusalIsExplained(b, c)
{
	const page = await show(b, c, MIXED,
	    { query: "&target=debian-11-5.10" });

	await page.waitForSelector("#detail .explained");
	assert.match(await text(page, "#detail .explained"), new RegExp(
	    "x.bpf.c:12:9[^]*return \\*p;[^]*insn 1: r0[^]*R1[^]*scalar" +
	    "[^]*Only pointers[^]*Use a pointer"));
	assert.doesNotMatch(await text(page, "#detail .explained .pairs"),
	    /R10/);
	assert.match(await text(page, "#detail .proof"),
	    /probe: the helper is there/);
}

async function deepLinkOpensTheTarget(b, c)
{
	const page = await show(b, c, MIXED,
	    { query: "&target=ubuntu-22.04-5.15" });

	await page.waitForSelector("#detail[open]");
	assert.equal(await text(page, "#detail-title"), "ubuntu-22.04-5.15");
}

const EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>";

/* Every text that an artifact or a guest can choose. */
async function hostileTextIsText(b, c)
{
	const t = target("debian-12-6.1", true, "fail", {
		classification_code: EVIL, classification_reason: EVIL,
		classification: { remedy: EVIL, evidence: EVIL + ".",
		    sub_reason: EVIL, proof: [{ kind: EVIL, text: EVIL }] },
		host: { kernel: EVIL, arch: EVIL },
		programs: [{ name: EVIL, section: EVIL, load_status: "fail",
		    load_log: EVIL, explanation: { verdict: EVIL,
		        insn_text: EVIL, source: { file: EVIL, text: EVIL },
		        registers: [{ name: EVIL, value: EVIL }],
		        path: [{ insn_text: EVIL, source: { text: EVIL } }],
		        rule: EVIL, fix: EVIL } }],
		maps: [{ name: EVIL, type_name: EVIL, status: EVIL }],
		notes: [EVIL], splat: EVIL, kernel: { uname_version: EVIL },
		files: [{ path: `targets/debian-12-6.1/${EVIL}` }],
		attempts: [{ outcome: EVIL, error: EVIL }, { error: EVIL }],
	});
	const page = await show(b, c, [t], { query: "&target=debian-12-6.1",
	    more: { artifact: { basename: EVIL, sha256: EVIL } } });

	await page.waitForSelector("#detail[open]");
	assert.equal(await page.evaluate(() => document.querySelectorAll(
	    "#result-panel img, #detail img, body script").length), 0);
	assert.ok((await text(page, "#detail")).includes(EVIL));
	assert.ok((await text(page, "#verdict")).includes(EVIL));
}

async function oddReportsAreShown(b, c)
{
	const page = await show(b, c, [{ profile_id: "x", status: "partial" },
	    { profile_id: "y", required: true, status: "pass" }],
	    { more: { schema_version: "v9", summary: { status: "fail" } } });

	assert.match(await text(page, "#verdict"),
	    /does not match[^]*newer than this page/);
	assert.ok(!(await text(page, "#result-panel")).includes("undefined"));
}

async function expectationsAreToldApart(b, c)
{
	const known = { profile_id: "old", required: true, status: "fail",
	    expected: { met: true, text: "Fails as the manifest expects" } };
	const lost = { profile_id: "lost", required: true, status: "pass",
	    expected: { met: false, blocks: true } };
	const good = { profile_id: "new", required: true, status: "pass" };
	let page = await show(b, c, [known, good],
	    { more: { summary: { status: "pass" } } });
	let told = await text(page, "#verdict");

	assert.match(told, /1 of 2 required kernels take it, 1 fails as known/);
	assert.doesNotMatch(told, /does not match/);

	page = await show(b, c, [lost, good],
	    { more: { summary: { status: "fail" } } });
	told = await text(page, "#verdict");
	assert.match(told, /manifest is out of date: 1 kernel takes/i);
	assert.doesNotMatch(told, /does not match/);
}

async function unknownRunIsNotReplaced(b, c)
{
	c.put(report(ID, MIXED));
	const page = await b.fresh();

	await b.goto("/?run_id=20260101T000000Z-ffffff");
	await page.waitForSelector("#trouble h2");
	assert.match(await text(page, "#trouble"), /no such run/i);
	assert.ok(!await page.isVisible(".row"));
}

async function historyWaitsToBeOpened(b, c)
{
	c.put(report(ID, MIXED));
	c.answers["/history/runs"] = () => [503, { error: "busy" }];
	const page = await b.fresh();

	await b.goto("/");
	await page.waitForSelector(".target");
	assert.ok(!c.asked.includes("GET /history/runs"));
	await page.click("#advanced summary");
	await page.locator("#runs", { hasText: "busy" }).waitFor();
	c.answers["/history/runs"] = () => [200, { records: [{ run_id: ID,
	    started_at: "2026-01-01T00:00:00Z", artifact_name: "probe",
	    artifact_sha256: "ab", summary_status: "fail" }] }];
	await page.click("#runs button");
	await page.click(".run");
	await page.waitForSelector(".row");
	assert.ok(page.url().endsWith(`?run_id=${ID}`));
	await page.goBack();
	await page.waitForSelector(".welcome:visible");
}

/* The chain as verified; credentials go out as headers, never stay. */
async function chainAndCredentials(b, c)
{
	c.answers["/history/artifacts"] = () => [200, { records: [{ run_id: ID,
	    artifact_name: "probe", artifact_version: "v1",
	    summary_status: "pass", supported_profiles: ["a", "b"],
	    total_profiles: 3, record_sha256: "cd".repeat(32),
	    signature_key_id: "34c0" }], verification: { failed: [],
	    checked: 1, verified: 1, chain_records: 36,
	    chain_end_verified: true } }];
	c.answers["/config"] = () => [200, { allow_anonymous_validate: false }];
	const page = await b.fresh();

	await b.goto("/");
	await page.waitForSelector(".target");
	await page.click("#advanced summary");
	await page.locator("#chain", { hasText: "The chain holds" }).waitFor();
	assert.match(await text(page, "#chain"),
	    /36 signed records[^]*probe v1[^]*2 of 3[^]*34c0/);
	assert.match(await text(page, "#readiness"), /without credentials/);
	await page.fill("#api-key", "secret-1");
	await page.click("#sign-in button");
	await page.waitForFunction(() => !document.getElementById("readiness")
	    .textContent.includes("without credentials"));
	await page.waitForLoadState("networkidle");
	assert.equal(c.headers["x-api-key"], "secret-1");
	assert.ok(!page.url().includes("secret"));
	assert.ok(!await page.evaluate(() =>
		JSON.stringify({ ...localStorage, ...sessionStorage })
		    .includes("secret")));
	await b.checkAccess("history");
	c.answers["/history/artifacts"] = () => [200, { records: [{ run_id: ID,
	    artifact_name: "probe" }], verification: { failed: [{ seq: 7,
	    issues: ["its digest is another"] }], checked: 1, verified: 0,
	    chain_records: 36, chain_end_verified: true } }];
	await page.click("#runs-refresh");
	await page.locator("#chain", { hasText:
	    "does not hold: record 7: its digest is another" }).waitFor();
}

/* Filters of a large matrix, as the specification's budget has it. */
async function largeMatrixIsQuick(b, c)
{
	const many = Array.from({ length: 500 }, (_, i) =>
		target(`debian-${i}-6.${i % 20}`, i % 3 === 0,
		    i % 7 === 0 ? "fail" : "pass", { host: { kernel:
		    `6.${i % 20}.0-cloud` } }));
	const page = await show(b, c, many);
	const times = await page.evaluate(async () => {
		const box = document.getElementById("matrix-filter");
		const out = [];

		for (const q of ["status:fail", "6.1", "", "kernel:<6.5"]) {
			const began = performance.now();

			box.value = q;
			box.dispatchEvent(new Event("input"));
			document.body.getBoundingClientRect();
			out.push(performance.now() - began);
			await new Promise((r) => setTimeout(r, 20));
		}
		return out;
	});
	const best = Math.min(...times);
	/* Other tests share the machine; the budget is for an idle one. */
	const crowd = Math.max(1, loadavg()[0] / cpus().length);

	console.log(`# 500 rows filtered in ${times.map((t) =>
		Math.round(t)).join(", ")} ms`);
	assert.ok(best <= 50 * crowd, `${best} ms, crowd ${crowd}`);
	await page.fill("#matrix-filter", "");
	await page.click("#matrix-more button");
	assert.equal((await order(page)).length, 500);
}

/* By keys alone: the first failure, its Markdown, and back. */
async function keyboardTakesEvidence(b, c)
{
	const page = await show(b, c, MIXED);

	await page.focus(".row-open[tabindex='0']");
	await page.keyboard.press("Enter");
	await page.waitForSelector("#detail[open]");
	await page.focus("#detail button:has-text('Copy Markdown')");
	await page.keyboard.press("Enter");
	await page.waitForSelector("#detail >> text=Copied");
	const md = await page.evaluate(() => navigator.clipboard.readText());

	assert.match(md, /^\*\*debian-11-5.10: \*\*fail\*\*\*\* \(required\)/);
	assert.match(md, /What to do: Check R1 before use/);
	assert.match(md, /&target=debian-11-5.10\)/);
}

async function markdownIsSafe(b, c)
{
	const page = await show(b, c, [target("debian-12-6.1", true, "fail",
	    { classification_reason: "a|b\n<b>c</b>" })]);

	await page.click("text=Copy Markdown");
	await page.waitForSelector("text=Copied");
	const md = await page.evaluate(() => navigator.clipboard.readText());

	assert.match(md, /^\*\*Not compatible/);
	assert.match(md, /a\\\|b \\<b\\>c\\<\/b\\> \|$/m);
	assert.match(md, new RegExp(`run_id=${ID}`));
}

/* At any width from a phone to a desk. */
async function nothingSticksOut(b, c)
{
	const page = await show(b, c, MIXED);

	for (let width = 340; width <= 1500; width += 40) {
		await page.setViewportSize({ width, height: 900 });
		await b.checkWidth("result");
		const [right, room] = await page.$eval(".matrix", (el) =>
			[el.getBoundingClientRect().right, el.closest("section")
			    .getBoundingClientRect().right]);

		assert.ok(right <= room + 1, `matrix at ${width} px`);
	}
}

const LOOKS = [[WIDE, "light"], [WIDE, "dark"], [TABLET, "light"],
    [PHONE, "dark"]];

async function resultAccess(b, c)
{
	for (const [size, scheme] of LOOKS) {
		const what = `${scheme}, ${size.width} px`;
		const page = await show(b, c, MIXED, { size, scheme });

		await b.checkAccess(`result, ${what}`);
		await page.click(".row-open >> nth=0");
		await page.waitForSelector("#detail[open]");
		await b.checkAccess(`evidence, ${what}`);
	}
}

async function startAccess(b)
{
	for (const [size, scheme] of LOOKS) {
		const page = await b.fresh({ size, scheme });

		await b.goto("/");
		await page.waitForSelector(".target");
		await page.click("#advanced summary");
		await b.checkAccess(`start, ${scheme}, ${size.width} px`);
	}
}

export const result = [
	["required failures come first, then what gave no answer",
	    requiredFailuresFirst],
	["the verdict tells refusal, no answer and no gate apart",
	    verdictsAreTrue],
	["the boundary names the kernels that ran", boundaryIsNamed],
	["every kernel has a cell; other settings are a group of their own",
	    gridShowsTheEdge],
	["verifier cost and what the object needs are shown",
	    costAndNeedsAreShown],
	["one cause is told once, with what to do", causesAreToldOnce],
	["counts and queries filter the matrix", countsAndQueriesFilter],
	["the keyboard moves in the matrix and opens the evidence",
	    keyboardOpensEvidence],
	["a link opens one kernel's evidence", deepLinkOpensTheTarget],
	["a refused program is explained at its line", refusalIsExplained],
	["text from an artifact or a guest stays text", hostileTextIsText],
	["a report that is newer or odd is shown as far as known",
	    oddReportsAreShown],
	["expected failures count apart, and a lost one blocks",
	    expectationsAreToldApart],
	["an unknown run is never replaced by another",
	    unknownRunIsNotReplaced],
	["history is asked for when opened; a failure can be retried",
	    historyWaitsToBeOpened],
	["the signed chain is shown as verified; credentials are not kept",
	    chainAndCredentials],
	["500 rows are filtered within the budget", largeMatrixIsQuick],
	["keys alone take a failure's evidence along",
	    keyboardTakesEvidence],
	["Markdown keeps foreign text in its cell", markdownIsSafe],
	["nothing sticks out at any width", nothingSticksOut],
	["results have no accessibility finding", resultAccess],
	["the start page has no accessibility finding", startAccess],
];
