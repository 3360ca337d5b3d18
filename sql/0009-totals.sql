-- How many jobs, targets and runs ended how, for /metrics: counted where it
-- happens, so that nobody has to read every row there ever was.

CREATE TABLE totals (
	name		TEXT PRIMARY KEY,	-- job_…, target_…, run_…
	n		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO totals (name, n)
SELECT 'job_' || state, count(*) FROM jobs
WHERE state IN ('completed', 'failed', 'canceled') GROUP BY state
UNION ALL
SELECT 'target_' || state, count(*) FROM job_targets
WHERE state IN ('pass', 'fail', 'infra_error', 'canceled') GROUP BY state
UNION ALL
SELECT 'run_' || summary_status, count(*) FROM runs GROUP BY summary_status;

CREATE TRIGGER jobs_total AFTER UPDATE OF state ON jobs
WHEN new.state IS NOT old.state
    AND new.state IN ('completed', 'failed', 'canceled')
BEGIN
	INSERT INTO totals (name, n) VALUES ('job_' || new.state, 1)
	ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER job_targets_total AFTER UPDATE OF state ON job_targets
WHEN new.state IS NOT old.state
    AND new.state IN ('pass', 'fail', 'infra_error', 'canceled')
BEGIN
	INSERT INTO totals (name, n) VALUES ('target_' || new.state, 1)
	ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER runs_total AFTER INSERT ON runs
BEGIN
	INSERT INTO totals (name, n)
	VALUES ('run_' || new.summary_status, 1)
	ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;
