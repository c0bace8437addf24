/** What the registry keeps, shows and hides: stored queries on the story, deposits found again, the seed itself. */
import { beforeAll, describe, expect, it } from 'vitest';

import { withXml } from '../../simulator/dom.ts';
import type { Exchange } from '../../simulator/exchange.ts';
import { demonstration, readable } from '../../simulator/seed/demonstration.ts';
import { story } from '../../simulator/seed/story.ts';
import { readSettings } from '../../simulator/settings.ts';
import type { Vihf } from '../../simulator/vihf/types.ts';
import { createClock, createWorld, type World } from '../../simulator/world.ts';
import { isDtm, isOid } from '../../simulator/xds/composites.ts';
import { readObjectList, type Slot, slotValue, uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { type Found, readParameters } from '../../simulator/xds/query/parameters.ts';
import { storedQueries } from '../../simulator/xds/query/queries.ts';
import { checkContent } from '../../simulator/xds/rules/content.ts';
import { checkMetadata } from '../../simulator/xds/rules/metadata.ts';
import { sha1Hex } from '../../simulator/xds/rules/registry.ts';
import type { Submission } from '../../simulator/xds/rules/index.ts';
import { uuidSource } from '../../simulator/xds/uuid.ts';
import { writeObject } from '../../simulator/xds/write.ts';
import { physician } from './support/physician.ts';

const p1 = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };
const worldAt = (instant?: string): World =>
  createWorld(story, readSettings({}), createClock(instant === undefined ? undefined : new Date(instant)));

const treating = physician('899700307715', '499700307715001'); // Dr FAUCONNET, médecin traitant
const author = physician('899700101233', '1990100109'); // Dr MAUREL, who signed B1
const stranger = physician('899700412903', '1990300444'); // Dr OYARZABAL
const careHome: Vihf = { ...author, mode: 'INDIRECTE' };
const otherHome: Vihf = { ...stranger, mode: 'INDIRECTE' };

/** Runs a stored query; a value is coded as it stands. */
function ask(world: World, vihf: Vihf, name: string, parameters: [name: string, ...values: string[]][]): Found {
  const query = storedQueries.find((q) => q.name === name)!;
  const slots: Slot[] = parameters.map(([slot, ...values]) => ({ name: slot, values }));
  const exchange = { vihf, world, now: world.clock.now() } as Exchange;
  return query.search(readParameters(slots, query.parameters), exchange);
}

const all =
  "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved','urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated','urn:asip:ci-sis:2010:StatusType:Archived')";
const deleted = "('urn:asip:ci-sis:2010:StatusType:Deleted')";
/** Last arcs of the uniqueIds that FindDocuments finds. */
const find = (world: World, vihf: Vihf, parameters: [name: string, ...values: string[]][], statuses = all): string[] =>
  ask(world, vihf, 'FindDocuments', [
    ['$XDSDocumentEntryPatientId', "'236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH'"],
    ['$XDSDocumentEntryStatus', statuses],
    ...parameters,
  ])
    .objects.map(uniqueIdOf)
    .map((id) => names[id] ?? id)
    .sort();

const root = '2.16.840.1.113883.19.7601.3.50';
const names: Record<string, string> = {
  [`${root}.20261012.1`]: 'A1',
  [`${root}.20261015.1`]: 'A2',
  [`${root}.20261012.2`]: 'B1',
  '2.16.840.1.113883.19.8802.71.2026.93317': 'C',
  '2.25.218203487120993746104476512093487112034': 'D',
  '2.16.840.1.113883.19.9901.4.55120': 'P',
  '2.16.840.1.113883.19.7601.3.51.20261012.1': 'S1',
  '2.16.840.1.113883.19.7601.3.51.20261015.1': 'S2',
};

