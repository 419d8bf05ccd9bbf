-- The audit log as a Merkle tree (RFC 9162), its signed checkpoints, and one door through which it grows.

-- Roots of the complete subtrees on the tree's right edge, largest first, as hex. Empty where the log is older than
-- this step: the next append computes it from the records.
ALTER TABLE desk.audit_head ADD COLUMN edge text NOT NULL DEFAULT '';

-- Roots of complete subtrees of 2^level records (levels 8, 16, 24, …), so that a proof need not read the whole log.
CREATE TABLE desk.audit_subtrees (
  level     smallint NOT NULL,
  position  bigint NOT NULL,
  hash      text NOT NULL,
  PRIMARY KEY (level, position)
);

CREATE TABLE desk.audit_checkpoints (
  number  bigint PRIMARY KEY,
  size    bigint NOT NULL,
  -- RFC 8785 canonical JSON with its signature.
  body    text NOT NULL
);

CREATE OR REPLACE FUNCTION desk.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE ON desk.audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION desk.refuse_change();
CREATE TRIGGER checkpoints_no_truncate BEFORE TRUNCATE ON desk.audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION desk.refuse_change();
CREATE TRIGGER subtrees_append_only BEFORE UPDATE OR DELETE ON desk.audit_subtrees
  FOR EACH ROW EXECUTE FUNCTION desk.refuse_change();
CREATE TRIGGER subtrees_no_truncate BEFORE TRUNCATE ON desk.audit_subtrees
  FOR EACH STATEMENT EXECUTE FUNCTION desk.refuse_change();

-- Checkpoints are numbered without gaps and never go back.
CREATE FUNCTION desk.follow_checkpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  newest desk.audit_checkpoints;
BEGIN
  SELECT * INTO newest FROM desk.audit_checkpoints ORDER BY number DESC LIMIT 1;
  IF NEW.number <> coalesce(newest.number, 0) + 1 OR NEW.size < coalesce(newest.size, 0) THEN
    RAISE EXCEPTION 'checkpoint % of % records does not follow checkpoint % of %', NEW.number, NEW.size, newest.number,
      newest.size USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER checkpoints_follow BEFORE INSERT ON desk.audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION desk.follow_checkpoint();

-- The only way to append for a role that may not write these tables. Records must follow the head and each other;
-- the search path is pinned, so that nobody's tables stand in for the desk's.
CREATE FUNCTION desk.append_audit(
  head_n bigint, ticket_ids uuid[], ats bigint[], kinds text[], bodies text[], hashes text[],
  new_edge text, subtree_levels smallint[], subtree_positions bigint[], subtree_hashes text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head desk.audit_head;
  new_n bigint := head_n + cardinality(hashes);
BEGIN
  SELECT * INTO STRICT head FROM desk.audit_head FOR UPDATE;
  IF head.n <> head_n THEN
    RAISE EXCEPTION 'the audit log ends at record %, not at %', head.n, head_n
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF length(new_edge) <> 64 * length(replace(new_n::bit(64)::text, '0', '')) THEN
    RAISE EXCEPTION 'not the edge of a tree of % records', new_n USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO desk.audit_records (n, ticket_id, at, kind, body, prev_hash, hash)
  SELECT head_n + given.i, given.ticket_id, given.at, given.kind, given.body,
         lag(given.hash, 1, head.hash) OVER (ORDER BY given.i), given.hash
  FROM unnest(ticket_ids, ats, kinds, bodies, hashes) WITH ORDINALITY AS given (ticket_id, at, kind, body, hash, i);
  IF EXISTS (
    SELECT FROM desk.audit_records AS r
    WHERE r.n > head_n AND r.hash <> encode(sha256(convert_to(r.prev_hash || r.body, 'UTF8')), 'hex')
  ) THEN
    RAISE EXCEPTION 'records after % are not chained', head_n USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO desk.audit_subtrees (level, position, hash)
  SELECT * FROM unnest(subtree_levels, subtree_positions, subtree_hashes);
  UPDATE desk.audit_head SET n = new_n, hash = hashes[cardinality(hashes)], edge = new_edge;
END $$;
REVOKE ALL ON FUNCTION desk.append_audit FROM PUBLIC;
