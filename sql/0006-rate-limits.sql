-- What was taken of each rate limit.  A row that is over has no meaning and
-- goes when room is needed; deleting one by hand lifts the limit.

CREATE TABLE rate_limits (
	id		INTEGER PRIMARY KEY,
	subject		TEXT NOT NULL,	-- a caller, or "address:…"
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	action		TEXT NOT NULL,
	slot_ms		INTEGER NOT NULL CHECK (slot_ms > 0),
	slot		INTEGER NOT NULL,	-- number of the newest slot
	counts		TEXT NOT NULL,	-- taken in each slot, newest last
	expires_at	TEXT NOT NULL,	-- nothing counts any more from here
	UNIQUE (subject, tenant, project, action)
) STRICT;

CREATE INDEX rate_limits_expires ON rate_limits (expires_at);
