-- What is published as files for people and other tools, and how far each
-- file is.  A change marks its stream in the same transaction; whoever
-- publishes looks at the marks.

-- The order in which runs ended: that of registry/runs.jsonl.
CREATE TABLE run_order (
	seq		INTEGER PRIMARY KEY,
	run_id		TEXT NOT NULL UNIQUE REFERENCES runs (run_id)
) STRICT;

INSERT INTO run_order (run_id)
SELECT run_id FROM runs ORDER BY finished_at, run_id;

CREATE TABLE outbox (
	-- 'runs', 'audit', 'chain:' and the chain's name, 'project:' and
	-- the name of a project
	stream		TEXT PRIMARY KEY,
	changed		INTEGER NOT NULL DEFAULT 1,	-- grows with each change
	published	INTEGER NOT NULL DEFAULT 0,	-- "changed" by then
	seq		INTEGER NOT NULL DEFAULT 0,	-- last row in the file
	bytes		INTEGER NOT NULL DEFAULT 0	-- how long it was then
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_pending ON outbox (stream) WHERE changed > published;
-- An imported record may be of a run, too.
CREATE INDEX history_run_imported ON history (run_id)
    WHERE chain <> '' AND run_id <> '';

INSERT INTO outbox (stream) SELECT 'runs' WHERE EXISTS (SELECT 1 FROM runs);
INSERT INTO outbox (stream) SELECT 'audit'
WHERE EXISTS (SELECT 1 FROM audit);
INSERT INTO outbox (stream) SELECT DISTINCT 'chain:' || chain FROM history;
INSERT INTO outbox (stream)
SELECT 'project:' || tenant || '/' || project FROM registry_projects;

CREATE TRIGGER runs_published AFTER INSERT ON runs BEGIN
	INSERT INTO run_order (run_id) VALUES (new.run_id);
	INSERT INTO outbox (stream) VALUES ('runs')
	ON CONFLICT (stream) DO UPDATE SET changed = changed + 1;
END;

-- Imported chains (their names begin with "@") are not published again.
CREATE TRIGGER history_published AFTER INSERT ON history
WHEN new.chain NOT GLOB '@*' BEGIN
	INSERT INTO outbox (stream) VALUES ('chain:' || new.chain)
	ON CONFLICT (stream) DO UPDATE SET changed = changed + 1;
END;

CREATE TRIGGER audit_published AFTER INSERT ON audit BEGIN
	INSERT INTO outbox (stream) VALUES ('audit')
	ON CONFLICT (stream) DO UPDATE SET changed = changed + 1;
END;

CREATE TRIGGER registry_projects_published AFTER INSERT ON registry_projects
BEGIN
	INSERT INTO outbox (stream)
	VALUES ('project:' || new.tenant || '/' || new.project)
	ON CONFLICT (stream) DO UPDATE SET changed = changed + 1;
END;

CREATE TRIGGER registry_projects_published_again
AFTER UPDATE ON registry_projects BEGIN
	UPDATE outbox SET changed = changed + 1
	WHERE stream = 'project:' || new.tenant || '/' || new.project;
END;

-- A project's folder holds copies of the public keys.
CREATE TRIGGER history_keys_published AFTER INSERT ON history_keys BEGIN
	UPDATE outbox SET changed = changed + 1 WHERE stream GLOB 'project:*';
END;

CREATE TRIGGER run_order_kept BEFORE DELETE ON run_order BEGIN
	SELECT raise(ABORT, 'run_order: runs are never removed');
END;

CREATE VIEW v_outbox AS
SELECT stream, changed - published AS pending, seq, bytes FROM outbox
ORDER BY stream;
