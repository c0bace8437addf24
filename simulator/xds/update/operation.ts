/**
 * What an ITI-57 message asks for. The DMP knows two operations (shared facts on the DMP §3.7), one in a message: a new
 * version of an entry's metadata (TD3.3a, TD3.3b) and a new status (TD3.3c, TD3.3d).
 */
import { findOne } from '../../dom.ts';
import type { Exchange, Transaction } from '../../exchange.ts';
import { type Association, codes, readObjectList, type RegistryObject, slotValue } from '../metadata.ts';
import type { StoredDocument } from '../registry.ts';
import type { Submission } from '../rules/index.ts';
import { associationType, entryScheme, oid, status } from '../vocabulary.ts';

export interface VersionOperation {
  kind: 'version';
  /** The whole new metadata; its lid says of which document. */
  entry: RegistryObject;
  /** HasMember, set → entry. */
  association: Association;
  target: StoredDocument | undefined;
}

export interface StatusOperation {
  kind: 'status';
  /** UpdateAvailabilityStatus, set → entryUUID. */
  association: Association;
  target: StoredDocument | undefined;
}

export type Operation = VersionOperation | StatusOperation;

export interface Update {
  submission: Submission;
  /** Undefined when the message asks for nothing that the DMP does, or for two things. */
  operation: Operation | undefined;
}

/** The update that a request carries; nothing is judged. */
export function readUpdate(exchange: Exchange): Update {
  const { body, vihf, trusted, world, now } = exchange;
  const element = findOne(body, 'rim:RegistryObjectList');
  const list =
    element === undefined
      ? { documents: [], sets: [], folders: [], associations: [], objectRefs: [], unexpected: [] }
      : readObjectList(element);
  const submission = { complete: element !== undefined, list, documents: [], orphans: [], vihf, trusted, world, now };
  return { submission, operation: operationOf(submission) };
}

function operationOf({ list, world: { registry } }: Submission): Operation | undefined {
  const [association, ...others] = list.associations;
  if (association === undefined || others.length + list.folders.length > 0) return undefined;
  const [entry, ...entries] = list.documents;
  if (association.associationType === associationType.hasMember && entry !== undefined && entries.length === 0)
    return { kind: 'version', entry, association, target: registry.byLogicalId(entry.lid ?? '') };
  if (association.associationType === associationType.updateStatus && entry === undefined)
    return { kind: 'status', association, target: registry.byEntryUuid(association.targetObject) };
  return undefined;
}

/** Codes of who does not see a document; beside the level N, R or V. */
export const masked = 'MASQUE_PS';
export const visibilityOf = (entry: RegistryObject): Set<string> =>
  new Set(
    codes(entry, entryScheme.confidentialityCode)
      .filter((c) => c.system === oid.visibility)
      .map((c) => c.code),
  );

/** Visibility codes that a new version adds and takes away. */
export function visibilityChange(from: RegistryObject, to: RegistryObject): { added: string[]; removed: string[] } {
  const [before, after] = [visibilityOf(from), visibilityOf(to)];
  return {
    added: [...after].filter((code) => !before.has(code)),
    removed: [...before].filter((code) => !after.has(code)),
  };
}

/** The transaction that a message is: by the codes or the status that change. What says nothing is taken for TD3.3a. */
export function updateTransaction(exchange: Exchange): Transaction {
  const { operation } = readUpdate(exchange);
  if (operation?.kind === 'status')
    return slotValue(operation.association, 'NewStatus') === status.deleted ? 'TD3.3c' : 'TD3.3d';
  if (operation?.target === undefined) return 'TD3.3a';
  const { added, removed } = visibilityChange(operation.target.entry, operation.entry);
  const changed = [...added, ...removed];
  return changed.length > 0 && !changed.includes(masked) ? 'TD3.3b' : 'TD3.3a';
}
