-- The queue, what ran, and the kernels it ran on.
-- Times are ISO-8601 in UTC with milliseconds, so text order is time order.

CREATE TABLE artifacts (
	sha256		TEXT PRIMARY KEY
	    CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
	size_bytes	INTEGER NOT NULL CHECK (size_bytes >= 0),
	created_at	TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
	seq		INTEGER PRIMARY KEY,	-- order of arrival
	id		TEXT NOT NULL UNIQUE,	-- val-<32 hex>
	state		TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
	    ('queued', 'running', 'completed', 'failed', 'canceled')),
	stage		TEXT NOT NULL DEFAULT 'queued',
	message		TEXT NOT NULL DEFAULT '',
	percent		INTEGER NOT NULL DEFAULT 0
	    CHECK (percent BETWEEN 0 AND 100),
	revision	INTEGER NOT NULL DEFAULT 1,
	origin		TEXT NOT NULL CHECK (origin IN ('api', 'cli')),
	artifact_sha256	TEXT NOT NULL REFERENCES artifacts (sha256),
	artifact_size	INTEGER NOT NULL,
	artifact_basename TEXT NOT NULL,
	artifact_path	TEXT NOT NULL DEFAULT '', -- as the caller named it
	artifact_name	TEXT NOT NULL DEFAULT '',
	artifact_version TEXT NOT NULL DEFAULT '',
	artifact_variant TEXT NOT NULL DEFAULT '',
	artifact_uri	TEXT NOT NULL DEFAULT '',
	validation_mode	TEXT NOT NULL DEFAULT '' CHECK (validation_mode IN
	    ('', 'load_only', 'load_attach', 'behavior')),
	attach_mode	TEXT NOT NULL DEFAULT 'best-effort' CHECK (attach_mode
	    IN ('best-effort', 'required', 'disabled')),
	matrix_name	TEXT NOT NULL DEFAULT '',
	matrix_path	TEXT NOT NULL DEFAULT '', -- as the caller named it
	timeout_ms	INTEGER NOT NULL CHECK (timeout_ms > 0),
	concurrency	INTEGER NOT NULL CHECK (concurrency > 0),
	fresh_boot	INTEGER NOT NULL DEFAULT 0 CHECK (fresh_boot IN (0, 1)),
	request_id	TEXT NOT NULL DEFAULT '',
	submitted_by	TEXT NOT NULL DEFAULT '',
	idempotency_key	TEXT,
	created_at	TEXT NOT NULL,
	started_at	TEXT,
	updated_at	TEXT NOT NULL,
	finished_at	TEXT,
	cancel_requested INTEGER NOT NULL DEFAULT 0
	    CHECK (cancel_requested IN (0, 1)),
	-- the lease: who works on it, until when, for the how-manieth time
	holder		TEXT,
	attempt		INTEGER NOT NULL DEFAULT 0,
	lease_until	TEXT,
	run_id		TEXT UNIQUE,
	exit_code	INTEGER CHECK (exit_code IN (0, 1, 2)),
	error_code	TEXT,
	error		TEXT,
	CHECK (state <> 'running' OR
	    (holder IS NOT NULL AND lease_until IS NOT NULL)),
	CHECK (state <> 'completed' OR
	    (run_id IS NOT NULL AND exit_code IS NOT NULL))
) STRICT;

