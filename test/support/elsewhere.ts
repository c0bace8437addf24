/**
 * What others do to the record while the façade looks elsewhere: software of another establishment, the patient. Done to
 * the simulator's registry as its transactions do it (simulator/xds/iti41.ts, iti57.ts), without a call.
 */
import { randomUUID } from 'node:crypto';
import { lots } from '../../simulator/seed/odette.ts';
import { associationOf, documentOf, setOf } from '../../simulator/seed/entry.ts';
import { toDtm } from '../../simulator/xds/composites.ts';
import type { World } from '../../simulator/world.ts';
import { associationType, entryScheme, oid, status } from '../../simulator/xds/vocabulary.ts';

/** The letter of a hospital, to be made again with other words. */
const model = lots.find((l) => l.entries.some((e) => e.title.includes('hospitalisation')))!;

let made = 0;

const newOid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;

export interface Registered {
  uniqueId: string;
  entryUuid: string;
  setId: string;
}

/** Registers a document of P1. @param at submissionTime */
export function registers(
  world: World,
  {
    at,
    title = 'Compte rendu',
    replaces,
    serviceStart,
  }: { at: Date; title?: string; replaces?: string; serviceStart?: Date },
): Registered {
  const newId = (): string => world.registry.newId(new Date());
  const [id, setId] = [randomUUID(), randomUUID()];
  const uniqueId = newOid();
  const entry = {
    ...model.entries[0]!,
    id,
    uniqueId,
    title,
    slots: {
      ...model.entries[0]!.slots,
      // A minute earlier each: a registry's limit can be met by time.
      creationTime: toDtm(new Date(at.getTime() - 60_000 * ++made)),
      ...(serviceStart ? { serviceStartTime: toDtm(serviceStart) } : {}),
    },
  };
  const links: [string, string, string, string][] = [[randomUUID(), associationType.hasMember, setId, id]];
  if (replaces) links.push([randomUUID(), associationType.replace, id, replaces.replace('urn:uuid:', '')]);
  world.registry.register({
    set: setOf({ ...model.set, id: setId, uniqueId: newOid(), submissionTime: toDtm(at) }, newId),
    documents: [documentOf(entry, newId)],
    associations: links.map((link) => associationOf(link, setId)),
    at: toDtm(at),
  });
  return { uniqueId, entryUuid: `urn:uuid:${id}`, setId: `urn:uuid:${setId}` };
}

/** A new version of its metadata: masked, or shown again. */
export function masks(world: World, uniqueId: string, at: Date, masked = true): string {
  const newId = (): string => world.registry.newId(new Date());
  const { entry } = world.registry.byUniqueId(uniqueId)!;
  const id = newId();
  const isMask = (c: (typeof entry.classifications)[number]): boolean => c.nodeRepresentation === 'MASQUE_PS';
  const version = Number(entry.version ?? '1');
  world.registry.replaceVersion(
    entry.lid!,
    {
      ...entry,
      id,
      version: String(version + 1),
      classifications: [
        ...entry.classifications.filter((c) => !isMask(c)),
        ...(masked
          ? [
              {
                id: newId(),
                classifiedObject: id,
                classificationScheme: entryScheme.confidentialityCode,
                nodeRepresentation: 'MASQUE_PS',
                slots: [{ name: 'codingScheme', values: [oid.visibility] }],
                name: [{ value: 'Document masqué aux professionnels de santé' }],
                description: [],
              },
            ]
          : []),
      ],
    },
    toDtm(at),
  );
  const setId = randomUUID();
  const member = associationOf([randomUUID(), associationType.hasMember, setId, id.replace('urn:uuid:', '')], setId);
  const slots = [...member.slots, { name: 'PreviousVersion', values: [String(version)] }];
  updates(world, setId, at, [{ ...member, slots }]);
  return id;
}

/** Another status: `archived`, `approved`, `deleted`. The registry keeps the set, and no association (ITI-57). */
export function changesStatus(world: World, uniqueId: string, to: 'archived' | 'approved' | 'deleted', at: Date): void {
  world.registry.setStatus(world.registry.byUniqueId(uniqueId)!.entry.id, status[to]);
  updates(world, randomUUID(), at, []);
}

function updates(world: World, setId: string, at: Date, associations: ReturnType<typeof associationOf>[]): void {
  const set = setOf({ ...model.set, id: setId, uniqueId: newOid(), submissionTime: toDtm(at) }, () =>
    world.registry.newId(new Date()),
  );
  world.registry.register({ set, documents: [], associations, at: toDtm(at) });
}
