/** A patient's consent between FHIR and what is recorded: nothing is lost on the way, nothing that nobody enforces gets in. */
import type { Consent } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { categoryCodes, consentProfiles, extRecorder } from '../../../mappings/consent/shape.ts';
import { readStatement, statementToConsent, type Statement } from '../../../mappings/consent/statement.ts';
import { topics } from '../../../mappings/consent/topics.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { consent } from '../../support/resources.ts';

const now = new Date('2026-11-28T10:00:00Z');
const nurse = {
  personId: '899700204581',
  given: 'YANN',
  family: 'LE BIHAN',
  clientId: 'dui',
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
};
const read = (c: Consent) => readStatement(c, nurse, now);
const good = (c: Consent): Statement => {
  const statement = read(c);
  if (Array.isArray(statement)) throw new Error(JSON.stringify(statement));
  return statement;
};
const recorded = (s: Statement) => ({ ...s, id: 'c1', version: 3, patientId: 'p1', recordedAt: now });

describe('a consent of the structure', () => {
  it.each(topics.map((t) => t.code))('%s: permit and deny come back as they were said', (topic) => {
    for (const decision of ['permit', 'deny'] as const) {
      const shown = statementToConsent(recorded(good(consent('P1', topic, decision))), nurse.structure);
      expect(categoryCodes(shown)).toEqual([topic]);
      expect(shown.provision?.type).toBe(decision);
      expect(shown.meta).toMatchObject({ versionId: '3', profile: [consentProfiles.patient] });
      expect(validateBase(shown, 'Consent').filter((i) => i.severity !== 'warning')).toEqual([]);
      // Shown, it can be sent again.
      expect(good(shown)).toMatchObject({ topic, decision });
    }
  });

  it('keeps the source, the performer, the policy and the period as they came', () => {
    const given: Consent = {
      ...consent('P1', 'consultation'),
      performer: [{ display: 'GHJULIA SANTELLI, mère' }],
      sourceReference: undefined,
      sourceAttachment: { title: 'Formulaire signé', url: 'https://dui.invalid/f/1' },
      policy: [{ uri: 'https://ehpad.invalid/politique' }],
      provision: { type: 'permit', period: { start: '2026-11-01', end: '2027-11-01' } },
    };
    const shown = statementToConsent(recorded(good(given)), nurse.structure);
    expect(shown.performer).toEqual(given.performer);
    expect(shown.sourceAttachment).toEqual(given.sourceAttachment);
    expect(shown.policy).toEqual(given.policy);
    expect(shown.provision?.period).toEqual({ start: '2026-11-01', end: '2027-11-01' });
    const statement = good(given);
    expect(Math.abs(statement.from!.getTime() - Date.UTC(2026, 10, 1))).toBeLessThanOrEqual(14 * 3_600_000);
    expect(statement.until!.getTime()).toBeGreaterThan(new Date('2027-11-01').getTime());
  });

  it('says who recorded it from the caller, whatever the client says', () => {
    const forged: Consent = {
      ...consent('P1', 'feeding'),
      extension: [{ url: extRecorder, valueReference: { identifier: { value: 'somebody else' } } }],
    };
    const shown = statementToConsent(recorded(good(forged)), nurse.structure);
    expect(shown.extension?.[0]?.valueReference?.identifier?.value).toBe('899700204581');
  });

  it('takes the present for a date that is not given', () => {
    expect(good({ ...consent('P1', 'feeding'), dateTime: undefined }).content.dateTime).toBe(now.toISOString());
  });

  it.each<[string, Partial<Consent>]>([
    ['Consent.category', { category: [] }],
    [
      'Consent.category',
      { category: [...consent('P1', 'feeding').category, ...consent('P1', 'consultation').category] },
    ],
    ['Consent.scope', { scope: { coding: [{ code: 'treatment' }] } }],
    ['Consent.status', { status: 'proposed' }],
    ['Consent.provision.type', { provision: undefined }],
    ['Consent.provision.action', { provision: { type: 'permit', action: [{ text: 'x' }] } }],
    ['Consent.provision.period', { provision: { type: 'permit', period: { start: '2027-01-01', end: '2026-01-01' } } }],
    ['Consent.verification', { verification: [{ verified: true }] }],
    ['Consent.dateTime', { dateTime: '2026-11-29' }],
    ['Consent.organization[0]', { organization: [{ reference: 'Organization/other' }] }],
    [
      'Consent.provision.actor[0].reference',
      { provision: { type: 'permit', actor: [{ role: {}, reference: { display: 'x' } }] } },
    ],
    ['Consent.sourceAttachment', { sourceAttachment: { data: 'A'.repeat(70_000) } }],
  ])('refuses %s by its name', (expression, change) => {
    const issues = read({ ...consent('P1', 'feeding'), ...change });
    expect(Array.isArray(issues) ? issues.map((i) => i.expression) : issues).toContain(expression);
  });
});
