-- The signed history: one record for each finished run of an artifact, in
-- one chain.  Nothing here is ever changed or removed.

CREATE TABLE history (
	seq		INTEGER PRIMARY KEY,	-- place in the chain, from 1
	run_id		TEXT NOT NULL DEFAULT '',
	created_at	TEXT NOT NULL,
	artifact_name	TEXT NOT NULL CHECK (artifact_name <> ''),
	artifact_version TEXT NOT NULL CHECK (artifact_version <> ''),
	artifact_sha256	TEXT NOT NULL
	    CHECK (length(artifact_sha256) = 64),
	summary_status	TEXT NOT NULL,
	record_sha256	TEXT NOT NULL UNIQUE
	    CHECK (length(record_sha256) = 64),
	-- '' for the first; unique, so a chain has one beginning and no fork
	prev_record_sha256 TEXT NOT NULL UNIQUE,
	line		TEXT NOT NULL		-- the record, as it is published
) STRICT;

CREATE UNIQUE INDEX history_run ON history (run_id) WHERE run_id <> '';
CREATE INDEX history_newest ON history (created_at DESC, run_id DESC);
CREATE INDEX history_artifact
    ON history (artifact_name, created_at DESC, run_id DESC);

CREATE TRIGGER history_in_order BEFORE INSERT ON history
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM history)
    OR new.prev_record_sha256 IS NOT coalesce((SELECT record_sha256
	FROM history ORDER BY seq DESC LIMIT 1), '')
BEGIN
	SELECT raise(ABORT, 'history: this is not the next record');
END;

CREATE TRIGGER history_kept BEFORE DELETE ON history BEGIN
	SELECT raise(ABORT, 'history: records are never removed');
END;

CREATE TRIGGER history_fixed BEFORE UPDATE ON history BEGIN
	SELECT raise(ABORT, 'history: records are never changed');
END;

-- How long the chain is and how it ends, signed: removing its end shows.
CREATE TABLE history_head (
	id		INTEGER PRIMARY KEY CHECK (id = 1),
	line		TEXT NOT NULL		-- the signed statement
) STRICT;

CREATE VIEW v_history AS
SELECT seq, created_at, artifact_name, artifact_version, summary_status,
    run_id, artifact_sha256, record_sha256
FROM history ORDER BY seq DESC;
