-- Every statement the programs run, by name.  "-- name: X" opens one and
-- the next line that ends in ";" closes it.  Parameters are named.

-- name: artifact_add
INSERT INTO artifacts (sha256, size_bytes, created_at)
VALUES (:sha256, :size, :now) ON CONFLICT DO NOTHING;

-- name: job_add
INSERT INTO jobs (id, origin, artifact_sha256, artifact_size,
    artifact_basename, artifact_path, artifact_name, artifact_version,
    artifact_variant, artifact_uri, validation_mode, attach_mode,
    matrix_name, matrix_path, timeout_ms, concurrency, fresh_boot,
    request_id, submitted_by, idempotency_key, created_at, updated_at)
VALUES (:id, :origin, :sha256, :size, :basename, :path, :name, :version,
    :variant, :uri, :mode, :attach_mode, :matrix_name, :matrix_path,
    :timeout, :concurrency, :fresh_boot, :request_id, :submitted_by, :key,
    :now, :now);

-- name: job_target_add
INSERT INTO job_targets (job_id, position, profile_id, required, timeout_ms,
    updated_at)
VALUES (:job, :position, :profile, :required, :timeout, :now);

-- name: job_input_add
INSERT INTO job_inputs (job_id, position, kind, sha256, size_bytes, basename)
VALUES (:job, :position, :kind, :sha256, :size, :basename);

-- name: job_inputs
SELECT kind, sha256, size_bytes, basename
FROM job_inputs WHERE job_id = :job ORDER BY position;

-- name: job_by_key
SELECT id FROM jobs
WHERE submitted_by = :submitted_by AND idempotency_key = :key;

-- name: queue_counts
SELECT sum(state = 'queued'), sum(state = 'running') FROM jobs
WHERE state IN ('queued', 'running');

-- name: queue_own
SELECT count(*) FROM jobs
WHERE state = 'queued' AND state IN ('queued', 'running')
    AND submitted_by = :submitted_by;

-- name: job_position
SELECT count(*) FROM jobs
WHERE state = 'queued' AND state IN ('queued', 'running')
    AND seq < (SELECT seq FROM jobs WHERE id = :id);

-- name: job_get
SELECT seq, id, state, stage, message, percent, revision, origin,
    artifact_sha256, artifact_size, artifact_basename, artifact_path,
    artifact_name, artifact_version, artifact_variant, artifact_uri,
    validation_mode, attach_mode, matrix_name, matrix_path, timeout_ms,
    concurrency, fresh_boot, request_id, submitted_by, created_at,
    started_at, updated_at, finished_at, cancel_requested, holder, attempt,
    run_id, exit_code, error_code, error
FROM jobs WHERE id = :id;

-- name: job_revision
SELECT revision, state FROM jobs WHERE id = :id;

-- name: job_targets
SELECT position, profile_id, required, timeout_ms, state, stage, message,
    attempts, started_at, finished_at, duration_ms, kernel_release,
    failed_stage, classification_code, classification_reason, error,
    report_path
FROM job_targets WHERE job_id = :job ORDER BY position;

-- name: job_cancel
UPDATE jobs SET cancel_requested = 1,
    finished_at = CASE state WHEN 'queued' THEN :now ELSE finished_at END,
    stage = CASE state WHEN 'queued' THEN 'canceled' ELSE stage END,
    message = CASE state WHEN 'queued' THEN 'Canceled before it started'
	ELSE 'Cancel was asked for' END,
    state = CASE state WHEN 'queued' THEN 'canceled' ELSE state END,
    updated_at = :now, revision = revision + 1
WHERE id = :id AND state IN ('queued', 'running') AND cancel_requested = 0;

-- name: job_cancel_targets
UPDATE job_targets SET state = 'canceled', finished_at = :now,
    updated_at = :now
WHERE job_id = :id AND state = 'pending'
    AND (SELECT state FROM jobs WHERE id = :id) = 'canceled';

-- name: job_claim
UPDATE jobs SET state = 'running', stage = 'prepare_run',
    message = 'A worker took the job', percent = max(percent, 1),
    holder = :holder, attempt = attempt + 1, lease_until = :lease,
    run_id = coalesce(run_id, :run_id), started_at = coalesce(started_at, :now),
    updated_at = :now, revision = revision + 1
