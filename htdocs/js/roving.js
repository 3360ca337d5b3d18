/*
 * Arrow keys inside a list of rows, so that a long list is one stop of the
 * Tab key: Up and Down change the row, Left and Right the control in it.
 */

export function roving(list, rowSelector, controlSelector)
{
	const rowsOf = () => [...list.querySelectorAll(rowSelector)]
	    .filter((r) => r.querySelector(controlSelector));
	const controls = (row) => [...row.querySelectorAll(controlSelector)];

	function tabStop(el)
	{
		for (const c of list.querySelectorAll("input, button, a"))
			c.tabIndex = c === el ? 0 : -1;
	}

	function settle()
	{
		const current = list.querySelector("[tabindex='0']");

		if (current?.isConnected && !current.disabled &&
		    current.closest(rowSelector))
			return;
		const first = rowsOf()[0];

		if (first)
			tabStop(controls(first)[0]);
	}

	function target(key, row, at)
	{
		const rows = rowsOf();
		const i = rows.indexOf(row);
		const cell = (r) => r &&
		    (controls(r)[at] ?? controls(r).at(-1));

		switch (key) {
		case "ArrowDown": return cell(rows[i + 1]);
		case "ArrowUp": return cell(rows[i - 1]);
		case "Home": return cell(rows[0]);
		case "End": return cell(rows.at(-1));
		case "ArrowRight": return controls(row)[at + 1];
		case "ArrowLeft": return controls(row)[at - 1];
		default: return null;
		}
	}

	list.addEventListener("keydown", (e) => {
		const row = e.target.closest(rowSelector);

		if (!row || e.ctrlKey || e.metaKey || e.altKey)
			return;
		const next = target(e.key, row, controls(row).indexOf(e.target));

		if (next) {
			e.preventDefault();
			tabStop(next);
			next.focus();
		}
	});
	list.addEventListener("focusin", (e) => tabStop(e.target));
	new MutationObserver(settle).observe(list, { childList: true,
	    subtree: true, attributeFilter: ["hidden", "disabled"] });
	settle();
}
