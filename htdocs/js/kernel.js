/*
 * Kernel versions compare by number: 5.4 is older than 5.15.
 */

export function parse(text)
{
	const m = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? "");

	return m ? [Number(m[1]), Number(m[2]), Number(m[3] ?? 0)] : null;
}

/* Unknown versions sort last. */
export function compare(a, b)
{
	const x = parse(a), y = parse(b);

	if (!x || !y)
		return x ? -1 : y ? 1 : String(a ?? "").localeCompare(b ?? "");
	return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}

/* "6.1.0-37-cloud-amd64" -> "6.1" */
export function line(text)
{
	const v = parse(text);

	return v ? `${v[0]}.${v[1]}` : "";
}

/*
 * The line of a profile.  One that follows a suite's newest kernel has a
 * number only once it was fetched.
 */
export function lineOf(profile)
{
	return line(profile.kernel_release) || profile.kernel_family;
}

/*
 * Lines that kernel.org maintains for years.  Source: the longterm table of
 * kernel.org/category/releases.html; older distributions' own lines are not
 * in it.
 */
const LONGTERM = new Set(["5.10", "5.15", "6.1", "6.6", "6.12", "6.18"]);

export function isLongterm(text)
{
	return LONGTERM.has(line(text));
}
