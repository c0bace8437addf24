/**
 * From a local identifier (IPP) to the INS that it is linked to, within one structure, and every reason why not: each its own
 * row of the error table.
 */
import type { LocalId } from '../../mappings/identity/identifiers.ts';
import { statusQualifies } from '../../mappings/identity/reliability.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import type { Ins, StoredIdentity } from '../store/types.ts';
import type { IdentityRoom } from './room.ts';

type From = Pick<IdentityRoom, 'store'>;

export interface Link {
  identity: StoredIdentity;
  ins: Ins;
}

const sameIns = (a: Ins, b: Ins): boolean => a.value === b.value && a.oid === b.oid;

/**
 * The link of a local identifier.
 * @throws IssueError identity-unknown, and those of `linkOf`
 */
export async function followLink(local: LocalId, structure: string, from: From, expression: string): Promise<Link> {
  const identity = await from.store.identities.byLocal(structure, local.system, local.value);
  if (!identity) throw new IssueError({ key: 'identity-unknown', expression });
  return linkOf(identity, structure, from, expression);
}

/**
 * The link of an identity.
 * @throws IssueError identity-merged, identity-inactive, identity-no-ins, identity-ambiguous
 */
export async function linkOf(
  identity: StoredIdentity,
  structure: string,
  { store }: From,
  expression: string,
): Promise<Link> {
  requireActive(identity, expression);
  const { id, ins, system } = identity;
  if (!ins) throw new IssueError({ key: 'identity-no-ins', expression, values: { identity: id } });
  const all = await store.identities.byIns(structure, ins);
  const others = all.filter((o) => o.active && o.system === system && o.id !== id);
  if (others.length > 0) {
    const values = { others: others.map((o) => `Patient/${o.id}`).join(', ') };
    throw new IssueError({ key: 'identity-ambiguous', expression, values });
  }
  return { identity, ins };
}

/**
 * A local identifier beside an INS: it need not be known here; if it is, it is linked to that INS or to none.
 * @throws IssueError identity-merged, identity-inactive, identity-contradiction
 */
export async function confirmLink(
  local: LocalId,
  ins: Ins,
  structure: string,
  { store }: From,
  expression: string,
): Promise<StoredIdentity | undefined> {
  const identity = await store.identities.byLocal(structure, local.system, local.value);
  if (!identity) return undefined;
  requireActive(identity, expression);
  if (identity.ins && !sameIns(identity.ins, ins))
    throw new IssueError({ key: 'identity-contradiction', expression, values: { identity: identity.id } });
  return identity;
}

/**
 * Right before the DMP is fed: what was found of an identity when the deposit was prepared still holds.
 * @throws IssueError identity-merged, identity-inactive, identity-no-ins, identity-contradiction, identity-not-qualified
 */
export async function requireUnchanged(
  before: StoredIdentity,
  ins: Ins,
  structure: string,
  { store }: From,
  expression: string,
): Promise<void> {
  const { id, version } = before;
  const now = await store.identities.byId(id, structure);
  if (!now) throw new IssueError({ key: 'identity-unknown', expression });
  if (now.version === version) return;
  requireActive(now, expression);
  if (before.ins && !now.ins) throw new IssueError({ key: 'identity-no-ins', expression, values: { identity: id } });
  if (now.ins && !sameIns(now.ins, ins))
    throw new IssueError({ key: 'identity-contradiction', expression, values: { identity: id } });
  const { reliability: status } = now;
  if (status !== undefined && !statusQualifies(status))
    throw new IssueError({ key: 'identity-not-qualified', expression, values: { status, where: 'ITI-104' } });
}

/** @throws IssueError identity-merged, identity-inactive */
function requireActive({ id, active, replacedBy }: StoredIdentity, expression: string): void {
  const issue: Issue | undefined = replacedBy
    ? { key: 'identity-merged', values: { survivor: replacedBy } }
    : active
      ? undefined
      : { key: 'identity-inactive', values: { identity: id } };
  if (issue) throw new IssueError({ ...issue, expression });
}

/** Merges in a row: as many as anybody makes by mistake. */
const mostMerges = 20;

/** The identity that stands for this one now: itself, or the last of those that it was merged into. */
export async function survivorOf(
  identity: StoredIdentity,
  structure: string,
  { store }: From,
): Promise<StoredIdentity> {
  let current = identity;
  for (let i = 0; i < mostMerges && current.replacedBy !== undefined; i++) {
    const next = await store.identities.byId(current.replacedBy, structure);
    if (!next) break;
    current = next;
  }
  return current;
}