-- Both halves repeat the condition of the index jobs_open: SQLite looks for
-- it word by word, and without it reads every job there ever was.
WHERE seq = (SELECT min(seq) FROM (
    SELECT min(seq) AS seq FROM jobs
    WHERE state = 'queued' AND state IN ('queued', 'running')
	AND (:only IS NULL OR id = :only)
    UNION ALL
    SELECT min(seq) FROM jobs
    WHERE state = 'running' AND state IN ('queued', 'running')
	AND lease_until < :now AND (:only IS NULL OR id = :only)))
RETURNING id, attempt;

-- name: job_claim_targets
UPDATE job_targets SET state = 'pending', stage = '', message = '',
    started_at = NULL, updated_at = :now
WHERE job_id = :id AND state = 'running';

-- name: job_renew
UPDATE jobs SET lease_until = :lease
WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running'
RETURNING cancel_requested;

-- name: job_progress
UPDATE jobs SET stage = :stage, message = :message,
    percent = max(percent, :percent), updated_at = :now,
    revision = revision + 1
WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running';

-- name: job_complete
UPDATE jobs SET state = 'completed', stage = 'completed',
    message = :message, percent = 100, exit_code = :exit_code,
    holder = NULL, lease_until = NULL, finished_at = :now,
    updated_at = :now, revision = revision + 1
WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running';

-- name: job_end
UPDATE jobs SET state = :state, stage = :state, message = :message,
    error_code = :error_code, error = :error, holder = NULL,
    lease_until = NULL, finished_at = :now, updated_at = :now,
    revision = revision + 1
WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running';

-- name: job_end_targets
UPDATE job_targets SET state = 'canceled', finished_at = :now,
    updated_at = :now
WHERE job_id = :id AND state IN ('pending', 'running');

-- name: job_release
UPDATE jobs SET state = 'queued', stage = 'queued', message = :message,
    holder = NULL, lease_until = NULL, updated_at = :now,
    revision = revision + 1
WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running';

-- name: target_start
UPDATE job_targets SET state = 'running', stage = 'prepare', message = '',
    attempts = attempts + 1, started_at = coalesce(started_at, :now),
    updated_at = :now
WHERE job_id = :id AND profile_id = :profile AND state IN
    ('pending', 'running') AND EXISTS (SELECT 1 FROM jobs
	WHERE id = :id AND holder = :holder AND attempt = :attempt
	AND state = 'running')
RETURNING attempts;

-- name: target_stage
UPDATE job_targets SET stage = :stage, message = :message, updated_at = :now
WHERE job_id = :id AND profile_id = :profile AND state = 'running'
    AND EXISTS (SELECT 1 FROM jobs
	WHERE id = :id AND holder = :holder AND attempt = :attempt
	AND state = 'running');

-- name: target_finish
UPDATE job_targets SET state = :state, stage = 'done', message = :message,
    finished_at = :now, updated_at = :now, duration_ms = :duration,
    kernel_release = :release, failed_stage = :failed_stage,
    classification_code = :code, classification_reason = :reason,
    error = :error, report_path = :report_path
WHERE job_id = :id AND profile_id = :profile AND state = 'running'
    AND EXISTS (SELECT 1 FROM jobs
	WHERE id = :id AND holder = :holder AND attempt = :attempt
	AND state = 'running');

-- name: attempt_add
INSERT INTO target_attempts (job_id, profile_id, attempt, job_attempt,
    outcome, error_code, error, started_at, finished_at)
SELECT :id, :profile, :number, :attempt, :outcome, :error_code, :error,
    :started, :now
WHERE EXISTS (SELECT 1 FROM jobs
    WHERE id = :id AND holder = :holder AND attempt = :attempt
    AND state = 'running')
ON CONFLICT DO NOTHING;

-- name: attempts
SELECT attempt, outcome, error_code, error, started_at, finished_at
FROM target_attempts WHERE job_id = :job AND profile_id = :profile
ORDER BY attempt;

-- name: run_add
INSERT INTO runs (run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path)
VALUES (:run_id, :job, :started, :finished, :name, :version, :variant,
    :path, :uri, :sha256, :matrix_path, :matrix_name, :status, :exit_code,
    :required_passed, :required_failed, :total, :report_path,
    :report_sha256, :markdown_path);

-- name: run_get
SELECT run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM runs WHERE run_id = :run_id;

