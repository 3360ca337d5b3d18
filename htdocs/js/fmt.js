/*
 * Numbers, times and names as people read them.
 */

export function bytes(n)
{
	if (!Number.isFinite(n))
		return "";
	if (n < 1024)
		return `${n} B`;
	if (n < 1024 * 1024)
		return `${trim(n / 1024)} KiB`;
	if (n < 1024 ** 3)
		return `${trim(n / 1048576)} MiB`;
	return `${trim(n / 1024 ** 3)} GiB`;
}

function trim(x)
{
	return x >= 100 ? String(Math.round(x)) : x.toFixed(1).replace(/\.0$/, "");
}

export function duration(ms)
{
	if (!Number.isFinite(ms) || ms < 0)
		return "";
	if (ms < 1000)
		return `${Math.round(ms)} ms`;
	if (ms < 60000)
		return `${trim(ms / 1000)} s`;
	const s = Math.round(ms / 1000);

	if (s < 3600)
		return `${Math.floor(s / 60)} min ${s % 60} s`;
	return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

/* A running clock: whole seconds, so that it ticks calmly. */
export function clock(ms)
{
	const s = Math.max(0, Math.floor(ms / 1000));

	return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

export function plural(n, one, many)
{
	return `${n} ${n === 1 ? one : many ?? one + "s"}`;
}

export function dateTime(text)
{
	const t = Date.parse(text ?? "");

	if (Number.isNaN(t))
		return text ?? "";
	return new Date(t).toLocaleString(undefined,
	    { dateStyle: "medium", timeStyle: "short" });
}

export function list(words)
{
	if (words.length < 2)
		return words.join("");
	return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const DISTROS = {
	debian: "Debian", ubuntu: "Ubuntu", fedora: "Fedora", rhel: "RHEL",
	rocky: "Rocky Linux", almalinux: "AlmaLinux", centos: "CentOS",
	"centos-stream": "CentOS Stream", "oracle-linux": "Oracle Linux",
	oraclelinux: "Oracle Linux", opensuse: "openSUSE", sles: "SLES",
	"amazon-linux": "Amazon Linux", amazonlinux: "Amazon Linux",
	arch: "Arch Linux", alpine: "Alpine", talos: "Talos",
	bottlerocket: "Bottlerocket", flatcar: "Flatcar", rhcos: "RHCOS",
};

export function distro(name)
{
	return DISTROS[name] ?? name ?? "";
}

/* "debian", "12" -> "Debian 12" */
export function release(p)
{
	return [distro(p?.distro), p?.version].filter(Boolean).join(" ");
}
