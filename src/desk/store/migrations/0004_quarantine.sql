-- Records of batches that were refused, with their bytes, written with the integrity incident that tells of them.
CREATE TABLE desk.quarantine (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Hash of where it came from and what it says: a file taken in twice keeps it once.
  key           text NOT NULL UNIQUE,
  sender        text NOT NULL,
  batch_number  bigint NOT NULL,
  batch_sha256  text NOT NULL,
  batched_at    bigint NOT NULL,
  node          text,
  kind          text NOT NULL,
  detail        text NOT NULL,
  -- The line exactly as it came, which need not be text that Postgres has.
  line          bytea NOT NULL,
  at            bigint NOT NULL,
  state         text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'released', 'discarded')),
  decided_at    bigint,
  decided_by    text,
  note          text,
  override      boolean,
  outcome       text
);
CREATE INDEX quarantine_newest ON desk.quarantine (state, id DESC);

-- Order of a ticket's alerts: their place in the node's chain, which no clock moves. What was taken in before has none of its
-- own here and is ordered by its time.
ALTER TABLE desk.alerts ADD COLUMN n bigint NOT NULL DEFAULT 0;