-- Pages of the runs, newest first.  (:at, :id) is where the page before
-- ended, above everything for the first one; :status may be NULL.

-- name: run_list
SELECT run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM runs
WHERE (started_at, run_id) < (:at, :id)
    AND started_at >= :from
ORDER BY started_at DESC, run_id DESC LIMIT :limit;

-- name: run_list_status
SELECT run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM runs
WHERE summary_status = :status
    AND (started_at, run_id) < (:at, :id)
    AND started_at >= :from
ORDER BY started_at DESC, run_id DESC LIMIT :limit;

-- name: run_list_name
SELECT run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM runs
WHERE artifact_name = :name
    AND (started_at, run_id) < (:at, :id)
    AND started_at >= :from
    AND (:status IS NULL OR summary_status = :status)
    AND (:profile IS NULL OR EXISTS (SELECT 1 FROM run_profiles AS p
	WHERE p.profile_id = :profile AND p.started_at = runs.started_at
	AND p.run_id = runs.run_id))
ORDER BY started_at DESC, run_id DESC LIMIT :limit;

-- name: run_list_version
SELECT run_id, job_id, started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM runs
WHERE artifact_name = :name AND artifact_version = :version
    AND (started_at, run_id) < (:at, :id)
    AND started_at >= :from
    AND (:status IS NULL OR summary_status = :status)
    AND (:profile IS NULL OR EXISTS (SELECT 1 FROM run_profiles AS p
	WHERE p.profile_id = :profile AND p.started_at = runs.started_at
	AND p.run_id = runs.run_id))
ORDER BY started_at DESC, run_id DESC LIMIT :limit;

-- name: run_list_profile
SELECT r.run_id, job_id, r.started_at, finished_at, artifact_name,
    artifact_version, artifact_variant, artifact_path, artifact_uri,
    artifact_sha256, matrix_path, matrix_name, summary_status, exit_code,
    required_passed, required_failed, total_profiles, report_path,
    report_sha256, markdown_path
FROM run_profiles AS p CROSS JOIN runs AS r ON r.run_id = p.run_id
WHERE p.profile_id = :profile
    AND (p.started_at, p.run_id) < (:at, :id)
    AND p.started_at >= :from
    AND (:status IS NULL OR r.summary_status = :status)
ORDER BY p.started_at DESC, p.run_id DESC LIMIT :limit;

-- name: history_last
SELECT seq, record_sha256, line FROM history WHERE chain = :chain
ORDER BY seq DESC LIMIT 1;

-- name: history_keys_last
SELECT k.seq, k.sha256, k.at, c.public_key,
    CASE c.action WHEN 'begin' THEN '' ELSE c.at END
FROM (SELECT * FROM history_keys ORDER BY seq DESC LIMIT 1) AS k
    JOIN (SELECT * FROM history_keys WHERE action <> 'revoke'
	ORDER BY seq DESC LIMIT 1) AS c;

-- name: history_keys_all
SELECT seq, at, action, key_id, public_key, reason, sha256, prev_sha256, line
FROM history_keys ORDER BY seq;

-- name: history_keys_add
INSERT INTO history_keys (seq, at, action, key_id, public_key, reason,
    sha256, prev_sha256, line)
VALUES (:seq, :at, :action, :key_id, :public_key, :reason, :sha256, :prev,
    :line);

-- name: history_keys_use
SELECT count(*), coalesce(min(created_at), ''), coalesce(max(created_at), '')
FROM history WHERE instr(line, :mark) > 0;

-- name: history_add
INSERT INTO history (chain, seq, run_id, created_at, artifact_name,
    artifact_version, artifact_sha256, summary_status, record_sha256,
    prev_record_sha256, line)
VALUES (:chain, :seq, :run_id, :created, :name, :version, :sha256, :status,
    :record, :prev, :line);

-- name: history_profile_add
INSERT OR IGNORE INTO history_profiles (profile_id, created_at, run_id, seq)
VALUES (:profile, :created, :run_id, :seq);

-- Pages of a chain, newest first; as those of the runs.

-- name: history_page
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain
    AND (created_at, run_id, seq) < (:at, :id, :seq)
    AND created_at >= :from
ORDER BY created_at DESC, run_id DESC, seq DESC LIMIT :limit;

