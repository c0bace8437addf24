/** What somebody reads who has the database's files. */
import type { TestDatabase } from './database.ts';

/**
 * All rows of tables as one text: every value as PostgreSQL prints it, and its bytes as text too.
 * @param tables must all hold something: of an empty one nothing would be shown
 */
export async function rawRows(database: TestDatabase, tables: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const table of tables) {
    const rows = await database.query<Record<string, unknown>>(`SELECT * FROM "${table}"`);
    if (rows.length === 0) throw new Error(`${table} is empty.`);
    for (const value of rows.flatMap((row) => Object.values(row)))
      texts.push(
        Buffer.isBuffer(value) ? `${value.toString('latin1')} ${value.toString('hex')}` : JSON.stringify(value),
      );
  }
  return texts.join('\n');
}
