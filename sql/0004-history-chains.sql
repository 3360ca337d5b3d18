-- Many chains in one history: '' is the server's own, 'tenant/project' that
-- of a registry project.  Each has one beginning, no gap and no fork, and a
-- signed statement of its end.  The keys that sign are here, too: as a chain
-- of signed statements, so that a change of who may sign shows as well.

DROP VIEW v_history;
DROP TRIGGER history_in_order;
DROP TRIGGER history_kept;
DROP TRIGGER history_fixed;
DROP INDEX history_run;
DROP INDEX history_newest;
DROP INDEX history_artifact;
ALTER TABLE history RENAME TO history_one;
ALTER TABLE history_head RENAME TO history_head_one;

CREATE TABLE history (
	chain		TEXT NOT NULL DEFAULT '' CHECK (chain = '' OR
	    (chain GLOB '?*/?*' AND chain NOT GLOB '*/*/*'
	    AND length(chain) <= 257)),
	seq		INTEGER NOT NULL CHECK (seq >= 1), -- place in the chain
	run_id		TEXT NOT NULL DEFAULT '',
	created_at	TEXT NOT NULL,
	artifact_name	TEXT NOT NULL CHECK (artifact_name <> ''),
	artifact_version TEXT NOT NULL CHECK (artifact_version <> ''),
	artifact_sha256	TEXT NOT NULL CHECK (length(artifact_sha256) = 64),
	summary_status	TEXT NOT NULL,
	record_sha256	TEXT NOT NULL CHECK (length(record_sha256) = 64),
	prev_record_sha256 TEXT NOT NULL,	-- '' for the first
	line		TEXT NOT NULL,		-- the record, as it is published
	PRIMARY KEY (chain, seq),
	-- One beginning, and nothing has two successors.
	UNIQUE (chain, prev_record_sha256),
	UNIQUE (chain, record_sha256)
) STRICT;

INSERT INTO history (chain, seq, run_id, created_at, artifact_name,
    artifact_version, artifact_sha256, summary_status, record_sha256,
    prev_record_sha256, line)
SELECT '', seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history_one ORDER BY seq;

-- A run of this server has one record; a project may hold any number.
CREATE UNIQUE INDEX history_run ON history (run_id)
    WHERE chain = '' AND run_id <> '';
CREATE INDEX history_newest ON history (chain, created_at DESC, run_id DESC);
CREATE INDEX history_artifact
    ON history (chain, artifact_name, created_at DESC, run_id DESC);

CREATE TRIGGER history_in_order BEFORE INSERT ON history
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM history
	WHERE chain = new.chain)
    OR new.prev_record_sha256 IS NOT coalesce((SELECT record_sha256
	FROM history WHERE chain = new.chain ORDER BY seq DESC LIMIT 1), '')
BEGIN
	SELECT raise(ABORT, 'history: this is not the next record');
END;

CREATE TRIGGER history_kept BEFORE DELETE ON history BEGIN
	SELECT raise(ABORT, 'history: records are never removed');
END;

CREATE TRIGGER history_fixed BEFORE UPDATE ON history BEGIN
	SELECT raise(ABORT, 'history: records are never changed');
END;

-- How long a chain is and how it ends, signed: removing its end shows.
CREATE TABLE history_head (
	chain		TEXT NOT NULL PRIMARY KEY,
	seq		INTEGER NOT NULL,
	line		TEXT NOT NULL		-- the signed statement
) STRICT;

INSERT INTO history_head (chain, seq, line)
SELECT '', (SELECT coalesce(max(seq), 0) FROM history_one), line
FROM history_head_one;

CREATE TRIGGER history_head_kept BEFORE DELETE ON history_head BEGIN
	SELECT raise(ABORT, 'history: the end of a chain is never removed');
END;

CREATE TRIGGER history_head_is_the_end BEFORE INSERT ON history_head
WHEN new.seq IS NOT (SELECT max(seq) FROM history WHERE chain = new.chain)
BEGIN
	SELECT raise(ABORT, 'history: this is not the end of the chain');
END;

CREATE TRIGGER history_head_grows BEFORE UPDATE ON history_head
WHEN new.chain <> old.chain OR new.seq < old.seq OR
    new.seq IS NOT (SELECT max(seq) FROM history WHERE chain = new.chain)
BEGIN
	SELECT raise(ABORT, 'history: this is not the end of the chain');
END;

-- Some of the ends a chain had on its way, so that one record can be proved
-- to be in it without reading all that follows.
CREATE TABLE history_checkpoints (
	chain		TEXT NOT NULL,
	seq		INTEGER NOT NULL,
	line		TEXT NOT NULL,		-- as in history_head
	PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_checkpoints_kept BEFORE DELETE ON history_checkpoints
BEGIN
	SELECT raise(ABORT, 'history: checkpoints are never removed');
END;

CREATE TRIGGER history_checkpoints_fixed BEFORE UPDATE ON history_checkpoints
BEGIN
	SELECT raise(ABORT, 'history: checkpoints are never changed');
END;

-- Who may sign, since when, until when: one signed statement for each
-- change, and each names the digest of the one before.
CREATE TABLE history_keys (
	seq		INTEGER PRIMARY KEY,	-- from 1
	at		TEXT NOT NULL,
	action		TEXT NOT NULL
	    CHECK (action IN ('begin', 'rotate', 'adopt', 'revoke')),
	key_id		TEXT NOT NULL,		-- whom it is about
	public_key	TEXT NOT NULL,		-- the same key, base64
	reason		TEXT NOT NULL DEFAULT '',
	sha256		TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
	prev_sha256	TEXT NOT NULL UNIQUE,	-- '' for the first
	line		TEXT NOT NULL		-- the signed statement
) STRICT;

CREATE TRIGGER history_keys_in_order BEFORE INSERT ON history_keys
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM history_keys)
    OR new.prev_sha256 IS NOT coalesce((SELECT sha256 FROM history_keys
	ORDER BY seq DESC LIMIT 1), '')
BEGIN
	SELECT raise(ABORT, 'history: this is not the next key statement');
END;

CREATE TRIGGER history_keys_kept BEFORE DELETE ON history_keys BEGIN
	SELECT raise(ABORT, 'history: key statements are never removed');
END;

CREATE TRIGGER history_keys_fixed BEFORE UPDATE ON history_keys BEGIN
	SELECT raise(ABORT, 'history: key statements are never changed');
END;

DROP TABLE history_one;
DROP TABLE history_head_one;

CREATE VIEW v_history AS
SELECT chain, seq, created_at, artifact_name, artifact_version,
    summary_status, run_id, artifact_sha256, record_sha256
FROM history ORDER BY rowid DESC;

CREATE VIEW v_history_chains AS
SELECT chain, count(*) AS records, max(created_at) AS newest,
    (SELECT seq FROM history_head AS e WHERE e.chain = h.chain) AS signed_end
FROM history AS h GROUP BY chain;

CREATE VIEW v_history_keys AS
SELECT seq, at, action, key_id, reason FROM history_keys ORDER BY seq;
