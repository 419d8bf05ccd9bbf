-- What every alert paid for and nobody used.

-- The unique index of the number is read backwards just as well.
DROP INDEX desk.tickets_newest;

-- A file's alert is checked, and that names the ticket; a job without its ticket has no effect when it rings.
ALTER TABLE desk.evidence DROP CONSTRAINT evidence_ticket_id_fkey;
ALTER TABLE desk.jobs DROP CONSTRAINT jobs_ticket_id_fkey;

-- Each hash covers the one before and its own number, and append_audit checks that: equal ones would be a collision of
-- SHA-256. Of a record's indexes it was the widest, and filled in random order: dear to write by its nature; what it cost by
-- itself was not measured.
ALTER TABLE desk.audit_records DROP CONSTRAINT audit_records_hash_key;