-- name: history_page_status
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain AND summary_status = :status
    AND (created_at, run_id, seq) < (:at, :id, :seq)
    AND created_at >= :from
ORDER BY created_at DESC, run_id DESC, seq DESC LIMIT :limit;

-- name: history_page_name
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain AND artifact_name = :name
    AND (created_at, run_id, seq) < (:at, :id, :seq)
    AND created_at >= :from
    AND (:status IS NULL OR summary_status = :status)
    AND (:profile IS NULL OR EXISTS (SELECT 1 FROM history_profiles AS p
	WHERE p.profile_id = :profile AND p.created_at = history.created_at
	AND p.run_id = history.run_id AND p.seq = history.seq))
ORDER BY created_at DESC, run_id DESC, seq DESC LIMIT :limit;

-- name: history_page_version
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain AND artifact_name = :name
    AND artifact_version = :version
    AND (created_at, run_id, seq) < (:at, :id, :seq)
    AND created_at >= :from
    AND (:status IS NULL OR summary_status = :status)
    AND (:profile IS NULL OR EXISTS (SELECT 1 FROM history_profiles AS p
	WHERE p.profile_id = :profile AND p.created_at = history.created_at
	AND p.run_id = history.run_id AND p.seq = history.seq))
ORDER BY created_at DESC, run_id DESC, seq DESC LIMIT :limit;

-- name: history_page_profile
SELECT h.seq, h.run_id, h.created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history_profiles AS p
    CROSS JOIN history AS h ON h.chain = :chain AND h.seq = p.seq
WHERE p.profile_id = :profile
    AND (p.created_at, p.run_id, p.seq) < (:at, :id, :seq)
    AND p.created_at >= :from
    AND (:status IS NULL OR h.summary_status = :status)
ORDER BY p.created_at DESC, p.run_id DESC, p.seq DESC LIMIT :limit;

-- name: history_from
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain AND seq BETWEEN :from AND :to ORDER BY seq;

-- name: history_of_run
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = '' AND run_id = :run_id AND run_id <> '';

-- name: history_end
SELECT coalesce(h.seq, 0), h.record_sha256, e.seq, e.line
FROM (SELECT :chain AS chain) AS c
    LEFT JOIN history AS h ON h.chain = c.chain AND h.seq =
	(SELECT max(seq) FROM history WHERE chain = :chain)
    LEFT JOIN history_head AS e ON e.chain = c.chain;

-- name: history_find
SELECT seq FROM history
WHERE chain = :chain AND record_sha256 = :sha256 AND seq <> :not;

-- name: history_checkpoint_next
SELECT seq, line FROM history_checkpoints
WHERE chain = :chain AND seq >= :seq ORDER BY seq LIMIT 1;

-- name: history_checkpoint_before
SELECT seq, line FROM history_checkpoints
WHERE chain = :chain AND seq <= :seq ORDER BY seq DESC LIMIT 1;

-- name: history_head_put
INSERT INTO history_head (chain, seq, line) VALUES (:chain, :seq, :line)
ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, line = excluded.line;

-- name: history_checkpoint_add
INSERT INTO history_checkpoints (chain, seq, line)
VALUES (:chain, :seq, :line);

-- Also those that nothing is left of but a signed end.

-- name: history_chains
SELECT chain FROM history UNION SELECT chain FROM history_head
UNION SELECT chain FROM history_checkpoints ORDER BY chain;

-- name: server_load
SELECT (SELECT count(*) FROM workers
        WHERE state = 'active' AND seen_at >= :since),
    (SELECT coalesce(sum(slots), 0) FROM workers
        WHERE state = 'active' AND seen_at >= :since),
    sum(t.state = 'running'), sum(t.state = 'pending') FROM jobs AS j
JOIN job_targets AS t ON t.job_id = j.id WHERE j.state IN ('queued', 'running');

-- name: run_counts
SELECT count(*), sum(t.state = 'pass'), sum(t.state = 'fail'),
    sum(t.required AND t.state = 'fail')
FROM runs AS r JOIN job_targets AS t USING (job_id) WHERE r.run_id = :run;

-- name: audit_last
SELECT seq, event_sha256 FROM audit ORDER BY seq DESC LIMIT 1;

-- name: audit_add
INSERT INTO audit (seq, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, count, event_sha256,
    prev_event_sha256, line)
