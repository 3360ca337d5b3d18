/* A collection: counted, checked by line, and what it generates. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { PHONE, WIDE, text } from "./browser.mjs";

/* Key order, flow style, comments and hyphens make no difference. */
const SUITE = `name: my-suite   # a comment
defaults: {matrix: matrices/mvp.yaml, validation_mode: load-only}
cases:
  - artifact: a.bpf.o      # its key comes first
    name: one
  - {name: two, artifact: b.bpf.o, validation_mode: Load-Attach}
  - name: three
    artifact: c.bpf.o
    test:
      mode: behavior
      command: |
        ./check
`;

async function open(b, suite, look)
{
	const page = await b.fresh(look);

	await b.goto("/suite");
	await page.waitForSelector("#suite-text");
	if (suite)
		await page.fill("#suite-text", suite);
	return page;
}

/* Acceptance check 12 of the specification. */
async function casesAreCounted(b, c)
{
	const page = await open(b, SUITE);

	await page.locator("#suite-title", { hasText: "my-suite" }).waitFor();
	assert.deepEqual(await page.$$eval("#suite .stat-big", (els) =>
		els.map((e) => e.textContent)), ["3", "1", "1", "1"]);
	assert.match(await text(page, "#suite tbody"),
	    /three[^]*Behavior[^]*c\.bpf\.o[^]*\.\/check/);
	assert.deepEqual(c.asked.filter((a) => !/config|profiles/.test(a)),
	    []);
}

const WRONG = [
	[SUITE.replace("name: two", "name: one"), /line 6[^]*"one" is there twice/],
	[SUITE.replace("    name: one", "    name: one\n    colour: red"),
	    /line 6[^]*case one: there is no "colour"/],
	[SUITE.replace("load-only", "loads"), /line 2[^]*"loads" is no mode/],
	[SUITE.replace("a.bpf.o", "[a"), /line \d+/],
	["name: x\ncases: 3\n", /line 2[^]*has to be a list/],
];

async function faultsHaveTheirLine(b)
{
	const page = await open(b, SUITE);

	for (const [suite, fault] of WRONG) {
		await page.fill("#suite-text", suite);
		await page.locator("#suite-result",
		    { hasText: fault }).waitFor();
		assert.ok(!await page.isVisible("text=GitHub workflow"));
	}
	await page.click(".diagnostics button");
	assert.equal(await page.$eval("#suite-text", (el) => el.value.slice(
	    el.selectionStart, el.selectionEnd)), "cases: 3");
}

const HOSTILE = "a b/'q' \"d\" $(touch x) `y` #c: d.yaml";

/* Acceptance check 13: what is generated says the same when parsed. */
async function generatedTextSurvives(b)
{
	const page = await open(b, SUITE);

	await page.fill("#suite-path", HOSTILE);
	await page.locator("pre", { hasText: "touch x" }).first().waitFor();
	const [command, workflow] = await page.$$eval("#suite pre", (els) =>
		els.map((e) => e.textContent));
	const words = execFileSync("sh", ["-c", "bpfcompat() { printf " +
	    "'%s\\0' \"$@\"; }; mkdir() { :; }\n" + command])
	    .toString().split("\0");

	assert.equal(words[words.indexOf("--suite") + 1], HOSTILE);
	const step = await page.evaluate(async (source) => {
		const yaml = await import("/vendor/yaml.js");
		const doc = yaml.parseDocument(source);

		return { errors: doc.errors.length, job:
		    doc.toJS().jobs.bpfcompat };
	}, workflow);

	assert.equal(step.errors, 0);
	assert.equal(step.job.name, "my-suite");
	assert.equal(step.job.steps[1].env.SUITE, HOSTILE);
	assert.match(step.job.steps[1].run, /--suite "\$SUITE"/);
}

async function exampleIsGood(b)
{
	for (const [size, scheme] of [[WIDE, "light"], [PHONE, "dark"]]) {
		const page = await open(b, "", { size, scheme });

		await page.click("text=Use the example");
		await page.locator("#suite-title",
		    { hasText: "ready for CI" }).waitFor();
		await b.checkAccess(`suite, ${scheme}, ${size.width} px`);
	}
}

export const suite = [
	["the cases of a collection are counted by mode", casesAreCounted],
	["what the command line would refuse is said with its line",
	    faultsHaveTheirLine],
	["a hostile path survives in the command and in the workflow",
	    generatedTextSurvives],
	["the example suite is good, and accessible", exampleIsGood],
];
