-- Histories that somebody else has signed and that were taken over: chains
-- whose names begin with "@import/".  Their keys count there and nowhere
-- else, and for nothing after the last record that was taken over.

CREATE TABLE history_foreign_keys (
	chain		TEXT NOT NULL CHECK (chain GLOB '@*'),
	public_key	TEXT NOT NULL,		-- base64
	key_id		TEXT NOT NULL,
	first_at	TEXT NOT NULL,		-- of the records it signed
	last_at		TEXT NOT NULL,
	PRIMARY KEY (chain, public_key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER history_foreign_keys_kept BEFORE DELETE ON history_foreign_keys
BEGIN
	SELECT raise(ABORT, 'history: keys are never removed');
END;

CREATE INDEX history_imported ON history (record_sha256)
    WHERE chain GLOB '@*';
