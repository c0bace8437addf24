/**
 * Issue 3, lines 1 and 4: what documents relate to is visible in searches, on every page and in a read, at one more call of
 * the DMP for a page.
 */
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ RELATIONS_BATCH: '20' });
});
afterAll(() => stack.close());

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const P2 = encodeURIComponent(`${INS_TEST}|${patients.P2.ins}`);
const get = async (query: string, ins = P1): Promise<Bundle<DocumentReference>> => {
  const answer = await stack.get<Bundle<DocumentReference>>(
    `/DocumentReference?patient.identifier=${ins}${query}`,
    'doctor',
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const matches = (bundle: Bundle<DocumentReference>): DocumentReference[] =>
  (bundle.entry ?? []).map((e) => e.resource!);
const titled = (all: DocumentReference[], word: string): DocumentReference =>
  all.find((d) => d.content[0]!.attachment.title!.includes(word))!;

describe('1, 4. Relations', () => {
  it('a replacement names what it replaces, which is found as superseded', async () => {
    const current = matches(await get('&status=current'));
    const [former, ...others] = matches(await get('&status=superseded'));
    expect(others).toEqual([]);
    const letter = titled(current, 'corrigée');
    expect(letter.relatesTo).toEqual([
      {
        code: 'replaces',
        target: {
          reference: `DocumentReference/${former!.id}`,
          type: 'DocumentReference',
          identifier: former!.masterIdentifier && {
            system: former!.masterIdentifier.system,
            value: former!.masterIdentifier.value,
          },
        },
      },
    ]);
    expect(former!.relatesTo).toBeUndefined();
    // The reference leads there.
    const target = await stack.get<DocumentReference>(`/${letter.relatesTo![0]!.target.reference}`, 'doctor');
    expect([target.status, target.body.status]).toEqual([200, 'superseded']);
    // What the registry no longer holds is named, and is no link.
    expect(titled(current, 'Ordonnance').relatesTo).toEqual([
      {
        code: 'replaces',
        target: {
          type: 'DocumentReference',
          identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:1f3a0c9e-5b44-11f1-8c01-02420a1e0f31' },
        },
      },
    ]);
    for (const word of ['Projet', 'hospitalisation', 'Directives'])
      expect(titled(current, word).relatesTo).toBeUndefined();
  });

  it('they are the same on every page and in a read', async () => {
    const whole = matches(await get('&status=current,superseded'));
    const paged: DocumentReference[] = [];
    let page = await get('&status=current,superseded&_count=2');
    for (;;) {
      paged.push(...matches(page));
      const next = page.link!.find((l) => l.relation === 'next');
      if (!next) break;
      page = (await stack.get<Bundle<DocumentReference>>(next.url.slice(stack.base.length), 'doctor')).body;
    }
    expect(paged).toEqual(whole);
    for (const d of whole) expect((await stack.get(`/DocumentReference/${d.id}`, 'doctor')).body).toEqual(d);
  });

  it('a search finds the documents that relate to another', async () => {
    const all = matches(await get('&status=current,superseded'));
    const letter = titled(all, 'corrigée');
    const former = all.find((d) => d.status === 'superseded')!;
    const ids = async (query: string): Promise<string[]> =>
      matches(await get(`&status=current,superseded&${query}`)).map((d) => d.id!);
    expect(await ids(`relatesto=DocumentReference/${former.id}`)).toEqual([letter.id]);
    expect(await ids(`relatesto=${letter.id}`)).toEqual([]);
    expect(await ids(`relatesto:identifier=${former.masterIdentifier!.value}`)).toEqual([letter.id]);
    expect((await ids('relatesto:missing=false')).sort()).toEqual([letter.id!, titled(all, 'Ordonnance').id!].sort());
  });

  it('what the caller may not see is not linked to', async () => {
    const all = matches(await get('&status=current,superseded'));
    const known = new Set(all.map((d) => `DocumentReference/${d.id}`));
    for (const d of all)
      for (const { target } of d.relatesTo ?? []) if (target.reference) expect(known).toContain(target.reference);
  });

  it('the number of calls follows the page, not what was found', async () => {
    for (let i = 0; i < 45; i++) {
      const deposit = simplified({ who: 'P2', content: text(`${i}`), contentType: 'text/plain', uniqueId: newOid() });
      expect((await stack.post('/DocumentReference', deposit, 'nurse')).status).toBe(201);
    }
    const callsOf = async (count: number): Promise<number> => {
      await stack.resetCalls();
      const bundle = await get(`&status=current&_count=${count}`, P2);
      expect(bundle.total).toBeGreaterThanOrEqual(45);
      expect(matches(bundle)).toHaveLength(Math.min(count, bundle.total!));
      const calls = await stack.calls();
      expect(new Set(calls)).toEqual(new Set(['TD3.1a']));
      return calls.length;
    };
    expect([await callsOf(10), await callsOf(20), await callsOf(40)]).toEqual([2, 2, 3]);
  });
});
