-- The tenant registry.  What is signed (versions, yanks) is in the history,
-- chain "tenant/project"; here is what is asked of it, and what no signature
-- needs.

-- One artifact version of a project; its record is history's.
CREATE TABLE registry_versions (
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	artifact_name	TEXT NOT NULL CHECK (length(artifact_name) BETWEEN 1
	    AND 64 AND artifact_name NOT GLOB '*[^A-Za-z0-9._-]*'
	    AND artifact_name GLOB '[A-Za-z0-9]*'),
	artifact_version TEXT NOT NULL CHECK (length(artifact_version) BETWEEN
	    1 AND 64 AND artifact_version NOT GLOB '*[^A-Za-z0-9._-]*'
	    AND artifact_version GLOB '[A-Za-z0-9]*'),
	artifact_sha256	TEXT NOT NULL REFERENCES artifacts (sha256),
	size_bytes	INTEGER NOT NULL CHECK (size_bytes >= 0),
	-- the report, or what the uploader claims; an object as well
	report_sha256	TEXT NOT NULL REFERENCES artifacts (sha256),
	-- run: this server ran it; report: a report of this object came with
	-- it; claim: nothing but the uploader's word
	evidence	TEXT NOT NULL CHECK (evidence IN
	    ('run', 'report', 'claim')),
	record_sha256	TEXT NOT NULL,
	uploaded_by	TEXT NOT NULL DEFAULT '',
	created_at	TEXT NOT NULL,
	yanked_at	TEXT,
	yanked_by	TEXT,
	yank_reason	TEXT,
	yank_record_sha256 TEXT,
	PRIMARY KEY (tenant, project, artifact_name, artifact_version),
	FOREIGN KEY (tenant, project)
	    REFERENCES registry_projects (tenant, project),
	CHECK ((yanked_at IS NULL) = (yank_record_sha256 IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX registry_versions_object ON registry_versions (artifact_sha256);
CREATE INDEX registry_versions_report ON registry_versions (report_sha256);
CREATE INDEX history_of_name ON history (chain, artifact_name, seq);

CREATE TRIGGER registry_versions_kept BEFORE DELETE ON registry_versions BEGIN
	SELECT raise(ABORT, 'registry: versions are never removed');
END;

CREATE TRIGGER registry_versions_fixed BEFORE UPDATE ON registry_versions
WHEN old.yanked_at IS NOT NULL OR new.yanked_at IS NULL
    OR new.artifact_sha256 <> old.artifact_sha256
    OR new.record_sha256 <> old.record_sha256
    OR new.report_sha256 <> old.report_sha256
    OR new.evidence <> old.evidence OR new.size_bytes <> old.size_bytes
BEGIN
	SELECT raise(ABORT, 'registry: a version can only be yanked, once');
END;

-- What a project and a name hold, counted as rows come, so that a quota
-- costs the same at any size.
CREATE TABLE registry_usage (
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	artifact_name	TEXT NOT NULL DEFAULT '',	-- '': the project
	versions	INTEGER NOT NULL DEFAULT 0,
	bytes		INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant, project, artifact_name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER registry_versions_counted AFTER INSERT ON registry_versions
BEGIN
	INSERT INTO registry_usage (tenant, project, artifact_name, versions,
	    bytes) VALUES (new.tenant, new.project, '', 1, new.size_bytes)
	ON CONFLICT DO UPDATE SET versions = versions + 1,
	    bytes = bytes + excluded.bytes;
	INSERT INTO registry_usage (tenant, project, artifact_name, versions,
	    bytes) VALUES (new.tenant, new.project, new.artifact_name, 1,
	    new.size_bytes)
	ON CONFLICT DO UPDATE SET versions = versions + 1,
	    bytes = bytes + excluded.bytes;
END;

-- What the API asks the worker to sign.  Whoever asked waits for the answer
-- and takes the question back when there is none.
CREATE TABLE registry_requests (
	seq		INTEGER PRIMARY KEY,
	id		TEXT NOT NULL UNIQUE,
	kind		TEXT NOT NULL CHECK (kind IN ('upload', 'yank')),
	state		TEXT NOT NULL DEFAULT 'pending' CHECK (state IN
	    ('pending', 'done', 'refused', 'withdrawn')),
	tenant		TEXT NOT NULL,
	project		TEXT NOT NULL,
	artifact_name	TEXT NOT NULL,
	artifact_version TEXT NOT NULL,
	artifact_sha256	TEXT NOT NULL DEFAULT '',
	size_bytes	INTEGER NOT NULL DEFAULT 0,
	report_sha256	TEXT NOT NULL DEFAULT '',
	claim		INTEGER NOT NULL DEFAULT 0 CHECK (claim IN (0, 1)),
	details		TEXT NOT NULL DEFAULT '{}',	-- JSON
	actor		TEXT NOT NULL DEFAULT '',
	identity_type	TEXT NOT NULL DEFAULT '',
	request_id	TEXT NOT NULL DEFAULT '',
	address		TEXT NOT NULL DEFAULT '',
	created_at	TEXT NOT NULL,
	finished_at	TEXT,
	repeated	INTEGER NOT NULL DEFAULT 0,	-- it was there before
	code		TEXT NOT NULL DEFAULT '',	-- of a refusal
	error		TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX registry_requests_pending ON registry_requests (state, seq)
    WHERE state = 'pending';

CREATE VIEW v_registry AS
SELECT tenant, project, artifact_name, artifact_version, evidence, size_bytes,
    created_at, uploaded_by, yanked_at, yank_reason
FROM registry_versions ORDER BY created_at DESC;
