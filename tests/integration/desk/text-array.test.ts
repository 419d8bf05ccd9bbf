import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textArray } from '../../../src/desk/store/text-array.ts';
import { PostgresServer } from '../../support/postgres.ts';

let server: PostgresServer;
let client: pg.Client;

beforeAll(async () => {
  server = await PostgresServer.create();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await server?.remove();
});

test.each([
  ['none', []],
  ['plain ones', ['a', 'b']],
  ['what text form would escape', ['', '{"a":"b\\\\c"}', 'NULL', '{}', ',', '"', "'", '\n']],
  ['more than a byte a character', ['人民路东口', '\u{1f600}', 'é']],
])('Postgres reads %s as they were written', async (_what, values) => {
  const { rows } = await client.query('SELECT $1::text[] AS given', [textArray(values)]);
  expect(rows).toEqual([{ given: values }]);
});
