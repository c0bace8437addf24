/**
 * Which document a reference designates that a deposit relates to, lists or supersedes. It is in the DMP already, under a
 * uniqueId; what the client may write (R4 references.html; PDSm, MHD examples): `DocumentReference/<id>` with our id or an
 * entryUUID, an absolute URL of this server, the fullUrl of the PATCH entry, `DocumentReference?identifier=…`, or an identifier
 * alone (uniqueId, entryUUID, logicalId).
 */
import type { Reference } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { oidOfUuid, isUuid } from '../../../mappings/codecs/uuid.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { getDocuments } from '../../../mappings/query.ts';
import { td3_1b } from '../../dmp/transactions/td3-1.ts';
import type { CallContext, PatientIns } from '../../dmp/types.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { StoredDocument } from '../../store/types.ts';
import type { Services } from '../services.ts';
import type { PatchEntry } from '../validation/index.ts';
import { shown } from '../validation/shown.ts';
import { oidOfUrn } from './oid.ts';

/** A document that is in the DMP, as far as is known without asking. */
export interface Target {
  /** OID */
  uniqueId: string;
  /** What the store holds of it; absent when it was never seen here. */
  document?: StoredDocument;
  /** FHIRPath of the reference. */
  path: string;
}

/** What of the Bundle a reference may lead to. */
export interface TargetSurroundings {
  patches?: readonly PatchEntry[];
  /** Documents that the Bundle creates: they are in no registry yet. */
  created?: readonly { fullUrl?: string }[];
}

type From = Pick<Services, 'store' | 'config'>;

/**
 * Resolves a reference. No DMP call.
 * @throws IssueError target-unknown, target-new, target-inconsistent, reference-type
 */
export async function resolveTarget(
  { reference, identifier }: Reference,
  path: string,
  around: TargetSurroundings,
  from: From,
): Promise<Target> {
  const found: Omit<Target, 'path'>[] = [];
  if (reference !== undefined) found.push(await byReference(reference, `${path}.reference`, around, from));
  if (identifier?.value !== undefined)
    found.push(await byIdentifier(identifier.system, identifier.value, `${path}.identifier`, from));
  const [first] = found;
  if (!first) throw unknown(path);
  if (found.some((f) => f.uniqueId !== first.uniqueId))
    throw new IssueError({ key: 'target-inconsistent', expression: path });
  return { ...first, path };
}

const unknown = (expression: string): IssueError => new IssueError({ key: 'target-unknown', expression });

async function byReference(
  reference: string,
  path: string,
  { patches = [], created = [] }: TargetSurroundings,
  from: From,
): Promise<Omit<Target, 'path'>> {
  if (created.some((c) => c.fullUrl === reference)) throw new IssueError({ key: 'target-new', expression: path });
  const patch = patches.find((p) => p.fullUrl === reference);
  const given = patch ? patch.target : reference;
  const base = `${from.config.fhirBase}/`;
  const local = given.startsWith(base) ? given.slice(base.length) : given;
  const [, type, id, query] =
    /^([A-Z][A-Za-z]{1,40})(?:\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?|\?(.*))$/.exec(local) ?? [];
  if (type !== undefined && type !== 'DocumentReference')
    throw new IssueError({ key: 'reference-type', expression: path, values: { element: 'target', given: type } });
  if (query !== undefined) return byQuery(query, path, from);
  if (id === undefined) {
    const values = { reference: shown(reference) };
    throw new IssueError({ key: 'reference-unresolved', expression: path, values });
  }
  const document = (await from.store.documents.byId(id)) ?? (await from.store.documents.byIdentifier(id));
  if (!document) throw unknown(path);
  return { uniqueId: document.uniqueId, document };
}

/** `identifier=system|value`, once and alone. */
async function byQuery(query: string, path: string, from: From): Promise<Omit<Target, 'path'>> {
  const [pair, ...more] = parsePairs(query);
  const [, system, value] = /^([^|,]*)\|([^|,]+)$/.exec(pair?.[1] ?? '') ?? [];
  if (pair?.[0] !== 'identifier' || more.length > 0 || value === undefined)
    throw new IssueError({
      key: 'condition-unsupported',
      expression: path,
      values: { element: 'DocumentReference?…' },
    });
  return byIdentifier(system, value, path, from);
}

/**
 * By any identifier seen here; a uniqueId that was never seen can be asked of the DMP, an entryUUID cannot: only a document's
 * uniqueId finds its reference (TD3.1b).
 */
async function byIdentifier(
  system: string | undefined,
  value: string,
  path: string,
  { store }: From,
): Promise<Omit<Target, 'path'>> {
  const oid = oidOfUrn(value);
  const plain = value.replace(/^urn:uuid:/i, '');
  // A UUID is an entryUUID or logicalId, or the uniqueId that stands as 2.25.<integer> in XDS.
  const document =
    (await store.documents.byIdentifier(value)) ??
    (isUuid(plain) ? await store.documents.byIdentifier(oidOfUuid(plain)) : undefined);
  if (document) return { uniqueId: document.uniqueId, document };
  if (oid === undefined || isUuid(plain) || (system !== undefined && system !== '' && system !== uris))
    throw unknown(path);
  return { uniqueId: oid };
}

/** @throws IssueError target-other-patient */
export function checkTarget({ document, path }: Target, ins: PatientIns): void {
  if (document && (document.ins.value !== ins.value || document.ins.oid !== ins.oid))
    throw new IssueError({ key: 'target-other-patient', expression: path });
}

/** Whether the DMP is known to hold a later document in the place of the target, or none. */
export const isOver = ({ document }: Target): boolean =>
  document?.availabilityStatus === statuses.deprecated || document?.availabilityStatus === statuses.deleted;

/**
 * The entryUUID under which the registry holds a document now: TD3.1b, which a structure may ask for what it replaces
 * (dmp-wire §1.4 note 5). Of several metadata versions the last one that the registry names.
 * @throws IssueError target-unknown; DmpError
 */
export async function currentEntryUuid(target: Target, context: CallContext, { dmp }: Services): Promise<string> {
  const { objects } = await dmp.call(td3_1b, getDocuments({ uniqueIds: [target.uniqueId] }, 'ObjectRef'), context);
  const id = objects.objectRefs.at(-1);
  if (id === undefined) throw unknown(target.path);
  return id;
}