VALUES (:seq, :event_id, :created, :action, :status, :actor, :tenant,
    :project, :name, :version, :message, :count, :sha256, :prev, :line);

-- name: audit_list
SELECT seq, count, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, event_sha256,
    prev_event_sha256, line
FROM audit
WHERE seq < :before AND (:action IS NULL OR action = :action)
    AND (:status IS NULL OR status = :status)
    AND (:actor IS NULL OR actor = :actor)
    AND (:since IS NULL OR created_at >= :since)
    AND (:until IS NULL OR created_at < :until)
ORDER BY seq DESC LIMIT :limit;

-- name: audit_list_tenant
SELECT seq, count, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, event_sha256,
    prev_event_sha256, line
FROM audit INDEXED BY audit_tenant
WHERE tenant = :tenant AND seq < :before
    AND (:action IS NULL OR action = :action)
    AND (:status IS NULL OR status = :status)
    AND (:actor IS NULL OR actor = :actor)
    AND (:since IS NULL OR created_at >= :since)
    AND (:until IS NULL OR created_at < :until)
ORDER BY seq DESC LIMIT :limit;

-- name: audit_list_action
SELECT seq, count, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, event_sha256,
    prev_event_sha256, line
FROM audit INDEXED BY audit_action
WHERE tenant = :tenant AND action = :action AND seq < :before
    AND (:project IS NULL OR project = :project)
    AND (:status IS NULL OR status = :status)
    AND (:actor IS NULL OR actor = :actor)
    AND (:since IS NULL OR created_at >= :since)
    AND (:until IS NULL OR created_at < :until)
ORDER BY seq DESC LIMIT :limit;

-- name: audit_list_project
SELECT seq, count, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, event_sha256,
    prev_event_sha256, line
FROM audit INDEXED BY audit_project
WHERE tenant = :tenant AND project = :project AND seq < :before
    AND (:action IS NULL OR action = :action)
    AND (:status IS NULL OR status = :status)
    AND (:actor IS NULL OR actor = :actor)
    AND (:since IS NULL OR created_at >= :since)
    AND (:until IS NULL OR created_at < :until)
ORDER BY seq DESC LIMIT :limit;

-- name: audit_from
SELECT seq, count, event_id, created_at, action, status, actor, tenant,
    project, artifact_name, artifact_version, message, event_sha256,
    prev_event_sha256, line
FROM audit WHERE seq >= :seq ORDER BY seq LIMIT :limit;

-- name: audit_sealed
SELECT coalesce(max(count), 0) FROM audit_seals;

-- name: audit_seal_add
INSERT INTO audit_seals (count, line) VALUES (:count, :line);

-- name: audit_seal_get
SELECT count, line FROM audit_seals WHERE count >= :count
ORDER BY count LIMIT 1;

-- name: audit_files
SELECT first_seq, last_seq, bytes FROM audit_files ORDER BY first_seq;

-- name: audit_file_add
INSERT INTO audit_files (first_seq, last_seq, bytes)
VALUES (:first, :last, :bytes);

-- name: audit_salt
SELECT salt FROM audit_salt WHERE id = 1;

-- name: audit_flood_count
UPDATE audit_floods SET count = count + 1, last_at = :now,
    message = :message, request_id = :request_id, address = :address,
    user_agent = :user_agent
WHERE action = :action AND status = :status AND actor = :actor
    AND tenant = :tenant AND project = :project AND opened_at > :since;

-- name: audit_flood_open
INSERT INTO audit_floods (action, status, actor, tenant, project, opened_at,
    last_at)
VALUES (:action, :status, :actor, :tenant, :project, :now, :now);

-- name: audit_flood_take
DELETE FROM audit_floods
WHERE (action, status, actor, tenant, project) IN (
    SELECT action, status, actor, tenant, project FROM audit_floods
    WHERE opened_at <= :since AND (:action IS NULL OR (action = :action
	AND status = :status AND actor = :actor AND tenant = :tenant
	AND project = :project))
    LIMIT 1)
RETURNING action, status, actor, tenant, project, opened_at, last_at, count,
    message, request_id, address, user_agent;

-- name: audit_flood_next
SELECT min(opened_at) FROM audit_floods;

-- name: registry_tenant_known
SELECT 1 FROM registry_projects WHERE tenant = :tenant LIMIT 1;

