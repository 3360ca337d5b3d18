-- What came with later schemas, as a program with schema 11 left it: a
-- project with a version, an upload that waits, a repeated refusal, a limit.
INSERT INTO registry_projects VALUES ('acme', 'web', 'public', 'm.yaml',
    '2026-11-24T21:00:00Z', '2026-11-24T21:00:00Z');
INSERT INTO audit (seq, event_id, created_at, action, status, event_sha256,
    prev_event_sha256, line) VALUES (1, 'e1', '2026-11-24T21:00:00Z',
    'project_upsert', 'success',
    '0000000000000000000000000000000000000000000000000000000000000001', '',
    '{"event":1}');
INSERT INTO audit_seals VALUES (1, '{"seal":1}');
INSERT INTO audit_floods VALUES ('artifact_list_denied', 'denied', '', '', '',
    '2026-11-24T21:00:00.000Z', '2026-11-24T21:00:01.000Z', 3, 'no token',
    'r1', '192.0.2.1');
INSERT INTO history (chain, seq, created_at, artifact_name, artifact_version,
    artifact_sha256, summary_status, record_sha256, prev_record_sha256, line)
SELECT 'acme/web', 1, '2026-11-24T21:00:00Z', 'prog', 'v1', sha256, 'pass',
    '0000000000000000000000000000000000000000000000000000000000000002', '',
    '{"record":1}' FROM artifacts;
INSERT INTO registry_versions (tenant, project, artifact_name,
    artifact_version, artifact_sha256, size_bytes, report_sha256, evidence,
    record_sha256, created_at)
SELECT 'acme', 'web', 'prog', 'v1', sha256, 20, sha256, 'report',
    '0000000000000000000000000000000000000000000000000000000000000002',
    '2026-11-24T21:00:00Z' FROM artifacts;
INSERT INTO registry_requests (id, kind, tenant, project, artifact_name,
    artifact_version, created_at)
VALUES ('reg-1', 'yank', 'acme', 'web', 'prog', 'v1', '2026-11-24T21:00:01Z');
INSERT INTO rate_limits (subject, tenant, project, action, slot_ms, slot,
    counts, expires_at)
VALUES ('ci', 'acme', 'web', 'upload', 1000, 1, '1', '2026-11-24T22:00:00Z');
