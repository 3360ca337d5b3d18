-- Statements of the runtime: decisions, and what selection reads.

-- name: decision_add
INSERT INTO decisions (id, correlation_id, created_at, expires_at, source,
    operation, status, code, reason, actor, tenant, project, root,
    artifact_name, requested_version, artifact_version, artifact_sha256,
    chain, record_seq, record_sha256, run_id, event, event_sha256, trace,
    audit_seq)
VALUES (:id, :correlation, :created, :expires, :source, :operation, :status,
    :code, :reason, :actor, :tenant, :project, :root, :name, :requested,
    :version, :sha256, :chain, :record_seq, :record_sha256, :run_id, :event,
    :event_sha256, :trace, (SELECT max(seq) FROM audit));

-- name: decision_get
SELECT seq, record_seq, audit_seq, id, correlation_id, created_at,
    expires_at, source, operation, status, code, reason, actor, tenant,
    project, root, artifact_name, requested_version, artifact_version,
    artifact_sha256, chain, record_sha256, run_id, event, event_sha256, trace
FROM decisions WHERE id = :id;

-- name: decision_list
SELECT seq, record_seq, audit_seq, id, correlation_id, created_at,
    expires_at, source, operation, status, code, reason, actor, tenant,
    project, root, artifact_name, requested_version, artifact_version,
    artifact_sha256, chain, record_sha256, run_id, event, event_sha256, ''
FROM decisions WHERE root = :root AND seq < :before
ORDER BY seq DESC LIMIT :limit;

-- name: decision_from
SELECT seq, record_seq, audit_seq, id, correlation_id, created_at,
    expires_at, source, operation, status, code, reason, actor, tenant,
    project, root, artifact_name, requested_version, artifact_version,
    artifact_sha256, chain, record_sha256, run_id, event, event_sha256, trace
FROM decisions WHERE root = :root AND seq >= :from
ORDER BY seq LIMIT :limit;

-- name: decision_audit_line
SELECT line FROM audit WHERE seq = :seq;

-- name: history_shape_put
INSERT INTO history_shapes (chain, artifact_name, summary_status,
    required_passed, required_failed, supported, failed, codes, records,
    last_seq)
VALUES (:chain, :name, :status,
    coalesce(json_extract(:line, '$.required_passed'), 0),
    coalesce(json_extract(:line, '$.required_failed'), 0),
    coalesce(json_extract(:line, '$.supported_profiles'), '[]'),
    coalesce(json_extract(:line, '$.failed_profiles'), '[]'),
    coalesce(json_extract(:line, '$.classification_codes'), '[]'), 1, :seq)
ON CONFLICT (chain, artifact_name, summary_status, required_passed,
    required_failed, supported, failed, codes)
DO UPDATE SET records = records + 1, last_seq = excluded.last_seq
RETURNING id;

-- name: history_shaped_add
INSERT INTO history_shaped (shape, seq, artifact_version, artifact_sha256)
VALUES (:shape, :seq, :version, :sha256);

-- name: shapes
SELECT id, summary_status, required_passed, required_failed, supported,
    failed, codes, records, last_seq
FROM history_shapes WHERE chain = :chain AND artifact_name = :name
ORDER BY last_seq DESC;

-- name: shape_of_version
SELECT count(*), max(seq) FROM history_shaped
WHERE shape = :shape AND artifact_version = :version;

-- name: shape_records
SELECT h.seq, h.run_id, h.created_at, h.artifact_name, h.artifact_version,
    h.artifact_sha256, h.summary_status, h.record_sha256,
    h.prev_record_sha256, h.line
FROM history_shaped AS s CROSS JOIN history AS h
    ON h.chain = :chain AND h.seq = s.seq
WHERE s.shape = :shape AND s.seq < :before
ORDER BY s.seq DESC LIMIT :limit;

-- name: shape_records_version
SELECT h.seq, h.run_id, h.created_at, h.artifact_name, h.artifact_version,
    h.artifact_sha256, h.summary_status, h.record_sha256,
    h.prev_record_sha256, h.line
FROM history_shaped AS s CROSS JOIN history AS h
    ON h.chain = :chain AND h.seq = s.seq
WHERE s.shape = :shape AND s.artifact_version = :version
    AND s.seq < :before
ORDER BY s.seq DESC LIMIT :limit;

-- name: shape_object_after
SELECT seq FROM history_shaped
WHERE shape = :shape AND artifact_sha256 = :sha256 AND seq > :seq LIMIT 1;

-- name: version_yanked_after
SELECT seq FROM history
WHERE chain = :chain AND artifact_name = :name
    AND artifact_version = :version AND summary_status = 'yanked'
    AND seq > :seq LIMIT 1;

-- name: history_at
SELECT seq, run_id, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line
FROM history WHERE chain = :chain AND seq = :seq;
