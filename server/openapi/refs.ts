/** References to what all operations share: the components of `server/fhir/openapi`, by their names. */
import { ref, type Ref } from './types.ts';

export const shared = (...names: string[]): Ref[] => names.map((name) => ref('parameters', name));

export const headerRefs = (names: readonly string[]): Record<string, Ref> =>
  Object.fromEntries(names.map((name) => [name, ref('headers', name)]));

/** Of every answer of the closed part; the limits once the token was found good. */
export const alwaysHeaders = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy'];

/** Name of the response of a status of the error table. */
export const errorName = (status: number): string => `Error${status}`;

/** References to the responses of these statuses. */
export const byStatus = (statuses: readonly number[]): Record<string, Ref> =>
  Object.fromEntries(
    [...new Set(statuses)].sort((a, b) => a - b).map((s) => [String(s), ref('responses', errorName(s))]),
  );
