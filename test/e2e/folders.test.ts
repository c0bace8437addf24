/** Issue 3, line 3 (writing): folders created and added to through ITI-65, sets that list what exists. */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, DocumentReference, List, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import {
  type Deposit,
  folder,
  newOid,
  patientResource,
  reliability,
  simplified,
  withFolder,
} from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const hasMember = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember';
const note = (content: string, more: Partial<Deposit> = {}): Deposit => ({
  content: text(content),
  contentType: 'text/plain',
  ...more,
});

const create = { method: 'POST', url: 'List' } as const;
const post = (bundle: Bundle) => stack.post<Bundle>('', bundle, 'nurse');
/** A doctor whose token may feed. */
async function postAsDoctor(bundle: Bundle): Promise<{ status: number; body: Bundle }> {
  const token = await stack.token('doctor', { scope: 'user/*.cruds' });
  const answer = await fetch(stack.base, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(bundle),
  });
  return { status: answer.status, body: (await answer.json()) as Bundle };
}
const registry = () => stack.simulator.world().registry;
/** uniqueIds of the documents of a folder, as the simulated registry has them. */
function membersOf(title: string): string[] {
  const { folders, associations, documents } = registry();
  const found = folders().find((f) => f.object.name.some((n) => n.value === title));
  return associations()
    .filter((a) => a.associationType === hasMember && a.sourceObject === found?.object.id)
    .flatMap((a) => documents().filter((d) => d.entry.id === a.targetObject))
    .map((d) => d.entry.identifiers.find((i) => i.identificationScheme.includes('2e82c1f6'))!.value)
    .sort();
}
const uniqueIdOf = (entry: BundleEntry): string =>
  (entry.resource as DocumentReference).masterIdentifier!.value!.replace('urn:oid:', '');
const idOf = (entry: BundleEntry): string => entry.response!.location!.split('/').pop()!;
const keysOf = (body: unknown): string[] =>
  (body as OperationOutcome).issue.filter((i) => i.severity === 'error').map((i) => i.details!.coding!.at(-1)!.code!);
async function deposit(content: string): Promise<{ id: string; uniqueId: string }> {
  const { status, body } = await stack.post<DocumentReference>(
    '/DocumentReference',
    simplified(note(content)),
    'nurse',
  );
  expect(status).toBe(201);
  return { id: body.id!, uniqueId: body.masterIdentifier!.value!.replace('urn:oid:', '') };
}

