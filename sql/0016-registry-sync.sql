-- How far finished runs have been offered to a registry project by
-- themselves: the place of the last one in run_order.
CREATE TABLE registry_sync (
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	seq		INTEGER NOT NULL,
	PRIMARY KEY (tenant, project)
) STRICT, WITHOUT ROWID;
