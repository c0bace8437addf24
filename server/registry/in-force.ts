/** Which of what is registered is in force at a moment. */
import { createHash } from 'node:crypto';
import type { StoredClient, StoredRegistry, StoredStructure } from '../store/types.ts';
import { inForce } from './certificate.ts';
import type { ClientContent } from './client-input.ts';
import type { StructureContent } from './structure-input.ts';
import type { Client, Structure, StructureMaterial } from './types.ts';

export interface StructureInForce {
  structure: Structure;
  /** Absent for the structure of the settings, when they name no certificates. */
  material?: StructureMaterial;
  /** Equal as long as nothing has changed. */
  mark: string;
}

export function withMark(structure: Structure, material: StructureMaterial | undefined): StructureInForce {
  const mark = createHash('sha256')
    .update(JSON.stringify([structure, material]))
    .digest('base64url');
  return { structure, ...(material ? { material } : {}), mark };
}

/** As the store holds it: what was registered was read by a schema then. */
export const structureOf = ({ id, content }: StoredStructure): Structure => ({ id, ...(content as StructureContent) });

/** Undefined when there is not one certificate of each kind that has begun: a registration that is not complete yet. */
export function materialOf({ certificates }: StoredStructure, now: Date): StructureMaterial | undefined {
  const tls = inForce(certificates, 'tls', now);
  const seal = inForce(certificates, 'seal', now);
  if (tls === undefined || seal === undefined) return undefined;
  return { tls: { cert: tls.chain, key: tls.key }, seal: { chain: seal.chain, key: seal.key } };
}

/**
 * The structures in force, by id, the one of the settings first: what is registered under its id besides is not looked at.
 */
export function structuresInForce(
  { structures }: StoredRegistry,
  primary: StructureInForce,
  now: Date,
): Map<string, StructureInForce> {
  const all = new Map([[primary.structure.id, primary]]);
  for (const stored of structures) {
    const material = stored.state === 'active' ? materialOf(stored, now) : undefined;
    if (material !== undefined && !all.has(stored.id)) all.set(stored.id, withMark(structureOf(stored), material));
  }
  return all;
}

/** With its secret: for who verifies it. */
export const clientOf = ({ id, content, secret }: StoredClient): Client => ({
  id,
  ...(content as ClientContent),
  ...(secret === undefined ? {} : { secret }),
});

/**
 * Whether an administrator has taken from a client what it was let do for a structure. Of a client that is not registered here (its
 * tokens are another issuer's) nothing is known.
 */
export function isBarred({ clients }: StoredRegistry, client: string, structure: string): boolean {
  const found = clients.find(({ id }) => id === client);
  return found !== undefined && (found.state !== 'active' || !clientOf(found).structures.includes(structure));
}

export const clientsInForce = ({ clients }: StoredRegistry): Map<string, Client> =>
  new Map(clients.filter(({ state }) => state === 'active').map((stored) => [stored.id, clientOf(stored)]));
