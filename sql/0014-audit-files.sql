-- Which events are in which file of the published audit stream.  A file is
-- closed when it is large enough and its last event is the end of a seal;
-- from then on it does not change.

CREATE TABLE audit_files (
	first_seq	INTEGER PRIMARY KEY CHECK (first_seq >= 1),
	last_seq	INTEGER NOT NULL UNIQUE CHECK (last_seq >= first_seq)
	    REFERENCES audit_seals (count),
	bytes		INTEGER NOT NULL CHECK (bytes > 0)
) STRICT;

CREATE TRIGGER audit_files_in_order BEFORE INSERT ON audit_files
WHEN new.first_seq IS NOT
    (SELECT coalesce(max(last_seq), 0) + 1 FROM audit_files)
BEGIN
	SELECT raise(ABORT, 'audit: this is not the next file');
END;

CREATE TRIGGER audit_files_kept BEFORE DELETE ON audit_files BEGIN
	SELECT raise(ABORT, 'audit: files are never removed');
END;

CREATE TRIGGER audit_files_fixed BEFORE UPDATE ON audit_files BEGIN
	SELECT raise(ABORT, 'audit: files are never changed');
END;
