-- What breaks the proof, as people work it: all reports of one matter are one case with a state.

CREATE TABLE desk.integrity_cases (
  id        uuid PRIMARY KEY,
  number    bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind      text NOT NULL,
  -- Whose chain it is about; else the sender of the files.
  node      text,
  sender    text,
  severity  smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
  state     text NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
  first_at  bigint NOT NULL,
  last_at   bigint NOT NULL,
  count     bigint NOT NULL,
  -- Numbers of the node's alerts it is about, where they are known.
  from_n    bigint,
  to_n      bigint,
  detail    text NOT NULL
);
CREATE INDEX integrity_cases_newest ON desk.integrity_cases (last_at DESC);
CREATE INDEX integrity_cases_at_work ON desk.integrity_cases (node, kind) WHERE state <> 'resolved';

CREATE TABLE desk.integrity_steps (
  case_id  uuid NOT NULL REFERENCES desk.integrity_cases (id),
  at       bigint NOT NULL,
  step     text NOT NULL,
  actor    text NOT NULL,
  role     text NOT NULL,
  note     text,
  -- Of the audit record that tells it.
  hash     text PRIMARY KEY
);
CREATE INDEX integrity_steps_of_case ON desk.integrity_steps (case_id, at);

ALTER TABLE desk.integrity_incidents ADD COLUMN case_id uuid REFERENCES desk.integrity_cases (id);
CREATE INDEX integrity_incidents_of_case ON desk.integrity_incidents (case_id, at DESC);

-- What was reported before is not lost sight of.
INSERT INTO desk.integrity_cases (id, kind, node, severity, state, first_at, last_at, count, detail)
SELECT gen_random_uuid(), kind, node, 2, 'open', min(at), max(at), count(*), max(detail)
FROM desk.integrity_incidents GROUP BY kind, node;
UPDATE desk.integrity_incidents AS i SET case_id = c.id
FROM desk.integrity_cases AS c WHERE c.kind = i.kind AND c.node IS NOT DISTINCT FROM i.node;
