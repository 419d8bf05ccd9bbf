/**
 * What the node asks of the observation file while it works: a log of gigabytes has a million blocks, and to go through
 * them would hold up every camera.
 */
export const storeQueries = {
  /** Parameters: a time, a limit. No block ends before it begins: the index knows all that can have ended. */
  endedBefore: 'SELECT n FROM block WHERE since < ?1 AND until < ?1 ORDER BY since LIMIT ?2',
  unusedContexts: `SELECT hash FROM context
    WHERE NOT EXISTS (SELECT 1 FROM block WHERE entry = 1 AND block.context = context.hash)`,
} as const;

/** What a reader asks of all cameras together. */
export const readerQueries = {
  /** Each camera with a place to start from: since the first of them, until the end of its newest block. */
  cameras: `SELECT camera, since,
      (SELECT until FROM block WHERE block.camera = known.camera ORDER BY n DESC LIMIT 1) AS until
    FROM (SELECT camera, min(since) AS since FROM block WHERE entry = 1 GROUP BY camera) AS known ORDER BY camera`,
} as const;