describe('FindDocuments', () => {
  let world: World;
  beforeAll(() => {
    world = worldAt('2026-10-20T09:00:00Z');
  });

  it('ORs the values of a list, also over several Value elements', () => {
    const [report, plan] = ["'10^^1.2.250.1.213.1.1.4.1'", "'44^^1.2.250.1.213.1.1.4.1'"];
    expect(find(world, treating, [['$XDSDocumentEntryClassCode', `(${report})`]])).toEqual(['A1', 'A2', 'C']);
    expect(find(world, treating, [['$XDSDocumentEntryClassCode', `(${report},${plan})`]])).toEqual([
      'A1',
      'A2',
      'B1',
      'C',
    ]);
    expect(find(world, treating, [['$XDSDocumentEntryClassCode', `(${report})`, `(${plan})`]])).toEqual([
      'A1',
      'A2',
      'B1',
      'C',
    ]);
  });

  it('ANDs repeated slots of event and confidentiality codes', () => {
    const [act, help, heart] = [
      "('ZZXX999^^1.2.250.1.213.2.5')",
      "('Z74.1^^2.16.840.1.113883.6.3')",
      "('I50.0^^2.16.840.1.113883.6.3')",
    ];
    const events = '$XDSDocumentEntryEventCodeList';
    expect(
      find(world, treating, [
        [events, act],
        [events, help],
      ]),
    ).toEqual(['A1', 'A2']);
    expect(
      find(world, treating, [
        [events, act],
        [events, heart],
      ]),
    ).toEqual([]);
    expect(find(world, treating, [[events, act, heart]])).toEqual(['A1', 'A2', 'C']);
    const hidden = "('INVISIBLE_PATIENT^^1.2.250.1.213.1.1.4.13')";
    const restricted = "('R^^2.16.840.1.113883.5.25')";
    const confidentiality = '$XDSDocumentEntryConfidentialityCode';
    expect(
      find(world, treating, [
        [confidentiality, hidden],
        [confidentiality, restricted],
      ]),
    ).toEqual(['C']);
  });

  it('looks at the code system, not only at the code', () => {
    expect(find(world, treating, [['$XDSDocumentEntryTypeCode', "('83981-1^^1.2.250.1.213.1.1.4.12')"]])).toEqual([]);
  });

  it('matches authors by LIKE, any author of the document', () => {
    const by = (pattern: string) => find(world, treating, [['$XDSDocumentEntryAuthorPerson', `('${pattern}')`]]);
    expect(by('%LE BIHAN%')).toEqual(['B1']);
    expect(by('3990100109/LDUI-0_^%')).toEqual(['A1', 'A2']);
    expect(by('LE BIHAN')).toEqual([]);
    expect(by('%.*%')).toEqual([]);
  });

  it('finds times from the lower bound on and before the upper one, and not what has no such time', () => {
    const starts = (from: string, to: string) =>
      find(world, treating, [
        ['$XDSDocumentEntryServiceStartTimeFrom', from],
        ['$XDSDocumentEntryServiceStartTimeTo', to],
      ]);
    expect(starts('20260910063000', '20261005073000')).toEqual(['C']);
    expect(starts('20260910063000', '20261005073001')).toEqual(['B1', 'C']);
    expect(starts('20260910063001', '2027')).toEqual(['B1']);
    expect(find(world, treating, [['$XDSDocumentEntryServiceStopTimeFrom', '2000']])).toEqual(['A1', 'A2', 'B1', 'C']);
  });

  it('filters by reference id', () => {
    const reference = "('LD-ORD-5521^^^&2.16.840.1.113883.19.7601.3.61&ISO^urn:ihe:iti:xds:2013:order')";
    const { objects } = ask(world, treating, 'FindDocumentsByReferenceId', [
      ['$XDSDocumentEntryPatientId', "'236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH'"],
      ['$XDSDocumentEntryStatus', all],
      ['$XDSDocumentEntryReferenceIdList', reference],
    ]);
    expect(objects.map((o) => names[uniqueIdOf(o)]).sort()).toEqual(['A1', 'A2']);
  });

  it('shows a masked document to the médecin traitant and to its authors only', () => {
    expect(find(world, treating, [])).toEqual(['A1', 'A2', 'B1', 'C', 'D', 'P']);
    expect(find(world, author, [])).toEqual(['A1', 'A2', 'B1', 'C', 'D', 'P']);
    expect(find(world, stranger, [])).toEqual(['A1', 'A2', 'C', 'D', 'P']);
  });

  it('shows the signatures of lots only when they are asked for', () => {
    const signatures = "('urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1^^URN')";
    expect(find(world, treating, [['$XDSDocumentEntryClassCode', signatures]])).toEqual(['S1', 'S2']);
  });

  it('shows deleted documents only when that status is asked for', () => {
    const later = worldAt('2026-10-22T00:00:00Z');
    expect(find(later, treating, [])).toEqual(['A1', 'B1', 'C', 'P']);
    expect(find(later, treating, [], deleted)).toEqual(['A2', 'D']);
  });
});