-- name: registry_project_known
SELECT 1 FROM registry_projects
WHERE tenant = :tenant AND project = :project;

-- name: limit_get
SELECT slot_ms, slot, counts FROM rate_limits
WHERE subject = :subject AND tenant = :tenant AND project = :project
    AND action = :action;

-- name: limit_put
INSERT INTO rate_limits (subject, tenant, project, action, slot_ms, slot,
    counts, expires_at)
VALUES (:subject, :tenant, :project, :action, :slot_ms, :slot, :counts,
    :expires_at)
ON CONFLICT (subject, tenant, project, action) DO UPDATE SET
    slot_ms = excluded.slot_ms, slot = excluded.slot,
    counts = excluded.counts, expires_at = excluded.expires_at
RETURNING id;

-- name: limit_expire
DELETE FROM rate_limits WHERE expires_at < :now;

-- name: limit_count
SELECT count(*) FROM rate_limits;

-- name: limit_evict
DELETE FROM rate_limits WHERE id IN (SELECT id FROM rate_limits
    ORDER BY subject NOT GLOB 'address:*', expires_at LIMIT :n);

-- name: object_needed
SELECT EXISTS (SELECT 1 FROM artifacts WHERE sha256 = :sha256) OR
    EXISTS (SELECT 1 FROM registry_requests WHERE state = 'pending'
    AND (artifact_sha256 = :sha256 OR report_sha256 = :sha256));

-- name: totals
SELECT name, n FROM totals ORDER BY name;

-- name: outbox_pending
SELECT stream, changed, published, seq, bytes FROM outbox
WHERE changed > published
ORDER BY stream;

-- name: outbox_all
SELECT stream, changed, published, seq, bytes FROM outbox ORDER BY stream;

-- name: outbox_done
UPDATE outbox SET published = :changed, seq = :seq, bytes = :bytes
WHERE stream = :stream;

-- name: outbox_cursor
UPDATE outbox SET seq = :seq, bytes = :bytes WHERE stream = :stream;

-- name: outbox_runs
SELECT o.seq, r.run_id, r.job_id, r.started_at, r.finished_at,
    r.artifact_name, r.artifact_version, r.artifact_variant, r.artifact_path,
    r.artifact_uri, r.artifact_sha256, r.matrix_path, r.matrix_name,
    r.summary_status, r.exit_code, r.required_passed, r.required_failed,
    r.total_profiles, r.report_path, r.report_sha256, r.markdown_path
FROM run_order o JOIN runs r ON r.run_id = o.run_id
WHERE o.seq > :after ORDER BY o.seq LIMIT :limit;

-- name: outbox_version
SELECT artifact_name, artifact_version, artifact_sha256, report_sha256
FROM registry_versions
WHERE tenant = :tenant AND project = :project AND artifact_name = :name
    AND artifact_version = :version AND record_sha256 = :record;

-- name: import_known
SELECT chain FROM history WHERE chain = '' AND record_sha256 = :sha256
UNION ALL
SELECT chain FROM history WHERE chain GLOB '@*' AND record_sha256 = :sha256
LIMIT 1;

-- name: import_of_run
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain <> '' AND chain GLOB '@*' AND run_id = :run_id
    AND run_id <> '' LIMIT 1;

-- name: foreign_key_put
INSERT INTO history_foreign_keys (chain, public_key, key_id, first_at,
    last_at)
VALUES (:chain, :key, :key_id, :at, :at)
ON CONFLICT (chain, public_key) DO UPDATE SET
    first_at = min(first_at, excluded.first_at),
    last_at = max(last_at, excluded.last_at);

-- name: foreign_keys
SELECT public_key, first_at, last_at FROM history_foreign_keys
WHERE chain = :chain ORDER BY public_key;

-- name: import_job
INSERT INTO jobs (id, state, stage, message, percent, origin,
    artifact_sha256, artifact_size, artifact_basename, artifact_name,
    artifact_version, matrix_name, matrix_path, timeout_ms, concurrency,
    submitted_by, created_at, started_at, updated_at, finished_at, run_id,
    exit_code)
VALUES (:id, 'completed', 'completed', 'Imported', 100, 'cli', :sha256,
    :size, :basename, :name, :version, :matrix_name, :matrix_path, 1, 1,
    'import', :at, :at, :at, :at, :run_id, :exit_code);
