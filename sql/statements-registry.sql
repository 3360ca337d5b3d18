-- Statements of the tenant registry.

-- name: project_put
INSERT INTO registry_projects (tenant, project, visibility,
    default_matrix_path, created_at, updated_at)
VALUES (:tenant, :project, coalesce(:visibility, 'private'),
    coalesce(:matrix, ''), :now, :now)
ON CONFLICT (tenant, project) DO UPDATE SET
    visibility = coalesce(:visibility, visibility),
    default_matrix_path = coalesce(:matrix, default_matrix_path),
    updated_at = :now;

-- name: project_get
SELECT tenant, project, visibility, default_matrix_path, created_at,
    updated_at
FROM registry_projects WHERE tenant = :tenant AND project = :project;

-- name: project_list
SELECT tenant, project, visibility, default_matrix_path, created_at,
    updated_at
FROM registry_projects WHERE tenant = :tenant AND project > :after
ORDER BY project LIMIT :limit;

-- name: version_get
SELECT v.artifact_name, v.artifact_version, v.artifact_sha256,
    v.report_sha256, v.evidence, v.record_sha256, v.uploaded_by, v.created_at,
    v.yanked_at, v.yanked_by, v.yank_reason, v.yank_record_sha256,
    v.size_bytes, h.line, h.seq
FROM registry_versions v LEFT JOIN history h ON h.chain = :chain
    AND h.record_sha256 = v.record_sha256
WHERE v.tenant = :tenant AND v.project = :project
    AND v.artifact_name = :name AND v.artifact_version = :version;

-- name: registry_list
SELECT v.artifact_name, v.artifact_version, v.artifact_sha256,
    v.report_sha256, v.evidence, v.record_sha256, v.uploaded_by, v.created_at,
    v.yanked_at, v.yanked_by, v.yank_reason, v.yank_record_sha256,
    v.size_bytes, h.line, h.seq,
    h.record_sha256 IS v.yank_record_sha256
FROM history h LEFT JOIN registry_versions v ON v.tenant = :tenant
    AND v.project = :project AND v.artifact_name = h.artifact_name
    AND v.artifact_version = h.artifact_version
WHERE h.chain = :chain AND h.seq < :before
ORDER BY h.seq DESC LIMIT :limit;

-- name: registry_list_name
SELECT v.artifact_name, v.artifact_version, v.artifact_sha256,
    v.report_sha256, v.evidence, v.record_sha256, v.uploaded_by, v.created_at,
    v.yanked_at, v.yanked_by, v.yank_reason, v.yank_record_sha256,
    v.size_bytes, h.line, h.seq,
    h.record_sha256 IS v.yank_record_sha256
FROM history h INDEXED BY history_of_name
    LEFT JOIN registry_versions v ON v.tenant = :tenant
    AND v.project = :project AND v.artifact_name = h.artifact_name
    AND v.artifact_version = h.artifact_version
WHERE h.chain = :chain AND h.artifact_name = :name AND h.seq < :before
ORDER BY h.seq DESC LIMIT :limit;

-- name: registry_count
SELECT coalesce(max(seq), 0) FROM history WHERE chain = :chain;

-- name: registry_count_name
SELECT count(*) FROM history WHERE chain = :chain AND artifact_name = :name;

-- name: registry_ask
INSERT INTO registry_requests (id, kind, tenant, project, artifact_name,
    artifact_version, artifact_sha256, size_bytes, report_sha256, claim,
    details, actor, identity_type, request_id, address, user_agent,
    created_at)
VALUES (:id, :kind, :tenant, :project, :name, :version, :sha256, :size,
    :report, :claim, :details, :actor, :identity, :request_id, :address,
    :user_agent, :now);

-- name: registry_answer
SELECT state, code, error, repeated FROM registry_requests WHERE id = :id;

-- name: registry_withdraw
UPDATE registry_requests SET state = 'withdrawn', finished_at = :now
WHERE id = :id AND state = 'pending';

-- name: registry_next
SELECT seq, size_bytes, id, kind, tenant, project, artifact_name,
    artifact_version, artifact_sha256, report_sha256, details, actor,
    identity_type, request_id, address, user_agent, claim
FROM registry_requests WHERE state = 'pending' AND seq > :after
ORDER BY seq LIMIT 1;

-- name: registry_sync_get
SELECT seq FROM registry_sync WHERE tenant = :tenant AND project = :project
UNION ALL
SELECT -1 - coalesce((SELECT max(seq) FROM run_order), 0)
ORDER BY 1 DESC LIMIT 1;

-- name: registry_sync_put
INSERT INTO registry_sync (tenant, project, seq)
VALUES (:tenant, :project, :seq)
ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq);

-- name: registry_done
UPDATE registry_requests SET state = 'done', finished_at = :now,
    repeated = :repeated
WHERE id = :id AND state = 'pending';

-- name: registry_refuse
UPDATE registry_requests SET state = 'refused', finished_at = :now,
    code = :code, error = :error
WHERE id = :id AND state = 'pending';

-- name: registry_usage
SELECT versions, bytes FROM registry_usage
WHERE tenant = :tenant AND project = :project AND artifact_name = :name;

-- name: version_add
INSERT INTO registry_versions (tenant, project, artifact_name,
    artifact_version, artifact_sha256, size_bytes, report_sha256, evidence,
    record_sha256, uploaded_by, created_at)
VALUES (:tenant, :project, :name, :version, :sha256, :size, :report,
    :evidence, :record, :actor, :created);

-- name: version_yank
UPDATE registry_versions SET yanked_at = :at, yanked_by = :actor,
    yank_reason = :reason, yank_record_sha256 = :record
WHERE tenant = :tenant AND project = :project AND artifact_name = :name
    AND artifact_version = :version AND yanked_at IS NULL;
