/** TD3.3: what goes out is what the golden messages say, and only in the modes that the DMP takes (dmp-wire §1.2, §3.7). */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRegistryObjects } from '../../../mappings/ebrim/read.ts';
import type { RegistryObjects } from '../../../mappings/xds.ts';
import { at, parseXml } from '../../../mappings/xml/tree.ts';
import {
  td3_3a,
  td3_3b,
  td3_3c,
  td3_3cByPerson,
  td3_3d,
  type StatusInput,
  type VersionInput,
} from '../../../server/dmp/transactions/td3-3.ts';
import type { Requester, Transaction } from '../../../server/dmp/types.ts';
import { describeShared } from '../../support/shared.ts';
import { bodyOf, partsOf, sent } from './sent.ts';
import { byDoctor, byNurse, doctor, p1 } from './setup.ts';
import { newStatus, newVersion } from './submission.ts';
import { wire } from './wire.ts';

const w = wire();

const objectsOf = (body: string): RegistryObjects => readRegistryObjects(at(parseXml(body), 'RegistryObjectList')!);
const transactions: Record<string, Transaction<never, unknown>> = {
  'td3-3a': td3_3a,
  'td3-3b': td3_3b,
  'td3-3c': td3_3c,
  'td3-3d': td3_3d,
};

describeShared('the golden updates, written by us', (dir) => {
  const messages = path.join(dir, 'wire/messages');
  const files = Object.keys(transactions).flatMap((folder) =>
    readdirSync(path.join(messages, folder))
      .filter((f) => f.includes('request'))
      .map((f) => [`${folder}/${f}`] as const),
  );
  it.each(files)('%s', async (file) => {
    const golden = objectsOf(
      /<lcm:SubmitObjectsRequest.*<\/lcm:SubmitObjectsRequest>/s.exec(
        readFileSync(path.join(messages, file), 'utf8'),
      )![0],
    );
    const [association] = golden.associations;
    const [set] = golden.submissionSets;
    const [entry] = golden.documentEntries;
    const slot = (name: string): string => association!.slots[name]![0]!;
    const input: VersionInput | StatusInput = entry
      ? {
          set: set!,
          // As the registry gives it: with an entryUUID, which is not sent back.
          entry: { ...entry, id: 'urn:uuid:99999999-c610-11f1-849f-02420a1e0f31' },
          previousVersion: slot('PreviousVersion'),
        }
      : {
          set: set!,
          target: association!.target,
          originalStatus: slot('OriginalStatus'),
          newStatus: slot('NewStatus'),
        };
    const transaction = transactions[file.slice(0, 6)]! as unknown as Transaction<typeof input, unknown>;
    const { envelope } = await partsOf(await sent(w, transaction, input, byDoctor));
    const ours = objectsOf(bodyOf(envelope));
    const plain = (o: RegistryObjects): RegistryObjects => ({
      ...o,
      associations: o.associations.map(({ id: _, ...a }) => a),
    });
    expect(plain(ours)).toEqual(plain(golden));
  });
});

describe('modes', () => {
  const local = byNurse;
  const breakGlass: Requester = { ...doctor, purpose: 'bris_de_glace', reason: 'inconscient' };
  const mode = (body: Buffer): string | undefined =>
    /Authentification_Mode".*?>(INDIRECTE\w*)</s.exec(body.toString())?.[1];
  const versions = [td3_3a, td3_3b] as const;

  it.each(versions)('a metadata version needs Pro Santé Connect, in normal access ($name)', async (transaction) => {
    expect(mode((await sent(w, transaction, newVersion(), byDoctor)).body)).toBe('INDIRECTE_RENFORCEE');
    const client = w.client();
    await expect(client.call(transaction, newVersion(), local)).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
    await expect(client.call(transaction, newVersion(), { requester: breakGlass, patient: p1 })).rejects.toMatchObject({
      kind: 'rights',
      code: 'purpose',
    });
    expect(w.calls.map((c) => c.details.attempts)).toEqual([0, 0]);
  });

  it('a status is changed by who may: a structure deletes, a person archives', async () => {
    expect(mode((await sent(w, td3_3c, newStatus(), local)).body)).toBe('INDIRECTE');
    expect(mode((await sent(w, td3_3c, newStatus(), byDoctor)).body)).toBe('INDIRECTE');
    expect(mode((await sent(w, td3_3cByPerson, newStatus(), byDoctor)).body)).toBe('INDIRECTE_RENFORCEE');
    expect(mode((await sent(w, td3_3d, newStatus(), { requester: breakGlass, patient: p1 })).body)).toBe(
      'INDIRECTE_RENFORCEE',
    );
    const client = w.client();
    await expect(client.call(td3_3d, newStatus(), local)).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
  });

  it('is sent once, whatever becomes of the connection', async () => {
    w.far.reply = (_, response) => response.destroy();
    const client = w.client();
    await expect(client.call(td3_3a, newVersion(), byDoctor)).rejects.toMatchObject({ kind: 'network' });
    expect(w.far.received).toHaveLength(1);
  });

  it('a version without logical id would be another document', async () => {
    const client = w.client();
    const { logicalId: _, ...entry } = newVersion().entry;
    await expect(client.call(td3_3a, { ...newVersion(), entry }, byDoctor)).rejects.toBeInstanceOf(RangeError);
    expect(w.far.received).toHaveLength(0);
  });
});
