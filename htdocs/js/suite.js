/*
 * A suite (collection of cases) as "bpfcompat suite" will read it: which
 * cases, in which mode, and what it would refuse, each with its line.  Pure
 * but for the YAML parser, which is given in.
 */

const SETTINGS = ["matrix", "workdir", "runner", "validation_mode",
	"timeout", "concurrency", "keep_vm_on_failure"];
const KEYS = {
	suite: ["name", "defaults", "cases"],
	defaults: [...SETTINGS, "report_dir"],
	case: [...SETTINGS, "name", "artifact", "artifact_uri",
	    "artifact_name", "artifact_version", "artifact_variant",
	    "manifest", "out", "markdown", "require_attach", "test",
	    "command"],
	test: ["mode", "command", "required", "timeout", "expect"],
	command: ["run", "files", "expect_exit_code", "timeout"],
	expect: ["exit_code", "stdout_contains", "stderr_contains",
	    "event_contains"],
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MODES = { load_only: "load_only", loadonly: "load_only",
	load_attach: "load_attach", loadattach: "load_attach",
	behavior: "behavior" };

export function modeOf(word)
{
	return MODES[String(word ?? "").toLowerCase().replace(/-/g, "_")] ??
	    MODES[String(word ?? "").toLowerCase().replace(/[-_]/g, "")];
}

class Reader {
	constructor(yaml, text)
	{
		this.yaml = yaml;
		this.counter = new yaml.LineCounter();
		this.problems = [];
		this.doc = yaml.parseDocument(text, { lineCounter: this.counter,
		    prettyErrors: false });
		for (const e of this.doc.errors)
			this.say(e.pos[0], e.message);
	}

	say(at, text)
	{
		this.problems.push({ text,
		    line: this.counter.linePos(at ?? 0).line });
	}

	at(node)
	{
		return node?.range?.[0] ?? 0;
	}

	/* Complains of keys that the command line would refuse. */
	keys(map, kind, where)
	{
		for (const pair of map?.items ?? []) {
			const key = String(pair.key?.value ?? "");

			if (!KEYS[kind].includes(key))
				this.say(this.at(pair.key), `${where}: there ` +
				    `is no "${key}"`);
		}
	}

	get(map, key)
	{
		return this.yaml.isMap(map) ? map.get(key, true) : undefined;
	}

	word(map, key)
	{
		const node = this.get(map, key);

		if (node === undefined || node === null)
			return "";
		if (this.yaml.isScalar(node))
			return node.value === null ? "" : String(node.value);
		this.say(this.at(node), `"${key}" has to be one value`);
		return "";
	}
}

/* The map below key, its keys checked; undefined when there is none. */
function section(r, map, key, where)
{
	const node = r.get(map, key);

	if (node === undefined || node === null)
		return undefined;
	if (r.yaml.isMap(node))
		r.keys(node, key, where);
	else
		r.say(r.at(node), `${where}: "${key}" has to be a map`);
	return node;
}

function caseMode(r, node, map, where, defaults)
{
	const test = section(r, map, "test", where);
	const command = section(r, map, "command", where);

	if (test) {
		section(r, test, "expect", where);
		if (modeOf(r.word(test, "mode")) !== "behavior")
			r.say(r.at(test), `${where}: "test" needs ` +
			    "mode: behavior");
		if (r.word(test, "command") === "")
			r.say(r.at(test), `${where}: "test" needs a command`);
	}
	if (test || command)
		return { mode: "behavior", command: test ?
		    r.word(test, "command") : r.word(command, "run"),
		    loader: Boolean(command) };
	const own = r.word(map, "validation_mode");
	const said = own || r.word(defaults, "validation_mode");
	const mode = said === "" ? "load_attach" : modeOf(said);

	if (!mode)
		r.say(r.at(own ? r.get(map, "validation_mode") :
		    r.get(defaults, "validation_mode")), `${where}: ` +
		    `"${said}" is no mode: load_only, load_attach or behavior`);
	return { mode: mode ?? "load_attach", command: "", loader: false };
}

function readCase(r, node, i, defaults, names)
{
	if (!r.yaml.isMap(node)) {
		r.say(r.at(node), `case ${i + 1} has to be a map`);
		return null;
	}
	const name = r.word(node, "name");
	const where = name ? `case ${name}` : `case ${i + 1}`;

	r.keys(node, "case", where);
	if (!NAME.test(name))
		r.say(r.at(r.get(node, "name") ?? node), `${where}: a name ` +
		    "of letters, digits, dot, dash, underscore is needed");
	else if (names.has(name))
		r.say(r.at(r.get(node, "name")),
		    `the name "${name}" is there twice`);
	names.add(name);
	const mode = caseMode(r, node, node, where, defaults);
	const artifact = r.word(node, "artifact");

	if (artifact === "" && !mode.loader)
		r.say(r.at(node), `${where}: "artifact" is missing`);
	if (r.word(node, "matrix") === "" &&
	    r.word(defaults, "matrix") === "")
		r.say(r.at(node), `${where}: no "matrix", neither here nor ` +
		    "in the defaults");
	return { name, artifact, ...mode, title:
	    r.word(node, "artifact_name") || name,
	    manifest: r.word(node, "manifest"),
	    matrix: r.word(node, "matrix") || r.word(defaults, "matrix") };
}

/* -> {name, cases, counts: {total, load_only, …}, problems: [{line, text}]} */
export function readSuite(yaml, text)
{
	const r = new Reader(yaml, text);
	const root = r.doc.contents;
	const list = r.get(root, "cases");
	const names = new Set();
	let cases = [];

	if (root && !yaml.isMap(root))
		r.say(0, "a suite is a map with name and cases");
	r.keys(yaml.isMap(root) ? root : null, "suite", "suite");
	const defaults = section(r, root, "defaults", "defaults");
	const name = r.word(root, "name");

	if (yaml.isMap(root) && !NAME.test(name))
		r.say(r.at(r.get(root, "name") ?? root), "the suite needs a " +
		    "name of letters, digits, dot, dash, underscore");
	if (yaml.isSeq(list))
		cases = list.items.map((n, i) =>
			readCase(r, n, i, defaults, names)).filter(Boolean);
	else if (yaml.isMap(root))
		r.say(r.at(list ?? root), "\"cases\" has to be a list");
	const counts = { total: cases.length, load_only: 0, load_attach: 0,
	    behavior: 0 };

	for (const c of cases)
		counts[c.mode]++;
	return { name, cases, counts, problems: r.problems.toSorted((a, b) =>
		a.line - b.line) };
}

/* --- what runs it ---------------------------------------------------------- */

/* For a shell: nothing in it is special between these quotes. */
export function shellQuote(word)
{
	return /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word :
	    `'${word.replaceAll("'", "'\\''")}'`;
}

/* JSON's strings are YAML's double-quoted ones. */
export function yamlQuote(word)
{
	return JSON.stringify(word);
}

export function slug(name)
{
	return name.toLowerCase().replace(/[^a-z0-9._-]+/g, "-")
	    .replace(/^-+|-+$/g, "") || "bpfcompat-suite";
}

/* A path that begins with a dash would be an option. */
const asPath = (path) => path.startsWith("-") ? `./${path}` : path;

export function suiteCommand(name, path)
{
	const dir = `reports/suites/${slug(name)}`;

	return [`mkdir -p ${dir}`, ["bpfcompat suite",
	    `--suite ${shellQuote(asPath(path))}`, `--out ${dir}/suite.json`,
	    `--markdown ${dir}/suite.md`, "--timeout 8m", "--concurrency 1"]
	    .join(" \\\n  ")].join("\n") + "\n";
}

/*
 * A workflow: the path reaches the shell as a variable, never as text of
 * the script; the report is kept also when the gate fails.
 */
export function suiteWorkflow(name, path)
{
	return `name: BPF compatibility

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  bpfcompat:
    name: ${yamlQuote(name || "bpf-compatibility")}
    runs-on: [self-hosted, linux, x64, kvm]
    steps:
      - uses: actions/checkout@v4
      - name: Run the suite
        env:
          SUITE: ${yamlQuote(asPath(path))}
        run: |
          mkdir -p reports
          bpfcompat suite --suite "$SUITE" \\
            --out reports/bpfcompat-suite.json \\
            --markdown reports/bpfcompat-suite.md \\
            --timeout 8m --concurrency 1
      - name: Summary
        if: always()
        run: cat reports/bpfcompat-suite.md >> "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: bpfcompat
          path: reports
`;
}