describe('queries by id', () => {
  const world = worldAt('2026-10-20T09:00:00Z');
  const get = (vihf: Vihf, parameter: string, id: string): string[] =>
    ask(world, vihf, 'GetDocuments', [[parameter, `('${id}')`]]).objects.map((o) => o.id);
  const b1 = `${root}.20261012.2`;

  it('finds the current version of a document, not the ones before', () => {
    const current = 'urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31';
    expect(get(treating, '$XDSDocumentEntryUniqueId', b1)).toEqual([current]);
    expect(get(treating, '$XDSDocumentEntryEntryUUID', current)).toEqual([current]);
    expect(get(treating, '$XDSDocumentEntryEntryUUID', 'urn:uuid:703cf27c-c610-11f1-849f-02420a1e0f31')).toEqual([]);
  });

  it('names a masked document to the structure that deposited it, to no other', () => {
    expect(get(careHome, '$XDSDocumentEntryUniqueId', b1)).toHaveLength(1);
    expect(get(otherHome, '$XDSDocumentEntryUniqueId', b1)).toEqual([]);
  });

  it('finds nothing of another patient', () => {
    const elsewhere = { ...treating, patient: { ...p1, value: '141112A99004563' } };
    expect(get(elsewhere, '$XDSDocumentEntryUniqueId', `${root}.20261015.1`)).toEqual([]);
  });

  it('finds the set that brought a document, with the association that says so', () => {
    const { objects, associations } = ask(world, treating, 'GetSubmissionSets', [
      ['$uuid', "('urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31')"],
    ]);
    expect(objects.map((o) => o.id)).toEqual(['urn:uuid:bf917ca4-c890-11f1-8687-02420a1e0f31']);
    expect(associations.map((a) => a.associationType.split(':').at(-1))).toEqual(['HasMember']);
  });
});

describe('the model', () => {
  const world = worldAt();
  const objects = world.registry.documents().map((d) => d.entry);

  it('reads back what it writes, unknown slots included', () => {
    const list = `<rim:RegistryObjectList xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">${objects.map(writeObject).join('')}</rim:RegistryObjectList>`;
    const read = withXml(Buffer.from(list), readObjectList);
    expect(read.documents).toEqual(objects);
    expect(read.unexpected).toEqual([]);
    expect(objects.some((o) => slotValue(o, 'urn:exemple-fictif:canalDepot') === 'application-mobile')).toBe(true);
  });

  it('gives version 1 UUIDs, never the same twice', () => {
    const next = uuidSource();
    const now = new Date('2026-10-12T07:42:00Z');
    const ids = Array.from({ length: 1000 }, () => next(now));
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids)
      expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]!.slice(18, 27)).toBe('c610-11f1'); // the time of the story's first lot
  });

  it.each(['2026', '202610', '20261012', '2026101207', '202610120742', '20261012074200', '20240229'])(
    '%s is a DTM',
    (text) => {
      expect(isDtm(text)).toBe(true);
    },
  );
  it.each([
    '',
    '202',
    '20261',
    '20261301',
    '20260230',
    '20261012240000',
    '20261012074260',
    '20261012074200+0200',
    '20230229',
  ])('%j is no DTM', (text) => {
    expect(isDtm(text)).toBe(false);
  });
  it('knows OIDs', () => {
    expect([`2.25.${'1'.repeat(59)}`, '1.2', '0.9.2342'].map(isOid)).toEqual([true, true, true]);
    expect([`2.25.${'1'.repeat(60)}`, '1', '1.02', '3.1', '1..2', 'urn:oid:1.2'].map(isOid)).toEqual(
      Array(6).fill(false),
    );
  });
});

describe('the demonstration', () => {
  const world = worldAt();
  const documents = world.registry.documents();

  it('holds every document that it lists, with its hash and size', () => {
    expect(documents.length).toBe(8 + demonstration.length);
    for (const { entry, content } of documents) {
      expect(slotValue(entry, 'hash'), entry.id).toBe(sha1Hex(content!));
      expect(slotValue(entry, 'size')).toBe(String(content!.length));
    }
    expect(Object.keys(readable)).toHaveLength(3);
  });

  it('keeps the rules that it asks others to keep', () => {
    for (const set of world.registry.sets()) {
      const members = world.registry
        .associations()
        .filter((a) => a.sourceObject === set.object.id && a.associationType.endsWith('HasMember'))
        .flatMap((a) => documents.filter((d) => d.entry.id === a.targetObject));
      const folders = world.registry
        .folders()
        .filter((f) => world.registry.associationsOf(f.object.id).some((a) => a.sourceObject === set.object.id));
      const submission: Submission = {
        complete: true,
        list: {
          documents: members.map((m) => m.entry),
          sets: [set.object],
          folders: folders.map((f) => f.object),
          associations: [],
          objectRefs: [],
          unexpected: [],
        },
        documents: members.map((m) => ({ id: m.entry.id, transport: 'xop', bytes: m.content! })),
        orphans: [],
        vihf: treating,
        trusted: [],
        world,
        now: world.clock.now(),
      };
      expect(members.length + folders.length).toBeGreaterThan(0);
      expect(checkMetadata(submission)).toEqual([]);
      expect(checkContent(submission)).toEqual([]);
    }
  });
});
