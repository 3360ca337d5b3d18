/*
 * A whole verifier log as tables that a viewer can scroll through: where
 * each line begins, of which kind it is, where the verifier gave up.  The
 * format differs from kernel to kernel: a line that is not recognised is
 * shown as it is, never dropped.  Pure functions; they run in a worker.
 */

export const KIND = { plain: 0, insn: 1, source: 2, state: 3, flow: 4,
	stats: 5, libbpf: 6, blank: 7, fault: 8, failing: 9 };

export const KIND_NAME = Object.keys(KIND);

const KINDS = [
	[KIND.insn, /^\s*\d+: (\([0-9a-f]{2}\)|<invalid)/],
	[KIND.source, /^\s*;/],
	[KIND.state, /^\s*(\d+: )?(R\d+(_\w+)?=|frame\d+:|fp-?\d+=)/],
	[KIND.flow, /^(from \d+ to \d+|[fF]unc#|caller|callee|returning|regs=)/],
	[KIND.flow, /^(reg type|last_idx|mark_precise|parent |BEGIN PROG|-- )/],
	[KIND.flow, /^(arg#\d+ |Unrecognized arg|propagating)/],
	[KIND.stats, /^(processed \d+ insns|insns processed|verification time)/],
	[KIND.stats, /^(stack depth|subprog \d+ |max_states|total_states)/],
	[KIND.libbpf, /^libbpf: /],
];

function kindOf(line)
{
	for (const [kind, re] of KINDS) {
		if (re.test(line))
			return kind;
	}
	return line.trim() === "" ? KIND.blank : KIND.plain;
}

/* Line n without its end. */
export function lineAt(log, n)
{
	return log.text.slice(log.starts[n], log.starts[n + 1] - 1);
}

/* The last line with these words; newer kernels add a report after it. */
function lastWith(log, words)
{
	const at = words ? log.text.lastIndexOf(`${words}\n`) : -1;

	for (let i = log.count - 1; at >= 0 && i >= 0; i--) {
		if (log.starts[i] <= at)
			return log.kinds[i] === KIND.plain ? i : -1;
	}
	return -1;
}

/*
 * The complaint is what the report quotes, else the last line of no known
 * kind, with those right before it; the failing instruction is the last one
 * before the complaint.
 */
function markFault(log, verdict)
{
	const { kinds } = log;
	const named = lastWith(log, verdict);
	let last = named >= 0 ? named : kinds.lastIndexOf(KIND.plain);

	log.fault = -1;
	for (let i = last; i >= 0 && kinds[i] === KIND.plain; i--) {
		kinds[i] = KIND.fault;
		log.fault = i;
	}
	if (log.fault < 0)
		return;
	for (last = log.fault - 1; last >= 0; last--) {
		if (kinds[last] === KIND.insn) {
			kinds[last] = KIND.failing;
			log.failing = last;
			return;
		}
	}
}

function statistics(log)
{
	const out = {};
	const words = { insns: /processed (\d+) insns/, states:
	    /total_states (\d+)/, peak: /peak_states (\d+)/ };

	for (let i = log.count - 1; i >= 0 && i > log.count - 40; i--) {
		if (log.kinds[i] !== KIND.stats)
			continue;
		for (const [name, re] of Object.entries(words)) {
			const m = re.exec(lineAt(log, i));

			if (m)
				out[name] ??= Number(m[1]);
		}
	}
	return out;
}

function starts(text)
{
	let out = new Uint32Array(1024), n = 1;

	for (let at = text.indexOf("\n"); at >= 0;
	    at = text.indexOf("\n", at + 1)) {
		if (n === out.length) {
			const more = new Uint32Array(n * 2);

			more.set(out);
			out = more;
		}
		out[n++] = at + 1;
	}
	return out.slice(0, n);
}

/* verdict: the last line of the complaint, when the report has it.
   -> {text, starts, kinds, count, fault, failing, stats} */
export function parseLog(raw, verdict)
{
	const text = raw === "" || raw.endsWith("\n") ? raw : `${raw}\n`;
	const log = { text, starts: starts(text), fault: -1, failing: -1 };

	log.count = log.starts.length - 1;
	log.kinds = new Uint8Array(log.count);
	for (let i = 0; i < log.count; i++)
		log.kinds[i] = kindOf(lineAt(log, i));
	markFault(log, verdict);
	log.stats = statistics(log);
	return log;
}

/* --- registers ------------------------------------------------------------ */

const SLOT = /(?:^|[\s;])((?:R\d+|fp-?\d+)(?:_\w+)?)=/g;
const LOOK_BACK = 400;

/* "R0_w=inv(id=0) R10=fp0" -> [["R0", "inv(id=0)"], ["R10", "fp0"]] */
export function slots(line)
{
	const found = [...line.matchAll(SLOT)];

	return found.map((m, i) => [m[1].replace(/_\w+$/, ""),
	    line.slice(m.index + m[0].length, found[i + 1]?.index).trim()]);
}

/*
 * What is known of registers and stack at line n: the newest value of each,
 * back to where the verifier took up this path.  "changed" has those of the
 * newest state whose value was another before.
 */
export function stateAt(log, n)
{
	const known = new Map(), before = new Map();
	let newest = null;

	for (let i = n; i >= 0 && i > n - LOOK_BACK; i--) {
		const line = lineAt(log, i);
		const found = slots(line);
		const into = newest ? before : known;

		if (found.length > 0)
			newest ??= new Map(found);
		for (const [name, value] of found) {
			if (!into.has(name))
				into.set(name, value);
			if (!known.has(name))
				known.set(name, value);
		}
		if (/^from \d+ to \d+/.test(line))
			break;
	}
	return { known, changed: new Set([...newest ?? []]
	    .filter(([name, value]) => before.size > 0 &&
	        before.get(name) !== value).map(([name]) => name)) };
}
