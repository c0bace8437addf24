/** The settings under “Keys of clients”. */
import { z } from 'zod';
import { bool, type Rows } from './schemas.ts';

export const clientKeys = {
  JWKS_PRIVATE_ADDRESSES: [
    bool.default(false),
    'Whether the keys of a client (`jwksUri`) may be fetched from a private address (RFC 1918 and the like): for servers inside the establishment.',
  ],
  JWKS_CA: [
    z.string().optional(),
    'PEM of the authorities that vouch for the TLS certificates of those addresses; by default those of Node.',
  ],
} as const satisfies Rows;
