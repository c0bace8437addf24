import type { Extension, Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../mappings/identity/decide.ts';
import { extReliability, reliabilityOf, statusSystems } from '../../../mappings/identity/reliability.ts';
import { INS_TEST, patients } from '../../support/resources.ts';

const said = (code: string, more: { on?: string; collected?: string; system?: string } = {}): Extension => ({
  url: extReliability,
  extension: [
    { url: 'identityStatus', valueCoding: { system: more.system ?? statusSystems.v2, code } },
    ...(more.on ? [{ url: 'validationDate', valueDate: more.on }] : []),
    ...(more.collected ? [{ url: 'dateCollection', valueDate: more.collected }] : []),
  ],
});
const ins = { system: INS_TEST, value: patients.P1.ins };
const patient = (...extension: Extension[]): Patient => ({ resourceType: 'Patient', identifier: [ins], extension });

describe('how reliable an identity is said to be', () => {
  it('validated with an INS is qualified, and keeps how and when', () => {
    const full: Extension = {
      url: extReliability,
      extension: [
        ...said('VALI', { on: '2026-10-01', collected: '2026-09-30' }).extension!,
        { url: 'methodCollection', valueCoding: { code: 'INSI' } },
        { url: 'validationMode', valueCoding: { code: 'CN' } },
      ],
    };
    expect(reliabilityOf(patient(full))).toEqual({
      status: 'VALI',
      qualified: true,
      method: 'INSI',
      collectedOn: '2026-09-30',
      validationMode: 'CN',
      validatedOn: '2026-10-01',
    });
  });

  it('the newer code system says QUAL', () => {
    expect(reliabilityOf(patient(said('QUAL', { system: statusSystems.rniv }))).qualified).toBe(true);
  });

  it.each([
    ['QUAL', statusSystems.v2],
    ['VALI', statusSystems.rniv],
    ['VALI', 'http://elsewhere.invalid'],
  ])('%s of %s says nothing that is known, and qualifies nobody', (code, system) => {
    expect(reliabilityOf(patient(said(code, { system })))).toEqual({
      status: '?',
      qualified: false,
      reason: 'status',
    });
  });

  it('validated without INS is not qualified; an INS-C, or an INS of the past, is none', () => {
    const bare = patient(said('VALI'));
    for (const identifier of [
      [],
      [{ system: 'urn:oid:1.2.250.1.213.1.4.2', value: '0944009023609680323697' }],
      [{ ...ins, use: 'old' as const }],
    ])
      expect(reliabilityOf({ ...bare, identifier })).toEqual({ status: 'VALI', qualified: false, reason: 'no-ins' });
  });

  it.each(
    'VIDE PROV DOUB DESA DPOT DOUA COLP COLV FILI CACH ANOM IDVER RECD IDRA USUR HOMD HOMA INVA FICT DOUT'.split(' '),
  )('%s does not qualify', (code) => {
    expect(reliabilityOf(patient(said(code)))).toMatchObject({ status: code, qualified: false, reason: 'status' });
  });

  it('nothing said is nothing said, also where only the collection is told', () => {
    const collected = { url: extReliability, extension: [{ url: 'dateCollection', valueDate: '2026-01-01' }] };
    expect(reliabilityOf(patient())).toEqual({ qualified: false, reason: 'unsaid' });
    expect(reliabilityOf(patient(collected))).toMatchObject({ qualified: false, reason: 'unsaid' });
    expect(reliabilityOf(patient(collected, said('VALI'))).qualified).toBe(true);
  });

  it('an attribute that excludes wins over any status, however old it is', () => {
    const both = [said('VALI', { on: '2026-11-01' }), said('HOMD', { on: '2020-01-01' })];
    expect(reliabilityOf(patient(...both)).status).toBe('HOMD');
    expect(reliabilityOf(patient(...both.reverse())).status).toBe('HOMD');
  });

  it('of two statuses in one extension none is overlooked', () => {
    const [valid, doubtful] = [said('VALI').extension!, said('DOUT').extension!];
    for (const extension of [
      [...valid, ...doubtful],
      [...doubtful, ...valid],
    ])
      expect(reliabilityOf(patient({ url: extReliability, extension })).status).toBe('DOUT');
  });

  it('what cannot be read as a status qualifies nobody, whatever stands beside it', () => {
    const coding = [{ system: statusSystems.v2, code: 'DOUT' }];
    for (const unreadable of [
      { url: extReliability, extension: [{ url: 'identityStatus', valueCodeableConcept: { coding } }] },
      { url: extReliability, extension: [{ url: 'identityStatus' }] },
      { url: extReliability, valueCode: 'DOUT' },
    ])
      expect(reliabilityOf(patient(said('VALI'), unreadable))).toMatchObject({ status: '?', qualified: false });
  });

  it('of two statuses the most recent counts, of two without a date the least', () => {
    const before = said('PROV', { collected: '2026-01-01' });
    expect(reliabilityOf(patient(before, said('VALI', { on: '2026-02-01' }))).status).toBe('VALI');
    expect(reliabilityOf(patient(said('VALI', { on: '2025-02-01' }), before)).status).toBe('PROV');
    expect(reliabilityOf(patient(said('VALI'), said('PROV'))).status).toBe('PROV');
    expect(reliabilityOf(patient(said('PROV'), said('VALI', { on: '2025-02-01' }))).status).toBe('VALI');
  });
});

describe('whether an identity may feed the DMP', () => {
  it.each([
    ['the deposit says so', 'VALI', [], { qualified: true, by: 'deposit' }],
    ['it was fed so', undefined, ['QUAL'], { qualified: true, by: 'feed' }],
    ['it was fed without a status, and once with', undefined, [undefined, 'VALI'], { qualified: true, by: 'feed' }],
  ] as const)('yes: %s', (_, statement, fed, expected) => {
    for (const setting of ['required', 'presumed'] as const) expect(decide(statement, fed, setting)).toEqual(expected);
  });

  it.each([
    ['the deposit says otherwise', 'PROV', ['VALI'], { qualified: false, by: 'deposit', status: 'PROV' }],
    ['the feed says otherwise', 'VALI', ['DOUT'], { qualified: false, by: 'feed', status: 'DOUT' }],
    [
      'one of two identities says otherwise',
      undefined,
      ['VALI', 'HOMA'],
      { qualified: false, by: 'feed', status: 'HOMA' },
    ],
    ['what is said is unknown', '?', [], { qualified: false, by: 'deposit', status: '?' }],
  ] as const)('no, whatever the setting: %s', (_, statement, fed, expected) => {
    for (const setting of ['required', 'presumed'] as const) expect(decide(statement, fed, setting)).toEqual(expected);
  });

  it('where nobody says anything the setting decides', () => {
    for (const fed of [[], [undefined]]) {
      expect(decide(undefined, fed, 'presumed')).toEqual({ qualified: true, by: 'presumed' });
      expect(decide(undefined, fed, 'required')).toEqual({ qualified: false, by: 'nobody' });
    }
  });
});
