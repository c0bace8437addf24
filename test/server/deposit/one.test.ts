import { createHash, randomUUID } from 'node:crypto';
import type { DocumentReference, Practitioner } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { statusOf } from '../../../server/fhir/outcome.ts';
import type { Attempt } from '../../../server/fhir/deposit/attempt.ts';
import { depositOne as depositDocument } from '../../../server/fhir/deposit/one.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { jpeg, pdf, rtf, text, tiff } from '../../support/documents.ts';
import { INS_TEST, N, newOid, patients, simplified, VISIBILITY } from '../../support/resources.ts';
import { doctor, nurse } from '../../support/callers.ts';
import { world, type World } from './fakes.ts';

/** A deposit for good always gives its resource. */
const depositOne = async (...given: Parameters<typeof depositDocument>) => {
  const { resource, ...rest } = await depositDocument(...given);
  return { ...rest, resource: resource! };
};

const sha1 = (b: Uint8Array): string => createHash('sha1').update(b).digest('base64');
const note = (more: Partial<Parameters<typeof simplified>[0]> = {}): DocumentReference =>
  simplified({ content: pdf(), contentType: 'application/pdf', ...more });

/** Issues of a refused deposit: HTTP status, then `key expression`. */
async function refused(resource: unknown, w: World = world(), caller = nurse): Promise<string[]> {
  try {
    await depositOne(resource, w, caller);
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    expect(w.fake.calls).toEqual([]);
    expect(w.memory.held.size).toBe(0);
    return [
      String(statusOf(error.issues)),
      ...error.issues.filter((i) => i.severity !== 'warning').map((i) => `${i.key} ${i.expression ?? ''}`.trim()),
    ];
  }
  return ['accepted'];
}

