/*
 * A report (schema v0.1 with our additions) as the views want it.  Members
 * that an older or foreign report lacks come out empty, never undefined in
 * the page.
 */

import { compare, line } from "./kernel.js";
import { release } from "./fmt.js";

const STATUSES = new Set(["pass", "fail", "infra_error", "canceled"]);

/* Short names for the causes; unknown codes show as they are. */
const CAUSES = {
	ATTACH_FAILURE: "Attaching failed",
	ATTACH_TARGET_MISSING: "Attach target does not exist",
	ATTACH_TARGET_NOT_TRACEABLE: "Attach target cannot be traced",
	CAPABILITY_FAILURE: "Privilege is missing",
	COMMAND_VALIDATION_FAILURE: "The command failed",
	CORE_RELOCATION_FAILURE: "CO-RE relocation failed",
	FUNCTIONAL_TEST_FAILURE: "A behaviour check failed",
	GUEST_CRASH: "The guest died of it",
	GUEST_HANG: "The guest hung with it",
	INVALID_OBJECT: "Not a usable BPF object",
	JIT_DISABLED: "The JIT is off",
	KERNEL_CONFIG_OFF: "Kernel option is off",
	KERNEL_LOCKDOWN: "Denied by kernel lockdown",
	LEGACY_MAP_SECTION: "Old map definitions",
	LICENSE_RESTRICTION: "The licence forbids a helper",
	LOADER_CONTRACT: "Needs its own loader",
	LSM_NOT_ENABLED: "BPF LSM is not enabled",
	MANIFEST_MISMATCH: "The manifest is about something else",
	MAP_ATTRIBUTE_LIMIT: "A map is too large or odd",
	MEMORY_LIMIT: "Out of memory for maps",
	MISSING_BTF: "Kernel BTF is missing",
	MISSING_HELPER: "Helper does not exist",
	MISSING_KCONFIG: "Kernel option is unknown",
	MISSING_KFUNC: "Kernel function does not exist",
	MISSING_KSYM: "Kernel symbol does not exist",
	POLICY_DENIED: "Denied by policy",
	UNKNOWN: "Unknown cause",
	UNSUPPORTED_ATTACH_TYPE: "Attach type is not supported",
	UNSUPPORTED_MAP_TYPE: "Map type is not supported",
	UNSUPPORTED_PROGRAM_TYPE: "Program type is not supported",
	UNSUPPORTED_STRUCT_OPS: "struct_ops is not supported",
	UNSUPPORTED_TRANSPORT: "This server cannot run the kernel",
	VALIDATOR_KILLED: "It killed what tested it",
	VERIFIER_COMPLEXITY_LIMIT: "Too complex for the verifier",
	VERIFIER_REJECTION: "The verifier rejects it",
	WRONG_ARCHITECTURE: "Made for another architecture",
};

const STAGES = {
	transport: "before the run", infra: "before the verdict",
	load: "while loading", attach: "while attaching",
	functional: "in a behaviour check", validation: "in validation",
};

export function causeText(code)
{
	return CAUSES[code] ?? code;
}

export function stageText(stage)
{
	return STAGES[stage] ?? stage ?? "";
}

const REMEDY = /^remediation:\s*/i;

function remedyOf(t)
{
	const note = (t.notes ?? []).find((n) => REMEDY.test(n));

	return t.classification?.remedy ?? note?.replace(REMEDY, "") ?? "";
}

function notesOf(t)
{
	return (t.notes ?? []).filter((n) => typeof n === "string" &&
	    !REMEDY.test(n));
}

/* pass, fail, skipped or "" (not reached) for the columns of the matrix. */
function steps(t)
{
	const v = t.validation ?? {};
	const infra = t.status === "infra_error";

	if (t.status === "canceled")
		return { boot: "canceled", load: "", attach: "" };
	return {
		boot: infra && !t.host?.kernel ? "infra_error" : "pass",
		load: infra ? "" : v.load_status ??
		    (t.status === "pass" ? "pass" : ""),
		attach: infra || v.attach_mode === "disabled" ? "" :
		    v.attach_status ?? "",
	};
}

function attachCount(v)
{
	if (!v?.attach_attempted)
		return "";
	return `${v.attach_passed ?? 0}/${v.attach_attempted}`;
}

function reasonOf(t)
{
	return t.classification_reason || t.infra_error || "";
}

/* How the guest of a variant differs from its base. */
function environmentOf(e)
{
	const differs = (e?.differs ?? []).filter((w) =>
	    typeof w === "string");

	return differs.length > 0 ?
	    `${differs.join(", ")}; else as ${e.base ?? "its base"}` : "";
}

