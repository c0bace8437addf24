/** PGlite (PostgreSQL in WebAssembly) behind a `pg` pool: the shadow database of the schema engine, in memory. */
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';

/** @param {string} dataDir `memory://` */
export async function pglitePool(dataDir = 'memory://') {
  const lite = new PGlite(dataDir);
  await lite.waitReady;
  const config = createPgConfig(lite);
  // adapter-pg passes an object with a getter as `types`, PGlite wants an array or nothing.
  const parse = config.connection.parse.bind(config.connection);
  config.connection.parse = (query) => parse({ ...query, types: Array.isArray(query.types) ? query.types : undefined });
  const pool = new pg.Pool(Object.assign(Object.create(Object.getPrototypeOf(config)), config, { max: 1 }));
  return {
    pool,
    close: async () => {
      await pool.end();
      await lite.close();
    },
  };
}
