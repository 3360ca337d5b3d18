-- Rows held against what is signed or written elsewhere: the name of each
-- row that does not fit, and why.

-- name: check_versions
SELECT what, problem FROM (
    SELECT 'version ' || v.tenant || '/' || v.project || ' '
	|| v.artifact_name || ' ' || v.artifact_version AS what,
	CASE
	WHEN h.seq IS NULL OR h.artifact_name <> v.artifact_name
	    OR h.artifact_version <> v.artifact_version
	    OR h.artifact_sha256 <> v.artifact_sha256
	    OR h.created_at <> v.created_at
	THEN 'its signed record says something else, or is missing'
	WHEN instr(h.line, '/' || substr(v.report_sha256, 1, 12)
	    || '.json"') = 0
	THEN 'its report is not the one that its record names'
	WHEN v.yanked_at IS NOT NULL AND (y.seq IS NULL
	    OR y.created_at <> v.yanked_at
	    OR y.artifact_name <> v.artifact_name
	    OR y.artifact_version <> v.artifact_version
	    OR y.summary_status <> 'yanked')
	THEN 'the record of its yank says something else, or is missing'
	WHEN v.yanked_at IS NULL AND coalesce(v.yanked_by, '')
	    || coalesce(v.yank_reason, '')
	    || coalesce(v.yank_record_sha256, '') <> ''
	THEN 'it says who took it back, but not when'
	WHEN a.size_bytes IS NOT v.size_bytes
	THEN 'its size is not that of its object'
	END AS problem
    FROM registry_versions AS v
	LEFT JOIN history AS h ON h.chain = v.tenant || '/' || v.project
	    AND h.record_sha256 = v.record_sha256
	LEFT JOIN history AS y ON y.chain = v.tenant || '/' || v.project
	    AND y.record_sha256 = v.yank_record_sha256
	LEFT JOIN artifacts AS a ON a.sha256 = v.artifact_sha256)
WHERE problem IS NOT NULL;

-- name: check_version_records
SELECT 'record ' || h.chain || ' ' || h.seq,
    'there is no version that it is about'
FROM history AS h
WHERE h.chain <> '' AND h.chain NOT GLOB '@*' AND NOT EXISTS (
    SELECT 1 FROM registry_versions AS v
    WHERE v.tenant = substr(h.chain, 1, instr(h.chain, '/') - 1)
	AND v.project = substr(h.chain, instr(h.chain, '/') + 1)
	AND v.artifact_name = h.artifact_name
	AND v.artifact_version = h.artifact_version
	AND (v.record_sha256 = h.record_sha256
	    OR v.yank_record_sha256 = h.record_sha256));

-- An upload or a yank that changed nothing names no record.

-- name: check_version_events
SELECT 'version ' || v.tenant || '/' || v.project || ' ' || v.artifact_name
    || ' ' || v.artifact_version,
    'audit event ' || a.seq || ' says something else'
FROM audit AS a JOIN registry_versions AS v ON v.tenant = a.tenant
    AND v.project = a.project AND v.artifact_name = a.artifact_name
    AND v.artifact_version = a.artifact_version
WHERE a.status = 'success'
    AND a.action IN ('artifact_upload', 'artifact_yank')
    AND CASE WHEN NOT json_valid(a.line)
	    OR json_extract(a.line, '$.metadata.record_sha256') IS NULL
	THEN 0
	WHEN a.action = 'artifact_upload'
	THEN v.uploaded_by <> a.actor OR v.record_sha256
	    IS NOT json_extract(a.line, '$.metadata.record_sha256')
	    OR v.evidence
	    IS NOT json_extract(a.line, '$.metadata.evidence')
	ELSE v.yanked_by IS NOT a.actor OR v.yank_record_sha256
	    IS NOT json_extract(a.line, '$.metadata.record_sha256')
	    OR coalesce(v.yank_reason, '')
	    <> coalesce(json_extract(a.line, '$.metadata.reason'), '')
	END;

-- name: check_usage
SELECT 'usage of ' || u.tenant || '/' || u.project || ' ' || u.artifact_name,
    'it is not what the versions come to'
FROM registry_usage AS u
WHERE (u.versions, u.bytes) IS NOT (
    SELECT count(*), coalesce(sum(v.size_bytes), 0)
    FROM registry_versions AS v
    WHERE v.tenant = u.tenant AND v.project = u.project
	AND (u.artifact_name = '' OR v.artifact_name = u.artifact_name));

-- name: check_runs
SELECT 'run ' || r.run_id, CASE
    WHEN j.id IS NULL OR j.run_id IS NOT r.run_id
	OR j.exit_code IS NOT r.exit_code
	OR CASE j.submitted_by WHEN 'import'
	    THEN j.finished_at IS NOT r.finished_at
	    ELSE j.started_at IS NOT r.started_at END
    THEN 'its job says something else'
    ELSE 'its signed record says something else' END
FROM runs AS r LEFT JOIN jobs AS j ON j.id = r.job_id
    LEFT JOIN history AS h ON h.run_id = r.run_id AND h.run_id <> ''
	AND (h.chain = '' OR h.chain GLOB '@*')
WHERE j.id IS NULL OR j.run_id IS NOT r.run_id
    OR j.exit_code IS NOT r.exit_code
    OR CASE j.submitted_by WHEN 'import'
	THEN j.finished_at IS NOT r.finished_at
	ELSE j.started_at IS NOT r.started_at END
    OR (h.seq IS NOT NULL AND (h.artifact_sha256 <> r.artifact_sha256
	OR h.summary_status <> r.summary_status
	OR CASE WHEN json_valid(h.line) THEN
	    (json_extract(h.line, '$.required_passed'),
	    json_extract(h.line, '$.required_failed'),
	    json_extract(h.line, '$.total_profiles')) IS NOT
	    (r.required_passed, r.required_failed, r.total_profiles)
	    ELSE 1 END));

-- name: check_foreign_keys
SELECT 'key ' || f.key_id || ' of ' || f.chain,
    'it did not sign from and until when it says'
FROM history_foreign_keys AS f
WHERE (f.key_id, f.first_at, f.last_at) IS NOT (
    SELECT json_extract(h.line, '$.signature_key_id'), min(h.created_at),
	max(h.created_at)
    FROM history AS h WHERE h.chain = f.chain AND json_valid(h.line)
	AND json_extract(h.line, '$.signature_public_key') = f.public_key);

-- name: check_objects
SELECT 'version ' || tenant || '/' || project || ' ' || artifact_name || ' '
    || artifact_version, artifact_sha256, size_bytes
FROM registry_versions
UNION ALL
SELECT 'report of ' || tenant || '/' || project || ' ' || artifact_name
    || ' ' || artifact_version, report_sha256, -1
FROM registry_versions;

-- name: history_checkpoints
SELECT c.seq, c.line, coalesce(h.record_sha256, '')
FROM history_checkpoints AS c
    LEFT JOIN history AS h ON h.chain = c.chain AND h.seq = c.seq
WHERE c.chain = :chain ORDER BY c.seq;
