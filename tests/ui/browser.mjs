/*
 * One Chromium, one page at a time, and everything that must never happen on
 * it: a script error, a console error, a policy violation.
 */

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(join(process.env.UI_MODULES, "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const ARGS = ["--headless", "--no-sandbox", "--disable-gpu",
    "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

export const WIDE = { width: 1440, height: 900 };
export const TABLET = { width: 820, height: 1100 };
export const PHONE = { width: 360, height: 740 };

/* A refused request is a line in the console; the page is to cope. */
const EXPECTED = /the server responded with a status of (4|5)\d\d|ERR_/;

export class Browser {
	#chromium;
	#context;
	#faults = [];
	page;
	base;

	static async open(base)
	{
		const b = new Browser();

		b.base = base;
		b.#chromium = await chromium.launch({
			executablePath: process.env.CHROMIUM, args: ARGS,
		});
		await b.fresh();
		return b;
	}

	/* A new page without memory of earlier ones. */
	async fresh({ size = WIDE, scheme = "light", calm = true } = {})
	{
		await this.#context?.close();
		this.#faults = [];
		this.#context = await this.#chromium.newContext({
			viewport: size, colorScheme: scheme,
			reducedMotion: calm ? "reduce" : "no-preference",
			permissions: ["clipboard-read", "clipboard-write"],
		});
		this.page = await this.#context.newPage();
		this.page.setDefaultTimeout(15000);
		this.#watch();
		return this.page;
	}

	#watch()
	{
		this.page.on("pageerror", (e) =>
			this.#faults.push(`script error: ${e.stack}`));
		this.page.on("console", (m) => {
			if (m.type() === "error" && !EXPECTED.test(m.text()) ||
			    /content.security.policy/i.test(m.text()))
				this.#faults.push(`console: ${m.text()}`);
		});
		this.page.on("requestfinished", (r) => {
			if (!r.url().startsWith(this.base) &&
			    !/^(data|blob):/.test(r.url()))
				this.#faults.push(`foreign: ${r.url()}`);
		});
	}

	checkClean()
	{
		assert.deepEqual(this.#faults, []);
	}

	async goto(path)
	{
		await this.page.goto(this.base + path);
	}

	/* No finding at all, no sideways scroll. */
	async checkAccess(what)
	{
		const cdp = await this.#context.newCDPSession(this.page);

		await cdp.send("Runtime.evaluate", { expression: AXE });
		const found = await this.page.evaluate(async () =>
			(await globalThis.axe.run()).violations.map((v) =>
			    `${v.id}: ${v.nodes.map((n) =>
			        n.target.join(" ")).join(", ")}`));

		await cdp.detach();
		assert.deepEqual(found, [], what);
		await this.checkWidth(what);
	}

	async checkWidth(what)
	{
		const [have, room] = await this.page.evaluate(() =>
			[document.documentElement.scrollWidth, innerWidth]);

		assert.ok(have <= room, `${what}: ${have} px in ${room} px`);
	}

	async close()
	{
		await this.#chromium.close();
	}
}

export const text = async (page, selector) =>
	(await page.locator(selector).innerText()).trim();

/* "a.bpf.o" from bytes, as a person would choose it. */
export function choose(page, name, buffer)
{
	return page.setInputFiles("#file",
	    { name, mimeType: "application/octet-stream", buffer });
}
