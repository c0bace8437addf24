/**
 * What is in the lists of a page: HasMember associations, asked for all lists at once, and their targets by the ids of the
 * store. ITI TF-3 §4.2.2.1; MHD ITI-66 §3.66.4.2.3 (`entry.item`).
 */
import type { Reference } from '@medplum/fhirtypes';
import { associationTypes, statuses } from '../../mappings/ebrim/schemes.ts';
import { insToCx } from '../../mappings/ins.ts';
import { findFolders, getAssociations } from '../../mappings/query.ts';
import type { Association } from '../../mappings/xds.ts';
import type { Ins, StoredDocument, StoredList } from '../store/types.ts';
import { documentsByUuid, inBatches } from './associations.ts';
import type { Call } from './interaction.ts';
import { bindLists, type ListHit } from './list-registry.ts';
import { ask } from './registry.ts';
import type { Services } from './services.ts';

/** The members of one list, in the registry's order. */
export interface Members {
  items: Reference[];
  documents: StoredDocument[];
}

const plain = (uuid: string): string => uuid.replace(/^urn:uuid:/i, '').toLowerCase();

/** The names by which associations may call a list. */
const namesOf = ({ kind, found }: ListHit): string[] =>
  [found.id, kind === 'folder' ? found.logicalId : undefined].filter((n) => n !== undefined).map(plain);

/**
 * The members of lists of one patient, by `List.id`. Left out: the signature of a set, which is the DMP's own affair; what
 * the registry does not tell this caller of; associations, which a set holds too when it fills a folder.
 *
 * One GetAssociations for all lists, RELATIONS_BATCH at a time; documents that were never seen here take one GetDocuments,
 * and what is no document one FindFolders.
 * @throws DmpError: a list that lacks members must not look whole
 */
export async function membersOf(
  hits: readonly ListHit[],
  ins: Ins,
  call: Call,
  services: Services,
): Promise<Map<string, Members>> {
  const uuids = [...new Set(hits.flatMap(namesOf))];
  const answers = await inBatches(uuids, services, (part) =>
    ask(getAssociations(part.map((u) => `urn:uuid:${u}`)), ins, call, services),
  );
  return bindMembers(
    hits,
    answers.flatMap((a) => a.objects.associations),
    ins,
    call,
    services,
  );
}

/** The same, of associations that are known. @throws DmpError */
export async function bindMembers(
  hits: readonly ListHit[],
  associations: readonly Association[],
  ins: Ins,
  call: Call,
  services: Services,
): Promise<Map<string, Members>> {
  const signatures = new Set(associations.filter((a) => a.type === associationTypes.signs).map((a) => plain(a.source)));
  const targets = new Map<string, Set<string>>();
  for (const { type, source, target } of associations) {
    if (type !== associationTypes.hasMember || signatures.has(plain(target))) continue;
    targets.set(plain(source), (targets.get(plain(source)) ?? new Set()).add(plain(target)));
  }
  const of = (hit: ListHit): string[] => [...new Set(namesOf(hit).flatMap((n) => [...(targets.get(n) ?? [])]))];
  const { documents, folders } = await resolve([...new Set(hits.flatMap(of))], ins, call, services);
  return new Map(
    hits.map((hit) => {
      const own = new Map<string, StoredDocument>();
      const items = new Map<string, Reference>();
      for (const uuid of of(hit)) {
        const document = documents.get(uuid);
        const folder = folders.get(uuid);
        if (document) own.set(document.id, document);
        const reference = document ? `DocumentReference/${document.id}` : folder && `List/${folder.id}`;
        if (reference !== undefined) items.set(reference, { reference });
      }
      return [hit.id, { items: [...items.values()], documents: [...own.values()] }];
    }),
  );
}

/** What the targets are: folders that are known here, documents, and else folders that were not known. */
async function resolve(uuids: readonly string[], ins: Ins, call: Call, services: Services) {
  const isMine = ({ kind, ins: own }: StoredList): boolean =>
    kind === 'folder' && own.value === ins.value && own.oid === ins.oid;
  const foldersOf = async (names: readonly string[]): Promise<Map<string, StoredList>> =>
    new Map([...(await services.store.lists.byIdentifiers(names))].filter(([, list]) => isMine(list)));
  const folders = await foldersOf(uuids);
  const others = uuids.filter((u) => !folders.has(u));
  const documents = await documentsByUuid(others, ins, call, services);
  const unknown = others.filter((u) => !documents.has(u));
  if (unknown.length > 0) {
    const all = { $XDSFolderStatus: [Object.values(statuses)] };
    const { objects } = await ask(findFolders(insToCx(ins), all), ins, call, services);
    await bindLists(objects, ins, await services.store.patients.byIns(ins), services);
    for (const [uuid, folder] of await foldersOf(unknown)) folders.set(uuid, folder);
  }
  return { documents, folders };
}
