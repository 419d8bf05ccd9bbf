-- The desk's first schema. Times are UTC milliseconds (bigint), as everywhere else in the project.
-- Text that came over the border is kept as the JSON text that was signed: jsonb would refuse \u0000 and forget spelling.

CREATE TABLE desk.tickets (
  id              uuid PRIMARY KEY,
  number          bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  incident_id     text NOT NULL UNIQUE,
  state           text NOT NULL,
  scene           text NOT NULL,
  severity        smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
  camera_id       text NOT NULL,
  camera_name     text NOT NULL,
  lat             double precision NOT NULL,
  lon             double precision NOT NULL,
  division        text NOT NULL,
  zone_tags       text[] NOT NULL,
  traceparent     text NOT NULL,
  -- Decided at triage; assigned by the dispatch.
  routing         json,
  station         text,
  department      text,
  co_departments  text[] NOT NULL DEFAULT '{}',
  sign_due_at     bigint,
  sign_overdue    boolean NOT NULL DEFAULT false,
  signed_at       bigint,
  outcome         text,
  cleared_at      bigint,
  self_resolved   boolean NOT NULL DEFAULT false,
  created_at      bigint NOT NULL,
  updated_at      bigint NOT NULL,
  -- Newest audit record of this ticket: ties the row to the chain.
  audit_n         bigint NOT NULL,
  audit_hash      text NOT NULL
);
CREATE INDEX tickets_newest ON desk.tickets (number DESC);
CREATE INDEX tickets_by_state ON desk.tickets (state, number DESC);
CREATE INDEX tickets_changed ON desk.tickets (audit_n);

CREATE TABLE desk.alerts (
  alert_id      text PRIMARY KEY,
  ticket_id     uuid NOT NULL REFERENCES desk.tickets (id),
  phase         text NOT NULL,
  observed_at   bigint NOT NULL,
  event         text NOT NULL,
  collected_at  bigint NOT NULL,
  batched_at    bigint NOT NULL,
  delivered_at  bigint NOT NULL,
  received_at   bigint NOT NULL,
  batch_number  bigint NOT NULL,
  batch_sha256  text NOT NULL
);
CREATE INDEX alerts_of_ticket ON desk.alerts (ticket_id, observed_at);

CREATE TABLE desk.evidence (
  alert_id         text NOT NULL REFERENCES desk.alerts (alert_id),
  position         smallint NOT NULL,
  ticket_id        uuid NOT NULL REFERENCES desk.tickets (id),
  kind             text NOT NULL,
  sha256           text NOT NULL,
  bytes            bigint NOT NULL,
  media_type       text NOT NULL,
  original_sha256  text NOT NULL,
  present          boolean NOT NULL,
  PRIMARY KEY (alert_id, position)
);
CREATE INDEX evidence_of_ticket ON desk.evidence (ticket_id);
CREATE INDEX evidence_by_hash ON desk.evidence (sha256);

CREATE TABLE desk.transfer_positions (
  sender  text PRIMARY KEY,
  batch   bigint NOT NULL,
  nodes   json NOT NULL
);

CREATE TABLE desk.integrity_incidents (
  -- Hash of what it says and where it was found: the same file taken in twice tells it once.
  id      text PRIMARY KEY,
  kind    text NOT NULL,
  node    text,
  detail  text NOT NULL,
  at      bigint NOT NULL
);

CREATE TABLE desk.dispatches (
  id           uuid PRIMARY KEY,
  ticket_id    uuid NOT NULL REFERENCES desk.tickets (id),
  station      text NOT NULL,
  department   text NOT NULL,
  assigned_at  bigint NOT NULL,
  sign_due_at  bigint NOT NULL,
  signed_at    bigint,
  overdue_at   bigint
);
CREATE INDEX dispatches_of_ticket ON desk.dispatches (ticket_id, assigned_at);

-- Work that is owed. Written with what causes it, deleted with what it does; the queue is only the alarm clock.
CREATE TABLE desk.jobs (
  id          text PRIMARY KEY,
  kind        text NOT NULL,
  ticket_id   uuid NOT NULL REFERENCES desk.tickets (id),
  subject_id  uuid NOT NULL,
  due_at      bigint NOT NULL
);
CREATE INDEX jobs_due ON desk.jobs (due_at);

CREATE TABLE desk.audit_records (
  n          bigint PRIMARY KEY,
  ticket_id  uuid,
  at         bigint NOT NULL,
  kind       text NOT NULL,
  -- RFC 8785 canonical JSON of the record; what the hash covers.
  body       text NOT NULL,
  prev_hash  text NOT NULL,
  hash       text NOT NULL UNIQUE
);
CREATE INDEX audit_of_ticket ON desk.audit_records (ticket_id, n);

-- One row: whoever holds it is the chain's only writer.
CREATE TABLE desk.audit_head (
  single  boolean PRIMARY KEY DEFAULT true CHECK (single),
  n       bigint NOT NULL,
  hash    text NOT NULL
);
INSERT INTO desk.audit_head (n, hash) VALUES (0, repeat('0', 64));

CREATE FUNCTION desk.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit records are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON desk.audit_records
  FOR EACH ROW EXECUTE FUNCTION desk.refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON desk.audit_records
  FOR EACH STATEMENT EXECUTE FUNCTION desk.refuse_change();