describe('ITI-105: one document', () => {
  it.each([
    ['PDF', pdf(), 'application/pdf', 'urn:ihe:iti:xds-sd:pdf:2008'],
    ['text', text(), 'text/plain', 'urn:ihe:iti:xds-sd:text:2008'],
    ['RTF', rtf(), 'text/rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
    ['RTF by its other name', rtf(), 'application/rtf', 'urn:ihe:iti-fr:xds-sd:rtf:2010'],
    ['JPEG', jpeg(), 'image/jpeg', 'urn:ihe:iti-fr:xds-sd:jpeg:2010'],
    ['TIFF', tiff(), 'image/tiff', 'urn:ihe:iti-fr:xds-sd:tiff:2010'],
  ])('%s is wrapped in a CDA N1 and sent once', async (_, content, contentType, format) => {
    const w = world();
    const uniqueId = newOid();
    const { status, resource } = await depositOne(simplified({ content, contentType, uniqueId }), w, nurse);
    expect(status).toBe(201);
    expect(w.fake.calls.map((c) => c.transaction)).toEqual(['TD2.1']);
    const { set, entries } = w.fake.sent;
    expect(entries).toHaveLength(1);
    const { entry, content: cda } = entries[0]!;
    const xml = Buffer.from(cda).toString('utf8');
    expect(xml).toContain('<ClinicalDocument');
    expect(xml).toContain(content.toString('base64'));
    expect(entry).toMatchObject({
      id: 'Document01',
      mimeType: 'text/xml',
      uniqueId,
      formatCode: { code: format },
      languageCode: 'fr-FR',
    });
    expect(entry.patientId).toBe(`${patients.P1.ins}^^^&1.2.250.1.213.1.4.10&ISO^NH`);
    expect(entry).toMatchObject({
      healthcareFacilityTypeCode: { code: 'SA17' },
      practiceSettingCode: { code: 'ESSMS' },
      typeCode: { code: '28653-4' },
    });
    expect(entry.classCode).toBeDefined();
    expect(entry.confidentialityCodes.map((c) => c.code)).toEqual(['N']);
    expect(set.authors[0]).toMatchObject({
      person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      institutions: ['EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'],
      specialties: ['G15_60^Infirmier^1.2.250.1.213.1.1.4.5'],
    });
    expect(set).toMatchObject({
      sourceId: w.config.LPS_OID,
      contentTypeCode: { code: '11', scheme: '1.2.250.1.213.2.2' },
      submissionTime: '20261120100000',
    });
    expect(set.contentTypeCode?.display).toBeTruthy();
    expect(set.uniqueId).toMatch(/^2\.16\.840\.1\.113883\.19\.7602\.\d+$/);
    expect(set.uniqueId.length).toBeLessThanOrEqual(64);

    // What is answered is what the DMP holds: the CDA.
    const attachment = resource.content[0]!.attachment;
    expect(attachment).toMatchObject({ contentType: 'text/xml', hash: sha1(cda), size: cda.length });
    expect(attachment.data).toBeUndefined();
    expect(attachment.url).toBe(`${w.config.fhirBase}/Binary/${resource.id}`);
    expect(resource.meta).toMatchObject({ versionId: '1', lastUpdated: '2026-11-20T10:00:00.000Z' });
    expect(resource.masterIdentifier?.value).toBe(`urn:oid:${uniqueId}`);
    expect(resource.subject?.reference).toMatch(/^Patient\/[0-9a-f-]{36}$/);
    // The patient is found again as he was said; the address alone hides him.
    expect(resource.subject?.identifier).toMatchObject({ system: INS_TEST, value: patients.P1.ins });
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['confirmed']);
  });

  it('asks in the name of the caller, about the patient', async () => {
    const w = world();
    await depositOne(note(), w, doctor, { requestId: 'r-1' });
    const { context } = w.fake.calls[0]!;
    expect(context).toMatchObject({
      requester: { personId: doctor.personId },
      patient: { value: patients.P1.ins, oid: '1.2.250.1.213.1.4.10' },
      requestId: 'r-1',
    });
    expect(w.fake.sent.set.authors[0]?.specialties).toEqual([
      'G15_10/SM18^Médecin - Gériatrie (SM)^1.2.250.1.213.1.1.4.5',
    ]);
  });

  it('takes author, custodian and date from the context when the client gives none', async () => {
    const w = world();
    const { author: _a, custodian: _c, date: _d, ...lean } = note();
    const { resource } = await depositOne(lean, w, nurse);
    expect(w.fake.sent.entries[0]!.entry.authors[0]?.person).toContain('899700204581^LE BIHAN^YANN');
    expect(w.fake.sent.entries[0]!.entry.legalAuthenticator).toContain('899700204581');
    expect(w.fake.sent.entries[0]!.entry.creationTime).toBe('20261120100000');
    expect(JSON.stringify(resource)).toContain('EHPAD FICTIF LE VERGER');
  });

  it('knows the caller by a mere identifier, and wants a name of anybody else', async () => {
    const by = (value: string) => ({
      type: 'Practitioner',
      identifier: { system: 'urn:oid:1.2.250.1.71.4.2.1', value },
    });
    const w = world();
    await depositOne({ ...note(), author: [by('899700204581')], authenticator: by('899700204581') }, w, nurse);
    const { entry } = w.fake.sent.entries[0]!;
    expect(entry.authors[0]).toMatchObject({
      person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      institutions: ['EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'],
    });
    expect(entry.legalAuthenticator).toContain('LE BIHAN^YANN');
    expect(await refused({ ...note(), author: [by('899700204581'), by('899700101233')] })).toEqual([
      '400',
      'required DocumentReference.author[1]',
    ]);
    const noFirstName = structuredClone(note());
    (noFirstName.contained!.find((c) => c.id === 'nurse') as Practitioner).identifier![0]!.value = '899700101233';
    delete (noFirstName.contained!.find((c) => c.id === 'nurse') as Practitioner).name![0]!.given;
    expect(await refused(noFirstName)).toEqual(['400', 'author-incomplete DocumentReference.author[0]']);
  });

  it('says the profession of another author, given as a role, as the specialty that the DMP wants', async () => {
    const w = world();
    await depositOne(note(), w, doctor);
    expect(w.fake.sent.entries[0]!.entry.authors[0]).toMatchObject({
      person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      specialties: ['G15_60^Infirmier^1.2.250.1.213.1.1.4.5'],
    });
  });

  const labels = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('sets the three visibilities in combination %i', async (mask) => {
    const w = world();
    const chosen = labels.filter((_, i) => mask & (1 << i));
    const { resource } = await depositOne(
      note({ securityLabel: chosen.map((code) => ({ system: VISIBILITY, code })) }),
      w,
      nurse,
    ).catch((e: unknown) => {
      if (mask === 0) return depositOne(note({ securityLabel: [N] }), w, nurse);
      throw e;
    });
    expect(w.fake.sent.entries[0]!.entry.confidentialityCodes.map((c) => c.code).sort()).toEqual(
      ['N', ...chosen].sort(),
    );
    expect(resource.securityLabel?.map((l) => l.coding?.[0]?.code).sort()).toEqual(['N', ...chosen].sort());
  });

  it('designates the patient in every way that FHIR has', async () => {
    const w = world();
    const ins = `${INS_TEST}|${patients.P1.ins}`;
    const known = (await w.store.patients.byIns({ value: patients.P1.ins, oid: INS_TEST.slice(8) })).id;
    for (const subject of [
      { identifier: { system: INS_TEST, value: patients.P1.ins } },
      { reference: `Patient?identifier=${ins}` },
      { reference: `Patient?identifier=${encodeURIComponent(ins)}` },
      { reference: `Patient/${known}` },
      { reference: `${w.config.fhirBase}/Patient/${known}` },
      { reference: '#patient' },
    ]) {
      await depositOne({ ...note(), subject }, w, nurse);
      expect(w.fake.sent.entries[0]!.entry.patientId).toContain(patients.P1.ins);
    }
  });

  it('keeps slots of its own, ignores what only the registry says, refuses known slots by the back door', async () => {
    const slot = (name: string, value: string) => ({
      url: 'https://dmp-fhir.example/StructureDefinition/xds-slot',
      extension: [
        { url: 'name', valueString: name },
        { url: 'value', valueString: value },
      ],
    });
    const exact = {
      url: 'https://dmp-fhir.example/StructureDefinition/xds-exact',
      extension: [
        { url: 'name', valueString: 'classifications' },
        { url: 'value', valueString: '[42]' },
      ],
    };
    const w = world();
    await depositOne(
      { ...note(), extension: [slot('urn:x:mine', 'kept'), slot('repositoryUniqueId', '1.2.3'), exact] },
      w,
      nurse,
    );
    const { entry } = w.fake.sent.entries[0]!;
    expect(entry.slots).toEqual({ 'urn:x:mine': ['kept'] });
    expect(entry.repositoryUniqueId).toBeUndefined();
    expect(JSON.stringify(entry)).not.toContain('[42]');
    const author = [{ reference: '#author', extension: [slot('authorPerson', 'x')] }];
    expect(await refused({ ...note(), author })).toEqual([
      '400',
      'element-forbidden DocumentReference.author[0].extension',
    ]);
  });

  it('turns a UUID into an OID of 2.25', async () => {
    const w = world();
    await depositOne(
      {
        ...note(),
        masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6' },
      },
      w,
      nurse,
    );
    expect(w.fake.sent.entries[0]!.entry.uniqueId).toBe('2.25.329800735698586629295641978511506172918');
  });

  it('warns of a PDF that is not PDF/A-1, refuses it, or says nothing, by setting', async () => {
    const plain = note({ content: pdf('x', false) });
    expect((await depositOne(plain, world(), nurse)).issues).toMatchObject([
      { key: 'pdfa-expected', severity: 'warning' },
    ]);
    expect(await refused(plain, world({ PDFA: 'refuse' }))).toEqual([
      '422',
      'pdfa-expected DocumentReference.content[0].attachment.contentType',
    ]);
    expect((await depositOne(plain, world({ PDFA: 'ignore' }), nurse)).issues).toEqual([]);
  });

  it('hands on the warnings of the DMP', async () => {
    const w = world();
    w.fake.warnings = [{ code: 'XDSExtraMetadataNotSaved', severity: 'Warning' }];
    expect((await depositOne(note(), w, nurse)).issues).toMatchObject([
      { key: 'dmp-warning', severity: 'warning', values: { code: 'XDSExtraMetadataNotSaved' } },
    ]);
  });
});

