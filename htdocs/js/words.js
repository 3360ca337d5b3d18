/* The word for each status; beside its icon, everywhere the same. */

const WORD = { pass: "Pass", fail: "Fail", infra_error: "No answer",
	skipped: "Skipped", warn: "Partly", created: "Created",
	failed: "Failed", not_tried: "Not tried", canceled: "Cancelled" };

export function statusWord(status)
{
	return WORD[status] ?? status;
}
