/** The settings under “Database and its key”. */
import { z } from 'zod';
import type { Rows } from './schemas.ts';

export const storage = {
  DATA_DIR: [
    z.string().default('data'),
    'Where the embedded database, the throw-away PKI, the keys and the spool live.',
  ],
  DATABASE_URL: [z.string().optional(), 'An external PostgreSQL; when absent the app starts its own in DATA_DIR.'],
  STORE_KEY: [
    z.string().optional(),
    'Base64 of 32 bytes: encrypts the keys with which the store encrypts what it holds of persons (docs/keys.md). By default made in DATA_DIR on first start.',
  ],
  STORE_KEY_PREVIOUS: [
    z.string().optional(),
    'The STORE_KEY before a change of it (several: with commas). The first start with both moves the database to the new one; then this can go.',
  ],
} as const satisfies Rows;
