/*
 * What the browser remembers between visits.  Storage may be refused or
 * hold anything; both are treated as nothing remembered.
 */

export function recall(key)
{
	try {
		return JSON.parse(localStorage.getItem(`bpfcompat.${key}`));
	} catch {
		return null;
	}
}

export function remember(key, value)
{
	try {
		localStorage.setItem(`bpfcompat.${key}`, JSON.stringify(value));
	} catch {
		/* Nothing depends on it. */
	}
}
