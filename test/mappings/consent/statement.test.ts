/** A patient's consent between FHIR and what is recorded: nothing is lost on the way, nothing that nobody enforces gets in. */
import type { Consent } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { categoryCodes, consentProfiles, extRecorder } from '../../../mappings/consent/shape.ts';
import { readStatement, statementToConsent, withdrawn, type Statement } from '../../../mappings/consent/statement.ts';
import { topics } from '../../../mappings/consent/topics.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { consent } from '../../support/resources.ts';

const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const now = new Date('2026-11-28T10:00:00Z');
const nurse = {
  personId: '899700204581',
  given: 'YANN',
  family: 'LE BIHAN',
  clientId: 'dui',
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
};
const paris = 'Europe/Paris';
const read = (c: Consent, at = now, zone = paris) => readStatement(c, nurse, at, zone);
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
    // What would be less than is enforced, and what must be understood or refused.
    [
      'Consent.provision.actor[0].reference',
      {
        provision: {
          type: 'permit',
          actor: [
            { role: {}, reference: { identifier: { system: 'urn:oid:1.2.250.1.71.4.2.1', value: nurse.personId } } },
          ],
        },
      },
    ],
    [
      'Consent.provision.purpose[0]',
      { provision: { type: 'permit', purpose: [{ system: actReason, code: 'HRESCH' }] } },
    ],
    ['Consent.provision.purpose[0]', { provision: { type: 'permit', purpose: [{ code: 'TREAT' }] } }],
    ['Consent.modifierExtension', { modifierExtension: [{ url: 'https://x.invalid', valueBoolean: true }] }],
    [
      'Consent.provision.modifierExtension',
      { provision: { type: 'permit', modifierExtension: [{ url: 'https://x.invalid', valueBoolean: true }] } },
    ],
    [
      'Consent.policy[0].modifierExtension',
      { policy: [{ uri: 'https://x.invalid', modifierExtension: [{ url: 'https://x.invalid', valueBoolean: true }] }] },
    ],
    ['Consent.implicitRules', { implicitRules: 'https://x.invalid/rules' }],
  ])('refuses %s by its name', (expression, change) => {
    const issues = read({ ...consent('P1', 'feeding'), ...change });
    expect(Array.isArray(issues) ? issues.map((i) => i.expression) : issues).toContain(expression);
  });
});

describe('when it was said, and for how long', () => {
  const period = (start: string | undefined, end: string | undefined, zone = paris) =>
    read({ ...consent('P1', 'feeding'), provision: { type: 'permit', period: { start, end } } }, now, zone);

  it('a clock that is a little ahead is no reason to refuse', () => {
    expect(read({ ...consent('P1', 'feeding'), dateTime: '2026-11-28T10:04:59Z' })).not.toBeInstanceOf(Array);
    expect(read({ ...consent('P1', 'feeding'), dateTime: '2026-11-28T10:06:00Z' })).toBeInstanceOf(Array);
  });

  it('a day is one of the establishment’s calendar', () => {
    // Half past midnight in Paris, the day before in UTC.
    const night = new Date('2026-11-28T23:30:00Z');
    expect(read({ ...consent('P1', 'feeding'), dateTime: '2026-11-29' }, night)).not.toBeInstanceOf(Array);
    expect(read({ ...consent('P1', 'feeding'), dateTime: '2026-11-29' }, night, 'America/Cayenne')).toBeInstanceOf(
      Array,
    );
  });

  it.each([
    [paris, '2026-11-28', '2026-11-27T23:00:00.000Z', '2026-11-28T23:00:00.000Z'],
    [paris, '2026-07', '2026-06-30T22:00:00.000Z', '2026-07-31T22:00:00.000Z'],
    // The day on which the clock is put forward has 23 hours.
    [paris, '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Indian/Reunion', '2026-11-28', '2026-11-27T20:00:00.000Z', '2026-11-28T20:00:00.000Z'],
    ['America/Martinique', '2026-11-28', '2026-11-28T04:00:00.000Z', '2026-11-29T04:00:00.000Z'],
  ])('in %s %s begins at %s and ends at %s', (zone, day, from, until) => {
    expect(period(day, day, zone)).toMatchObject({ from: new Date(from), until: new Date(until) });
  });

  it('with a time and its zone it is that instant', () => {
    const given = period('2026-11-01T08:00:00+01:00', '2026-12-01T08:00:00.000Z');
    expect(given).toMatchObject({
      from: new Date('2026-11-01T07:00:00Z'),
      until: new Date('2026-12-01T08:00:00.001Z'),
    });
  });

  it.each([
    ['0001-01-01', '9999-12-31'],
    ['0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-12:00'],
  ])('from %s until %s: what a database can keep', (start, end) => {
    const given = period(start, end) as Statement;
    expect(given.from!.getUTCFullYear()).toBe(1900);
    expect(given.until!.getUTCFullYear()).toBe(9999);
  });
});

it('a withdrawal keeps what was said, by who withdraws it, and is judged by nothing', () => {
  const given = good({ ...consent('P1', 'feeding'), policyRule: { text: 'usage' }, dateTime: '2026-11-28T10:04:00Z' });
  const ended = withdrawn(recorded(given), { ...nurse, personId: '899700307715', given: 'ANNE', family: 'MOREAU' });
  const shown = statementToConsent(recorded(ended), nurse.structure);
  expect(shown).toMatchObject({ status: 'inactive', dateTime: '2026-11-28T10:04:00Z', policyRule: { text: 'usage' } });
  expect(shown.extension?.[0]?.valueReference).toMatchObject({ identifier: { value: '899700307715' } });
});
