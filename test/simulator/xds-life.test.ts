/** The life of documents over the wire: the story's updates one after the other, what queries then tell, folders, relations. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import type { World } from '../../simulator/world.ts';
import { classifiedBy, slotValue, uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { entryScheme } from '../../simulator/xds/vocabulary.ts';
import { describeShared } from '../support/shared.ts';
import { goldenUpdates } from './mutants/iti57.ts';
import {
  association,
  both,
  drop,
  type Edit,
  identifier,
  part,
  replace,
  setIdentifier,
  within,
} from './support/edit-ebxml.ts';
import { associate, folderUniqueId, hasMember, iti, withFolder } from './support/folder.ts';
import { aboutVihf, startFor, wireAuthorities } from './support/golden.ts';
import { control } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { edit, type Message, readMessage, type Reply, send, standAt } from './support/xds.ts';

const b1 = 'urn:uuid:703cf27c-c610-11f1-849f-02420a1e0f31';
const a1 = 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31';
const a2UniqueId = '2.16.840.1.113883.19.7601.3.50.20261015.1';
const registered = 'urn:uuid:5fe1b8a0-a1b2-11f1-8d10-02420a1e0f31';

describeShared('the life of documents', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  const { mask, unmask, patient, representatives, deleteArchived, deleteByStructure } = goldenUpdates;
  const { archive, archivePatients, unarchive } = goldenUpdates;
  const story = [
    mask,
    archive,
    unmask,
    patient,
    representatives,
    archivePatients,
    unarchive,
    deleteArchived,
    deleteByStructure,
  ];

  /** Sends a message at its own instant, to the world as it is. */
  async function tell(message: Message): Promise<Reply> {
    const { instant } = aboutVihf(Buffer.from(message.octets, 'latin1').toString('utf8'));
    await control(simulator, 'POST', 'clock', { instant: instant.toISOString() });
    return send(simulator, pki, message);
  }
  const success = { status: 'Success', errors: [] };

  /** A golden query about the associations of other objects. */
  const associationsOf = (ids: string[]): Promise<Reply> =>
    send(
      simulator,
      pki,
      edit(
        readMessage(dir, 'td3-1c/04-request-getassociations.xml'),
        replace(
          /<rim:ValueList>.*<\/rim:ValueList>/s,
          `<rim:ValueList><rim:Value>(${ids.map((i) => `'${i}'`).join(',')})</rim:Value></rim:ValueList>`,
        ),
      ),
    );

  /** What the registry says of every document but what it invents: ids of the moment. */
  const state = ({ registry }: World): unknown[] =>
    registry.documents().map(({ entry, previous }) => ({
      lid: entry.lid,
      status: entry.status,
      version: entry.version,
      codes: classifiedBy(entry, entryScheme.confidentialityCode).map((c) => c.nodeRepresentation),
      slots: [...entry.slots].sort((a, b) => a.name.localeCompare(b.name)).map((s) => [s.name, [...s.values].sort()]),
      title: entry.name[0]?.value,
      versions: previous.length + 1,
      own: entry.id === entry.lid,
      uniqueId: uniqueIdOf(entry),
    }));

  it('the golden updates, one after the other, make the registry that the seed tells at their end', async () => {
    await standAt(simulator, readMessage(dir, mask));
    for (const file of story) expect((await tell(readMessage(dir, file))).facts, file).toEqual(success);
    const lived = state(simulator.world());
    await control(simulator, 'POST', 'clock', { instant: '2026-10-21T06:15:00Z' });
    await control(simulator, 'POST', 'reset');
    expect(lived).toEqual(state(simulator.world()));
  });

  it('each update counts under the name of its own transaction', async () => {
    await standAt(simulator, readMessage(dir, mask));
    await control(simulator, 'DELETE', 'calls');
    for (const file of story) await tell(readMessage(dir, file));
    const { byTransaction } = await control(simulator, 'GET', 'calls');
    expect(byTransaction).toEqual({ 'TD3.3a': 2, 'TD3.3b': 2, 'TD3.3c': 2, 'TD3.3d': 3 });
  });

  it.each([
    ['TD3.3a', mask],
    ['TD3.3b', patient],
    ['TD3.3c', deleteArchived],
    ['TD3.3d', archive],
  ])('a failure is asked of %s alone', async (transaction, file) => {
    const message = readMessage(dir, file);
    await standAt(simulator, message);
    for (const other of ['TD3.3a', 'TD3.3b', 'TD3.3c', 'TD3.3d'].filter((t) => t !== transaction))
      await control(simulator, 'POST', 'faults', { kind: 'http503', transaction: other });
    await control(simulator, 'POST', 'faults', { kind: 'registryError', code: 'XDSRegistryBusy', transaction });
    expect((await send(simulator, pki, message)).facts).toMatchObject({ errors: [{ code: 'XDSRegistryBusy' }] });
    expect((await send(simulator, pki, message)).facts).toEqual(success);
  });

  it('a version has a new entryUUID under the same lid, and its associations follow', async () => {
    const message = readMessage(dir, mask);
    await standAt(simulator, message);
    expect((await send(simulator, pki, message)).facts).toEqual(success);
    const { registry } = simulator.world();
    const { entry, previous } = registry.byLogicalId(b1)!;
    expect([entry.lid, entry.version, entry.status]).toEqual([b1, '2', previous[0]!.status]);
    expect(entry.id).not.toBe(b1);
    expect([registry.byEntryUuid(b1), registry.byEntryUuid(entry.id)?.entry]).toEqual([undefined, entry]);

    await control(simulator, 'POST', 'clock', { instant: '2026-10-20T06:34:00Z' });
    const { facts } = await associationsOf([entry.id]);
    const found = facts['associations'] as { type: string; source: string; target: string }[];
    const updateSet = registry.sets().at(-1)!.object.id;
    const set1 = 'urn:uuid:703ce8d2-c610-11f1-8425-02420a1e0f31';
    expect(found.map((a) => [a.type, a.source, a.target]).sort()).toEqual(
      [set1, updateSet].map((source) => ['HasMember', source, entry.id]).sort(),
    );
    expect((await associationsOf([b1])).facts['totalResultCount']).toBe(0);
    const own = registry.associationsOf(entry.id).find((a) => a.sourceObject === updateSet)!;
    expect(slotValue(own, 'PreviousVersion')).toBe('1');
  });

  it('the set of an update is found, or not, as the setting says', async () => {
    const message = readMessage(dir, mask);
    const sets = readMessage(dir, 'td3-1c/01-request-findsubmissionsets.xml');
    for (const updateSets of [true, false]) {
      await standAt(simulator, message);
      await control(simulator, 'POST', 'settings', { updateSets });
      expect((await send(simulator, pki, message)).facts).toEqual(success);
      expect((await tell(sets)).facts['totalResultCount']).toBe(updateSets ? 3 : 2);
    }
    await control(simulator, 'POST', 'reset');
    expect(await control(simulator, 'GET', 'settings')).toMatchObject({ updateSets: true });
  });

  it('hiding what was visible is accepted where the setting allows it', async () => {
    const message = edit(
      readMessage(dir, mask),
      replace('nodeRepresentation="MASQUE_PS"', 'nodeRepresentation="INVISIBLE_PATIENT"'),
    );
    await standAt(simulator, message);
    await control(simulator, 'DELETE', 'calls');
    await control(simulator, 'POST', 'settings', { hidingLater: true });
    expect((await send(simulator, pki, message)).facts).toEqual(success);
    expect((await control(simulator, 'GET', 'calls'))['byTransaction']).toEqual({ 'TD3.3b': 1 });
  });

  it.each([
    ['maxResults', 'many'],
    ['maxResults', -1],
    ['folders', 'yes'],
    ['airContexts', [1]],
    ['port', 443],
    ['unheard', 1],
  ])('the control port does not set %s to %j', async (name, value) => {
    await expect(control(simulator, 'POST', 'settings', { [name]: value })).rejects.toThrow(
      /^400 .*(a value like|not among)/,
    );
  });

  it('the control port makes results too many', async () => {
    const message = readMessage(dir, 'td3-1a/01-request-finddocuments.xml');
    await standAt(simulator, message);
    await control(simulator, 'POST', 'settings', { maxResults: 2 });
    expect((await send(simulator, pki, message)).facts).toMatchObject({ errors: [{ code: 'XDSTooManyResults' }] });
    await control(simulator, 'POST', 'reset');
    expect((await send(simulator, pki, message)).facts).toMatchObject({ status: 'Success' });
  });

  // --- folders and relations: golden td2-1/02
  const lot = (change: Edit): Message => edit(readMessage(dir, 'td2-1/02-request-replace.http'), change);
  /** A lot without its signature, which is its last part. */
  const unsigned = (message: Message): Message =>
    edit(
      message,
      both(
        within(/<rim:ExtrinsicObject id="Signature01".*?<\/rim:ExtrinsicObject>/s, drop),
        association('a32', drop),
        association('a33', drop),
        replace(/<xdsb:Document id="Signature01">.*?<\/xdsb:Document>/, ''),
        part([...message.octets.matchAll(/Content-ID: <([^>]*)>/g)].at(-1)![1]!, drop),
      ),
    );
  const folderQuery = (by: 'EntryUUID' | 'UniqueId', id: string, more = ''): Edit =>
    both(
      replace('a7ae438b-4bc2-4642-93e9-be891f7bb155', 'b909a503-523d-4517-8acf-8e5834dfc4c7'),
      replace(
        /<rim:Slot .*<\/rim:Slot>/s,
        `<rim:Slot name="$$XDSFolder${by}"><rim:ValueList><rim:Value>'${id}'</rim:Value></rim:ValueList></rim:Slot>${more}`,
      ),
    );
  const folderAndContents = async (change: Edit): Promise<Record<string, unknown>> =>
    (await tell(edit(readMessage(dir, 'td3-1c/04-request-getassociations.xml'), change))).facts;

  it('a folder of a lot is found with what is in it', async () => {
    const message = lot(withFolder);
    await standAt(simulator, message);
    expect((await send(simulator, pki, message)).facts).toEqual(success);
    const found = await folderAndContents(folderQuery('UniqueId', folderUniqueId));
    const [folder] = found['folders'] as Record<string, unknown>[];
    expect(folder).toMatchObject({ uniqueId: folderUniqueId, title: 'Classeur de la sortie', status: 'Approved' });
    const submitted = aboutVihf(Buffer.from(message.octets, 'latin1').toString('utf8')).instant;
    expect(folder!['lastUpdateTime']).toBe(submitted.toISOString().slice(0, 19).replace(/[-T:]/g, ''));
    expect(found['entries']).toMatchObject([{ uniqueId: a2UniqueId }]);
    const [entry] = found['entries'] as Record<string, unknown>[];
    expect(found['associations']).toMatchObject([
      { type: 'HasMember', source: folder!['id'], target: entry!['entryUUID'] },
    ]);
    expect(found['totalResultCount']).toBe(3);
    expect((await folderAndContents(folderQuery('EntryUUID', String(folder!['id']))))['entries']).toEqual(
      found['entries'],
    );
  });

  it('a new document in a registered folder moves its last update; a registered document stands in a new folder', async () => {
    const message = lot(
      both(
        withFolder,
        associate('a52', hasMember, registered, 'Document01'),
        associate('a53', hasMember, 'SubmissionSet01', 'a52'),
        associate('a54', hasMember, 'Folder01', b1),
      ),
    );
    await standAt(simulator, message, 'folders');
    const before = simulator.world().registry.folderById(registered)!.object;
    expect((await send(simulator, pki, message)).facts).toEqual(success);
    const after = simulator.world().registry.folderById(registered)!.object;
    expect(slotValue(before, 'lastUpdateTime')).toBe('20261012074213');
    expect(slotValue(after, 'lastUpdateTime')! > '20261015').toBe(true);
    const members = (found: Record<string, unknown>): unknown[] =>
      (found['entries'] as { title: string }[]).map((e) => e.title.slice(0, 6)).sort();
    expect(members(await folderAndContents(folderQuery('EntryUUID', registered)))).toEqual([
      'Lettre',
      'Lettre',
      'Projet',
    ]);
    expect(members(await folderAndContents(folderQuery('UniqueId', folderUniqueId)))).toEqual(['Lettre', 'Projet']);
  });

  it('a lot without document of its own may list a registered one, which then has two sets', async () => {
    const message = lot(
      both(
        within(/<rim:ExtrinsicObject id="Document01".*?<\/rim:ExtrinsicObject>/s, drop),
        association(
          'a31',
          both(replace('targetObject="Document01"', `targetObject="${b1}"`), replace('Original', 'Reference')),
        ),
        association('a34', drop),
        replace(/<xdsb:Document id="Document01">.*?<\/xdsb:Document>/, ''),
        part('urn:uuid:9d2f1c44-1111-4f2e-8a51-2c9b60cc7a01', drop),
      ),
    );
    await standAt(simulator, message);
    const { registry } = simulator.world();
    const { facts } = await send(simulator, pki, message);
    // the golden signature covers a document that is no longer there: nothing else is wrong
    expect(facts['errors']).toMatchObject([
      { context: expect.stringMatching(/^Signature du lot : référence inattendue/) as string },
    ]);
    await control(simulator, 'POST', 'settings', { xadesRequired: false });
    expect((await send(simulator, pki, unsigned(message))).facts).toEqual(success);
    expect(registry.associationsOf(b1).map((a) => slotValue(a, 'SubmissionSetStatus'))).toEqual([
      'Original',
      'Reference',
    ]);
  });

  it('contents of a folder are filtered by format and confidentiality', async () => {
    await standAt(simulator, readMessage(dir, 'td3-1c/04-request-getassociations.xml'), 'folders');
    const withCode = (name: string, ...codes: string[]): Edit =>
      folderQuery(
        'EntryUUID',
        registered,
        codes
          .map(
            (code) =>
              `<rim:Slot name="$$XDSDocumentEntry${name}"><rim:ValueList><rim:Value>('${code}')</rim:Value></rim:ValueList></rim:Slot>`,
          )
          .join(''),
      );
    const count = async (change: Edit) => (await folderAndContents(change))['totalResultCount'];
    expect(await count(withCode('FormatCode'))).toBe(5); // the folder, B1, C, two associations
    expect(await count(withCode('FormatCode', 'urn:asip:ci-sis:ldl-ses:2017^^1.2.250.1.213.1.1.4.2.282'))).toBe(3);
    expect(
      await count(
        withCode('ConfidentialityCode', 'R^^2.16.840.1.113883.5.25', 'INVISIBLE_PATIENT^^1.2.250.1.213.1.1.4.13'),
      ),
    ).toBe(3);
    expect(
      await count(withCode('ConfidentialityCode', 'R^^2.16.840.1.113883.5.25', 'MASQUE_PS^^1.2.250.1.213.1.1.4.13')),
    ).toBe(1);
  });

  it('a replacement takes the place of the replaced in its folders', async () => {
    const first = readMessage(dir, 'td2-1/02-request-replace.http');
    await standAt(simulator, first);
    const { registry } = simulator.world();
    const template = structuredClone(registry.sets()[0]!);
    registry.register({
      documents: [],
      set: { ...template, object: { ...template.object, id: 'urn:uuid:set' } },
      folders: [{ patient: template.patient, object: { ...template.object, id: registered, slots: [] } }],
      associations: [{ ...registry.associations()[0]!, id: 'urn:uuid:in', sourceObject: registered, targetObject: a1 }],
      at: '20261012080000',
    });
    expect((await send(simulator, pki, first)).facts).toEqual(success);
    const inFolder = registry
      .associationsOf(registered)
      .map((a) => uniqueIdOf(registry.byEntryUuid(a.targetObject)!.entry));
    expect(inFolder).toEqual(['2.16.840.1.113883.19.7601.3.50.20261012.1', a2UniqueId]);
    expect(slotValue(registry.folderById(registered)!.object, 'lastUpdateTime')).not.toBe('20261012080000');
  });

  it.each([
    ['RPLC', 'Deprecated'],
    ['XFRM_RPLC', 'Deprecated'],
    ['APND', 'Approved'],
    ['XFRM', 'Approved'],
  ] as const)('%s leaves its target %s', async (type, status) => {
    const message = lot(
      association(
        'a34',
        within(/AssociationType:RPLC/, (t) => t.replace('RPLC', type)),
      ),
    );
    await standAt(simulator, message);
    expect((await send(simulator, pki, message)).facts).toEqual(success);
    expect(simulator.world().registry.byEntryUuid(a1)!.entry.status!.split(':').at(-1)).toBe(status);
  });

  it('what completes a document falls with it when it is replaced', async () => {
    const addendum = lot(association('a34', replace(iti('RPLC'), iti('APND'))));
    await standAt(simulator, addendum);
    await control(simulator, 'POST', 'settings', { xadesRequired: false });
    expect((await send(simulator, pki, addendum)).facts).toEqual(success);
    const { registry } = simulator.world();
    const added = registry.byUniqueId(a2UniqueId)!;
    const other = '2.16.840.1.113883.19.7601.3.50.20261015.9';
    const replacement = lot(
      both(
        identifier(
          'SubmissionSet01',
          'XDSSubmissionSet.uniqueId',
          setIdentifier('2.16.840.1.113883.19.7601.3.40.20261015.9'),
        ),
        identifier('Document01', 'XDSDocumentEntry.uniqueId', setIdentifier(other)),
        part('urn:uuid:9d2f1c44-1111-4f2e-8a51-2c9b60cc7a01', replace(a2UniqueId, other)),
      ),
    );
    expect((await send(simulator, pki, unsigned(replacement))).facts).toEqual(success);
    expect([registry.byEntryUuid(a1)!, added].map((d) => d.entry.status!.split(':').at(-1))).toEqual([
      'Deprecated',
      'Deprecated',
    ]);
    expect(registry.byUniqueId(other)!.entry.status).toMatch(/Approved$/);
  });

  it('the CDA need not name what it replaces where the setting says so', async () => {
    const message = lot(
      part(
        'urn:uuid:9d2f1c44-1111-4f2e-8a51-2c9b60cc7a01',
        replace(/<relatedDocument typeCode="RPLC">.*<\/relatedDocument>/s, ''),
      ),
    );
    await standAt(simulator, message);
    await control(simulator, 'POST', 'settings', { parentDocument: false });
    const { facts } = await send(simulator, pki, message);
    // the golden signature covers the document as it was
    expect(JSON.stringify(facts)).not.toContain('XDSInvalidDocumentContent');
    expect(JSON.stringify(facts)).toContain('empreinte fausse du document');
  });
});
