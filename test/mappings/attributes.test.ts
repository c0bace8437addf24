/** Issue line 2: what a patch means for the DMP. Visibility is a set, the level of confidentiality is never lost. */
import type { CodeableConcept, DocumentReference, Extension } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changed,
  changeOf,
  extIsDeleted,
  levelOf,
  shows,
  visibilities,
  visibilityOf,
  withVisibility,
  type Change,
  type Visibility,
} from '../../mappings/attributes.ts';
import { extIsArchived } from '../../mappings/canonicals.ts';
import { documentEntryToFhir } from '../../mappings/document-entry.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { oidToSystem } from '../../mappings/terminology/systems.ts';
import type { DocumentEntry, XdsCode } from '../../mappings/xds.ts';
import '../support/fast-check.ts';
import { entry as registered } from '../server/fhir/support.ts';

const level = (code: string): XdsCode => ({ code, scheme: '2.16.840.1.113883.5.25', display: code });
const hidden = (code: string): XdsCode => ({ code, scheme: '1.2.250.1.213.1.1.4.13', display: code });
const entryOf = (base: string, codes: readonly string[], status: string = statuses.approved): DocumentEntry =>
  registered(1, { availabilityStatus: status, confidentialityCodes: [level(base), ...codes.map(hidden)] });
const shown = (entry: DocumentEntry): DocumentReference =>
  documentEntryToFhir(entry, { id: 'd', subject: { reference: 'Patient/p' }, attachmentUrl: 'u' });
const concept = (code: string, system = oidToSystem('1.2.250.1.213.1.1.4.13')): CodeableConcept => ({
  coding: [{ system, code }],
});
const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

const decide = (entry: DocumentEntry, over: Partial<DocumentReference>, hiding = false): Change =>
  changeOf(entry, { ...shown(entry), ...over }, { hiding });
const keysOf = (run: () => unknown): string[] => {
  try {
    run();
  } catch (e) {
    if (e instanceof IssueError) return e.issues.map((i) => i.key);
    throw e;
  }
  return [];
};
const archived = (valueBoolean: boolean): Extension[] => [{ url: extIsArchived, valueBoolean }];

