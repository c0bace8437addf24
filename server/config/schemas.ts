/** What the tables of settings are made of: the shape of a row, and the schemas that several of them use. */
import { z } from 'zod';

/**
 * One row a setting: schema (with default) and why it exists; `assumed` when it stands for something of the DMP that is not public, or on which
 * its publications differ (docs/assumptions.md).
 */
export type Rows = Record<string, readonly [z.ZodType, string, 'assumed'?]>;

/** A switch as the environment says it. */
export const bool = z.enum(['true', 'false', '1', '0']).transform((v) => v === 'true' || v === '1');
export const int = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
export const oid = z.string().regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'an OID without prefix');

/** https; http on this machine alone. */
export const isSiteOrigin = (text: string): boolean =>
  /^(https:|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$)/.test(text) &&
  // A URL may hold one, which would match nothing.
  !text.includes('*') &&
  URL.canParse(text) &&
  new URL(text).origin === text;

/** The entries of a list with commas. */
export const split = (list: string): string[] => list.split(',').map((entry) => entry.trim());
