/* The run builder: choosing, refusing, starting. */

import assert from "node:assert/strict";
import { choose, text } from "./browser.mjs";
import { JOB, bpfObject, report, target } from "./canned.mjs";

const ready = (page) => page.waitForSelector(".target");

async function open(b)
{
	const page = await b.fresh();

	await b.goto("/");
	await ready(page);
	return page;
}

/* The button says that it is disabled and still explains why. */
const press = (page) => page.click("#run", { force: true });

const chosen = (page) => page.$$eval(".target.is-chosen",
    (els) => els.map((e) => e.dataset.id));
const shown = (page) => page.$$eval(".target:not([hidden])",
    (els) => els.map((e) => e.dataset.id));

async function asksOnlyTwoThings(b, c)
{
	const page = await open(b);

	await page.waitForLoadState("networkidle");
	assert.deepEqual([...c.asked].sort(), ["GET /config", "GET /profiles"]);
}

const BAD = [
	["notes.txt", Buffer.from("hello"), /not an ELF file/],
	["empty.bpf.o", Buffer.alloc(0), /is empty/],
	["prog", bpfObject({ machine: 62 }), /another machine/],
	["old.o", bpfObject({ cls: 1 }), /32-bit/],
	["sparc.o", bpfObject({ endian: 2 }), /big-endian/],
	["huge.bpf.o", Buffer.alloc(1048577), /takes up to 1 MiB/],
];

async function refusesBadFiles(b, c)
{
	const page = await open(b);

	for (const [name, bytes, why] of BAD) {
		await choose(page, name, bytes);
		await page.locator("#file-problem", { hasText: name }).waitFor();
		assert.match(await text(page, "#file-problem"), why);
		await press(page);
	}
	assert.ok(!c.asked.includes("POST /validate/start"), "was sent");
}

async function looksIntoAGoodFile(b)
{
	const page = await open(b);

	await choose(page, "probe.bpf.o", bpfObject());
	await page.waitForSelector(".file-name");
	assert.match(await text(page, "#file-facts"),
	    /1 program section · maps · BTF[^]*tracepoint\/a\/b/);
	assert.equal(await page.getAttribute("#run", "aria-disabled"), "false");
}

/* Every preset obeys the limit and can decide something. */
async function presetsGate(b)
{
	const page = await open(b);

	for (const preset of await page.$$("#presets button")) {
		await preset.click();
		assert.match(await text(page, "#target-count"),
		    /^[1-9]\d* selected, [1-9]\d* required$/);
		assert.equal(await preset.getAttribute("aria-pressed"), "true");
	}
	await page.click("text=Newest");
	assert.deepEqual(await chosen(page), ["debian-sid"]);
}

async function selectAllLeavesOutUnsupported(b)
{
	const page = await open(b);

	await page.click("[data-bulk=select]");
	const all = await chosen(page);

	assert.equal(all.length, 8);
	assert.ok(!all.includes("talos-6.6"));
	assert.ok(await page.isDisabled("[data-id='talos-6.6'] input"));
	assert.match(await text(page, "[data-id='talos-6.6']"), /no SSH access/);
}

async function filterNarrowsOnly(b)
{
	const page = await open(b);
	const before = await chosen(page);
	const filter = async (query) => {
		await page.fill("#target-filter", query);
		return shown(page);
	};

	assert.deepEqual(await filter("arch:aarch64"), ["ubuntu-24.04-arm"]);
	assert.deepEqual(await filter("5.15"), ["ubuntu-22.04-5.15"]);
	assert.deepEqual(await filter("6.1 debian kernel:<6.12"),
	    ["debian-12-6.1"]);
	assert.equal((await filter("-debian")).length, 3);
	assert.deepEqual(await filter("nothing-like-it"), []);
	assert.ok(await page.isVisible("#target-none"));
	assert.match((await filter("colour:red"),
	    await text(page, "#target-filter-note")), /no "colour:"/);
	assert.deepEqual(await chosen(page), before);
	await filter("ubuntu");
	await page.click("[data-bulk=select]");
	assert.equal((await chosen(page)).length, before.length + 2);
}

async function keyboardChooses(b)
{
	const page = await open(b);

	await page.focus("[data-id='debian-11-5.10'] input");
	await page.keyboard.press("Space");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	assert.ok(!(await chosen(page)).includes("debian-11-5.10"));
	assert.match(await text(page, "[data-id='debian-13-6.12'] .gate"),
	    /^Optional/);
	assert.equal(await page.$$eval("#target-list [tabindex='0']",
	    (els) => els.length), 1);
}

/* What is missing gets the focus; what is on screen stays. */
async function missingInputKeepsTheResult(b, c)
{
	c.put(report("20260101T000000Z-000001",
	    [target("debian-12-6.1", true, "pass")]));
	const page = await b.fresh();

	await b.goto("/?run_id=20260101T000000Z-000001");
	await page.waitForSelector(".row");
	await ready(page);
	await press(page);
	assert.equal(await page.evaluate(() => document.activeElement.id),
	    "file");
	await page.click("[data-bulk=clear]");
	await press(page);
	assert.ok(await page.evaluate(() => document.activeElement.matches(
	    "#target-list input")));
	assert.ok(await page.isVisible(".row"));
}

function field(body, name)
{
	return [...body.matchAll(new RegExp(
	    `name="${name}"\r\n\r\n([^\r]*)`, "g"))].map((m) => m[1]);
}

