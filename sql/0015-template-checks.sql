-- The self-check of saved guests: a verdict that a clone gave was asked for
-- again of a guest that was booted anew.

CREATE TABLE template_checks (
	id		INTEGER PRIMARY KEY,
	checked_at	TEXT NOT NULL,
	profile_id	TEXT NOT NULL,
	run_id		TEXT NOT NULL,	-- of the clone's verdict
	outcome		TEXT NOT NULL
	    CHECK (outcome IN ('same', 'different', 'not_told')),
	differences	INTEGER NOT NULL,
	text		TEXT NOT NULL	-- the first ones, or why nothing was told
) STRICT;
CREATE INDEX template_checks_profile ON template_checks (profile_id, id);

CREATE VIEW v_template_checks AS
SELECT profile_id, sum(outcome = 'same') AS same,
    sum(outcome = 'different') AS different,
    sum(outcome = 'not_told') AS not_told, max(checked_at) AS last
FROM template_checks GROUP BY profile_id;
