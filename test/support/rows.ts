/** How many rows each table holds: two pictures that are the same mean that nothing was persisted in between. */
import type { TestDatabase } from './database.ts';

export async function countRows(database: TestDatabase): Promise<Record<string, number>> {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const all = tables
    .map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM "${name}"`)
    .join(' UNION ALL ');
  const counts = await database.query<{ name: string; rows: number }>(all);
  return Object.fromEntries(counts.map(({ name, rows }) => [name, rows]));
}