CREATE INDEX jobs_open ON jobs (state, seq)
    WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX jobs_idempotency ON jobs (submitted_by, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE job_targets (
	job_id		TEXT NOT NULL REFERENCES jobs (id),
	position	INTEGER NOT NULL,	-- order in the matrix
	profile_id	TEXT NOT NULL,
	required	INTEGER NOT NULL CHECK (required IN (0, 1)),
	timeout_ms	INTEGER NOT NULL CHECK (timeout_ms > 0),
	state		TEXT NOT NULL DEFAULT 'pending' CHECK (state IN
	    ('pending', 'running', 'pass', 'fail', 'infra_error', 'canceled')),
	stage		TEXT NOT NULL DEFAULT '',
	message		TEXT NOT NULL DEFAULT '',
	attempts	INTEGER NOT NULL DEFAULT 0,
	started_at	TEXT,
	updated_at	TEXT NOT NULL,
	finished_at	TEXT,
	duration_ms	INTEGER,
	kernel_release	TEXT,			-- uname -r inside the guest
	failed_stage	TEXT,
	classification_code TEXT,
	classification_reason TEXT,
	error		TEXT,			-- of an infra_error
	report_path	TEXT,			-- below the workdir
	PRIMARY KEY (job_id, profile_id)
) STRICT, WITHOUT ROWID;

-- Whoever waits for a job watches one number.
CREATE TRIGGER job_targets_revision AFTER UPDATE ON job_targets BEGIN
	UPDATE jobs SET revision = revision + 1, updated_at = new.updated_at
	WHERE id = new.job_id;
END;

-- Every VM that was tried, so that a red cell can be trusted.
CREATE TABLE target_attempts (
	job_id		TEXT NOT NULL,
	profile_id	TEXT NOT NULL,
	attempt		INTEGER NOT NULL,
	job_attempt	INTEGER NOT NULL,
	outcome		TEXT NOT NULL CHECK (outcome IN ('done', 'guest_died',
	    'guest_hung', 'infra_error', 'canceled')),
	error_code	TEXT,
	error		TEXT,
	started_at	TEXT NOT NULL,
	finished_at	TEXT NOT NULL,
	PRIMARY KEY (job_id, profile_id, attempt),
	FOREIGN KEY (job_id, profile_id)
	    REFERENCES job_targets (job_id, profile_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	run_id		TEXT PRIMARY KEY,
	job_id		TEXT NOT NULL UNIQUE REFERENCES jobs (id),
	started_at	TEXT NOT NULL,
	finished_at	TEXT NOT NULL,
	artifact_name	TEXT NOT NULL,
	artifact_version TEXT NOT NULL,
	artifact_variant TEXT NOT NULL DEFAULT '',
	artifact_path	TEXT NOT NULL DEFAULT '',
	artifact_uri	TEXT NOT NULL DEFAULT '',
	artifact_sha256	TEXT NOT NULL REFERENCES artifacts (sha256),
	matrix_path	TEXT NOT NULL DEFAULT '',
	matrix_name	TEXT NOT NULL DEFAULT '',
	summary_status	TEXT NOT NULL CHECK (summary_status IN
	    ('pass', 'fail', 'error')),
	exit_code	INTEGER NOT NULL CHECK (exit_code IN (0, 1, 2)),
	required_passed	INTEGER NOT NULL,
	required_failed	INTEGER NOT NULL,
	total_profiles	INTEGER NOT NULL,
	report_path	TEXT NOT NULL,		-- below the workdir
	report_sha256	TEXT NOT NULL,
	markdown_path	TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_newest ON runs (started_at DESC, run_id DESC);

CREATE TABLE kernels (
	profile_id	TEXT PRIMARY KEY,
	release		TEXT NOT NULL,		-- uname -r
	version_string	TEXT NOT NULL,
	arch		TEXT NOT NULL,
	package		TEXT NOT NULL,
	package_version	TEXT NOT NULL,
	suite		TEXT NOT NULL,
	vmlinuz_sha256	TEXT NOT NULL,
	size_bytes	INTEGER NOT NULL,
	has_modules	INTEGER NOT NULL CHECK (has_modules IN (0, 1)),
	state		TEXT NOT NULL CHECK (state IN ('ok', 'damaged')),
	fetched_at	TEXT NOT NULL,
	verified_at	TEXT NOT NULL,
	note		TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
	holder		TEXT PRIMARY KEY,	-- <host>:<boot id>:<pid>:<start>
	pid		INTEGER NOT NULL,
	host		TEXT NOT NULL,
	boot_id		TEXT NOT NULL,
	slots		INTEGER NOT NULL,
	accel		TEXT NOT NULL DEFAULT '',
	state		TEXT NOT NULL CHECK (state IN
	    ('active', 'draining', 'gone')),
	started_at	TEXT NOT NULL,
	seen_at		TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The questions an administrator asks most.

CREATE VIEW v_queue AS
SELECT j.seq, j.id, j.state, j.stage, j.percent, j.artifact_basename,
    j.matrix_name, count(t.profile_id) AS targets,
    sum(t.state IN ('pass', 'fail', 'infra_error')) AS done,
    j.holder, j.lease_until, j.created_at
FROM jobs j JOIN job_targets t ON t.job_id = j.id
WHERE j.state IN ('queued', 'running')
GROUP BY j.seq ORDER BY j.seq;

CREATE VIEW v_recent_runs AS
SELECT run_id, started_at, artifact_name, artifact_version, summary_status,
    required_passed, required_failed, total_profiles, matrix_name, job_id
FROM runs ORDER BY started_at DESC, run_id DESC;

CREATE VIEW v_failing_targets AS
SELECT j.run_id, t.profile_id, t.required, t.state, t.failed_stage,
    t.classification_code, t.kernel_release, j.artifact_name,
    coalesce(t.classification_reason, t.error) AS reason, t.finished_at
FROM job_targets t JOIN jobs j ON j.id = t.job_id
WHERE t.state IN ('fail', 'infra_error')
ORDER BY t.finished_at DESC;

CREATE VIEW v_kernel_health AS
SELECT t.profile_id, k.release, k.package_version, k.state AS kernel_state,
    count(*) AS targets, sum(t.state = 'pass') AS pass,
    sum(t.state = 'fail') AS fail, sum(t.state = 'infra_error') AS infra_error,
    sum(t.attempts > 1) AS retried, max(t.finished_at) AS last_used
FROM job_targets t LEFT JOIN kernels k ON k.profile_id = t.profile_id
WHERE t.finished_at IS NOT NULL
GROUP BY t.profile_id ORDER BY t.profile_id;
