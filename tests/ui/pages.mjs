/* Runs every case against the canned server. */

import { Browser } from "./browser.mjs";
import { Canned } from "./canned.mjs";
import { exitCode, plan, test } from "./tap.mjs";
import { builder } from "./cases_builder.mjs";
import { run } from "./cases_run.mjs";
import { result } from "./cases_result.mjs";
import { compare } from "./cases_compare.mjs";
import { pages } from "./cases_pages.mjs";
import { source } from "./cases_source.mjs";
import { suite } from "./cases_suite.mjs";
import { log } from "./cases_log.mjs";

/* UI_ONLY=PATTERN runs the cases whose names it fits. */
const cases = [...builder, ...run, ...result, ...compare, ...log,
    ...pages, ...source, ...suite]
    .filter(([name]) => new RegExp(process.env.UI_ONLY ?? "").test(name));
const canned = await Canned.open();
const browser = await Browser.open(canned.base);

plan(cases.length);
for (const [name, body] of cases) {
	canned.reset();
	await test(name, browser, (b) => body(b, canned));
}
await browser.close();
canned.close();
process.exitCode = exitCode();
