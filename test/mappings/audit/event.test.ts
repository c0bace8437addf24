import type { StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordKinds } from '../../../mappings/audit/kinds.ts';
import { detailsOf, type KeptRecord, type Who } from '../../../mappings/audit/record.ts';
import { balpProfiles } from '../../../mappings/audit/systems.ts';
import { errorsOf, loadR4, profileOf } from '../../support/profiles.ts';
import { describeShared } from '../../support/shared.ts';
import { codes, common, entities, event, INS, patientId, physician } from './support.ts';

beforeAll(loadR4, 60_000);

const doctor: Who = {
  ...physician,
  roles: [...physician.roles, { code: 'SM18', system: '1.2.250.1.71.4.2.5', display: 'Gériatrie (SM)' }],
};
const consentId = 'c2a2f0c4-58a8-4f5e-9d0a-9f0c9b6f3e77';

const record = (over: Partial<KeptRecord> & { done?: object; who?: Partial<Who> } = {}): KeptRecord => {
  const { done = {}, who = {}, ...rest } = over;
  return {
    ...common,
    kind: 'consent',
    details: detailsOf({ ...doctor, ...who }, done),
    ...rest,
  };
};
const breakGlass = record({
  kind: 'break-glass',
  who: { purpose: 'bris_de_glace', reason: `Détresse respiratoire de ${INS}, non communicant` },
  done: { reason: 'again', tokenId: 'again', until: '2026-10-20T05:30:00.000Z', problems: [], differing: [] },
});
const consent = record({ done: { consent: consentId, version: 1, topic: 'feeding', decision: 'permit' } });
const withdrawn = record({ done: { consent: consentId, version: 2, topic: 'feeding', status: 'inactive' } });
const authorization = record({
  kind: 'authorization',
  done: { transaction: 'TD0.3', action: 'AJOUT', automatic: true, consent: consentId },
});

/** One of every kind and outcome, with and without what a record may lack. */
const all: KeptRecord[] = [
  breakGlass,
  consent,
  withdrawn,
  authorization,
  ...recordKinds.flatMap((kind) =>
    (['success', 'refused', 'failure'] as const).flatMap((outcome) => [
      record({ kind, outcome, done: { step: 3, references: ['DocumentReference/1'] } }),
      record({ kind, outcome, patientId: undefined, requestId: undefined, details: null }),
      record({ kind, outcome, details: detailsOf(doctor, 'a sentence') }),
    ]),
  ),
];