describe('ITI-105: the same again', () => {
  it('answers with the first, without a call', async () => {
    const w = world();
    const deposit = note();
    const first = await depositOne(deposit, w, nurse);
    w.pass(3600);
    const second = await depositOne(deposit, w, nurse);
    expect(second.status).toBe(200);
    expect(second.resource).toEqual(first.resource);
    expect(w.fake.calls).toHaveLength(1);
  });

  it('refuses other bytes, and the same bytes for another patient', async () => {
    const w = world();
    const uniqueId = newOid();
    await depositOne(note({ uniqueId }), w, nurse);
    for (const other of [note({ uniqueId, content: pdf('autre') }), note({ uniqueId, who: 'P2' })]) {
      const error = await depositOne(other, w, nurse).catch((e: unknown) => e as IssueError);
      expect(error).toMatchObject({
        issues: [{ key: 'duplicate', expression: 'DocumentReference.masterIdentifier' }],
      });
      expect(statusOf((error as IssueError).issues)).toBe(409);
    }
    expect(w.fake.calls).toHaveLength(1);
  });
});

describe('ITI-105: when the DMP fails', () => {
  const fail = (kind: ConstructorParameters<typeof DmpError>[0], code: string): DmpError =>
    new DmpError(kind, code, 'TD2.1');

  it.each([
    fail('registry', 'XDSRegistryMetadataError'),
    fail('registry', 'DMPClosed'),
    fail('registry', 'XDSDuplicateUniqueIdInRegistry'),
    fail('fault', 'DMPInvalidCertificate'),
    fail('rights', 'purpose'),
    fail('tls', 'CERT_HAS_EXPIRED'),
    fail('network', 'ECONNREFUSED'),
  ])('%s: nothing stays behind, and the same deposit can be sent again at once', async (failure) => {
    const w = world();
    const deposit = note();
    w.fake.failures.push(failure);
    await expect(depositOne(deposit, w, nurse)).rejects.toBe(failure);
    expect(w.memory.held.size).toBe(0);
    expect(w.memory.savedSets.size).toBe(0);
    expect((await depositOne(deposit, w, nurse)).status).toBe(201);
  });

  it.each([
    fail('timeout', 'UND_ERR_HEADERS_TIMEOUT'),
    fail('truncated', 'ECONNRESET'),
    fail('network', 'ECONNRESET'),
    fail('garbage', 'content'),
    fail('http', '500'),
    fail('http', '503'),
    fail('fault', 'Receiver'),
  ])('%s: pending, until the same deposit takes it over', async (failure) => {
    const w = world();
    const deposit = note();
    w.fake.failures.push(failure);
    await expect(depositOne(deposit, w, nurse)).rejects.toBe(failure);
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['pending']);
    const uniqueId = deposit.masterIdentifier!.value!.slice(8);
    const other = note({ uniqueId, content: pdf('autre') });
    await expect(depositOne(other, w, nurse)).rejects.toMatchObject({ issues: [{ key: 'duplicate' }] });
    // Sent again; the DMP has it from the first time.
    w.fake.failures.push(fail('registry', 'XDSDuplicateUniqueIdInRegistry'));
    const { status, resource } = await depositOne(deposit, w, nurse);
    expect(status).toBe(201);
    expect(w.memory.held.get(resource.id!)?.state).toBe('confirmed');
    expect((await depositOne(deposit, w, nurse)).status).toBe(200);
    expect(w.fake.calls).toHaveLength(2);
  });

  it('while a deposit is under way the same again waits; one left by a crash is taken over after a minute', async () => {
    const w = world();
    const deposit = note();
    let open = (): void => undefined;
    w.fake.gate = new Promise((resolve) => (open = resolve));
    const first = depositOne(deposit, w, nurse);
    await expect.poll(() => w.fake.calls.length).toBe(1);
    const meanwhile = (await depositOne(deposit, w, nurse).catch((e: unknown) => e)) as IssueError;
    expect(meanwhile.issues[0]?.key).toBe('deposit-pending');
    expect(statusOf(meanwhile.issues)).toBe(503);
    open();
    const { resource } = await first;
    // As if the process had died before it could confirm.
    w.memory.held.get(resource.id!)!.state = 'pending';
    w.memory.savedSets.clear();
    await expect(depositOne(deposit, w, nurse)).rejects.toMatchObject({ issues: [{ key: 'deposit-pending' }] });
    w.pass(61);
    w.fake.failures.push(fail('registry', 'XDSDuplicateUniqueIdInRegistry'));
    expect((await depositOne(deposit, w, nurse)).resource.id).toBe(resource.id);
  });

  it.each([fail('network', 'ECONNREFUSED'), fail('http', '413'), fail('rights', 'purpose')])(
    '%s: says nothing of what was sent before, which is found when it is sent again',
    async (failure) => {
      const w = world();
      const deposit = note();
      w.fake.failures.push(fail('timeout', 'UND_ERR_HEADERS_TIMEOUT'), failure);
      await expect(depositOne(deposit, w, nurse)).rejects.toThrow('UND_ERR_HEADERS_TIMEOUT');
      await expect(depositOne(deposit, w, nurse)).rejects.toBe(failure);
      w.fake.failures.push(fail('registry', 'XDSDuplicateUniqueIdInRegistry'));
      const { status, resource } = await depositOne(deposit, w, nurse);
      expect([status, w.memory.held.get(resource.id!)?.state]).toEqual([201, 'confirmed']);
    },
  );

  it('who is refused too late takes nothing from whoever took the deposit over', async () => {
    const w = world();
    const deposit = note();
    let open = (): void => undefined;
    w.fake.gate = new Promise((resolve) => (open = resolve));
    const first = depositOne(deposit, w, nurse);
    await expect.poll(() => w.fake.calls.length).toBe(1);
    w.pass(61);
    const second = depositOne(deposit, w, nurse);
    await expect.poll(() => w.fake.calls.length).toBe(2);
    w.fake.failures.push(fail('registry', 'XDSDuplicateUniqueIdInRegistry'));
    open();
    const [late, taken] = await Promise.allSettled([first, second]);
    expect([late.status, taken.status]).toEqual(['rejected', 'fulfilled']);
    expect([...w.memory.held.values()].map((d) => d.state)).toEqual(['confirmed']);
  });

  it('an attempt of the feed that may have been sent is looked up, also when nothing is reserved for it any more', async () => {
    const w = world();
    const uniqueId = newOid();
    const attempt = { seed: randomUUID(), lane: 'live', at: w.now(), isUncertain: true } as const;
    w.fake.registry.set(uniqueId, `urn:uuid:${randomUUID()}`);
    const { resource } = await depositOne(note({ uniqueId }), w, nurse, { attempt: { ...attempt } });
    expect(w.fake.calls.map((c) => c.transaction)).toEqual(['TD3.1b']);
    expect(w.memory.held.get(resource.id!)?.state).toBe('confirmed');
  });

  it('an attempt of the feed that could not be sent leaves open what the one before it came to', async () => {
    const w = world();
    const attempt: Attempt = { seed: randomUUID(), lane: 'live', at: w.now(), isUncertain: false };
    const deposit = note();
    w.fake.failures.push(fail('timeout', 'UND_ERR_HEADERS_TIMEOUT'));
    await expect(depositOne(deposit, w, nurse, { attempt })).rejects.toThrow('UND_ERR_HEADERS_TIMEOUT');
    // Looked up: not there yet; then it cannot be sent.
    const call = w.dmp.call.bind(w.dmp);
    w.dmp.call = (transaction, ...given) =>
      transaction.name === 'TD2.1' ? Promise.reject(fail('network', 'ECONNREFUSED')) : call(transaction, ...given);
    await expect(depositOne(deposit, w, nurse, { attempt })).rejects.toThrow('ECONNREFUSED');
    expect([attempt.isUncertain, [...w.memory.held.values()].map((d) => d.state)]).toEqual([true, ['pending']]);
  });

  it('forgets a lost deposit that the DMP then refuses', async () => {
    const w = world();
    const deposit = note();
    w.fake.failures.push(fail('timeout', 'UND_ERR_HEADERS_TIMEOUT'), fail('registry', 'XDSRegistryMetadataError'));
    await expect(depositOne(deposit, w, nurse)).rejects.toThrow();
    await expect(depositOne(deposit, w, nurse)).rejects.toThrow('XDSRegistryMetadataError');
    expect(w.memory.held.size).toBe(0);
  });
});

