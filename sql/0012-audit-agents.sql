-- What program a caller says it is, beside its address.
ALTER TABLE registry_requests ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_floods ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
