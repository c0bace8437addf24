/**
 * How many rows each table holds: two pictures that are the same mean that nothing was persisted in between but the record of accesses,
 * which everything is on, and what was counted of the limits towards the DMP. A patient who is on record stays (docs/audit.md); of any other a row would be left over.
 */
import type { TestDatabase } from './database.ts';

const unrecorded = (patient: string) =>
  `WHERE NOT EXISTS (SELECT 1 FROM kept_record r WHERE r.patient_id = ${patient})`;
const where: Record<string, string> = {
  patient: unrecorded('patient.id'),
  patient_structure: unrecorded('patient_structure.patient_id'),
};

export async function countRows(database: TestDatabase): Promise<Record<string, number>> {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('kept_record', 'feed_limit') ORDER BY 1`,
  );
  const all = tables
    .map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM "${name}" ${where[name] ?? ''}`)
    .join(' UNION ALL ');
  const counts = await database.query<{ name: string; rows: number }>(all);
  return Object.fromEntries(counts.map(({ name, rows }) => [name, rows]));
}
