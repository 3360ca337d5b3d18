-- Decisions of the runtime: which version a host was given, or why none.
-- Each row has an event of the audit stream that names its digest, so the
-- chain and the seals of the audit are the decisions' as well.

CREATE TABLE decisions (
	seq		INTEGER PRIMARY KEY,
	id		TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64
	    AND id NOT GLOB '*[^A-Za-z0-9-]*' AND id GLOB '[A-Za-z0-9]*'),
	correlation_id	TEXT NOT NULL CHECK (length(correlation_id) = 32
	    AND correlation_id NOT GLOB '*[^0-9a-f]*'),
	created_at	TEXT NOT NULL,
	expires_at	TEXT NOT NULL DEFAULT '',	-- '': it does not
	source		TEXT NOT NULL CHECK (source IN ('api', 'cli', 'agent')),
	operation	TEXT NOT NULL CHECK (operation IN
	    ('select', 'fetch', 'execute')),
	status		TEXT NOT NULL CHECK (status IN
	    ('success', 'denied', 'error')),
	code		TEXT NOT NULL DEFAULT '',	-- why not
	reason		TEXT NOT NULL DEFAULT '',
	actor		TEXT NOT NULL DEFAULT '',
	tenant		TEXT NOT NULL DEFAULT '',	-- as asked for
	project		TEXT NOT NULL DEFAULT '',
	-- whose files it is published in: '' the server's, 'tenant/project'
	root		TEXT NOT NULL DEFAULT '',
	artifact_name	TEXT NOT NULL DEFAULT '',
	requested_version TEXT NOT NULL DEFAULT '',
	-- the record that was judged, whole or not at all
	artifact_version TEXT NOT NULL DEFAULT '',
	artifact_sha256	TEXT NOT NULL DEFAULT '',
	chain		TEXT NOT NULL DEFAULT '',
	record_seq	INTEGER NOT NULL DEFAULT 0,
	record_sha256	TEXT NOT NULL DEFAULT '',
	run_id		TEXT NOT NULL DEFAULT '',
	event		TEXT NOT NULL,		-- a line of the event stream
	event_sha256	TEXT NOT NULL CHECK (length(event_sha256) = 64),
	trace		TEXT NOT NULL,		-- the trace file
	audit_seq	INTEGER NOT NULL UNIQUE REFERENCES audit (seq)
) STRICT;

CREATE INDEX decisions_root ON decisions (root, seq DESC);
CREATE INDEX decisions_correlation ON decisions (correlation_id);

CREATE TRIGGER decisions_kept BEFORE DELETE ON decisions BEGIN
	SELECT raise(ABORT, 'decisions: they are never removed');
END;

CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions BEGIN
	SELECT raise(ABORT, 'decisions: they are never changed');
END;

CREATE TRIGGER decisions_published AFTER INSERT ON decisions BEGIN
	INSERT INTO outbox (stream) VALUES ('decisions:' || new.root)
	ON CONFLICT (stream) DO UPDATE SET changed = changed + 1;
END;

CREATE VIEW v_decisions AS
SELECT seq, created_at, operation, status, code, artifact_name,
    requested_version, artifact_version, actor, tenant, project, id,
    correlation_id, reason
FROM decisions ORDER BY seq DESC;

-- What records say of an artifact comes in few forms: the same result, on
-- the same kernels, with the same codes.  Selection judges each form once,
-- however many records have it, and then reads the signed line of those it
-- takes: nothing here is believed.  Written with each record; imported
-- chains (their names begin with "@") are not selected from.

CREATE TABLE history_shapes (
	id		INTEGER PRIMARY KEY,
	chain		TEXT NOT NULL,
	artifact_name	TEXT NOT NULL,
	summary_status	TEXT NOT NULL,
	required_passed	INTEGER NOT NULL,
	required_failed	INTEGER NOT NULL,
	supported	TEXT NOT NULL,		-- JSON, as in the record
	failed		TEXT NOT NULL,
	codes		TEXT NOT NULL,
	records		INTEGER NOT NULL DEFAULT 0,
	last_seq	INTEGER NOT NULL DEFAULT 0,
	UNIQUE (chain, artifact_name, summary_status, required_passed,
	    required_failed, supported, failed, codes)
) STRICT;

CREATE TABLE history_shaped (
	shape		INTEGER NOT NULL REFERENCES history_shapes (id),
	seq		INTEGER NOT NULL,
	artifact_version TEXT NOT NULL,
	artifact_sha256	TEXT NOT NULL,
	PRIMARY KEY (shape, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX history_shaped_version
    ON history_shaped (shape, artifact_version, seq);
CREATE INDEX history_shaped_object
    ON history_shaped (shape, artifact_sha256, seq);

INSERT INTO history_shapes (chain, artifact_name, summary_status,
    required_passed, required_failed, supported, failed, codes, records,
    last_seq)
SELECT chain, artifact_name, summary_status,
    coalesce(json_extract(line, '$.required_passed'), 0),
    coalesce(json_extract(line, '$.required_failed'), 0),
    coalesce(json_extract(line, '$.supported_profiles'), '[]'),
    coalesce(json_extract(line, '$.failed_profiles'), '[]'),
    coalesce(json_extract(line, '$.classification_codes'), '[]'),
    count(*), max(seq)
FROM history WHERE chain NOT GLOB '@*' AND json_valid(line)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

INSERT INTO history_shaped (shape, seq, artifact_version, artifact_sha256)
SELECT s.id, h.seq, h.artifact_version, h.artifact_sha256
FROM history AS h JOIN history_shapes AS s ON s.chain = h.chain
    AND s.artifact_name = h.artifact_name
    AND s.summary_status = h.summary_status
    AND s.required_passed =
	coalesce(json_extract(h.line, '$.required_passed'), 0)
    AND s.required_failed =
	coalesce(json_extract(h.line, '$.required_failed'), 0)
    AND s.supported =
	coalesce(json_extract(h.line, '$.supported_profiles'), '[]')
    AND s.failed = coalesce(json_extract(h.line, '$.failed_profiles'), '[]')
    AND s.codes =
	coalesce(json_extract(h.line, '$.classification_codes'), '[]')
WHERE h.chain NOT GLOB '@*' AND json_valid(h.line);