describe('a kept record as AuditEvent', () => {
  it('is valid R4, whatever it lacks', () => {
    for (const r of all) expect(errorsOf(event(r)), JSON.stringify(r)).toEqual([]);
  });

  it('names who, when, the structure, the client and this gateway', () => {
    const { agent, recorded, source, id } = event(consent);
    expect([id, recorded]).toEqual([consent.id, '2026-10-20T05:00:00.123Z']);
    expect(agent.map((a) => [a.who?.identifier?.value, a.name, a.requestor])).toEqual([
      ['899700101233', 'HÉLÈNE MAUREL', true],
      ['1990100109', undefined, false],
      ['dui', undefined, false],
      ['urn:oid:2.16.840.1.113883.19.7602', undefined, false],
    ]);
    expect(agent[0]!.role!.flatMap((r) => codes(r.coding))).toEqual(['10', 'SM18']);
    expect(source.observer).toEqual(agent[3]!.who);
  });

  it('names the patient by opaque reference, the request and the token; never an INS', () => {
    for (const r of all) expect(JSON.stringify(event(r))).not.toContain(INS);
    expect(entities(event(consent), '1')[0]!.what).toEqual({ reference: `Patient/${patientId}` });
    expect(entities(event(consent), 'XrequestId')[0]!.what).toEqual({ identifier: { value: 'req-1' } });
    expect(entities(event(consent), 'UserOauthAgent')[0]!.what!.identifier!.value).toBe(doctor.tokenId);
    const spilt = record({ kind: 'identity', done: { note: `INS ${INS}`, list: [INS, 'b'], nested: { of: INS } } });
    expect(entities(event(spilt), '4')[0]!.detail).toEqual([
      { type: 'note', valueString: 'INS …' },
      { type: 'list', valueString: '…, b' },
    ]);
  });

  it('what was kept without its author is shown all the same', () => {
    const e = event(record({ kind: 'identity', details: { event: 'link', after: { value: INS } } }));
    expect(entities(e, '4')[0]!.detail).toEqual([{ type: 'event', valueString: 'link' }]);
    expect(e.agent[0]).toMatchObject({ who: { identifier: { value: '899700101233' } }, requestor: true });
    expect(JSON.stringify(e)).not.toContain(INS);
  });

  it('an emergency stands out: type, subtypes, purpose, tag, sentence, and its reason', () => {
    const e = event(breakGlass);
    expect(e.type.code).toBe('110113');
    expect(codes(e.subtype)).toEqual(['break-glass', '110127']);
    expect(codes(e.purposeOfEvent![0]!.coding)).toEqual(['BTG', 'bris_de_glace']);
    expect(codes(e.agent[0]!.purposeOfUse![0]!.coding)).toEqual(['BTG', 'bris_de_glace']);
    expect(codes(e.meta?.tag)).toEqual(['break-glass']);
    expect(e.outcomeDesc).toBe('Accès « bris de glace » : fait.');
    expect(entities(e, '4').map((x) => [x.name, x.detail])).toEqual([
      ['details', [{ type: 'until', valueString: '2026-10-20T05:30:00.000Z' }]],
      ['access_reason', [{ type: 'access_reason', valueString: 'Détresse respiratoire de …, non communicant' }]],
    ]);
    expect(event(consent).meta?.tag).toBeUndefined();
    // Whatever is done in an emergency is marked.
    const during = record({ who: { purpose: 'bris_de_glace', reason: 'Malaise dans le couloir' } });
    expect(codes(event(during).meta?.tag)).toEqual(['break-glass']);
  });

  it('a refusal says why, in the language asked for', () => {
    const refused = record({
      kind: 'break-glass',
      outcome: 'refused',
      who: { purpose: 'bris_de_glace', reason: 'Malaise dans le couloir' },
      done: {
        problems: ['break-glass-traits', 'consent-break-glass-opposed'],
        differing: ['family_name', 'birthdate'],
      },
    });
    expect(event(refused)).toMatchObject({ outcome: '4' });
    expect(event(refused).outcomeDesc).toMatch(/refusé\. .*family_name, birthdate.* opposé/);
    expect(event(refused, 'en').outcomeDesc).toMatch(/refused\. .*family_name, birthdate.* objected/);
    expect(event(record({ outcome: 'failure' })).outcome).toBe('8');
  });

  it.each([
    [{ problems: ['dmp-fault'], code: 'SomethingNew' }, /refusé\. Le DMP a refusé le message \(SomethingNew\)\.$/],
    [
      { problems: ['dmp:DMPAccessDenied'], code: 'DMPAccessDenied' },
      /refusé\. Le DMP refuse l’accès : DMPAccessDenied$/,
    ],
    [{ problems: ['break-glass-expired'], minutes: 30 }, /il dure 30 minutes/],
  ])('of the DMP’s refusals and of ours the places are filled: %j', (done, expected) => {
    expect(event(record({ kind: 'break-glass', outcome: 'refused', done })).outcomeDesc).toMatch(expected);
  });

  it('tells a first recording from what follows', () => {
    expect([event(consent).action, codes(event(consent).subtype)]).toEqual(['C', ['create', 'consent']]);
    expect([event(withdrawn).action, codes(event(withdrawn).subtype)]).toEqual(['U', ['update', 'consent']]);
    expect(entities(event(withdrawn), '2')[0]!.what).toEqual({ reference: `Consent/${consentId}/_history/2` });
  });

  it('claims a profile of BALP only where it fulfils one', () => {
    const claimed = (of: KeptRecord) => event(of).meta?.profile;
    expect(claimed(consent)).toEqual([balpProfiles.create.patient]);
    expect(claimed(withdrawn)).toEqual([balpProfiles.update.patient]);
    expect(claimed(authorization)).toEqual([balpProfiles.authorization]);
    for (const of of [
      breakGlass,
      { ...consent, outcome: 'failure' as const },
      { ...authorization, patientId: undefined },
      record({ kind: 'authorization', done: {} }),
      record({ done: { consent: consentId, references: ['DocumentReference/1'] } }),
    ])
      expect(claimed(of)).toBeUndefined();
  });
});

describeShared('BALP', (shared) => {
  /** Slices that are told by a value set, which the validator does not read: held below by hand. */
  const byValueSet: Record<string, RegExp> = {
    PatientCreate: /^AuditEvent\.agent:user(\.|$)/,
    PatientUpdate: /^AuditEvent\.(agent:user|subtype:anyUpdate)(\.|$)/,
  };
  const profile = (name: string): StructureDefinition => {
    const whole = profileOf(shared, `balp/StructureDefinition-IHE.BasicAudit.${name}.json`);
    const element = whole.snapshot!.element.filter((e) => !byValueSet[name]?.test(e.id ?? ''));
    return { ...whole, snapshot: { element } };
  };
  it.each([
    ['PatientCreate', consent],
    ['PatientUpdate', withdrawn],
    ['AuthZconsent', authorization],
  ])('%s is fulfilled by what claims it', (name, of) => {
    expect(errorsOf(event(of), profile(name))).toEqual([]);
  });

  it('PatientCreate and PatientUpdate have one person, and one interaction', () => {
    for (const [of, interaction] of [
      [consent, 'create'],
      [withdrawn, 'update'],
    ] as const) {
      const { agent, subtype } = event(of);
      const users = agent.filter((a) => ['AUT', 'INF', 'CST'].includes(a.type!.coding![0]!.code!));
      expect(users).toHaveLength(1);
      expect(users[0]).toMatchObject({ requestor: true, who: { identifier: { value: '899700101233' } } });
      expect(users[0]).not.toHaveProperty('network');
      const restful = subtype!.filter((c) => c.system === 'http://hl7.org/fhir/restful-interaction');
      expect(codes(restful)).toEqual([interaction]);
    }
  });

  it('what claims nothing would not fulfil it', () => {
    expect(errorsOf(event({ ...consent, patientId: undefined }), profile('PatientCreate'))).not.toEqual([]);
    expect(errorsOf(event(record({ kind: 'authorization', done: {} })), profile('AuthZconsent'))).not.toEqual([]);
  });
});