function target(t)
{
	const p = t.profile ?? {};
	const status = STATUSES.has(t.status) ? t.status : "fail";
	const out = {
		id: t.profile_id ?? "",
		required: t.required === true,
		status,
		distro: p.distro ?? "",
		release: release(p),
		family: line(t.host?.kernel) || p.kernel_family || "",
		arch: p.arch ?? t.host?.arch ?? "",
		kernel: t.host?.kernel ?? "",
		steps: steps(t),
		attachCount: attachCount(t.validation),
		stage: t.failed_stage ?? "",
		code: status === "infra_error" ? "" :
		    t.classification_code ?? "",
		sub: t.classification?.sub_reason ?? "",
		confidence: t.classification_confidence ?? "",
		reason: reasonOf(t),
		quote: status === "fail" ? t.classification?.evidence ?? "" : "",
		remedy: remedyOf(t),
		notes: notesOf(t),
		cautions: (t.cautions ?? []).filter((c) =>
		    typeof c === "string"),
		environment: environmentOf(t.environment),
		variantOf: t.environment ? t.environment.base || "base" : "",
		differs: (t.environment?.differs ?? []).filter((w) =>
		    typeof w === "string"),
		durationMs: t.duration_ms ?? NaN,
		raw: t,
	};

	out.expected = t.expected?.text ?? "";
	out.cause = status === "pass" ? "" :
	    status === "canceled" ? "Not judged" :
	    status === "infra_error" ? "No answer" :
	        out.code ? causeText(out.code) :
	            `Failed ${stageText(out.stage)}`.trim();
	return out;
}

/* Failures that the manifest expects count apart, and so do their lack. */
function counted(t)
{
	const x = t.raw.expected ?? {};

	return t.status === "fail" && x.met ? "expected" :
	    t.status === "pass" && x.blocks ? "unexpected" : t.status;
}

function tally(targets)
{
	const n = { total: targets.length, required: 0,
	    required_pass: 0, required_fail: 0, required_infra_error: 0,
	    required_expected: 0, required_unexpected: 0,
	    optional_pass: 0, optional_fail: 0, optional_infra_error: 0,
	    optional_expected: 0, optional_unexpected: 0,
	    required_canceled: 0, optional_canceled: 0 };

	for (const t of targets) {
		n[`${t.required ? "required" : "optional"}_${counted(t)}`]++;
		n.required += t.required ? 1 : 0;
	}
	n.canceled = n.required_canceled + n.optional_canceled;
	n.infra_error = n.required_infra_error + n.optional_infra_error;
	return n;
}

const EXIT = { pass: 0, fail: 2, error: 1 };

/*
 * model(report, exitCode) -> {id, artifact, targets[], counts, ...}.
 * Targets keep the report's order; the matrix sorts.
 */
export function model(report, exitCode)
{
	const targets = (report.targets ?? []).map(target);
	const status = report.summary?.status ?? "error";

	return {
		id: report.run?.id ?? "",
		startedAt: report.run?.started_at ?? "",
		finishedAt: report.run?.finished_at ?? "",
		name: report.artifact?.basename ?? "object",
		artifact: report.artifact?.name ?? "",
		sha256: report.artifact?.sha256 ?? "",
		sizeBytes: report.artifact?.size_bytes ?? NaN,
		durationMs: report.run?.duration_ms ?? NaN,
		mode: report.run?.validation_mode || guessMode(targets),
		canceled: report.run?.canceled === true,
		newer: (report.schema_version ?? "v0.1") !== "v0.1",
		status,
		exitCode: exitCode ?? report.summary?.exit_code ??
		    EXIT[status] ?? 1,
		notes: report.summary?.notes ?? [],
		targets,
		counts: tally(targets),
		report,
	};
}

function guessMode(targets)
{
	const v = targets.find((t) => t.raw.validation)?.raw.validation;

	return v ? (v.attach_mode === "disabled" ? "load_only" :
	    "load_attach") : "";
}

const RANK = {
	true: { fail: 0, infra_error: 1, pass: 4, canceled: 6 },
	false: { fail: 2, infra_error: 3, pass: 5, canceled: 7 },
};

/* Required failures first, then the rest by how much they matter. */
export function worstFirst(a, b)
{
	return RANK[a.required][a.status] - RANK[b.required][b.status] ||
	    compare(a.family, b.family) ||
	    a.distro.localeCompare(b.distro) || a.id.localeCompare(b.id);
}
