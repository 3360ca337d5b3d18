/*
 * /suite: a look at a collection before CI runs it.  Read here, in the
 * browser; nothing is sent.
 */

import { h, replace, byId, icon } from "./dom.js";
import { plural } from "./fmt.js";
import { copyButton } from "./export.js";
import { readSuite, suiteCommand, suiteWorkflow } from "./suite.js";

const EXAMPLE = `name: my-project
defaults:
  matrix: matrices/mvp.yaml
  validation_mode: load_only
cases:
  - name: counter
    artifact: build/counter.bpf.o
  - name: tracer
    artifact: build/tracer.bpf.o
    validation_mode: load_attach
  - name: firewall
    artifact: build/firewall.bpf.o
    test:
      mode: behavior
      command: ./check-firewall.sh
`;
const PATH = "suites/project.yaml";
const LATER_MS = 120;

const MODE = { load_only: "Load only", load_attach: "Load + attach",
	behavior: "Behavior" };

let yaml = null;
let timer = null;

function tiles(n)
{
	return h("div", { class: "stats", role: "group",
	    "aria-label": "What the collection checks" },
	[["object cases", n.total], ["load only", n.load_only],
	    ["load + attach", n.load_attach], ["behavior", n.behavior]]
	    .map(([label, count]) => h("div", { class: "stat" },
	        h("p", { class: "stat-big num", text: count }),
	        h("p", { class: "dim", text: label }))));
}

function headline(s)
{
	const bad = s.problems.length;
	const [kind, title, text] = bad > 0 ?
	    ["fail", "The command line would refuse this suite",
	        `${plural(bad, "place")} to mend, below.`] :
	    s.counts.total === 0 ?
	        ["open", "Collection needs cases",
	            "Each with cases[].name and cases[].artifact."] :
	        ["pass", `${s.name}: ready for CI`,
	            "Real runs stay in CI or on the command line; this page " +
	            "sends nothing."];

	return h("div", { class: `verdict is-${kind}` },
	    icon(kind === "open" ? "warn" : kind),
	    h("div", {}, h("h2", { id: "suite-title", text: title }),
	        h("p", { text })));
}

function goLine(n)
{
	const box = byId("suite-text");
	const lines = box.value.split("\n");
	const at = lines.slice(0, n - 1).reduce((k, l) => k + l.length + 1, 0);

	box.focus();
	box.setSelectionRange(at, at + (lines[n - 1] ?? "").length);
}

function problems(s)
{
	return s.problems.length > 0 && h("ul", { class: "diagnostics" },
	    s.problems.map((p) => h("li", { class: "is-fail" },
	        h("button", { type: "button", class: "link-button",
	            text: `line ${p.line}`, onclick: () => goLine(p.line) }),
	        h("span", { text: p.text }))));
}

function table(s)
{
	return s.cases.length > 0 && h("div", { class: "scroll-box",
	    tabindex: "0", role: "region", "aria-label": "Cases" },
	h("table", { class: "plain" },
	    h("thead", {}, h("tr", {}, ["Case", "Mode", "Artifact", "Manifest",
	        "Matrix", "Behavior"].map((t) =>
	        h("th", { scope: "col", text: t })))),
	    h("tbody", {}, s.cases.map((c) => h("tr", {},
	        h("th", { scope: "row" }, h("b", { text: c.title })),
	        h("td", { text: MODE[c.mode] }),
	        [c.artifact, c.manifest, c.matrix, c.command].map((t) =>
	            h("td", { class: "mono", text: t || "–" })))))));
}

function code(title, text)
{
	return h("section", { class: "code-block" },
	    h("div", { class: "matrix-head" }, h("h3", { text: title }),
	        copyButton("Copy", "copy", () => text, `${title} copied`)),
	    h("pre", { class: "log", tabindex: "0", role: "region",
	        "aria-label": title, text }));
}

function draw()
{
	const text = byId("suite-text").value;
	const path = byId("suite-path").value.trim() || PATH;
	const s = readSuite(yaml, text);

	replace(byId("suite-result"), headline(s), tiles(s.counts),
	    problems(s), table(s),
	    s.problems.length === 0 && s.counts.total > 0 && [
	        code("Command line", suiteCommand(s.name, path)),
	        code("GitHub workflow", suiteWorkflow(s.name, path)),
	        h("p", { class: "dim" }, "The runner needs bpfcompat " +
	            "installed; with KVM it is several times faster, but it " +
	            "works without.")]);
}

function later()
{
	clearTimeout(timer);
	timer = setTimeout(draw, LATER_MS);
}

function form()
{
	return h("form", { class: "suite-form", onsubmit: (e) =>
		e.preventDefault() },
	h("h2", {}, "A collection, before CI runs it"),
	h("p", { class: "dim" }, "Paste a suite: its cases are counted and " +
	    "checked as the command line will, line by line."),
	h("div", { class: "source-foot" },
	    h("label", { class: "link-button file-button" }, "Open a file",
	        h("input", { type: "file", accept: ".yaml,.yml",
	            "aria-label": "Open a suite file", onchange: async (e) => {
		if (e.target.files.length > 0) {
			byId("suite-text").value =
			    await e.target.files[0].text();
			draw();
		}
	} })),
	    h("button", { type: "button", class: "link-button", onclick: () => {
		byId("suite-text").value = EXAMPLE;
		draw();
	} }, "Use the example")),
	h("textarea", { id: "suite-text", class: "mono", rows: "22",
	    spellcheck: "false", "aria-label": "Suite as YAML",
	    placeholder: EXAMPLE, oninput: later }),
	h("label", { class: "path-label" }, "Path of the suite in CI",
	    h("input", { id: "suite-path", type: "text", placeholder: PATH,
	        spellcheck: "false", autocomplete: "off", oninput: later })));
}

/* Rejects when the parser cannot be loaded. */
export async function showSuite()
{
	yaml ??= await import("/vendor/yaml.js");
	if (!byId("suite-text"))
		replace(byId("suite"), form(), h("div", { id: "suite-result",
		    "aria-live": "polite" }));
	draw();
}