async function sendsWhatIsShown(b, c)
{
	c.answers["/validate/status"] = () => [200, { job_id: JOB,
	    state: "queued", revision: 1, queue_position: 2, percent: 0 }];
	const page = await open(b);

	await choose(page, "probe.bpf.o", bpfObject());
	await page.check("input[value=load_only]");
	await page.click("[data-id='debian-12-6.1'] .gate");
	await page.fill("#target-filter", "ubuntu");
	await page.waitForSelector(".file-name");
	await page.click("#run");
	await page.waitForURL(`**/?job_id=${JOB}`);
	assert.deepEqual(field(c.posted, "validation_mode"), ["load_only"]);
	assert.deepEqual(field(c.posted, "profiles"), ["debian-11-5.10",
	    "debian-12-6.1", "debian-13-6.12", "debian-sid"]);
	assert.deepEqual(field(c.posted, "required_profiles"),
	    ["debian-11-5.10", "debian-13-6.12", "debian-sid"]);
	assert.match(c.posted, /name="artifact_file"; filename="probe.bpf.o"/);
	await page.locator("#live-title", { hasText: "2 runs ahead" })
	    .waitFor();
}

async function tellsWhyItWasRefused(b, c)
{
	c.answers["/validate/start"] = () => [429, { error: "20 jobs wait",
	    code: "queue_full", request_id: "req-1" }, { "Retry-After": "7" }];
	const page = await open(b);

	await choose(page, "probe.bpf.o", bpfObject());
	await page.waitForSelector(".file-name");
	await page.click("#run");
	await page.waitForSelector("#start-error:visible");
	assert.match(await text(page, "#start-error"),
	    /queue is full. 20 jobs wait Try again in 7 s. request req-1/);
	assert.ok(await page.isEnabled("#run"));
}

async function closedServerSaysSo(b, c)
{
	c.answers["/config"] = () => [200, { allow_anonymous_validate: false }];
	const page = await open(b);

	await choose(page, "probe.bpf.o", bpfObject());
	await page.locator("#readiness", { hasText: "without credentials" })
	    .waitFor();
	assert.equal(await page.getAttribute("#run", "aria-disabled"), "true");
}

async function catalogueCanBeRetried(b, c)
{
	c.answers["/profiles"] = () => [503, { error: "starting up" }];
	const page = await b.fresh();

	await b.goto("/");
	await page.locator("#target-list", { hasText: "starting up" }).waitFor();
	c.reset();
	await page.click("#target-list button");
	await ready(page);
}

async function remembersTheSelection(b)
{
	const page = await open(b);

	await page.click("text=Newest");
	await page.reload();
	await ready(page);
	assert.deepEqual(await chosen(page), ["debian-sid"]);
}

/* Drops a file of the given bytes on an element, as a file manager would. */
async function drop(page, selector, name, bytes)
{
	const data = await page.evaluateHandle(([n, b]) => {
		const d = new DataTransfer();

		d.items.add(new File([new Uint8Array(b)], n));
		return d;
	}, [name, [...bytes]]);

	for (const type of ["dragenter", "dragover", "drop"])
		await page.dispatchEvent(selector, type, { dataTransfer: data });
}

async function fileCanBeDropped(b)
{
	const page = await open(b);

	await drop(page, "#drop", "probe.bpf.o", bpfObject());
	await page.locator(".file-name", { hasText: "probe.bpf.o" }).waitFor();
	await drop(page, "#result-panel", "stray.txt", Buffer.from("x"));
	assert.ok(page.url().endsWith("/"));
	await page.click("#file-facts button");
	assert.equal(await page.getAttribute("#run", "aria-disabled"), "true");
}

async function coloursAreChosenAndKept(b)
{
	const page = await open(b);
	const scheme = () => page.evaluate(() =>
		getComputedStyle(document.documentElement).colorScheme);

	await page.click("#theme");
	await page.click("#theme");
	assert.match(await page.getAttribute("#theme", "aria-label"), /: dark/);
	assert.equal(await scheme(), "dark");
	await page.reload();
	assert.equal(await scheme(), "dark");
	await page.click("#theme");
	assert.equal(await scheme(), "light dark");
}

export const builder = [
	["loading asks for configuration and kernels, nothing else",
	    asksOnlyTwoThings],
	["a file that no kernel could load never leaves the machine",
	    refusesBadFiles],
	["a good file shows what is in it", looksIntoAGoodFile],
	["a file can be dropped, and one beside the box does no harm",
	    fileCanBeDropped],
	["colours are as the system has them, or as chosen",
	    coloursAreChosenAndKept],
	["every preset has a required kernel", presetsGate],
	["select all leaves out kernels the server cannot run",
	    selectAllLeavesOutUnsupported],
	["the filter narrows the list and not the selection",
	    filterNarrowsOnly],
	["arrows and Space choose kernels; the list is one tab stop",
	    keyboardChooses],
	["a missing input gets the focus and the result stays",
	    missingInputKeepsTheResult],
	["what is sent is what is shown", sendsWhatIsShown],
	["a refused start says why and when to try again",
	    tellsWhyItWasRefused],
	["a server that is closed says so before the upload",
	    closedServerSaysSo],
	["a catalogue that failed can be asked for again",
	    catalogueCanBeRetried],
	["the selection survives a reload", remembersTheSelection],
];
