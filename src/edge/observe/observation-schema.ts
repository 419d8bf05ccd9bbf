/**
 * Tables of the observation file. A camera's blocks follow each other by `n`, whatever its clock says; `entry` marks
 * those that begin with a note from which a replay can start, under the configuration `context`.
 */
export const observationSchema = `
CREATE TABLE IF NOT EXISTS block (
  n INTEGER PRIMARY KEY AUTOINCREMENT, camera TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
  entry INTEGER NOT NULL, context TEXT, packed INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS block_camera ON block (camera, n);
CREATE INDEX IF NOT EXISTS block_since ON block (since);
CREATE INDEX IF NOT EXISTS block_entry ON block (camera, since) WHERE entry = 1;
CREATE INDEX IF NOT EXISTS block_context ON block (context) WHERE entry = 1;
CREATE TABLE IF NOT EXISTS context (hash TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
  n INTEGER PRIMARY KEY AUTOINCREMENT, camera TEXT NOT NULL, at INTEGER NOT NULL, scene TEXT NOT NULL,
  incident TEXT NOT NULL, phase TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_at ON event (at);
CREATE INDEX IF NOT EXISTS event_camera ON event (camera, n);
CREATE INDEX IF NOT EXISTS event_incident ON event (incident, n);
CREATE TABLE IF NOT EXISTS verdict (
  n INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL, camera TEXT NOT NULL, scene TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'rejected')), reason TEXT, author TEXT, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS verdict_incident ON verdict (incident, n);
`;
