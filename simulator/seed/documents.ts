/**
 * The documents that a named seed puts in the registry. With a fixed clock, `story` is the wire fixtures' story up to
 * that instant, to the letter: three of its entries are only described there (their hash and size are invented), so the
 * repository holds no octets for them. With the machine's clock it is the demonstration: the same story where the
 * fixtures list it, every document readable, and a few more kinds of documents.
 */
import { toDtm } from '../xds/composites.ts';
import type { RegistryObject } from '../xds/metadata.ts';
import type { Registry } from '../xds/registry.ts';
import { entryScheme, status } from '../xds/vocabulary.ts';
import type { World } from '../world.ts';
import { cdaOf } from './cda.ts';
import { demonstration, readable } from './demonstration.ts';
import { associationOf, type CodeSeed, documentOf, folderOf, setOf, urn } from './entry.ts';
import { folderLot, ids, type Lot, lots } from './odette.ts';
import { code } from './people.ts';

/** Instant of the story that the demonstration shows: after golden td3-1a and td3-2, before anything is deleted. */
export const demonstrationInstant = new Date('2026-10-20T09:00:00Z');

interface Event {
  at: string;
  apply: (registry: Registry, newId: () => string) => void;
}

const register = ({ at, set, entries, folders = [], associations }: Lot): Event => ({
  at,
  apply: (registry, newId) =>
    registry.register({
      set: setOf(set, newId),
      documents: entries.map((e) => documentOf(e, newId)),
      folders: folders.map((f) => folderOf(f, newId)),
      associations: associations.map((a) => associationOf(a, set.id)),
      at: toDtm(new Date(at)),
    }),
});

/** A new metadata version of a document (ITI-57): other confidentiality codes, next version number, new entryUUID. */
const visibility = (at: string, lid: string, change: (codes: CodeSeed[]) => CodeSeed[], id?: string): Event => ({
  at,
  apply: (registry, newId) => {
    const current = registry.documents().find((d) => d.entry.lid === urn(lid))?.entry;
    if (current === undefined) throw new Error('seed: no such document');
    const version = newVersion(current, id === undefined ? newId() : urn(id), change, newId);
    registry.replaceVersion(urn(lid), version, toDtm(new Date(at)));
  },
});

function newVersion(
  current: RegistryObject,
  id: string,
  change: (codes: CodeSeed[]) => CodeSeed[],
  newId: () => string,
): RegistryObject {
  const scheme = entryScheme.confidentialityCode;
  const own = current.classifications.filter((c) => c.classificationScheme === scheme);
  const before = own.map((c): CodeSeed => [
    c.nodeRepresentation ?? '',
    c.slots[0]?.values[0] ?? '',
    c.name[0]?.value ?? '',
  ]);
  const after = change(before).map(([nodeRepresentation, system, display]) => ({
    id: newId(),
    classifiedObject: id,
    classificationScheme: scheme,
    nodeRepresentation,
    slots: [{ name: 'codingScheme', values: [system] }],
    name: [{ charset: 'UTF8', value: display, lang: 'FR' }],
    description: [],
  }));
  const others = current.classifications.filter((c) => c.classificationScheme !== scheme);
  return {
    ...current,
    id,
    version: String(Number(current.version ?? '1') + 1),
    classifications: [...others.map((c) => ({ ...c, id: newId(), classifiedObject: id })), ...after],
    identifiers: current.identifiers.map((i) => ({ ...i, id: newId(), registryObject: id })),
  };
}

const statusOf = (at: string, id: string, to: string): Event => ({
  at,
  apply: (registry) => registry.setStatus(urn(id), to),
});

const add =
  (added: CodeSeed) =>
  (codes: CodeSeed[]): CodeSeed[] => [...codes, added];
const without =
  ([removed]: CodeSeed) =>
  (codes: CodeSeed[]): CodeSeed[] =>
    codes.filter(([c]) => c !== removed);

/**
 * wire/README, "Story of P1's documents", after the lots: each change some seconds after the golden request that asks for
 * it, so that the request finds the document as it was.
 */
const changes: Event[] = [
  visibility('2026-10-16T08:20:03Z', ids.b1, add(code.masked), ids.b1Masked),
  statusOf('2026-10-17T06:00:05Z', ids.d, status.archived),
  visibility('2026-10-20T10:00:05Z', ids.b1, without(code.masked)),
  visibility('2026-10-20T10:30:05Z', ids.c, without(code.hiddenFromPatient)),
  visibility('2026-10-20T10:35:05Z', ids.c, without(code.hiddenFromRepresentatives)),
  statusOf('2026-10-20T10:55:05Z', ids.p, status.archived),
  statusOf('2026-10-20T11:00:05Z', ids.p, status.approved),
  statusOf('2026-10-21T06:00:05Z', ids.d, status.deleted),
  statusOf('2026-10-21T06:10:05Z', ids.a2, status.deleted),
];

/** Fills the registry of a new world. Seeds other than `story` and `folders` (the story with a folder) have no documents. */
export function seedDocuments(world: World, seed: string): void {
  if (seed !== 'story' && seed !== 'folders') return;
  const { fixed } = world.clock;
  const until = fixed ? world.clock.now() : demonstrationInstant;
  const told = fixed
    ? [...lots, ...(seed === 'folders' ? [folderLot] : [])]
    : [...lots.map(withOctets), folderLot, ...demonstration];
  const events = [...told.map(register), ...changes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const { at, apply } of events) {
    const instant = new Date(at);
    if (instant <= until) apply(world.registry, () => world.registry.newId(instant));
  }
}

/** Octets for the entries that the fixtures only describe. */
const withOctets = (lot: Lot): Lot => ({
  ...lot,
  entries: lot.entries.map((entry) => {
    const body = readable[entry.id];
    return body === undefined
      ? entry
      : { ...entry, content: cdaOf(entry, { family: 'BASTIDE', given: 'ODETTE' }, body) };
  }),
});
