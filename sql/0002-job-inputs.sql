-- What a job was given besides its artifact: a manifest, a source, the
-- files of a command.  Content is an object by digest, as the artifact is.

CREATE TABLE job_inputs (
	job_id		TEXT NOT NULL REFERENCES jobs (id),
	position	INTEGER NOT NULL,	-- order as given
	kind		TEXT NOT NULL		-- manifest, command, file, ...
	    CHECK (kind <> '' AND kind NOT GLOB '*[^a-z_]*'),
	sha256		TEXT NOT NULL REFERENCES artifacts (sha256),
	size_bytes	INTEGER NOT NULL CHECK (size_bytes >= 0),
	basename	TEXT NOT NULL CHECK (basename <> ''
	    AND basename NOT GLOB '*/*'),
	PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
