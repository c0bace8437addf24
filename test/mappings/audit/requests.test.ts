/** Requests, calls of the DMP, logins and tokens as AuditEvents: each in its shape, each against the profile that it claims. */
import type { StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { dmpTransactions } from '../../../mappings/audit/dmp-transactions.ts';
import { detailsOf, type KeptRecord, type Who } from '../../../mappings/audit/record.ts';
import { auditProfiles, balpProfiles, iheProfiles } from '../../../mappings/audit/systems.ts';
import { termsOf, termsOfValue } from '../../../mappings/audit/terms.ts';
import { errorsOf, loadR4, profileOf } from '../../support/profiles.ts';
import { describeShared } from '../../support/shared.ts';
import { codes, common, entities, event, INS, patientId, physician } from './support.ts';

beforeAll(loadR4, 60_000);

const doctor: Who = {
  ...physician,
  certificate: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
  structureName: 'EHPAD FICTIF DES TILLEULS',
};
const document = 'DocumentReference/c2a2f0c4-58a8-4f5e-9d0a-9f0c9b6f3e77';
const set = 'List/0b6a1e0a-3b1f-4f0f-8a57-6b8f9f1f2a3c';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

type Done = Record<string, unknown>;
const record = (done: Done, over: Partial<KeptRecord> = {}): KeptRecord => ({
  ...common,
  kind: 'request',
  details: detailsOf(doctor, { address: '192.0.2.7', traceparent, status: 200, method: 'GET', ...done }),
  ...over,
});
const none: Partial<KeptRecord> = { patientId: undefined };

const bundled = { restful: 'transaction', interaction: 'transaction', ihe: ['ITI-65'], set, references: [document] };
const search = (type: string, ...ihe: string[]): Done => ({
  restful: 'search-type',
  interaction: `${type}.search-type`,
  ihe,
  query: `${type}?patient=Patient/${patientId}&status=current`,
});
const read = (reference: string, ...ihe: string[]): Done => ({ restful: 'read', ihe, references: [reference] });
const operation = (name: string, ...ihe: string[]): Done => ({
  restful: 'operation',
  interaction: name,
  ihe,
  query: name.replace('.', '/'),
});

/** What each leaves: interaction codes and IHE's, action, and the profile that is claimed. */
const requests: [name: string, of: KeptRecord, subtypes: string[], action: string, profile: string | undefined][] = [
  ['ITI-65', record(bundled), ['transaction', 'ITI-65'], 'C', iheProfiles['ITI-65']],
  ['ITI-66', record(search('List', 'ITI-66')), ['search-type', 'ITI-66'], 'E', iheProfiles['ITI-66']],
  ['ITI-67', record(search('DocumentReference', 'ITI-67')), ['search-type', 'ITI-67'], 'E', iheProfiles['ITI-67']],
  ['ITI-68', record(read('Binary/x', 'ITI-68')), ['read', 'ITI-68'], 'R', iheProfiles['ITI-68']],
  [
    'ITI-105',
    record({ restful: 'create', ihe: ['ITI-105'], references: [document] }),
    ['create', 'ITI-105'],
    'C',
    iheProfiles['ITI-105'],
  ],
  [
    'ITI-106, kept',
    record({ ...operation('DocumentReference.$generate-metadata', 'ITI-106'), references: [document] }),
    ['create', 'operation', 'ITI-106'],
    'C',
    iheProfiles['ITI-106'],
  ],
  [
    'ITI-106, not kept',
    record(operation('DocumentReference.$generate-metadata', 'ITI-106'), none),
    ['operation', 'ITI-106'],
    'E',
    undefined,
  ],
  ['ITI-78', record(search('Patient', 'ITI-78')), ['search-type', 'ITI-78'], 'E', iheProfiles['ITI-78']],
  ['ITI-78, nobody', record(search('Patient', 'ITI-78'), none), ['search-type', 'ITI-78'], 'E', iheProfiles['ITI-78']],
  [
    'ITI-119',
    record(operation('Patient.$match', 'ITI-119')),
    ['search', 'operation', 'ITI-119'],
    'E',
    iheProfiles['ITI-119'],
  ],
  ['$my-rights', record(operation('$my-rights'), none), ['operation'], 'E', undefined],
  ['read', record(read(document)), ['read'], 'R', balpProfiles.read.patient],
  ['read, no patient', record(read('Subscription/1'), none), ['read'], 'R', balpProfiles.read.any],
  [
    'vread',
    record({ restful: 'vread', references: ['Consent/1/_history/2'] }),
    ['vread'],
    'R',
    balpProfiles.read.patient,
  ],
  [
    'history',
    record({ restful: 'history-instance', references: ['Consent/1'] }),
    ['read', 'history-instance'],
    'R',
    balpProfiles.read.patient,
  ],
  ['create', record({ restful: 'create', references: ['Consent/1'] }), ['create'], 'C', balpProfiles.create.patient],
  [
    'create, no patient',
    record({ restful: 'create', references: ['Subscription/1'] }, none),
    ['create'],
    'C',
    balpProfiles.create.any,
  ],
  ['update', record({ restful: 'update', references: ['Consent/1'] }), ['update'], 'U', balpProfiles.update.patient],
  ['patch', record({ restful: 'patch', references: [document] }), ['patch'], 'U', balpProfiles.update.patient],
  [
    'update, no patient',
    record({ restful: 'update', references: ['Subscription/1'] }, none),
    ['update'],
    'U',
    balpProfiles.update.any,
  ],
  ['delete', record({ restful: 'delete', references: ['Consent/1'] }), ['delete'], 'D', balpProfiles.delete.patient],
  [
    'delete, no patient',
    record({ restful: 'delete', references: ['Subscription/1'] }, none),
    ['delete'],
    'D',
    balpProfiles.delete.any,
  ],
  ['search', record(search('Consent', 'ITI-108')), ['search-type', 'ITI-108'], 'E', balpProfiles.query.patient],
  ['search, nobody', record(search('Subscription'), none), ['search-type'], 'E', balpProfiles.query.any],
  [
    'a search of the record',
    record(search('AuditEvent', 'ITI-81'), none),
    ['search-type', 'ITI-81'],
    'E',
    balpProfiles.query.any,
  ],
  // What a profile is about lacks: none is claimed.
  ['nothing was deleted', record({ restful: 'delete' }), ['delete'], 'D', undefined],
  [
    'a dry run',
    record({ ...bundled, set: undefined, references: [] }, none),
    ['transaction', 'ITI-65'],
    'C',
    undefined,
  ],
  [
    'documents, nobody',
    record(search('DocumentReference', 'ITI-67'), none),
    ['search-type', 'ITI-67'],
    'E',
    balpProfiles.query.any,
  ],
  ['no route', record({ method: 'GET' }, none), [], 'E', undefined],
];

const token = record(
  { query: 'grant_type=client_credentials&scope=system/List.rs', grant: 'client_credentials' },
  { kind: 'token', patientId: undefined },
);
const calls = Object.keys(dmpTransactions).map((transaction) =>
  record({ transaction, mode: 'INDIRECTE', attempts: 1, purpose: 'normal' }, { kind: 'dmp' }),
);
const others: KeptRecord[] = [
  token,
  ...calls,
  record({ transaction: 'TD9.9' }, { kind: 'dmp', outcome: 'pending' }),
  record({ event: 'login' }, { kind: 'login', patientId: undefined }),
  record({ change: 'client-added', client: 'dui' }, { kind: 'registration', patientId: undefined }),
];
const everything = [...requests.map(([, of]) => of), ...others];
/** Nobody, whose token was refused. */
const nobody = record(
  {},
  {
    ...none,
    person: undefined,
    clientId: '',
    outcome: 'refused',
    details: detailsOf(undefined, { method: 'GET', status: 401, problems: ['token-invalid'], address: '192.0.2.7' }),
  },
);

describe('what a request leaves', () => {
  it.each(requests)('%s', (_name, of, subtypes, action, profile) => {
    const e = event(of);
    expect(codes(e.subtype)).toEqual([...subtypes, 'request']);
    expect([e.action, e.outcome, e.meta?.profile]).toEqual([action, '0', profile && [profile]]);
    for (const outcome of ['refused', 'failure', 'major'] as const)
      expect(event({ ...of, outcome }).meta?.profile).toBeUndefined();
  });

  it('is valid R4, whoever and whatever it lacks', () => {
    for (const of of [...everything, nobody])
      for (const outcome of ['pending', 'success', 'refused', 'failure', 'major'] as const)
        for (const over of [{}, none, { requestId: undefined }, { details: null }])
          expect(errorsOf(event({ ...of, ...over, outcome })), JSON.stringify(of)).toEqual([]);
  });

  it('names person, structure, client with address and certificate, and this gateway, which is the source', () => {
    const { agent, source } = event(record(search('List', 'ITI-66')));
    expect(agent.map((a) => [a.who?.identifier?.value, a.network?.address, a.requestor])).toEqual([
      ['899700101233', undefined, true],
      ['1990100109', undefined, false],
      ['dui', '192.0.2.7', false],
      ['urn:oid:2.16.840.1.113883.19.7602', 'passerelle.example', false],
    ]);
    expect(agent[1]!.who!.display).toBe('EHPAD FICTIF DES TILLEULS');
    expect(agent[2]!.altId).toBe(doctor.certificate);
    expect(source.observer).toEqual(agent[3]!.who);
  });

  it('of nobody known names the address, and the problem', () => {
    const e = event(nobody);
    expect(e.agent.map((a) => a.requestor)).toEqual([false, true, false]);
    expect(e.agent[1]!.network).toEqual({ address: '192.0.2.7', type: '2' });
    expect(e.outcome).toBe('4');
    expect(e.outcomeDesc).toMatch(/^Requête de l’API : refusé\. Le jeton/);
    expect(e).not.toHaveProperty('purposeOfEvent');
  });

  it('holds request, trace and token as entities; the query in base64; never an INS', () => {
    const asked = { ...search('List', 'ITI-66'), query: `List?patient.identifier=${INS}&code=folder` };
    const e = event(record(asked));
    expect(entities(e, 'XrequestId')[0]!.what!.identifier!.value).toBe('req-1');
    expect(entities(e, 'traceparent')[0]!.what!.identifier!.value).toBe(traceparent);
    expect(entities(e, 'UserOauthAgent')[0]!.what!.identifier!.value).toBe(doctor.tokenId);
    expect(entities(e, '1')[0]!.what).toEqual({ reference: `Patient/${patientId}` });
    const [query] = entities(e, '2');
    expect(Buffer.from(query!.query!, 'base64').toString()).toBe('List?patient.identifier=…&code=folder');
    const spilt = { address: '192.0.2.7', note: INS, problems: [], references: [document] };
    expect(JSON.stringify(event(record({ ...spilt, restful: 'read' })))).not.toContain(INS);
  });

  it('of a bundle names the set, and the documents beside it', () => {
    const e = event(record(bundled));
    expect(e.type.code).toBe('110107');
    expect(entities(e, '2').map((x) => [x.what!.reference, x.role!.code])).toEqual([[set, '20']]);
    expect(entities(e, 'DocumentReference')[0]!.what!.reference).toBe(document);
  });

  it('says how it ended, in the language asked for', () => {
    const refused = record({ ...search('List'), problems: ['rate-limited'], seconds: 5 }, { outcome: 'refused' });
    expect(event(refused).outcomeDesc).toMatch(/^Requête de l’API \(List\.search-type\) : refusé\. Trop de requêtes/);
    expect(event(refused, 'en').outcomeDesc).toMatch(/^Request of the API \(List\.search-type\): refused\. Too many/);
    expect(event({ ...refused, outcome: 'major' }).outcome).toBe('12');
  });
});

describe('what a call of the DMP leaves', () => {
  it.each([
    ['TD2.1', '110106', 'C', ['dmp', 'ITI-41', 'TD2.1'], '110153'],
    ['TD3.1a', '110112', 'E', ['dmp', 'ITI-18', 'TD3.1a'], '110153'],
    ['TD3.2', '110107', 'R', ['dmp', 'ITI-43', 'TD3.2'], '110152'],
    ['TD3.3c', '110106', 'U', ['dmp', 'ITI-57', 'TD3.3c'], '110153'],
    ['TD0.5', '110112', 'E', ['dmp', 'ITI-47', 'TD0.5'], '110153'],
    ['TD0.2', '110112', 'E', ['dmp', 'TD0.2'], '110153'],
    ['TD0.3', '110110', 'U', ['dmp', 'TD0.3'], '110153'],
  ])('%s', (transaction, type, action, subtypes, client) => {
    const e = event(record({ transaction, mode: 'INDIRECTE', attempts: 2 }, { kind: 'dmp' }));
    expect([e.type.code, e.action, codes(e.subtype)]).toEqual([type, action, subtypes]);
    const [, , software, facade, dmp] = e.agent;
    expect(software!.who!.identifier!.value).toBe('dui');
    expect([facade!.who, codes(facade!.type!.coding)]).toEqual([e.source.observer, [client]]);
    expect([dmp!.who!.display, dmp!.network!.address]).toEqual(['DMP', 'dmp.example']);
    const said = Object.fromEntries(entities(e, '4')[0]!.detail!.map((d) => [d.type, d.valueString]));
    expect(said).toMatchObject({ mode: 'INDIRECTE', attempts: '2', transaction });
  });

  it('before it is sent has no outcome', () => {
    const e = event(record({ transaction: 'TD2.1' }, { kind: 'dmp', outcome: 'pending' }));
    expect(e).not.toHaveProperty('outcome');
    expect(e.outcomeDesc).toBe('Appel du DMP (TD2.1) : sur le point d’être envoyé.');
  });
});

describe('what an event is found by', () => {
  it('is what it shows', () => {
    const terms = termsOf(event(record(bundled)));
    for (const [name, value, system] of [
      ['type', '110107'],
      ['subtype', 'ITI-65', 'urn:ihe:event-type-code'],
      ['action', 'C'],
      ['address', '192.0.2.7'],
      ['altid', doctor.certificate!],
      ['agent.identifier', '899700101233', 'urn:oid:1.2.250.1.71.4.2.1'],
      ['agent.identifier', 'dui'],
      ['source.identifier', 'urn:oid:2.16.840.1.113883.19.7602'],
      ['entity', set],
      ['entity', document],
      ['entity', `Patient/${patientId}`],
      ['entity.identifier', 'req-1'],
      ['entity.identifier', traceparent, ''],
      ['entity-type', 'XrequestId'],
      ['entity-role', '20', 'http://terminology.hl7.org/CodeSystem/object-role'],
    ] as const)
      expect(
        termsOfValue(name, value, system).some((t) => terms.includes(t)),
        `${name}=${system ?? ''}|${value}`,
      ).toBe(true);
    expect(termsOfValue('subtype', 'ITI-65', 'urn:other').some((t) => terms.includes(t))).toBe(false);
    expect(termsOf(event(record({ restful: 'vread', references: ['Consent/1/_history/2'] })))).toContain(
      'entity=Consent/1',
    );
  });
});

describeShared('The profiles of BALP, MHD and PDQm', (shared) => {
  /**
   * Without what the validator does not see, which is held below by hand: slices told by a required value set, a pattern of a whole
   * list (IUA's subtype), and the invariant that compares an agent with the source.
   */
  function profile(url: string): StructureDefinition {
    const name = url.split('/').at(-1)!;
    const folder = url.includes('/MHD/') ? 'mhd' : url.includes('/PDQm/') ? 'pdqm' : 'balp';
    const whole = profileOf(shared, `${folder}/StructureDefinition-${name}.json`);
    const all = whole.snapshot!.element;
    const isToldBySet = (id: string): boolean => {
      const slice = /^AuditEvent\.(?:subtype|agent):[^.]+/.exec(id)?.[0];
      const bound = all.filter((e) => e.id === slice || e.id === `${slice}.type`);
      return bound.some((e) => e.binding?.strength === 'required');
    };
    const element = all
      .filter((e) => !isToldBySet(e.id ?? ''))
      .map((e) => ({ ...e, constraint: e.constraint?.filter((c) => c.key !== 'val-audit-source') }))
      .map((e) => (e.id === 'AuditEvent.subtype' ? { ...e, patternCoding: undefined } : e));
    return { ...whole, snapshot: { element } };
  }

  const claiming = [...requests.map(([name, of]) => [name, of] as const), ['token', token] as const].flatMap(
    ([name, of]) => (event(of).meta?.profile ?? []).map((url) => [name, url, of] as const),
  );

  it.each(claiming)('%s fulfils %s', (_name, url, of) => {
    const e = event(of);
    expect(errorsOf(e, profile(url))).toEqual([]);
    if (url === balpProfiles.token) {
      expect(e.subtype!.map((c) => [c.system, c.code])).toEqual([['urn:ihe:event-type-code', 'ITI-71']]);
      return;
    }
    // Told by value sets: one interaction code, and one person.
    const restful = codes(e.subtype!.filter((c) => c.system === 'http://hl7.org/fhir/restful-interaction'));
    const sets = [
      ['read', 'vread'],
      ['search', 'search-type', 'search-system'],
      ['update', 'patch'],
      ['create'],
      ['delete'],
    ];
    expect(
      sets.some((among) => restful.filter((c) => among.includes(c)).length === 1) || url === iheProfiles['ITI-65'],
    ).toBe(true);
    const users = e.agent.filter((a) => ['IRCP', 'AUT', 'INF', 'CST'].includes(a.type!.coding![0]!.code!));
    expect(users).toHaveLength(1);
    expect(users[0]).toMatchObject({ requestor: true, who: { identifier: { value: '899700101233' } } });
    expect(users[0]).not.toHaveProperty('network');
    // val-audit-source
    expect(e.agent.some((a) => JSON.stringify(a.who) === JSON.stringify(e.source.observer))).toBe(true);
  });

  it('each that an event can claim is claimed here, but for the decision, which has a test of its own', () => {
    const claimed = new Set(claiming.map(([, url]) => url));
    expect(auditProfiles.filter((url) => !claimed.has(url))).toEqual([balpProfiles.authorization]);
  });

  it('what claims none would not fulfil it', () => {
    const lacking: [KeptRecord, string][] = [
      [record({ restful: 'delete' }), balpProfiles.delete.patient],
      [record(search('List', 'ITI-66'), none), iheProfiles['ITI-66']],
      [record({ ...bundled, set: undefined }), iheProfiles['ITI-65']],
      [record(operation('$my-rights')), balpProfiles.read.any],
      [{ ...record(read(document)), outcome: 'refused' }, balpProfiles.read.patient],
    ];
    for (const [of, url] of lacking) expect(errorsOf(event(of), profile(url)), url).not.toEqual([]);
  });
});
