-- Statements of workers, kernels and their saved guests.

-- name: kernel_put
INSERT INTO kernels (profile_id, release, version_string, arch, package,
    package_version, suite, vmlinuz_sha256, size_bytes, has_modules, state,
    fetched_at, verified_at, note)
VALUES (:profile, :release, :version_string, :arch, :package,
    :package_version, :suite, :sha256, :size, :has_modules, :state, :fetched,
    :verified, :note)
ON CONFLICT (profile_id) DO UPDATE SET release = excluded.release,
    version_string = excluded.version_string, arch = excluded.arch,
    package = excluded.package, package_version = excluded.package_version,
    suite = excluded.suite, vmlinuz_sha256 = excluded.vmlinuz_sha256,
    size_bytes = excluded.size_bytes, has_modules = excluded.has_modules,
    state = excluded.state, fetched_at = excluded.fetched_at,
    verified_at = excluded.verified_at, note = excluded.note;

-- name: kernel_del
DELETE FROM kernels WHERE profile_id = :profile;

-- name: check_add
INSERT INTO template_checks (checked_at, profile_id, run_id, outcome,
    differences, text)
VALUES (:now, :profile, :run, :outcome, :differences, :text);

-- name: check_last
SELECT c.checked_at, c.outcome, c.text, v.same, v.different
FROM template_checks c JOIN v_template_checks v USING (profile_id)
WHERE c.profile_id = :profile AND c.outcome <> 'not_told'
ORDER BY c.id DESC LIMIT 1;

-- name: worker_put
INSERT INTO workers (holder, pid, host, boot_id, slots, accel, state,
    started_at, seen_at)
VALUES (:holder, :pid, :host, :boot_id, :slots, :accel, :state, :now, :now)
ON CONFLICT (holder) DO UPDATE SET slots = excluded.slots,
    accel = excluded.accel, state = excluded.state,
    seen_at = excluded.seen_at;

-- name: workers_alive
SELECT count(*) FROM workers WHERE state = 'active' AND seen_at >= :since;

-- name: workers_other
SELECT holder, pid FROM workers
WHERE host = :host AND boot_id = :boot_id AND state <> 'gone'
    AND holder <> :holder;

-- name: workers_rebooted
SELECT holder FROM workers
WHERE host = :host AND boot_id <> :boot_id AND state <> 'gone';

-- name: worker_gone
UPDATE workers SET state = 'gone' WHERE holder = :holder;

-- name: worker_drop
DELETE FROM workers WHERE holder = :holder;

-- name: worker_expire_leases
UPDATE jobs SET lease_until = '1970-01-01T00:00:00.000Z'
WHERE state = 'running' AND state IN ('queued', 'running')
    AND holder = :holder;
