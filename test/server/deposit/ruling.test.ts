/** The feeding rules where deposits meet them: what a document is judged by, what is added, who is asked again. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { feedingRules } from '../../../server/feed/rules/model.ts';
import { depositOne } from '../../../server/fhir/deposit/one.ts';
import { factsOf } from '../../../server/fhir/deposit/rule-facts.ts';
import { NeedsRelease, type KeptRuling } from '../../../server/fhir/deposit/ruling.ts';
import { doctor, nurse } from '../../support/callers.ts';
import { text } from '../../support/documents.ts';
import { newOid, simplified } from '../../support/resources.ts';
import { world, type World } from './fakes.ts';

/** A world whose structure has decided. @param version of its rules */
function decided(rules: unknown[], otherwise: unknown = { then: 'automatic' }, version = 1): World {
  const w = world();
  const decision = { date: '2026-11-12', reference: 'CME 2026-14' };
  const at = new Date('2026-11-12T00:00:00Z');
  const content = { rules: feedingRules.parse({ decision, rules, otherwise }), author: { by: 'cli', account: 'x' } };
  const inForce = async () => ({ number: version, effectiveFrom: at, recordedAt: at, content });
  Object.assign(w.memory, { feedingRules: { inForce } });
  Object.assign(w.memory.documents, { foresee: async () => [{ state: 'new' }] });
  return w;
}
const note = (uniqueId = newOid()): DocumentReference =>
  simplified({ content: text(), contentType: 'text/plain', uniqueId });
const visibilities = (w: World): string[] =>
  w.fake.sent.entries[0]!.entry.confidentialityCodes.map(({ code }) => code).sort();

describe('what a document is judged by', () => {
  const entry: Partial<DocumentEntry> = {
    creationTime: '20261101080000',
    typeCode: { code: '11488-4', scheme: 'x' },
    confidentialityCodes: [],
    authors: [
      {
        person: '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
        institutions: ['CARDIO^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109/CARDIO'],
        roles: ['MTRAIT^Médecin traitant^1.2.250.1.213.1.6.1.107'],
        specialties: ['G15_10/SM18^Gériatrie^1.2.250.1.213.1.1.4.5'],
        telecommunications: [],
        slots: {},
      },
      { institutions: [], roles: [], specialties: [], telecommunications: [], slots: {} },
    ],
  };
  const of = (resource: object = {}, header?: object, caller = doctor) =>
    factsOf(
      entry as DocumentEntry,
      {
        resource: resource as DocumentReference,
        header: header && ({ serviceEvents: [], relatedDocuments: [], ...header } as unknown as CdaHeader),
        caller,
        now: new Date('2026-11-21T07:00:00Z'),
      },
      'live',
    );

  it('is codes and identifiers, whole days, and who deposits', () => {
    expect(of()).toMatchObject({
      type: '11488-4',
      ageDays: 19,
      authors: [
        {
          person: '899700101233',
          professions: ['G15_10/SM18'],
          roles: ['MTRAIT'],
          institutions: ['1990100109/CARDIO'],
          isDepositor: true,
        },
        { professions: [], roles: [], institutions: [], isDepositor: false },
      ],
    });
    expect(of({}, undefined, nurse).authors[0]?.isDepositor).toBe(false);
  });

  const signed = { authenticator: { reference: '#x' } };
  const replaces = { relatesTo: [{ code: 'replaces', target: {} }] };
  it.each<[string, object, object | undefined, string]>([
    ['nobody answers for it', {}, undefined, 'preliminary'],
    ['nobody answers for a replacement', replaces, undefined, 'preliminary'],
    ['somebody is named', signed, undefined, 'final'],
    ['somebody is named, and it replaces', { ...signed, ...replaces }, undefined, 'amended'],
    ['it only completes another', { ...signed, relatesTo: [{ code: 'appends', target: {} }] }, undefined, 'final'],
    ['its CDA is signed', {}, { legalAuthenticator: {} }, 'final'],
    ['its CDA is not', {}, {}, 'preliminary'],
    ['its CDA replaces', {}, { legalAuthenticator: {}, relatedDocuments: [{ type: 'RPLC' }] }, 'amended'],
    [
      'what its CDA reports goes on',
      signed,
      { legalAuthenticator: {}, serviceEvents: [{ status: 'active' }] },
      'preliminary',
    ],
    ['what its CDA reports is over', {}, { legalAuthenticator: {}, serviceEvents: [{ status: 'completed' }] }, 'final'],
  ])('status: %s', (_, resource, header, expected) => {
    expect(of(resource, header).status).toBe(expected);
  });
});

describe('a deposit', () => {
  it('that a person must release is not sent, and nothing is reserved', async () => {
    const w = decided([], { then: 'manual' });
    await expect(depositOne(note(), w, nurse)).rejects.toBeInstanceOf(NeedsRelease);
    expect([w.fake.calls, w.memory.held.size]).toEqual([[], 0]);
  });

  const earlier = (uniqueId: string): KeptRuling[] => [
    { uniqueId, verdict: 'manual', version: 1, rule: 'otherwise', visibility: ['INVISIBLE_PATIENT'] },
  ];

  it('that was decided on at its intake goes on under a later version that would hold it, with the visibility of both', async () => {
    const w = decided([], { then: 'manual', visibility: ['INVISIBLE_REPRESENTANTS_LEGAUX'] }, 2);
    const uniqueId = newOid();
    const { status } = await depositOne(note(uniqueId), w, nurse, { decided: earlier(uniqueId) });
    expect([status, visibilities(w)]).toEqual([201, ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX', 'N']]);
    const [set] = w.memory.savedSets.values();
    expect(set?.payload).toMatchObject({
      documents: [{ ruling: { version: 2, rule: 'otherwise', verdict: 'manual' } }],
    });
  });

  it('that was released is refused when the establishment has excluded it since', async () => {
    const w = decided([{ name: 'not-any-more', when: {}, then: 'never', reason: 'Excluded.' }], undefined, 2);
    const uniqueId = newOid();
    const error: unknown = await depositOne(note(uniqueId), w, nurse, { decided: earlier(uniqueId) }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      issues: [
        {
          key: 'feeding-rule-never',
          expression: 'DocumentReference',
          values: { version: 2, rule: 'not-any-more', reference: 'CME 2026-14', reason: 'Excluded' },
        },
      ],
    });
    expect(w.fake.calls).toEqual([]);
  });

  it('of the lane of a take-over meets the rules of that lane', async () => {
    const w = decided([{ name: 'past', when: { lane: 'takeover' }, then: 'never' }]);
    expect((await depositOne(note(), w, nurse)).status).toBe(201);
    await expect(depositOne(note(), w, nurse, { lane: 'takeover' })).rejects.toMatchObject({
      issues: [{ key: 'feeding-rule-never' }],
    });
  });
});