describe('visibility', () => {
  const labels = (...codes: string[]): Partial<DocumentReference> => ({
    securityLabel: codes.map((c) => concept(c, c.length === 1 ? v3 : undefined)),
  });
  it.each<[string, string[], string[], string, string]>([
    ['mask', [], ['N', 'MASQUE_PS'], 'mask', 'TD3.3a'],
    ['mask by writing over the level (PDSm4DMP)', [], ['MASQUE_PS'], 'mask', 'TD3.3a'],
    ['unmask', ['MASQUE_PS'], ['N'], 'unmask', 'TD3.3a'],
    ['unmask by leaving no label', ['MASQUE_PS'], [], 'unmask', 'TD3.3a'],
    ['to the patient', ['INVISIBLE_PATIENT'], ['N'], 'show-patient', 'TD3.3b'],
    [
      'to the patient alone',
      ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
      ['N', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
      'show-patient',
      'TD3.3b',
    ],
    ['to representatives', ['INVISIBLE_REPRESENTANTS_LEGAUX'], ['N'], 'show-representatives', 'TD3.3b'],
  ])('%s', (_, had, asked, kind, transaction) => {
    const entry = entryOf('N', had);
    const change = decide(entry, labels(...asked));
    expect(change).toMatchObject({ kind, transaction });
    const after = changed(entry, change);
    expect(levelOf(after.confidentialityCodes)).toBe('N');
    expect([...visibilityOf(after.confidentialityCodes)].sort()).toEqual(asked.filter((c) => c.length > 1).sort());
    expect(shows(after, change)).toBe(true);
    expect(shows(entry, change)).toBe(false);
  });

  it.each([
    ['the same labels', ['MASQUE_PS'], labels('N', 'MASQUE_PS')],
    ['another order, and twice', ['MASQUE_PS'], labels('MASQUE_PS', 'N', 'MASQUE_PS')],
    ['without the level', ['MASQUE_PS'], labels('MASQUE_PS')],
    [
      'the system that PDSm’s examples misspell',
      [],
      { securityLabel: [concept('N', oidToSystem('1.2.250.1.213.1.1.4.13').replaceAll('Statut', 'Status'))] },
    ],
  ])('%s: nothing', (_, had, over) => expect(decide(entryOf('N', had), over)).toEqual({ kind: 'none' }));

  it.each<[string, string[], Partial<DocumentReference>, string]>([
    ['another level', [], labels('R'), 'patch-level'],
    ['a second level', [], labels('N', 'V'), 'patch-level'],
    ['mask and show at once', ['INVISIBLE_PATIENT'], labels('N', 'MASQUE_PS'), 'patch-several'],
    [
      'to patient and representatives at once',
      ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
      labels('N'),
      'patch-several',
    ],
    ['mask and archive', [], { ...labels('N', 'MASQUE_PS'), extension: archived(true) }, 'patch-several'],
    ['hide from the patient', [], labels('N', 'INVISIBLE_PATIENT'), 'patch-hiding'],
    ['hide from representatives', [], labels('N', 'INVISIBLE_REPRESENTANTS_LEGAUX'), 'patch-hiding'],
    ['an unknown code', [], { securityLabel: [concept('N', v3), concept('SECRET')] }, 'code-unknown'],
    [
      'a known code of an unknown system',
      [],
      { securityLabel: [concept('MASQUE_PS', 'urn:oid:1.2.3')] },
      'code-unknown',
    ],
    ['a code without system', [], { securityLabel: [{ coding: [{ code: 'MASQUE_PS' }] }] }, 'code-unknown'],
    ['a text', [], { securityLabel: [{ text: 'MASQUE_PS' }] }, 'code-unknown'],
  ])('%s: refused', (_, had, over, key) => expect(keysOf(() => decide(entryOf('N', had), over))).toEqual([key]));

  it('hides where the setting allows it, with the system that PDSm4DMP writes', () => {
    const a10 = 'https://mos.esante.gouv.fr/NOS/TRE_A10-NiveauConfidentialite/FHIR/TRE-A10-NiveauConfidentialite';
    const entry = entryOf('N', []);
    const change = decide(entry, { securityLabel: [concept('INVISIBLE_PATIENT', a10)] }, true);
    expect(change).toMatchObject({ kind: 'hide-patient', transaction: 'TD3.3b' });
    expect(changed(entry, change).confidentialityCodes.map((c) => `${c.code} ${c.scheme}`)).toEqual([
      'N 2.16.840.1.113883.5.25',
      'INVISIBLE_PATIENT 1.2.250.1.213.1.1.4.13',
    ]);
  });

  it('keeps what else an entry is labelled with, and lets a patch repeat it', () => {
    const odd = { code: 'X', scheme: '1.2.3', display: 'X' };
    const entry = registered(1, { confidentialityCodes: [level('R'), odd] });
    const change = decide(entry, { securityLabel: [...shown(entry).securityLabel!, concept('MASQUE_PS')] });
    expect(changed(entry, change).confidentialityCodes.map((c) => c.code)).toEqual(['R', 'X', 'MASQUE_PS']);
  });

  /** The change, or none when the patch is refused. */
  function attempt(entry: DocumentEntry, codes: string[], hiding: boolean): Change {
    try {
      return decide(entry, labels(...codes), hiding);
    } catch (e) {
      if (e instanceof IssueError) return { kind: 'none' };
      throw e;
    }
  }

  it('no sequence of patches loses the level; the set stays a set', () => {
    const label = fc.constantFrom('N', 'R', 'V', ...visibilities, 'SECRET');
    fc.assert(
      fc.property(
        fc.constantFrom('N', 'R', 'V'),
        fc.subarray([...visibilities]),
        fc.array(fc.array(label, { maxLength: 6 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (base, had, patches, hiding) => {
          let entry = entryOf(base, had);
          for (const codes of patches) {
            const change = attempt(entry, codes, hiding);
            const before = visibilityOf(entry.confidentialityCodes);
            entry = changed(entry, change);
            const now = entry.confidentialityCodes.map((c) => c.code);
            expect(now[0]).toBe(base);
            expect(now.filter((c) => c.length === 1)).toEqual([base]);
            expect(new Set(now).size).toBe(now.length);
            // One change at most, and the one that was asked for.
            const differs = visibilities.filter((v) => before.has(v) !== now.includes(v));
            expect(differs.length).toBe(change.kind === 'none' ? 0 : 1);
            for (const v of differs) expect(now.includes(v)).toBe(codes.includes(v));
          }
        },
      ),
    );
  });

  it('a set of visibilities is what it is set to, and setting it again changes nothing', () => {
    const set = fc.subarray([...visibilities]).map((v) => new Set<Visibility>(v));
    fc.assert(
      fc.property(fc.subarray([...visibilities]), set, (had, wanted) => {
        const codes = withVisibility(entryOf('V', had).confidentialityCodes, wanted);
        expect(visibilityOf(codes)).toEqual(new Set(codes.slice(1).map((c) => c.code)));
        expect([...visibilityOf(codes)].sort()).toEqual([...wanted].sort());
        expect(withVisibility(codes, wanted)).toEqual(codes);
      }),
    );
  });
});

describe('status', () => {
  const { approved, archived: kept, deprecated, deleted } = statuses;
  const of = (status: string): DocumentEntry => entryOf('N', [], status);
  it.each<[string, string, Partial<DocumentReference>, object]>([
    [
      'archive',
      approved,
      { extension: archived(true) },
      { kind: 'archive', transaction: 'TD3.3d', from: approved, to: kept },
    ],
    [
      'unarchive',
      kept,
      { extension: archived(false) },
      { kind: 'unarchive', transaction: 'TD3.3d', from: kept, to: approved },
    ],
    ['unarchive by taking the extension out', kept, { extension: [] }, { kind: 'unarchive' }],
    [
      'delete',
      approved,
      { status: 'entered-in-error' },
      { kind: 'delete', transaction: 'TD3.3c', from: approved, to: deleted },
    ],
    ['delete, as superseded', approved, { status: 'superseded' }, { kind: 'delete', from: approved }],
    ['delete what is archived', kept, { status: 'superseded' }, { kind: 'delete', from: kept }],
    [
      'delete what is archived, saying it is no more',
      kept,
      { status: 'superseded', extension: archived(false) },
      { kind: 'delete', from: kept },
    ],
    [
      'delete, as PDSm’s next edition',
      approved,
      { status: 'superseded', extension: [...archived(false), { url: extIsDeleted, valueBoolean: true }] },
      { kind: 'delete' },
    ],
    ['nothing', approved, {}, { kind: 'none' }],
    ['nothing, archived', kept, {}, { kind: 'none' }],
    ['nothing, superseded', deprecated, { status: 'superseded' }, { kind: 'none' }],
  ])('%s', (_, from, over, expected) => {
    const change = decide(of(from), over);
    expect(change).toMatchObject(expected);
    if ('to' in change) expect(changed(of(from), change).availabilityStatus).toBe(change.to);
    expect(shows(changed(of(from), change), change)).toBe(true);
  });

  it.each<[string, string, Partial<DocumentReference>, string]>([
    ['revive what was replaced', deprecated, { status: 'current' }, 'patch-transition'],
    ['delete what was replaced', deprecated, { status: 'entered-in-error' }, 'patch-transition'],
    ['archive what was replaced', deprecated, { extension: archived(true) }, 'patch-transition'],
    ['archive and delete', approved, { status: 'superseded', extension: archived(true) }, 'patch-several'],
    [
      'delete without saying so',
      approved,
      { extension: [...archived(false), { url: extIsDeleted, valueBoolean: true }] },
      'patch-deletion-incomplete',
    ],
    ['two isArchived', approved, { extension: [...archived(false), ...archived(true)] }, 'cardinality'],
  ])('%s: refused', (_, from, over, key) => expect(keysOf(() => decide(of(from), over))).toEqual([key]));
});
