import { AppError } from '../../lib/errors.ts';
import type { Queryable, Transaction } from './database.ts';

/** What the desk's own role may do with a table; columns in brackets where it may update no others. */
const restricted: Readonly<Record<string, readonly string[]>> = {
  schema_migrations: ['SELECT'],
  audit_records: ['SELECT'],
  // Locking the row takes the right to update some column; this one can only ever be true.
  audit_head: ['SELECT', 'UPDATE (single)'],
  audit_subtrees: ['SELECT'],
  audit_checkpoints: ['SELECT', 'INSERT'],
  alerts: ['SELECT', 'INSERT'],
  evidence: ['SELECT', 'INSERT', 'UPDATE (present)'],
  integrity_incidents: ['SELECT', 'INSERT'],
  integrity_cases: ['SELECT', 'INSERT', 'UPDATE (kind, severity, state, last_at, count, from_n, to_n, detail)'],
  integrity_steps: ['SELECT', 'INSERT'],
  dispatches: ['SELECT', 'INSERT', 'UPDATE (signed_at, overdue_at)'],
  tickets: ['SELECT', 'INSERT', 'UPDATE'],
  // A batch that was passed over may come after all.
  transfer_batches: [
    'SELECT',
    'INSERT',
    'UPDATE (sha256, settled_at, alerts, elsewhere, refused, integrity, statement)',
  ],
  transfer_evidence: ['SELECT', 'INSERT'],
  transfer_positions: ['SELECT', 'INSERT', 'UPDATE'],
  // What was refused keeps its bytes and its origin until newer ones push it out; only the decision is written to it.
  quarantine: ['SELECT', 'INSERT', 'UPDATE (state, decided_at, decided_by, note, override, outcome)', 'DELETE'],
};
/** What it may do with all others: working state, which no proof rests on. */
const usual = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Name of the role in the embedded database. */
export const embeddedRole = 'maplebridge_desk';

/**
 * Gives a role what the service needs, and nothing that would change the log: run by the schema's owner after each
 * migration. `queueSchema`: that of BullMQ's own tables, which the role owns, where they are in this database.
 * @throws AppError MB_DATABASE_ROLE when there is no such role, or it is the owner itself.
 */
export async function grantDeskRole(tx: Transaction, role: string, queueSchema: string | undefined): Promise<void> {
  const name = quoted(role);
  const [found] = await tx.query<{ owner: boolean }>(
    'SELECT rolname = current_user AS owner FROM pg_roles WHERE rolname = $1',
    [role],
  );
  if (found === undefined) {
    throw new AppError('MB_DATABASE_ROLE', `there is no role ${role}: CREATE ROLE ${name} LOGIN PASSWORD '…'`);
  }
  if (found.owner) throw new AppError('MB_DATABASE_ROLE', `${role} owns the schema: the service needs another role`);
  const tables = await tx.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'desk' ORDER BY tablename`,
  );
  await tx.query(`REVOKE ALL ON SCHEMA desk FROM PUBLIC, ${name}; GRANT USAGE ON SCHEMA desk TO ${name};
    REVOKE ALL ON ALL TABLES IN SCHEMA desk FROM PUBLIC, ${name};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA desk FROM PUBLIC; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO ${name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA desk TO ${name};`);
  for (const table of tables) {
    const rights = restricted[table.name] ?? usual;
    await tx.query(`GRANT ${rights.join(', ')} ON desk.${quoted(table.name)} TO ${name}`);
  }
  if (queueSchema !== undefined) await handOverQueue(tx, name, quoted(queueSchema), queueSchema);
}

/** BullMQ makes and upgrades its own tables, as the role that uses them; those made before are handed over. */
async function handOverQueue(tx: Transaction, role: string, schema: string, schemaName: string): Promise<void> {
  const [database] = await tx.query<{ name: string }>('SELECT current_database() AS name');
  await tx.query(`CREATE SCHEMA IF NOT EXISTS ${schema}; ALTER SCHEMA ${schema} OWNER TO ${role};
    GRANT CREATE ON DATABASE ${quoted(database?.name ?? '')} TO ${role}`);
  const objects = await tx.query<{ statement: string }>(
    `SELECT format('ALTER %s %I.%I OWNER TO ${role}', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                   n.nspname, c.relname) AS statement
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'S') AND c.relowner <> $2::regrole
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
     UNION ALL
     SELECT format('ALTER FUNCTION %s OWNER TO ${role}', p.oid::regprocedure)
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 AND p.proowner <> $2::regrole
     UNION ALL
     SELECT format('ALTER TYPE %I.%I OWNER TO ${role}', n.nspname, t.typname)
       FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
       WHERE n.nspname = $1 AND t.typtype IN ('e', 'd') AND t.typowner <> $2::regrole`,
    [schemaName, role],
  );
  for (const { statement } of objects) await tx.query(statement);
}

/** What of the log the connected role could change, in words; nothing where roles are separated. */
export async function roleFaults(database: Queryable): Promise<string[]> {
  const [row] = await database.query<{ role: string; superuser: boolean; owner: boolean; creates: boolean }>(
    `SELECT current_user AS role, rolsuper AS superuser, has_schema_privilege('desk', 'CREATE') AS creates,
            EXISTS (SELECT FROM pg_tables WHERE schemaname = 'desk' AND pg_has_role(tableowner, 'MEMBER')) AS owner
     FROM pg_roles WHERE rolname = current_user`,
  );
  const tables = await database.query<{ name: string; right: string }>(
    `SELECT t.name, p.right FROM unnest($1::text[]) AS t(name), unnest($2::text[]) AS p("right")
     WHERE has_table_privilege('desk.' || t.name, p.right)
        OR (p.right = 'INSERT' AND has_any_column_privilege('desk.' || t.name, p.right))
        OR (p.right = 'UPDATE' AND EXISTS (
              SELECT FROM pg_attribute a WHERE a.attrelid = ('desk.' || t.name)::regclass AND a.attnum > 0
                AND a.attname <> 'single' AND has_column_privilege(a.attrelid, a.attnum, 'UPDATE')))`,
    [
      ['audit_records', 'audit_head', 'audit_subtrees', 'audit_checkpoints', 'alerts'],
      ['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'INSERT'],
    ],
  );
  const faults: string[] = [];
  if (row?.superuser) faults.push(`${row.role} is a superuser`);
  if (row?.owner) faults.push(`${row.role} owns tables of the schema desk`);
  if (row?.creates) faults.push(`${row.role} may alter the schema desk`);
  for (const { name, right } of tables) {
    const isFault = right !== 'INSERT' || !['audit_checkpoints', 'alerts'].includes(name);
    if (isFault) faults.push(`${row?.role} may ${right} on desk.${name}`);
  }
  return faults;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
