/** An authorisation of the DMP as a Consent, and what a Consent asks of TD0.3. */
import type { Consent } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import {
  authorizationToConsent,
  factsOfRow,
  isAuthorization,
  requestOf,
  type AuthorizationFacts,
} from '../../../mappings/consent/authorization.ts';
import { categoryCodes, holderOf } from '../../../mappings/consent/shape.ts';
import { consentTopicSystem } from '../../../mappings/consent/topics.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';

const checkedAt = new Date('2026-11-28T10:00:00Z');
const facts: AuthorizationFacts = {
  id: 'a1',
  patientId: 'p1',
  holder: { kind: 'professional', id: '899700101233', name: 'HÉLÈNE MAUREL' },
  status: 'VALIDE',
  treatingPhysician: false,
  checkedAt,
};
const caller = { personId: '899700101233', structureId: '1990100109' };
const ask = (consent: Consent, valid: boolean, treatingPhysician: boolean, isUpdate: boolean) =>
  requestOf(consent, { valid, treatingPhysician, isUpdate }, caller, checkedAt);
const plain = authorizationToConsent(facts);
const treating = authorizationToConsent({ ...facts, treatingPhysician: true });
const inactive: Consent = { ...plain, status: 'inactive' };

describe('an authorisation as a Consent', () => {
  it.each([
    ['VALIDE', 'active', 'permit'],
    ['EXPIRE', 'inactive', 'permit'],
    ['INTERDIT', 'active', 'deny'],
    ['SOMETHING_NEW', 'inactive', 'permit'],
  ])('%s is %s and %s', (status, shown, type) => {
    const consent = authorizationToConsent({ ...facts, status });
    expect([consent.status, consent.provision?.type]).toEqual([shown, type]);
    expect(consent.extension?.[0]?.valueCoding?.code).toBe(status);
    expect(validateBase(consent, 'Consent').filter((i) => i.severity !== 'warning')).toEqual([]);
  });

  it('tells professionals from structures, and the médecin traitant', () => {
    const row = {
      holder: { id: '1990100109', kind: 'structure' as const },
      family: 'EHPAD FICTIF LE VERGER',
      specialties: [],
      start: '20260901120000',
      lastAction: '20261016082003',
      mode: 'ACTIVE' as const,
      treatingPhysician: false,
    };
    const structure = authorizationToConsent(factsOfRow(row, { id: 'a2', patientId: 'p1', checkedAt }));
    expect(holderOf(structure.provision?.actor?.[0]?.reference)).toEqual({ kind: 'structure', id: '1990100109' });
    expect(structure.provision?.period?.start).toBe('2026-09-01T12:00:00Z');
    expect(categoryCodes(treating)).toEqual(['dmp-authorization', 'dmp-treating-physician']);
    expect(isAuthorization(treating)).toBe(true);
  });
});

describe('what a Consent asks of TD0.3', () => {
  it.each<[string, ReturnType<typeof ask>, unknown]>([
    ['declares', ask(plain, false, false, false), { action: 'AJOUT' }],
    ['nothing when it stands', ask(plain, true, false, false), 'none'],
    ['becomes médecin traitant', ask(treating, true, false, true), { action: 'AJOUT', role: 'MEDECIN_TRAITANT' }],
    ['nothing when one is', ask(treating, true, true, true), 'none'],
    ['stops being it', ask(plain, true, true, true), { action: 'SUPPRESSION', role: 'MEDECIN_TRAITANT' }],
    ['a creation never stops it', ask(plain, true, true, false), 'none'],
    ['ends', ask(inactive, true, false, true), { action: 'SUPPRESSION' }],
  ])('%s', (_, asked, expected) => expect(asked).toEqual(expected));

  it.each<[string, Partial<Consent>]>([
    ['consent-block', { provision: { type: 'deny' } }],
    ['consent-element', { provision: undefined }],
    ['consent-element', { status: 'draft' }],
    ['consent-element', { provision: { type: 'permit', period: { end: '2027-01-01' } } }],
    ['consent-element', { provision: { type: 'permit', period: { start: '2027-01-01' } } }],
    ['consent-element', { provision: { type: 'permit', class: [{ code: 'x' }] } }],
    ['consent-element', { verification: [{ verified: true }] }],
    ['consent-element', { implicitRules: 'https://x.invalid/rules' }],
    [
      'consent-element',
      { category: [...plain.category, { coding: [{ system: consentTopicSystem, code: 'feeding' }] }] },
    ],
    ['consent-actor', { provision: { type: 'permit', actor: [{ role: {}, reference: { display: 'somebody' } }] } }],
  ])('refuses with %s', (key, change) => {
    const issues = ask({ ...plain, ...change }, false, false, false);
    expect(Array.isArray(issues) ? issues.map((i) => i.key) : issues).toContain(key);
  });
});

it('an authorisation as it is shown can be sent back, with where it began', () => {
  const shown = authorizationToConsent({ ...facts, start: '20260901120000' });
  expect(ask(shown, true, false, true)).toBe('none');
});
