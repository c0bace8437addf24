/**
 * A store whose every operation begins with keys that are fresh. Should it meet a key all the same that is not known yet (or
 * use one that was retired), the keys are read again, and what cannot have happened twice is tried once more.
 */
import { UnknownKeyError } from './cipher.ts';
import type { Keyring } from './keyring.ts';

/** Operations that only read, do the same again when repeated, or have done nothing when they fail (one transaction). */
const repeatable = new Set([
  'byId',
  'byIdentifier',
  'byIdentifiers',
  'allByIdentifier',
  'byUniqueId',
  'byIns',
  'byLocal',
  'bind',
  'foresee',
  'depositedBy',
  'load',
  'ofOwner',
  'listening',
  'decisions',
  'emergencyOf',
  'known',
  'of',
  'ofPatient',
  'ofStructure',
  'history',
  'search',
  'registry',
  'write',
  'changes',
  'record',
  'feed',
  'merge',
  'create',
  'resume',
  'reserve',
  'pending',
  'find',
  'findBySession',
  'liveToken',
  'all',
  'change',
  'accept',
  'acceptAll',
  'act',
  'due',
  'claim',
  'finish',
]);

/** The database refused a key (prisma/migrations, `refuse_key`): whatever was asked, the statement did nothing. */
const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  (error.message.includes('sealed with a key that is retired or unknown') || isRefused(error.cause));

type Method = (...args: unknown[]) => Promise<unknown>;

export function withKeys<S extends object>(store: S, keyring: Pick<Keyring, 'fresh' | 'expire'>): S {
  const guarded = (name: string, method: Method): Method =>
    async function (...args) {
      await keyring.fresh();
      try {
        return await method.apply(store, args);
      } catch (error) {
        const isMissing = error instanceof UnknownKeyError;
        if (!isMissing && !isRefused(error)) throw error;
        keyring.expire();
        await keyring.fresh();
        if (isMissing && !repeatable.has(name)) throw error;
        return method.apply(store, args);
      }
    };
  const methods = Object.entries(store as Record<string, Method>);
  return Object.fromEntries(methods.map(([name, method]) => [name, guarded(name, method)])) as S;
}
