-- The audit stream: every allow and deny of the registry and of the runtime,
-- in one chain.  A row is never changed or removed; what repeats is counted
-- beside it and becomes a row of its own when its time is over.

CREATE TABLE registry_projects (
	tenant		TEXT NOT NULL CHECK (length(tenant) BETWEEN 1 AND 64
	    AND tenant NOT GLOB '*[^A-Za-z0-9._-]*'
	    AND tenant GLOB '[A-Za-z0-9]*'),
	project		TEXT NOT NULL CHECK (length(project) BETWEEN 1 AND 64
	    AND project NOT GLOB '*[^A-Za-z0-9._-]*'
	    AND project GLOB '[A-Za-z0-9]*'),
	visibility	TEXT NOT NULL DEFAULT 'private'
	    CHECK (visibility IN ('private', 'public')),
	default_matrix_path TEXT NOT NULL DEFAULT '',
	created_at	TEXT NOT NULL,
	updated_at	TEXT NOT NULL,
	PRIMARY KEY (tenant, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	seq		INTEGER PRIMARY KEY,	-- place in the chain, from 1
	event_id	TEXT NOT NULL UNIQUE,
	created_at	TEXT NOT NULL,
	action		TEXT NOT NULL CHECK (action <> ''),
	status		TEXT NOT NULL CHECK (status <> ''),
	actor		TEXT NOT NULL DEFAULT '',
	tenant		TEXT NOT NULL DEFAULT '',
	project		TEXT NOT NULL DEFAULT '',
	artifact_name	TEXT NOT NULL DEFAULT '',
	artifact_version TEXT NOT NULL DEFAULT '',
	message		TEXT NOT NULL DEFAULT '',
	count		INTEGER NOT NULL DEFAULT 1 CHECK (count > 0),
	event_sha256	TEXT NOT NULL UNIQUE CHECK (length(event_sha256) = 64),
	-- '' for the first; unique, so there is one beginning and no fork
	prev_event_sha256 TEXT NOT NULL UNIQUE,
	line		TEXT NOT NULL		-- the event, as it is published
) STRICT;

CREATE INDEX audit_tenant ON audit (tenant, seq DESC);
CREATE INDEX audit_project ON audit (tenant, project, seq DESC);
CREATE INDEX audit_action ON audit (tenant, action, seq DESC);

CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
    OR new.prev_event_sha256 IS NOT coalesce((SELECT event_sha256
	FROM audit ORDER BY seq DESC LIMIT 1), '')
BEGIN
	SELECT raise(ABORT, 'audit: this is not the next event');
END;

CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN
	SELECT raise(ABORT, 'audit: events are never removed');
END;

CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN
	SELECT raise(ABORT, 'audit: events are never changed');
END;

-- How long the stream was and how it ended, signed; one row for each time.
CREATE TABLE audit_seals (
	count		INTEGER PRIMARY KEY CHECK (count > 0),
	line		TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_seals_kept BEFORE DELETE ON audit_seals BEGIN
	SELECT raise(ABORT, 'audit: seals are never removed');
END;

CREATE TRIGGER audit_seals_fixed BEFORE UPDATE ON audit_seals BEGIN
	SELECT raise(ABORT, 'audit: seals are never changed');
END;

-- Repetitions of an event within its minute.  Tenants and projects that do
-- not exist share one row, so a flood of made-up names stays one row.
CREATE TABLE audit_floods (
	action		TEXT NOT NULL,
	status		TEXT NOT NULL,
	actor		TEXT NOT NULL,
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	opened_at	TEXT NOT NULL,
	last_at		TEXT NOT NULL,
	count		INTEGER NOT NULL DEFAULT 0,
	message		TEXT NOT NULL DEFAULT '',	-- of the last
	request_id	TEXT NOT NULL DEFAULT '',
	address		TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (action, status, actor, tenant, project)
) STRICT, WITHOUT ROWID;

-- Mixed into the fingerprints of refused tokens: without it nobody can try
-- weak tokens against what the stream shows.
CREATE TABLE audit_salt (
	id		INTEGER PRIMARY KEY CHECK (id = 1),
	salt		TEXT NOT NULL
) STRICT;
INSERT INTO audit_salt VALUES (1, lower(hex(randomblob(32))));

CREATE VIEW v_audit AS
SELECT seq, created_at, action, status, actor, tenant, project,
    artifact_name, artifact_version, count, message
FROM audit ORDER BY seq DESC;