describe('3. Folders created and updated through ITI-65', () => {
  it('creates a folder with the set’s documents, in one TD2.1; the List can be read, by the nurse too', async () => {
    const title = `Plaies ${randomUUID()}`;
    await stack.resetCalls();
    const { status, body } = await post(
      withFolder([note('a'), note('b')], (documents) => folder(documents, { title }), create),
    );
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.calls()).toEqual(['TD2.1']);
    expect(body.entry!.map((e) => e.response!.status.slice(0, 3))).toEqual(Array(6).fill('201'));
    expect(membersOf(title)).toEqual([uniqueIdOf(body.entry![1]!), uniqueIdOf(body.entry![3]!)].sort());
    const id = idOf(body.entry![5]!);
    const list = await stack.get<List>(`/List/${id}`, 'nurse');
    expect(list.status, JSON.stringify(list.body)).toBe(200);
    expect(list.body).toMatchObject({ title, code: { coding: [{ code: 'folder' }] } });
    expect(list.body.entry!.map((e) => e.item.reference).sort()).toEqual(
      [1, 3].map((i) => `DocumentReference/${idOf(body.entry![i]!)}`).sort(),
    );
    // The set lists the folder.
    expect((body.entry![0]!.resource as List).entry!.map((e) => e.item.reference)).toContain(`List/${id}`);
  });

  it('puts documents that exist into a new folder, and lists them in the set: SubmissionSetStatus Reference', async () => {
    const old = await deposit('déjà là');
    const title = `Plaies ${randomUUID()}`;
    const bundle = withFolder(
      [note('neuf')],
      (documents) => folder([...documents, `DocumentReference/${old.id}`], { title }),
      create,
    );
    (bundle.entry![0]!.resource as List).entry!.push({ item: { reference: `DocumentReference/${old.id}` } });
    await stack.resetCalls();
    const { status, body } = await post(bundle);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD2.1']);
    expect(membersOf(title)).toEqual([uniqueIdOf(body.entry![1]!), old.uniqueId].sort());
    const target = registry().byUniqueId(old.uniqueId)!.entry.id;
    const listed = registry()
      .associations()
      .filter((a) => a.targetObject === target && a.associationType === hasMember)
      .flatMap((a) => a.slots.filter((s) => s.name === 'SubmissionSetStatus').flatMap((s) => s.values));
    expect(listed.sort()).toEqual(['Original', 'Reference']);
  });

  it('adds to a folder (PUT): only what is not in it yet; a doctor’s session asks what is in it', async () => {
    const title = `Plaies ${randomUUID()}`;
    const created = await post(withFolder([note('a')], (documents) => folder(documents, { title }), create));
    const id = idOf(created.body.entry![3]!);
    const first = idOf(created.body.entry![1]!);
    const update = withFolder(
      [note('b')],
      (documents) => folder([`DocumentReference/${first}`, ...documents], { title }),
      { method: 'PUT', url: `List/${id}` },
    );
    // A set is by whom the token says.
    const set = update.entry![0]!.resource as List;
    set.contained = set.contained!.map((c) => {
      if (c.resourceType !== 'Practitioner') return c;
      const identifier = [{ ...c.identifier![0]!, value: '899700101233' }];
      return { ...c, identifier, name: [{ family: 'MAUREL', given: ['HÉLÈNE'] }] };
    });
    await stack.resetCalls();
    const updated = await postAsDoctor(update);
    expect(updated.status, JSON.stringify(updated.body)).toBe(200);
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD2.1']);
    expect(updated.body.entry![3]!.response).toMatchObject({
      status: '200 OK',
      location: `${stack.base}/List/${id}`,
    });
    expect(updated.body.entry![3]!.response!.outcome).toBeUndefined();
    expect(membersOf(title)).toEqual([uniqueIdOf(created.body.entry![1]!), uniqueIdOf(updated.body.entry![1]!)].sort());
    const read = await stack.get<List>(`/List/${id}`, 'doctor');
    expect(read.body.entry).toHaveLength(2);
  });

  it('what XDS does not do is said: nothing is taken out of a folder, its title stays', async () => {
    const title = `Plaies ${randomUUID()}`;
    const created = await post(withFolder([note('a')], (documents) => folder(documents, { title }), create));
    const id = idOf(created.body.entry![3]!);
    // A search shows the folder to this server: then a structure may add to it.
    await stack.get(`/List/${id}`, 'doctor');
    const other = await deposit('seul');
    const bundle = withFolder([note('b')], () => folder([`DocumentReference/${other.id}`], { title: 'Autre titre' }), {
      method: 'PUT',
      url: `List/${id}`,
    });
    const { status, body } = await post(bundle);
    expect(status, JSON.stringify(body)).toBe(200);
    const outcome = body.entry![3]!.response!.outcome as OperationOutcome;
    expect(outcome.issue.map((i) => i.details!.coding!.map((c) => c.code))).toEqual([
      ['PartialFolderContentNotProcessed', 'folder-partial'],
    ]);
    expect(membersOf(title)).toEqual([uniqueIdOf(created.body.entry![1]!), other.uniqueId].sort());
  });

  it('a folder with documents that exist alone, of an identity that is said to be doubtful: refused', async () => {
    const old = await deposit('déjà là');
    const make = () => folder([`DocumentReference/${old.id}`], { subject: { reference: '#patient' } });
    const bundle = withFolder([], () => ({ ...make(), contained: [patientResource('P1')] }), create);
    const doubtful = { ...patientResource('P1'), extension: [reliability('DOUT')] };
    const spoilt = withFolder([], () => ({ ...make(), contained: [doubtful] }), create);
    await stack.resetCalls();
    const refused = await post(spoilt);
    expect([refused.status, keysOf(refused.body)]).toEqual([422, ['identity-not-qualified']]);
    expect(await stack.calls()).not.toContain('TD2.1');
    expect((await post(bundle)).status).toBe(200);
  });

  it('a folder with documents that exist alone, and the same sent again', async () => {
    const old = await deposit('déjà là');
    const title = `Plaies ${randomUUID()}`;
    const bundle = withFolder([], () => folder([`DocumentReference/${old.id}`], { title }), create);
    const { status, body } = await post(bundle);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(membersOf(title)).toEqual([old.uniqueId]);
    await stack.resetCalls();
    const again = await post(bundle);
    expect(again.body.entry!.map((e) => [e.response!.status, e.response!.location])).toEqual(
      body.entry!.map((e) => ['200 OK', e.response!.location]),
    );
    expect(await stack.calls()).toEqual([]);
  });

  it('refuses, whole: an unknown folder or document, one that the set does not list, a uniqueId that is taken', async () => {
    const refused = async (bundle: Bundle) => {
      const before = await countRows(stack.database);
      const documents = registry().documents().length;
      const { status, body } = await post(bundle);
      expect(await countRows(stack.database)).toEqual(before);
      expect(registry().documents()).toHaveLength(documents);
      return [status, ...keysOf(body)];
    };
    const unknown = withFolder([note('a')], (d) => folder(d), { method: 'PUT', url: `List/${randomUUID()}` });
    expect(await refused(unknown)).toEqual([422, 'folder-unknown']);
    const document = withFolder([note('a')], (d) => folder([...d, 'DocumentReference/none']), create);
    expect(await refused(document)).toEqual([422, 'target-unknown']);
    const unlisted = withFolder([note('a')], (d) => folder(d), create);
    (unlisted.entry![0]!.resource as List).entry!.pop();
    expect(await refused(unlisted)).toEqual([400, 'entry-unreferenced']);
    const identifier = [{ use: 'usual' as const, system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` }];
    const first = await post(withFolder([note('a')], (d) => folder(d, { identifier }), create));
    expect(first.status).toBe(200);
    expect(await refused(withFolder([note('b')], (d) => folder(d, { identifier }), create))).toEqual([
      409,
      'duplicate',
    ]);
    const empty = withFolder([note('a')], () => folder([], { entry: undefined }), create);
    expect(await refused(empty)).toEqual([400, 'required']);
  });
});
