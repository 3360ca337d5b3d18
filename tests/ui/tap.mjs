/*
 * TAP for the browser tests, one line a behaviour.  A failing case leaves a
 * picture of its page in the build tree.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";

const PICTURES = join(process.env.UI_MODULES, "failures");

let number = 0;
let bad = 0;

function comment(text)
{
	for (const line of String(text).replace(/\x1b\[\d*m/g, "").split("\n"))
		console.log(`# ${line}`);
}

export function plan(n)
{
	console.log(`1..${n}`);
}

async function picture(browser, name)
{
	const file = join(PICTURES, `${name.replace(/[^a-z0-9]+/gi, "-")}.png`);

	mkdirSync(PICTURES, { recursive: true });
	try {
		await browser.page.screenshot({ path: file, fullPage: true });
		comment(`picture: ${file}`);
	} catch (e) {
		comment(`no picture: ${e.message.split("\n")[0]}`);
	}
}

/* Runs one case; body(browser) throws to fail. */
export async function test(name, browser, body)
{
	number++;
	try {
		await body(browser);
		browser.checkClean();
		console.log(`ok ${number} - ${name}`);
	} catch (e) {
		bad++;
		console.log(`not ok ${number} - ${name}`);
		comment(e.stack ?? e);
		await picture(browser, name);
	}
}

export function exitCode()
{
	return bad > 0 ? 1 : 0;
}