describe('ITI-105: bad input is answered, and nothing is sent or kept', () => {
  const base = note();
  const attachment = base.content[0]!.attachment;
  const withAttachment = (more: object): DocumentReference => ({
    ...base,
    content: [{ attachment: { ...attachment, ...more } }],
  });
  const at = 'DocumentReference.content[0].attachment';
  const without = (element: keyof DocumentReference): unknown =>
    Object.fromEntries(Object.entries(base).filter(([k]) => k !== element));
  const contained = (change: (p: Record<string, unknown>) => void): DocumentReference => {
    const copy = structuredClone(base);
    change(copy.contained!.find((c) => c.resourceType === 'Patient') as unknown as Record<string, unknown>);
    return copy;
  };

  it.each<[string, unknown, string[]]>([
    ['no body', undefined, ['400', 'body-missing']],
    ['wrong type', { resourceType: 'Patient' }, ['400', 'wrong-resource-type resourceType']],
    ['no masterIdentifier', without('masterIdentifier'), ['400', 'required DocumentReference.masterIdentifier']],
    ['no status', without('status'), ['400', 'required DocumentReference.status']],
    ['not current', { ...base, status: 'superseded' }, ['400', 'value-fixed DocumentReference.status']],
    ['no subject', without('subject'), ['400', 'required DocumentReference.subject']],
    ['no content', without('content'), ['400', 'required DocumentReference.content']],
    [
      'no title',
      withAttachment({ title: undefined }),
      ['400', 'required DocumentReference.content[0].attachment.title'],
    ],
    ['no type', without('type'), ['400', 'required DocumentReference.type']],
    [
      'no traits',
      { ...base, context: undefined, contained: base.contained!.slice(1) },
      ['400', ...Array<string>(3).fill('required DocumentReference.context.sourcePatientInfo')],
    ],
    [
      'identifier',
      { ...base, identifier: [{ value: 'a' }] },
      ['400', 'element-forbidden DocumentReference.identifier'],
    ],
    ['docStatus', { ...base, docStatus: 'final' }, ['400', 'element-forbidden DocumentReference.docStatus']],
    ['url beside data', withAttachment({ url: 'Binary/1' }), ['400', `element-forbidden ${at}.url`]],
    [
      'two contents',
      { ...base, content: [...base.content, ...base.content] },
      ['400', 'cardinality DocumentReference.content'],
    ],
    [
      'relatesTo',
      { ...base, relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }] },
      ['422', 'target-unknown DocumentReference.relatesTo[0].target.reference'],
    ],
    [
      'a uniqueId that is none',
      { ...base, masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:abcd-efgh' } },
      ['400', 'unique-id-invalid DocumentReference.masterIdentifier.value'],
    ],
    [
      'a uniqueId too long',
      { ...base, masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:1.${'2'.repeat(70)}` } },
      ['400', 'unique-id-invalid DocumentReference.masterIdentifier.value'],
    ],
    [
      'empty document',
      withAttachment({ data: Buffer.from('   ').toString('base64'), contentType: 'text/plain' }),
      ['400', `document-empty ${at}.data`],
    ],
    [
      'base64 cut short',
      withAttachment({ data: `${attachment.data!.slice(0, -4)}A` }),
      ['400', `document-base64 ${at}.data`],
    ],
    ['base64url', withAttachment({ data: 'ab-_' }), ['400', `document-base64 ${at}.data`]],
    ['base64 with lost bits', withAttachment({ data: 'QUJ=' }), ['400', `document-base64 ${at}.data`]],
    [
      'a type that the DMP does not take',
      withAttachment({ contentType: 'application/msword' }),
      ['415', `document-type ${at}.contentType`],
    ],
    [
      'not the type announced',
      withAttachment({ contentType: 'image/jpeg' }),
      ['422', `document-type-mismatch ${at}.contentType`],
    ],
    ['wrong hash', withAttachment({ hash: sha1(Buffer.from('x')) }), ['422', `hash-mismatch ${at}.hash`]],
    ['wrong size', withAttachment({ size: 3 }), ['422', `size-mismatch ${at}.size`]],
    [
      'an unknown patient',
      { ...base, subject: { reference: 'Patient/unknown' } },
      ['400', 'reference-unresolved DocumentReference.subject.reference'],
    ],
    [
      'a Group for a patient',
      { ...base, subject: { reference: 'Group/1' } },
      ['400', 'reference-type DocumentReference.subject'],
    ],
    [
      'a patient by local id only',
      { ...base, subject: { identifier: { system: 'urn:oid:1.2.3', value: '42' } } },
      ['400', 'ins-oid DocumentReference.subject.identifier'],
    ],
    [
      'an INS without form',
      { ...base, subject: { identifier: { system: INS_TEST, value: '123' } } },
      ['400', 'ins-format DocumentReference.subject'],
    ],
    [
      'a real INS with a wrong key',
      { ...base, subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '236046999012377' } } },
      ['422', 'ins-key DocumentReference.subject'],
    ],
    [
      'subject and traits of two patients',
      { ...base, subject: { identifier: { system: INS_TEST, value: patients.P2.ins } } },
      ['422', 'patient-inconsistent DocumentReference.context.sourcePatientInfo'],
    ],
    [
      'reference and identifier of two patients',
      { ...base, subject: { reference: '#patient', identifier: { system: INS_TEST, value: patients.P2.ins } } },
      ['422', 'patient-inconsistent DocumentReference.subject'],
    ],
    [
      'traits without name',
      contained((p) => delete p.name),
      ['400', 'required DocumentReference.context.sourcePatientInfo'],
    ],
    [
      'a visibility that does not exist',
      { ...base, securityLabel: [{ coding: [{ system: VISIBILITY, code: 'MASQUE' }] }] },
      ['400', 'code-unknown DocumentReference.securityLabel[1]'],
    ],
    [
      'a format that contradicts the type',
      {
        ...base,
        content: [
          { attachment, format: { system: 'urn:oid:1.3.6.1.4.1.19376.1.2.3', code: 'urn:ihe:lab:xd-lab:2008' } },
        ],
      },
      ['400', 'value-fixed DocumentReference.content[0].format'],
    ],
    [
      'a slot of XDS by the back door',
      {
        ...base,
        extension: [
          {
            url: 'https://dmp-fhir.example/StructureDefinition/xds-slot',
            extension: [
              { url: 'name', valueString: 'hash' },
              { url: 'value', valueString: 'x' },
            ],
          },
        ],
      },
      ['400', 'element-forbidden DocumentReference.extension'],
    ],
  ])('%s', async (_, resource, expected) => {
    expect(await refused(resource)).toEqual(expected);
  });

  it('a document too large: 413, before it is decoded', async () => {
    const content = pdf();
    expect(await refused(note({ content }), world({ MAX_DOCUMENT_BYTES: String(content.length - 1) }))).toEqual([
      '413',
      `too-large ${at}.data`,
    ]);
    expect(
      (await depositOne(note({ content }), world({ MAX_DOCUMENT_BYTES: String(content.length) }), nurse)).status,
    ).toBe(201);
  });

  it('a test INS in production', async () => {
    expect(await refused(base, world({ ENVIRONMENT: 'production' }))).toEqual([
      '422',
      'ins-environment DocumentReference.subject',
    ]);
  });

  it('a wrong key under a test authority is only a warning', async () => {
    const value = '236046999012377';
    const resource = contained((p) => ((p.identifier as { value: string }[])[0]!.value = value));
    const { issues } = await depositOne({ ...resource, subject: { reference: '#patient' } }, world(), nurse);
    expect(issues).toMatchObject([{ key: 'ins-key', severity: 'warning' }]);
  });

  it('says nothing of the person in any issue', async () => {
    const problems = [
      { ...base, subject: { reference: `Patient/${patients.P1.ins}` } },
      { ...base, subject: { reference: `Patient?identifier=urn:oid:9|${patients.P1.ins}` } },
      { ...base, subject: { identifier: { system: 'urn:oid:1.2.3', value: patients.P1.ins } } },
    ];
    for (const resource of problems) {
      const error = await depositOne(resource, world(), nurse).catch((e: unknown) => e as IssueError);
      expect(JSON.stringify((error as IssueError).issues)).not.toContain(patients.P1.ins);
    }
  });
});
