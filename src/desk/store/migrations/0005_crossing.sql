-- What crossed the border, kept with what became of it: reconciliation counts rows, not counters.

ALTER TABLE desk.alerts ADD COLUMN node text;
-- Postgres cannot look into JSON that has \u0000 or half a surrogate pair, and a camera's name may have both.
UPDATE desk.alerts AS a SET node = readable.event #>> '{data,sequence,node}',
  n = (readable.event #>> '{data,sequence,n}')::bigint
FROM (SELECT alert_id, regexp_replace(event, '\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'gi')::json AS event
      FROM desk.alerts) AS readable
WHERE readable.alert_id = a.alert_id;
CREATE INDEX alerts_by_batch ON desk.alerts (batch_sha256);
CREATE INDEX alerts_by_node ON desk.alerts (node, n);

CREATE TABLE desk.transfer_batches (
  sender       text NOT NULL,
  number       bigint NOT NULL,
  -- Null where an operator decided to go on without the batch.
  sha256       text,
  settled_at   bigint NOT NULL,
  alerts       int NOT NULL,
  -- Alerts that other batches had brought before.
  elsewhere    text[] NOT NULL,
  refused      int NOT NULL,
  integrity    int NOT NULL,
  -- What the sender says it sent up to here, as it signed it.
  statement    text,
  -- The operator's signed decision.
  passed_over  text,
  PRIMARY KEY (sender, number)
);
CREATE INDEX transfer_batches_by_hash ON desk.transfer_batches (sha256);

CREATE TABLE desk.transfer_evidence (
  sender  text NOT NULL,
  sha256  text NOT NULL,
  number  bigint NOT NULL,
  bytes   bigint NOT NULL,
  PRIMARY KEY (sender, sha256)
);
