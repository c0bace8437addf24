/** Every golden answer, sent over mutual TLS, is read by the client to what expected.json says. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDocuments, type StoredQuery } from '../../../mappings/query.ts';
import type { DocumentEntry, RegistryObjects } from '../../../mappings/xds.ts';
import { withoutIdentifiers } from '../../../server/dmp/failure.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1, type SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import { td3_3a, td3_3b, td3_3c, td3_3d } from '../../../server/dmp/transactions/td3-3.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { describeShared } from '../../support/shared.ts';
import { replay, startFarEnd, type FarEnd } from './far-end.ts';
import { readGolden, type Json } from './http-file.ts';
import { pairedClient, present } from './paired.ts';
import { testPki, type TestPki } from './pki.ts';
import { byDoctor, byNurse, clientOf, p1 } from './setup.ts';
import { newStatus, newVersion, submission } from './submission.ts';

const patients: Record<string, string> = {
  '01': '236046999012376',
  '02': '238124299006619',
  '03': '147096399001732',
  '04': '229072699003171',
  '05': '150027499020861',
};
const leaf: StoredQuery = {
  query: 'FindDocuments',
  returnType: 'LeafClass',
  parameters: { $XDSDocumentEntryPatientId: [['x']] },
};

describeShared('golden answers', (dir) => {
  const { messages } = JSON.parse(readFileSync(path.join(dir, 'wire/expected.json'), 'utf8')) as {
    messages: Record<string, Json>;
  };
  const files = (prefix: RegExp): string[] => Object.keys(messages).filter((f) => prefix.test(f));
  let pki: TestPki;
  let far: FarEnd;
  beforeAll(async () => {
    pki = await testPki();
    far = await startFarEnd(pki);
  }, 60_000);
  afterAll(() => far.close());

  describe('TD0.2', () => {
    it.each(files(/td0-2\/0[1-5]/))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = pairedClient(dir, file, pki, far);
      const patient = { value: patients[/(\d\d)-/.exec(file)![1]!]!, oid: p1.oid };
      expect(present(await client.call(td0_2, { patient }, { ...byNurse, patient }))).toEqual(present(messages[file]));
      await client.close();
    });

    it.each(files(/td0-2\/06/))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = pairedClient(dir, file, pki, far);
      const [detail] = messages[file].details;
      await expect(client.call(td0_2, { patient: p1 }, byNurse)).rejects.toMatchObject({
        kind: 'hl7',
        code: detail.code,
        context: detail.text,
      });
      await client.close();
    });

    it('an answer to another question, or about another patient, is refused', async () => {
      const file = 'messages/td0-2/01-response-found-valide-mt.xml';
      far.reply = replay(readGolden(dir, file));
      const other = clientOf(pki, far.url);
      await expect(other.call(td0_2, { patient: p1 }, byNurse)).rejects.toMatchObject({
        kind: 'mismatch',
        code: 'targetMessage',
      });
      await other.close();
      const client = pairedClient(dir, file, pki, far);
      const patient = { ...p1, value: patients['02']! };
      await expect(client.call(td0_2, { patient }, { ...byNurse, patient })).rejects.toMatchObject({
        kind: 'mismatch',
        code: 'patient',
      });
      await client.close();
    });
  });

  /** The facts of expected.json from ours, where the form differs only in names. */
  const entryFacts = (e: DocumentEntry) => ({
    entryUUID: e.id,
    logicalId: e.logicalId,
    version: e.version,
    status: e.availabilityStatus?.split(':').at(-1),
    mimeType: e.mimeType,
    title: e.title,
    comments: e.comments,
    creationTime: e.creationTime,
    serviceStartTime: e.serviceStartTime,
    serviceStopTime: e.serviceStopTime,
    languageCode: e.languageCode,
    repositoryUniqueId: e.repositoryUniqueId,
    uniqueId: e.uniqueId,
    hash: e.hash,
    size: Number(e.size),
    sourcePatientInfo: [...e.sourcePatientInfo].sort(),
    otherSlots: e.slots,
    confidentialityCodes: e.confidentialityCodes.map((c) => c.code),
    ...Object.fromEntries(
      (['classCode', 'typeCode', 'formatCode', 'healthcareFacilityTypeCode', 'practiceSettingCode'] as const).map(
        (k) => [k, { code: e[k]?.code, system: e[k]?.scheme, display: e[k]?.display }],
      ),
    ),
    eventCodes: e.eventCodes.map((c) => ({ code: c.code, system: c.scheme, display: c.display })),
  });

  function compare(objects: RegistryObjects, expected: Json): void {
    expect(objects.objectRefs).toEqual(expected.objectRefs ?? []);
    expect(objects.documentEntries.map((e) => e.id)).toEqual((expected.entries ?? []).map((e: Json) => e.entryUUID));
    objects.documentEntries.forEach((e, i) => {
      const facts = present(entryFacts(e));
      const wanted = present(expected.entries[i]);
      wanted.sourcePatientInfo.sort();
      expect(facts).toEqual(Object.fromEntries(Object.keys(facts).map((k) => [k, wanted[k]])));
      expect(e.patientId.startsWith(`${wanted.patientId.id}^^^&${wanted.patientId.system}&ISO^NH`)).toBe(true);
    });
    expect(
      objects.associations.map((a) => ({
        id: a.id,
        type: a.type.split(':').at(-1),
        source: a.source,
        target: a.target,
      })),
    ).toEqual(
      (expected.associations ?? []).map(({ id, type, source, target }: Json) => ({ id, type, source, target })),
    );
    expect(
      objects.submissionSets.map((s) => ({
        id: s.id,
        uniqueId: s.uniqueId,
        sourceId: s.sourceId,
        submissionTime: s.submissionTime,
        title: s.title,
      })),
    ).toEqual(
      (expected.submissionSets ?? []).map(({ id, uniqueId, sourceId, submissionTime, title }: Json) => ({
        id,
        uniqueId,
        sourceId,
        submissionTime,
        title,
      })),
    );
    expect(objects.folders.map((f) => ({ id: f.id, uniqueId: f.uniqueId, title: f.title }))).toEqual(
      (expected.folders ?? []).map(({ id, uniqueId, title }: Json) => ({ id, uniqueId, title })),
    );
  }

  describe('TD3.1', () => {
    it.each(files(/td3-1[ac]\//))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const answer = await client.call(td3_1, leaf, byDoctor);
      expect([answer.total, answer.errors]).toEqual([messages[file].totalResultCount, messages[file].errors]);
      compare(answer.objects, messages[file]);
      await client.close();
    });

    it.each(files(/td3-1b\//))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const answer = await client.call(td3_1b, getDocuments({ uniqueIds: ['1.2.3'] }, 'ObjectRef'), byNurse);
      expect([answer.total, answer.errors]).toEqual([messages[file].totalResultCount, messages[file].errors]);
      compare(answer.objects, messages[file]);
      await client.close();
    });
  });

  describe('TD2.1', () => {
    it.each([...files(/td2-1\//), 'messages/failures/iti41-success-with-warning.xml'])('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      expect(await client.call(td2_1, submission(), byNurse)).toEqual(messages[file]);
      await client.close();
    });
  });

  const asked = {
    '01': ['2.16.840.1.113883.19.7601.3.50.20261015.1', '2.16.840.1.113883.19.7601.3.50.20261012.2'],
    '02': ['2.16.840.1.113883.19.7601.3.50.20261015.1', '2.16.840.1.113883.19.7601.3.50.20200101.9'],
    '03': ['urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31'],
  } as Record<string, string[]>;

  describe('TD3.2', () => {
    it.each(files(/td3-2\//))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const documents: Record<string, unknown>[] = [];
      const response = await client.call(
        td3_2,
        {
          documents: asked[/(\d\d)-/.exec(file)![1]!]!.map((uniqueId) => ({
            uniqueId,
            repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2',
          })),
          async sink({ uniqueId, repositoryUniqueId, mimeType }, body) {
            const sha1 = createHash('sha1');
            let size = 0;
            for await (const chunk of body) {
              sha1.update(chunk);
              size += chunk.byteLength;
            }
            documents.push({
              documentUniqueId: uniqueId,
              repositoryUniqueId,
              mimeType,
              size,
              sha1: sha1.digest('hex'),
            });
          },
        },
        byDoctor,
      );
      const { documents: expected, ...status } = messages[file];
      expect(response).toEqual(status);
      const byId = (a: Json, b: Json): number => (a.documentUniqueId < b.documentUniqueId ? -1 : 1);
      expect(documents.sort(byId)).toEqual(expected.map(({ transport: _, ...d }: Json) => d).sort(byId));
      await client.close();
    });
  });

  describe('TD3.3', () => {
    it.each(files(/td3-3[a-d]\//))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const calls = {
        a: () => client.call(td3_3a, newVersion(), byDoctor),
        b: () => client.call(td3_3b, newVersion(), byDoctor),
        c: () => client.call(td3_3c, newStatus(), byNurse),
        d: () => client.call(td3_3d, newStatus(), byDoctor),
      };
      expect(await calls[/td3-3([a-d])/.exec(file)![1] as keyof typeof calls]()).toEqual(messages[file]);
      await client.close();
    });
  });

  describe('failures', () => {
    const input = submission();
    it.each(files(/failures\/iti(18|41|57)-(?!success)/))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const call = file.includes('iti18')
        ? client.call(td3_1, leaf, byDoctor)
        : file.includes('iti57')
          ? client.call(td3_3a, newVersion(), byDoctor)
          : client.call<SubmissionInput, unknown>(td2_1, input, byNurse);
      const error = await call.catch((e: unknown) => e as DmpError);
      const errors = messages[file].errors.map((e: Json) => ({ ...e, context: withoutIdentifiers(e.context) }));
      expect(error).toBeInstanceOf(DmpError);
      expect(error).toMatchObject({ kind: 'registry', code: errors[0].code, context: errors[0].context, errors });
      expect(JSON.stringify([error, (error as Error).message])).not.toMatch(/\d{13,15}(?!\.)/);
      await client.close();
    });

    it.each(files(/faults\//))('%s', async (file) => {
      far.reply = replay(readGolden(dir, file));
      const client = clientOf(pki, far.url);
      const expected = messages[file];
      const wanted = expected.notSoap
        ? { kind: 'http', code: String(expected.httpStatus) }
        : {
            kind: 'fault',
            code: expected.fault.subcode ?? expected.fault.code,
            context: expected.fault.reasons.fr ?? expected.fault.reasons.en,
          };
      const sink = async (): Promise<void> => expect.unreachable();
      await expect(
        client.call(td3_2, { documents: [{ repositoryUniqueId: '1', uniqueId: '2' }], sink }, byDoctor),
      ).rejects.toMatchObject(wanted);
      await expect(client.call(td0_2, { patient: p1 }, byNurse)).rejects.toMatchObject(wanted);
      await client.close();
    });
  });
});
