-- Pages of the history: an order without ties and an index for each way to
-- narrow it, so that the first page and the last cost the same however long
-- the history is.

DROP INDEX history_newest;
DROP INDEX history_artifact;
CREATE INDEX history_newest
    ON history (chain, created_at DESC, run_id DESC, seq DESC);
CREATE INDEX history_artifact ON history (chain, artifact_name,
    created_at DESC, run_id DESC, seq DESC, summary_status);
CREATE INDEX history_version ON history (chain, artifact_name,
    artifact_version, created_at DESC, run_id DESC, seq DESC,
    summary_status);
CREATE INDEX history_status ON history (chain, summary_status,
    created_at DESC, run_id DESC, seq DESC);

-- Which records of the server's own chain are about which kernel; written
-- with each record.
CREATE TABLE history_profiles (
	profile_id	TEXT NOT NULL,
	created_at	TEXT NOT NULL,
	run_id		TEXT NOT NULL,
	seq		INTEGER NOT NULL,
	PRIMARY KEY (profile_id, created_at DESC, run_id DESC, seq DESC)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO history_profiles (profile_id, created_at, run_id, seq)
SELECT j.value, h.created_at, h.run_id, h.seq
FROM history AS h, json_each(h.line, '$.supported_profiles') AS j
WHERE h.chain = '' AND json_valid(h.line) AND j.type = 'text';
INSERT OR IGNORE INTO history_profiles (profile_id, created_at, run_id, seq)
SELECT j.value, h.created_at, h.run_id, h.seq
FROM history AS h, json_each(h.line, '$.failed_profiles') AS j
WHERE h.chain = '' AND json_valid(h.line) AND j.type = 'text';

CREATE INDEX runs_artifact ON runs (artifact_name, started_at DESC,
    run_id DESC, summary_status);
CREATE INDEX runs_version ON runs (artifact_name, artifact_version,
    started_at DESC, run_id DESC, summary_status);
CREATE INDEX runs_status ON runs (summary_status, started_at DESC,
    run_id DESC);

-- Which runs had which kernel.
CREATE TABLE run_profiles (
	profile_id	TEXT NOT NULL,
	started_at	TEXT NOT NULL,
	run_id		TEXT NOT NULL,
	PRIMARY KEY (profile_id, started_at DESC, run_id DESC)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER run_profiles_add AFTER INSERT ON runs BEGIN
	INSERT OR IGNORE INTO run_profiles (profile_id, started_at, run_id)
	SELECT profile_id, new.started_at, new.run_id FROM job_targets
	WHERE job_id = new.job_id;
END;

INSERT INTO run_profiles (profile_id, started_at, run_id)
SELECT t.profile_id, r.started_at, r.run_id
FROM runs AS r JOIN job_targets AS t ON t.job_id = r.job_id;
