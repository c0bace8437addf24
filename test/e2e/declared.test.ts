/**
 * Declared means working: every interaction, search parameter, modifier, sort key, include, format and operation that
 * `/metadata` declares is called, on data chosen so that ignoring it changes the result. What is declared and has no case
 * here fails.
 */
import type {
  AuditEvent,
  Binary,
  Bundle,
  CapabilityStatement,
  Consent,
  DocumentReference,
  List,
  OperationOutcome,
  Parameters,
  Practitioner,
  Resource,
  Subscription,
  Task,
} from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../mappings/canonicals.ts';
import { loadConfig } from '../../server/config.ts';
import { capabilityStatement } from '../../server/fhir/metadata.ts';
import type { FeedState } from '../../server/store/index.ts';
import { text } from '../support/documents.ts';
import { feedItem } from '../support/feed-items.ts';
import { declaredIdentityDoors } from '../support/identity-doors.ts';
import { declaredImportDoors } from '../support/import-doors.ts';
import {
  declaredPatientDoors,
  patientDoorSettings,
  patientDoorWorld,
  preparePatientDoors,
} from '../support/patient-doors.ts';
import {
  INS_TEST,
  consent,
  dsubmTopic,
  newOid,
  patients,
  provideBundle,
  simplified,
  subscriptionTo,
} from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

// --- what is declared

/** `Modifiers: :not, :missing.` → not, missing */
const listed = (what: string, documentation = ''): string[] =>
  (new RegExp(`${what}: ([^.]+)\\.`).exec(documentation)?.[1] ?? '')
    .split(', ')
    .flatMap((n) => n.replace(/^:/, '') || []);

/** Every declared thing by a name of one form each. */
function namesOf(statement: CapabilityStatement): string[] {
  const [rest] = statement.rest!;
  const names = [
    ...statement.format.map((f) => `format ${f}`),
    ...(statement.patchFormat ?? []).map((f) => `patch format ${f}`),
    ...(statement.extension ?? []).map((e) => `language ${e.valueCode}`),
    ...(rest!.interaction ?? []).map((i) => `system ${i.code}`),
    ...(rest!.operation ?? []).map((o) => `system $${o.name}`),
    ...rest!.resource!.flatMap((r) => [
      ...(r.interaction ?? []).map((i) => `${r.type} ${i.code}`),
      ...(r.conditionalUpdate ? [`${r.type} conditional patch`] : []),
      ...(r.conditionalCreate ? [`${r.type} conditional create`] : []),
      ...(r.operation ?? []).map((o) => `${r.type} $${o.name}`),
      ...(r.searchInclude ?? []).map((i) => `${r.type}?_include=${i}`),
      ...(r.interaction ?? []).flatMap((i) => listed('_sort', i.documentation).map((key) => `${r.type}?_sort=${key}`)),
      ...(r.searchParam ?? []).flatMap((p) => [
        `${r.type}?${p.name}`,
        ...listed('Modifiers', p.documentation).map((m) => `${r.type}?${p.name}:${m}`),
      ]),
    ]),
  ];
  // An operation of two levels is declared twice.
  return [...new Set(names)];
}
const declared = namesOf(capabilityStatement(loadConfig({}), new Date(0)));

// --- the data

let stack: Stack;
/** Takes notifications. */
const receiver = createServer((req, res) => req.resume().on('end', () => res.writeHead(200).end()));
const P1 = `${INS_TEST}|${patients.P1.ins}`;
const P2 = `${INS_TEST}|${patients.P2.ins}`;
/** Story documents and sets of P1, a document that the doctor wrote, and P2's opaque id. */
const known = {
  letter: '',
  former: '',
  list: '',
  folder: '',
  own: { id: '', uniqueId: '' },
  P2: '',
  subscription: '',
  consent: '',
  task: '',
  takeover: randomUUID(),
  event: { id: '', at: '', request: '' },
};

type Pairs = (readonly [name: string, value: string])[];
const query = (pairs: Pairs): string => new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString();
/** Who may search a type. */
const readers: Record<string, Kind> = { AuditEvent: 'admin', Task: 'nurse' };
const readerOf = (type: string): Kind => readers[type] ?? 'doctor';
const ask = (type: string, pairs: Pairs, kind: Kind = readerOf(type)) =>
  stack.get<Bundle>(`/${type}?${query([...pairs, ['_count', '500']])}`, kind);
const found = (body: Bundle, mode = 'match'): Resource[] =>
  (body.entry ?? []).filter((e) => e.search?.mode === mode).map((e) => e.resource!);
async function idsOf(type: string, pairs: Pairs): Promise<string[]> {
  const { status, body } = await ask(type, pairs);
  expect(status, JSON.stringify(body)).toBe(200);
  return found(body).map((r) => r.id!);
}

/** What every search of a type says unless a case says otherwise: all there is to choose from. */
const base: Record<string, Pairs> = {
  DocumentReference: [
    ['patient.identifier', P1],
    ['status', 'current,superseded'],
  ],
  List: [
    ['patient.identifier', P1],
    ['code', 'submissionset'],
    ['status', 'current'],
  ],
  Patient: [],
  Subscription: [],
  Task: [['patient.identifier', P1]],
  Consent: [['patient.identifier', P1]],
  AuditEvent: [['patient.identifier', P1]],
};
/** The doctor's, to documents of P1. */
async function subscribed(topic?: string, payload?: string): Promise<Subscription> {
  const endpoint = `http://localhost:${(receiver.address() as AddressInfo).port}/`;
  const resource = subscriptionTo(endpoint, topic, payload);
  const { status, body } = await stack.post<Subscription>('/Subscription', resource, 'doctor');
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
const asDoctor = async (method: string, url: string, body?: unknown): Promise<globalThis.Response> =>
  fetch(`${stack.base}${url}`, {
    method,
    headers: { authorization: `Bearer ${await stack.token('doctor')}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const patientNames = ['patient', 'patient.identifier', 'subject', 'subject.identifier'];

/** What P1 allows, recorded by the nurse (again: its next version). */
async function recorded(topic: string, decision: 'permit' | 'deny' = 'permit'): Promise<Consent> {
  const { status, body } = await stack.post<Consent>('/Consent', consent('P1', topic, decision), 'nurse');
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
}

/** Two emergency accesses to P1 on record: one that opened the record, one refused for its traits. */
async function emergencies(): Promise<void> {
  const { ins, family, given, birthDate } = patients.P1;
  const reason = 'Malaise dans le couloir, traitement inconnu';
  const token = { person: 'doctor', purpose: 'bris_de_glace', reason, patient: ins } as const;
  for (const [confirmed, status] of [
    [{ family, given, birthDate }, 200],
    [{ family: 'AUTRE', given, birthDate }, 403],
  ] as const) {
    const opened = await stack.as(
      { ...token, confirmed },
      'GET',
      `/DocumentReference?${query(base['DocumentReference']!)}`,
    );
    expect(opened.status, JSON.stringify(opened.body)).toBe(status);
  }
  const [event] = found((await ask('AuditEvent', [...base['AuditEvent']!, ['outcome', '4']])).body) as AuditEvent[];
  const request = event!.entity!.find((e) => e.type?.code === 'XrequestId')!.what!.identifier!.value!;
  known.event = { id: event!.id!, at: event!.recorded, request };
  // The searches are on record themselves: what is looked at ends here.
  base['AuditEvent']!.push(['date', `le${event!.recorded}`]);
}

/** The doctor's own, so that the doctor may change it. */
async function deposited(): Promise<{ id: string; uniqueId: string }> {
  const uniqueId = newOid();
  const written = JSON.stringify(
    simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId, title: 'À changer' }),
  )
    .replaceAll('899700204581', '899700101233')
    .replaceAll('LE BIHAN', 'MAUREL')
    .replaceAll('YANN', 'HÉLÈNE');
  const created = await stack.post<DocumentReference>('/DocumentReference', JSON.parse(written), 'nurse');
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return { id: created.body.id!, uniqueId };
}

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, 'localhost', resolve));
  stack = await startStack(
    { SUBSCRIPTION_ENDPOINTS: 'http://localhost', ...patientDoorSettings },
    { seed: 'folders', ...patientDoorWorld },
  );
  await preparePatientDoors(stack);
  const title = (r: Resource): string => (r as DocumentReference).content[0]!.attachment.title!;
  const documents = found((await ask('DocumentReference', base['DocumentReference']!)).body);
  known.letter = documents.find((d) => title(d).includes('corrigée'))!.id!;
  known.former = documents.find((d) => (d as DocumentReference).status === 'superseded')!.id!;
  known.own = await deposited();
  const other = await stack.post(
    '/DocumentReference',
    simplified({ who: 'P2', content: text(), contentType: 'text/plain' }),
    'nurse',
  );
  expect(other.status, JSON.stringify(other.body)).toBe(201);
  known.P2 = (other.body as DocumentReference).subject!.reference!;
  const [list] = found((await ask('List', [...base['List']!, ['title', 'Correction']])).body);
  known.list = list!.id!;
  const at = (month: number): Date => new Date(Date.UTC(2026, month));
  await feedItem(stack, 'delivered', { at: at(0), kind: 'set', takeoverId: known.takeover });
  await feedItem(stack, 'refused', { at: at(1) });
  known.task = await feedItem(stack, 'exhausted', { at: at(2) });
  await feedItem(stack, 'proposed', { at: at(3), who: 'P2' });
  known.consent = (await recorded('feeding')).id!;
  const withdrawn = await recorded('break-glass', 'deny');
  expect((await stack.put(`/Consent/${withdrawn.id}`, { ...withdrawn, status: 'inactive' }, 'nurse')).status).toBe(200);
  await emergencies();
  await subscribed();
  await subscribed('DocReference-PatientDependent-MinUpdate', 'application/fhir+xml');
  const ended = await subscribed('DocumentReference-PatientDependent');
  known.subscription = ended.id!;
  expect((await asDoctor('PUT', `/Subscription/${ended.id}`, { ...ended, status: 'off' })).status).toBe(200);
});
afterAll(async () => {
  await stack.close();
  receiver.close();
});

// --- searches: parameter → a value that some have and others have not

type Value = string | (() => string);
const empty = 'nothing is found';
const nos = (name: string): string => `https://mos.esante.gouv.fr/NOS/${name}/FHIR/${name.replace('_', '-')}`;
const rpps = '899700101233';

interface SearchCase {
  value: Value;
  /** Nothing has it, and everything lacks it: that nothing is found is what shows that it counts. */
  expects?: typeof empty;
  modifiers?: Record<string, Value>;
}
const searches: Record<string, Record<string, SearchCase>> = {
  DocumentReference: {
    _id: { value: () => known.letter, modifiers: { not: () => known.letter } },
    _lastUpdated: { value: 'lt2020', expects: empty },
    identifier: {
      value: 'urn:oid:2.16.840.1.113883.19.9901.4.55120',
      modifiers: { not: 'urn:oid:2.16.840.1.113883.19.9901.4.55120' },
    },
    status: { value: 'superseded', modifiers: { not: 'superseded' } },
    isArchived: { value: 'true', modifiers: { not: 'true' } },
    type: { value: 'http://loinc.org|57833-6', modifiers: { not: '57833-6', text: 'prescription' } },
    category: { value: `${nos('TRE_A03-ClasseDocument')}|42`, modifiers: { not: '42', text: 'prescription' } },
    date: { value: '2026-08-22' },
    creation: { value: 'eb2026-07' },
    period: { value: 'lt2026-07' },
    'period-start': { value: '2026-09-10' },
    'period-end': { value: 'le2026-09-30' },
    facility: { value: 'SA07', modifiers: { not: 'SA07', text: 'cabinet' } },
    setting: { value: 'AMBULATOIRE', modifiers: { not: 'AMBULATOIRE', text: 'mbulatoir' } },
    format: { value: 'urn:ihe:pharm:pre:2010', modifiers: { not: 'urn:ihe:pharm:pre:2010', text: 'prescription' } },
    event: { value: 'Z74.1', modifiers: { not: 'Z74.1', text: 'besoin' } },
    'security-label': { value: 'MASQUE_PS', modifiers: { not: 'MASQUE_PS', text: 'masqué' } },
    author: { value: 'Practitioner/nobody', expects: empty, modifiers: { identifier: rpps } },
    'author.identifier': { value: rpps, modifiers: { not: rpps } },
    'author.given': { value: 'hel', modifiers: { exact: 'HÉLÈNE', contains: 'LÈN' } },
    'author.family': { value: 'tran', modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' } },
    'author:Practitioner.identifier': { value: rpps, modifiers: { not: rpps } },
    'author:Practitioner.given': { value: 'minh', modifiers: { exact: 'MINH', contains: 'inh' } },
    'author:Practitioner.family': { value: 'tran', modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' } },
    'author:Patient.identifier': { value: patients.P1.ins, modifiers: { not: patients.P1.ins } },
    'author:Patient.given': { value: 'odette', modifiers: { exact: 'ODETTE', contains: 'dett' } },
    'author:Patient.family': { value: 'bast', modifiers: { exact: 'BASTIDE', contains: 'tide' } },
    'author:PractitionerRole.name': { value: 'minh', modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' } },
    'author:Device.identifier': { value: '3990100109/LDUI-01', modifiers: { not: '3990100109/LDUI-01' } },
    'author:Device.device-name': {
      value: 'lumidui',
      modifiers: { exact: 'LUMIDUI PASSERELLE', contains: 'passerelle' },
    },
    related: { value: 'urn:oid:2.16.840.1.113883.19.7601.3.61|LD-ORD-5521', modifiers: { identifier: 'LD-ORD-5521' } },
    relatesto: {
      value: () => `DocumentReference/${known.former}`,
      modifiers: { identifier: 'urn:oid:2.16.840.1.113883.19.7601.3.50.20261012.1' },
    },
    contenttype: { value: 'application/dicom', expects: empty, modifiers: { not: 'text/xml' } },
    language: { value: 'en-GB', expects: empty, modifiers: { not: 'fr-FR' } },
    description: {
      value: 'sortie',
      modifiers: { exact: 'Sortie temporaire\\, traitement ajusté', contains: 'ajuste' },
    },
  },
  List: {
    _id: { value: () => known.list, modifiers: { not: () => known.list } },
    _lastUpdated: { value: 'lt2020', expects: empty },
    identifier: {
      value: 'urn:oid:2.16.840.1.113883.19.7601.3.40.20261015.1',
      modifiers: { not: 'urn:oid:2.16.840.1.113883.19.7601.3.40.20261015.1' },
    },
    code: { value: 'folder', modifiers: { not: 'submissionset', text: 'folder' } },
    status: { value: 'retired', expects: empty, modifiers: { not: 'current' } },
    isArchived: { value: 'true', expects: empty, modifiers: { not: 'false' } },
    date: { value: '2026-10-15' },
    title: { value: 'correction', modifiers: { exact: 'Correction de la lettre de liaison', contains: 'lettre' } },
    designationType: { value: '07', modifiers: { not: '07', text: 'consultation' } },
    sourceId: {
      value: 'urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.8802',
      modifiers: { not: 'urn:oid:2.16.840.1.113883.19.8802' },
    },
    source: { value: 'Practitioner/nobody', expects: empty, modifiers: { identifier: rpps } },
    'source.identifier': { value: rpps, modifiers: { not: rpps } },
    'source.given': { value: 'minh', modifiers: { exact: 'MINH', contains: 'inh' } },
    'source.family': { value: 'tran', modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' } },
    'source:Patient.given': { value: 'odette', modifiers: { exact: 'ODETTE', contains: 'dett' } },
    'source:Patient.family': { value: 'bast', modifiers: { exact: 'BASTIDE', contains: 'tide' } },
    'source:PractitionerRole.name': { value: 'minh', modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' } },
    'source:PractitionerRole.practitioner.given': { value: 'minh', modifiers: { exact: 'MINH', contains: 'inh' } },
    'source:PractitionerRole.practitioner.family': {
      value: 'tran',
      modifiers: { exact: 'TRAN-DELMAS', contains: 'delmas' },
    },
    authorOrg: { value: 'Organization/nobody', expects: empty, modifiers: { identifier: '399910023300041' } },
    'authorOrg.identifier': { value: '399910023300041', modifiers: { not: '399910023300041' } },
    'authorOrg.name': {
      value: 'centre',
      modifiers: { exact: 'CENTRE HOSPITALIER FICTIF DE VALMONT', contains: 'valmont' },
    },
  },
};

searches['Subscription'] = {
  _id: { value: () => known.subscription, modifiers: { not: () => known.subscription } },
  status: { value: 'off', modifiers: { not: 'off' } },
  criteria: {
    value: `${dsubmTopic}DocReference`,
    modifiers: { exact: `${dsubmTopic}DocumentReference-PatientDependent`, contains: 'allevents' },
  },
  payload: { value: 'application/fhir+xml', modifiers: { not: 'application/fhir+xml' } },
  type: { value: 'websocket', expects: empty, modifiers: { not: 'rest-hook' } },
};

searches['Task'] = {
  _id: { value: () => known.task },
  _lastUpdated: { value: 'lt2026-02' },
  status: { value: 'failed' },
  'business-status': { value: 'exhausted' },
  code: { value: 'deposit-set' },
  'group-identifier': { value: () => `urn:uuid:${known.takeover}` },
  'authored-on': { value: 'lt2026-02' },
  modified: { value: 'ge2026-02' },
};

searches['Consent'] = {
  _id: { value: () => known.consent, modifiers: { not: () => known.consent } },
  status: { value: 'inactive', modifiers: { not: 'inactive' } },
  category: { value: 'feeding', modifiers: { not: 'feeding', text: 'non-opposition' } },
  actor: { value: 'Practitioner/nobody', expects: empty, modifiers: { identifier: '899700307715' } },
  date: { value: '2026-11-20' },
};

searches['AuditEvent'] = {
  _id: { value: () => known.event.id },
  date: { value: () => known.event.at },
  'agent.identifier': { value: rpps },
  'source.identifier': { value: 'urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.1', expects: empty },
  address: { value: '127.0.0.1' },
  altid: { value: 'of-no-certificate', expects: empty },
  entity: { value: () => `Consent/${known.consent}` },
  'entity.identifier': { value: () => known.event.request },
  'entity-type': { value: '2' },
  'entity-role': { value: '24' },
  type: { value: '110113' },
  subtype: { value: 'break-glass' },
  action: { value: 'C' },
  outcome: { value: '4' },
};

/** Our own definitions: the same parameters for each type. */
const definitions: Record<string, { id: string; name: string; upper: string; part: string }> = {
  CodeSystem: { id: 'error', name: 'facade', upper: 'FacadeError', part: 'error' },
  ConceptMap: { id: 'confidentiality', name: 'conf', upper: 'Confidentiality', part: 'fident' },
  OperationDefinition: { id: 'validate', name: 'valid', upper: 'ValidateDeposit', part: 'deposit' },
  StructureDefinition: { id: 'xds-slot', name: 'xdsslot', upper: 'XdsSlot', part: 'slot' },
};
for (const [type, { id, name, upper, part }] of Object.entries(definitions)) {
  base[type] = [];
  searches[type] = {
    _id: { value: id, modifiers: { not: id } },
    url: { value: `https://dmp-fhir.example/${type}/${id}` },
    name: { value: name, modifiers: { exact: upper, contains: part } },
    version: { value: '9.9.9', expects: empty, modifiers: { not: '0.1.0' } },
    status: { value: 'retired', expects: empty, modifiers: { not: 'draft' } },
  };
}

const valueOf = (value: Value): string => (typeof value === 'string' ? value : value());
/** A parameter that the base has already is put in its place, every other beside it. */
const withPair = (type: string, name: string, key: string, value: string): Pairs => [
  ...base[type]!.filter(([n]) => n !== name),
  [key, value],
];

/** The search finds something else than without the parameter (and than without its modifier). */
async function searchCase(type: string, name: string, modifier?: string): Promise<void> {
  const all = (await idsOf(type, base[type]!)).sort();
  expect(all.length).toBeGreaterThan(2);
  if (patientNames.includes(name)) {
    const value = modifier === 'identifier' || name.endsWith('.identifier') ? P2 : known.P2;
    const pairs = base[type]!.filter(([n]) => n !== 'patient.identifier');
    const ids = await idsOf(type, [...pairs, [modifier ? `${name}:${modifier}` : name, value]]);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.some((id) => all.includes(id))).toBe(false);
    return;
  }
  if (modifier === 'missing') {
    const [has, lacks] = [
      await idsOf(type, withPair(type, '', `${name}:missing`, 'false')),
      await idsOf(type, withPair(type, '', `${name}:missing`, 'true')),
    ];
    expect([...has, ...lacks].sort()).toEqual(all);
    return;
  }
  const spec = searches[type]![name]!;
  const value = valueOf(modifier ? (spec.modifiers?.[modifier] ?? '') : spec.value);
  expect(value, 'a value').not.toBe('');
  const key = modifier ? `${name}:${modifier}` : name;
  const ids = (await idsOf(type, withPair(type, name, key, value))).sort();
  expect(ids).not.toEqual(all);
  if (!modifier && spec.expects !== empty) expect(ids.length).toBeGreaterThan(0);
  // `_id` and `identifier` may find what a status hides; `code` and `status` change what there is to find.
  if (modifier) {
    if (modifier === 'exact') {
      const otherCase = value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase();
      expect(ids.length).toBeGreaterThan(0);
      expect(await idsOf(type, withPair(type, name, key, otherCase))).toEqual([]);
      expect(await idsOf(type, withPair(type, name, name, otherCase))).not.toEqual([]);
      return;
    }
    const plain = await ask(type, withPair(type, name, name, value));
    expect(
      plain.status === 200
        ? found(plain.body)
            .map((r) => r.id!)
            .sort()
        : plain.status,
    ).not.toEqual(ids);
  }
}

/** Both directions, and they differ; what the key lacks is at the end of both. */
async function sortCase(type: string, key: string): Promise<void> {
  const all =
    type === 'List' && key === 'code'
      ? base[type]!.map((p) => (p[0] === 'code' ? (['code', 'submissionset,folder'] as const) : p))
      : base[type]!;
  const [up, down] = [await idsOf(type, [...all, ['_sort', key]]), await idsOf(type, [...all, ['_sort', `-${key}`]])];
  expect([...up].sort()).toEqual([...down].sort());
  expect(up).not.toEqual(down);
}

async function includeCase(type: string, value: string): Promise<void> {
  const without = await ask(type, base[type]!);
  const { status, body } = await ask(type, [...base[type]!, ['_include', value]]);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(found(without.body, 'include')).toEqual([]);
  const target = value.endsWith(':item') ? 'DocumentReference' : 'Patient';
  if (value.endsWith(':author')) {
    const [outcome] = found(body, 'outcome') as OperationOutcome[];
    expect(JSON.stringify(outcome)).toContain('search-include-contained');
    return;
  }
  const included = found(body, 'include');
  expect(included.length).toBeGreaterThan(0);
  for (const r of included) expect(r.resourceType).toBe(target);
  const referred = JSON.stringify(found(body));
  for (const r of included) expect(referred).toContain(`"${target}/${r.id}"`);
}

// --- the rest, by name

const archivedOf = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
const readOwn = async (): Promise<DocumentReference> =>
  (await stack.get<DocumentReference>(`/DocumentReference/${known.own.id}`, 'doctor')).body;

/** Archives or unarchives the doctor's own document with a patch of one format. */
async function patched(format: string, target = `/DocumentReference/${known.own.id}`): Promise<void> {
  const before = await readOwn();
  const at = before.extension!.findIndex((e) => e.url === extIsArchived);
  const value = !archivedOf(before);
  const path = `DocumentReference.extension.where(url='${extIsArchived}').value`;
  const xmlPath = `/f:DocumentReference/f:extension[${at + 1}]/f:valueBoolean/@value`;
  const part = (name: string, attribute: string, v: string): string =>
    `<part><name value="${name}"/><${attribute} value="${v}"/></part>`;
  const bodies: Record<string, unknown> = {
    'application/json-patch+json': [{ op: 'replace', path: `/extension/${at}/valueBoolean`, value }],
    'application/fhir+json': {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: path },
            { name: 'value', valueBoolean: value },
          ],
        },
      ],
    },
    'application/fhir+xml':
      `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part('type', 'valueCode', 'replace')}` +
      `${part('path', 'valueString', path)}${part('value', 'valueBoolean', String(value))}</parameter></Parameters>`,
    'application/xml-patch+xml': `<diff xmlns:f="http://hl7.org/fhir"><replace sel="${xmlPath}">${value}</replace></diff>`,
  };
  expect(Object.keys(bodies)).toContain(format);
  const answer = await stack.patch<DocumentReference>(target, bodies[format], format, 'doctor');
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(archivedOf(await readOwn())).toBe(value);
}

const incomplete: DocumentReference = {
  ...simplified({ content: text(), contentType: 'text/plain' }),
  content: [{ attachment: { contentType: 'text/plain', title: 'Sans contenu' } }],
};
const outcomeOf = (body: unknown): OperationOutcome => {
  expect((body as Resource).resourceType).toBe('OperationOutcome');
  return body as OperationOutcome;
};
const hasError = (body: unknown): boolean => outcomeOf(body).issue.some((i) => ['error', 'fatal'].includes(i.severity));
/** `$validate` tells a resource that is right from one that is not, and deposits neither. */
async function validates(type: string, right: Resource, wrong: Resource): Promise<void> {
  await stack.resetCalls();
  const good = await stack.post(`/${type}/$validate`, right, 'nurse');
  const bad = await stack.post(`/${type}/$validate`, wrong, 'nurse');
  expect([good.status, hasError(good.body)], JSON.stringify(good.body)).toEqual([200, false]);
  expect(hasError(bad.body)).toBe(true);
  expect(await stack.calls()).not.toContain('TD2.1');
}
const setOf = (bundle: Bundle): List =>
  bundle.entry!.find((e) => e.resource?.resourceType === 'List')!.resource as List;

const read = async (type: string, id: string, kind: Kind = readerOf(type)): Promise<void> => {
  const answer = await stack.get<Resource>(`/${type}/${id}`, kind);
  expect([answer.status, answer.body.resourceType, answer.body.id]).toEqual([200, type, id]);
  expect((await stack.get(`/${type}/unknown`, kind)).status).toBe(404);
};
/** By GET and by POST, alike. */
const search = async (type: string, pairs: Pairs): Promise<void> => {
  const got = await ask(type, pairs);
  const posted = await stack.send<Bundle>(
    `/${type}/_search`,
    query([...pairs, ['_count', '500']]),
    'application/x-www-form-urlencoded',
    readerOf(type),
  );
  expect([got.status, posted.status]).toEqual([200, 200]);
  expect(got.body.total).toBeGreaterThan(0);
  expect(found(posted.body).map((r) => r.id)).toEqual(found(got.body).map((r) => r.id));
};
const patientBy = async (pairs: Pairs): Promise<number> => (await ask('Patient', pairs)).body.total!;

const cases: Record<string, () => Promise<void>> = {
  'Patient search-type': () => search('Patient', [['identifier', P1]]),
  'Patient read': () => read('Patient', known.P2.replace('Patient/', '')),
  'Patient?identifier': async () => {
    expect(await patientBy([['identifier', P1]])).toBe(1);
    expect(await patientBy([['identifier', `${INS_TEST}|${patients.P4.ins}`]])).toBe(0);
  },
  'Patient?_id': async () => {
    expect(await patientBy([['_id', known.P2.replace('Patient/', '')]])).toBe(1);
    expect(await patientBy([['_id', 'unknown']])).toBe(0);
  },
  ...declaredPatientDoors(() => stack),
  ...declaredIdentityDoors(() => stack),
  ...declaredImportDoors(() => stack),
  'DocumentReference create': async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    await read('DocumentReference', created.body.id!);
  },
  'DocumentReference conditional create': async () => {
    const unless = (uniqueId: string) =>
      stack.post<DocumentReference>(
        '/DocumentReference',
        simplified({ content: text('other bytes'), contentType: 'text/plain' }),
        'nurse',
        { 'if-none-exist': `identifier=urn:ietf:rfc:3986|urn:oid:${uniqueId}` },
      );
    const there = await unless(known.own.uniqueId);
    expect([there.status, there.body.id]).toEqual([200, known.own.id]);
    expect((await unless('2.25.1')).status).toBe(201);
  },
  'DocumentReference read': () => read('DocumentReference', known.letter),
  'DocumentReference search-type': () => search('DocumentReference', base['DocumentReference']!),
  'DocumentReference patch': () => patched('application/json-patch+json'),
  'DocumentReference conditional patch': () =>
    patched(
      'application/json-patch+json',
      `/DocumentReference?identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${known.own.uniqueId}`)}`,
    ),
  'DocumentReference $validate': () =>
    validates('DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), incomplete),
  'DocumentReference $whats-new': async () => {
    const news = async (since?: string): Promise<number> => {
      const pairs: Pairs = [['patient.identifier', P1], ...(since ? [['since', since] as const] : [])];
      const answer = await stack.get<Bundle>(`/DocumentReference/$whats-new?${query(pairs)}`, 'doctor');
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return found(answer.body).length;
    };
    const [ever, lately] = [await news(), await news(new Date(Date.now() - 3_600_000).toISOString())];
    expect(lately).toBeGreaterThan(0);
    expect(lately).toBeLessThan(ever);
  },
  'DocumentReference $generate-metadata': async () => {
    const cda = await stack.raw(`${stack.base}/Binary/${known.own.id}`, 'doctor', { accept: 'text/xml' });
    expect(cda.status).toBe(200);
    const generate = (data: Buffer) => {
      const resource: Binary = { resourceType: 'Binary', contentType: 'text/xml', data: data.toString('base64') };
      const body = { resourceType: 'Parameters', parameter: [{ name: 'document', resource }] };
      return stack.post<Resource>('/DocumentReference/$generate-metadata', body, 'nurse');
    };
    const answer = await generate(cda.bytes);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(JSON.stringify(answer.body)).toContain(known.own.uniqueId);
    expect((await generate(Buffer.from('<not-a-cda/>'))).status).toBeGreaterThanOrEqual(400);
  },
  'List read': () => read('List', known.list),
  'List search-type': () => search('List', base['List']!),
  'List $validate': () => {
    const set = setOf(provideBundle([{ content: text(), contentType: 'text/plain' }]));
    return validates('List', { ...set, entry: undefined }, { ...set, entry: undefined, extension: undefined });
  },
  'Bundle $validate': () => {
    const right = provideBundle([{ content: text(), contentType: 'text/plain' }]);
    return validates('Bundle', right, { ...right, entry: right.entry!.slice(1) });
  },
  'Binary read': async () => {
    const answer = await stack.raw(`${stack.base}/Binary/${known.own.id}`, 'doctor', { accept: 'text/plain' });
    expect([answer.status, answer.bytes.toString('utf8')]).toEqual([200, known.own.uniqueId]);
  },
  'system transaction': async () => {
    const bundle = provideBundle([{ content: text(), contentType: 'text/plain' }]);
    const answer = await stack.post<Bundle>('', bundle, 'nurse');
    expect([answer.status, answer.body.type], JSON.stringify(answer.body)).toEqual([200, 'transaction-response']);
    expect(answer.body.entry).toHaveLength(bundle.entry!.length);
  },
  'Task read': async () => {
    const { status, body } = await stack.get<Task>(`/Task/${known.task}`, 'nurse');
    expect([status, body.status]).toEqual([200, 'failed']);
    expect((await stack.get('/Task/unknown', 'nurse')).status).toBe(404);
  },
  'Task search-type': () => search('Task', base['Task']!),
  'Task $cancel': () => acted('cancel', 'waiting', 'cancelled'),
  'Task $requeue': () => acted('requeue', 'refused', 'ready'),
  'Task $release': () => acted('release', 'proposed', 'ready'),
  'Task $decline': () => acted('decline', 'proposed', 'rejected'),
  'Subscription create': async () => {
    const { id } = await subscribed();
    await read('Subscription', id!);
  },
  'Subscription read': () => read('Subscription', known.subscription),
  'Subscription search-type': () => search('Subscription', []),
  'Subscription update': async () => {
    const made = await subscribed();
    expect((await asDoctor('PUT', `/Subscription/${made.id}`, { ...made, status: 'off' })).status).toBe(200);
    expect((await stack.get<Subscription>(`/Subscription/${made.id}`, 'doctor')).body.status).toBe('off');
  },
  'Subscription delete': async () => {
    const { id } = await subscribed();
    expect((await asDoctor('DELETE', `/Subscription/${id}`)).status).toBe(204);
    expect((await stack.get(`/Subscription/${id}`, 'doctor')).status).toBeGreaterThanOrEqual(404);
  },
  'Subscription $status': async () => {
    const all = await stack.get<Bundle>('/Subscription/$status', 'doctor');
    const one = await stack.get<Bundle>(`/Subscription/${known.subscription}/$status`, 'doctor');
    expect([all.status, one.status]).toEqual([200, 200]);
    expect(one.body.entry).toHaveLength(1);
    expect(all.body.entry!.length).toBeGreaterThan(1);
    expect(JSON.stringify(one.body)).toContain(known.subscription);
  },
  'Subscription $events': async () => {
    const { status, body } = await stack.get<Bundle>(`/Subscription/${known.subscription}/$events`, 'doctor');
    expect([status, body.type]).toEqual([200, 'history']);
    expect((await stack.get('/Subscription/unknown/$events', 'doctor')).status).toBe(404);
  },
  'Consent create': async () => {
    const made = await recorded('information');
    await read('Consent', made.id!, 'nurse');
  },
  'Consent read': () => read('Consent', known.consent, 'nurse'),
  'Consent vread': async () => {
    const { id, meta } = await recorded('feeding');
    const first = await stack.get<Consent>(`/Consent/${id}/_history/1`, 'nurse');
    expect([first.status, first.body.meta?.versionId]).toEqual([200, '1']);
    expect(Number(meta?.versionId)).toBeGreaterThan(1);
  },
  'Consent history-instance': async () => {
    const { id, meta } = await recorded('feeding');
    const { body } = await stack.get<Bundle>(`/Consent/${id}/_history`, 'nurse');
    expect([body.type, body.total]).toEqual(['history', Number(meta?.versionId)]);
  },
  'Consent update': async () => {
    const made = await recorded('regulation', 'deny');
    const change: Consent = { ...made, provision: { ...made.provision, type: 'permit' } };
    const { status, body } = await stack.put<Consent>(`/Consent/${made.id}`, change, 'nurse');
    expect([status, body.provision?.type]).toEqual([200, 'permit']);
  },
  'Consent delete': async () => {
    const made = await recorded('regulation', 'deny');
    expect((await stack.request('DELETE', `/Consent/${made.id}`, 'nurse')).status).toBe(204);
    expect((await stack.get<Consent>(`/Consent/${made.id}`, 'nurse')).body.status).toBe('inactive');
  },
  'Consent search-type': () => search('Consent', base['Consent']!),
  'Practitioner read': async () => {
    const id = await stack.practitionerId('899700101233');
    const own = await stack.as<Practitioner>({ person: 'doctor', scope: 'fhirUser' }, 'GET', `/Practitioner/${id}`);
    expect([own.status, own.body.name?.[0]?.family]).toEqual([200, 'MAUREL']);
  },
  'AuditEvent read': () => read('AuditEvent', known.event.id),
  'AuditEvent search-type': () => search('AuditEvent', base['AuditEvent']!),
  'system $my-rights': async () => {
    const got = await stack.get<Parameters>('/$my-rights', 'doctor');
    const posted = await stack.post<Parameters>('/$my-rights', { resourceType: 'Parameters' }, 'doctor');
    expect([got.status, posted.status]).toEqual([200, 200]);
    expect(posted.body.parameter).toEqual(got.body.parameter);
    expect((await stack.get<Parameters>('/$my-rights', 'nurse')).body.parameter).not.toEqual(got.body.parameter);
  },
  'language fr': () => inLanguage('fr', 'Paramètre'),
  'language en': () => inLanguage('en', 'parameter'),
};

/** On an item of its own; from its end there is no way. */
async function acted(action: string, from: FeedState, to: string): Promise<void> {
  const act = async (id: string) => stack.request<Task>('POST', `/Task/${id}/$${action}`, 'nurse');
  const { status, body } = await act(await feedItem(stack, from, { who: 'P2' }));
  expect([status, body.status], JSON.stringify(body)).toEqual([200, to]);
  expect((await act(await feedItem(stack, 'delivered', { who: 'P2' }))).status).toBe(409);
}

async function inLanguage(language: string, word: string): Promise<void> {
  const answer = await stack.get<OperationOutcome>('/DocumentReference', 'doctor', { 'accept-language': language });
  expect(answer.body.language).toBe(language);
  expect(answer.body.issue[0]!.details!.text!.toLowerCase()).toContain(word.toLowerCase());
}
async function inFormat(format: string): Promise<void> {
  const full = format.includes('/') ? format : `application/fhir+${format}`;
  const url = `${stack.base}/DocumentReference/${known.own.id}`;
  const byFormat = await stack.raw(`${url}?_format=${encodeURIComponent(format)}`, 'doctor', { accept: '*/*' });
  expect([byFormat.status, byFormat.headers.get('content-type')]).toEqual([200, `${full}; charset=utf-8`]);
  expect(byFormat.bytes.toString('utf8').startsWith(full.endsWith('xml') ? '<' : '{')).toBe(true);
  const byAccept = await stack.raw(url, 'doctor', { accept: full });
  expect(byAccept.headers.get('content-type')).toBe(`${full}; charset=utf-8`);
}

/** The case of a declared thing; undefined: nobody thought of it. */
function caseOf(name: string): (() => Promise<void>) | undefined {
  if (cases[name]) return cases[name];
  const [, ours = '', interaction] = /^([A-Z]\w+) (read|search-type)$/.exec(name) ?? [];
  if (definitions[ours]) return () => (interaction === 'read' ? read(ours, definitions[ours]!.id) : search(ours, []));
  const format = /^(patch )?format (.+)$/.exec(name);
  if (format) return () => (format[1] ? patched(format[2]!) : inFormat(format[2]!));
  const [, type, parameter = ''] = /^([A-Z]\w+)\?(.+)$/.exec(name) ?? [];
  if (!type || !searches[type]) return undefined;
  const [, result, value = ''] = /^(_sort|_include)=(.+)$/.exec(parameter) ?? [];
  if (result) return () => (result === '_sort' ? sortCase(type, value) : includeCase(type, value));
  const isKnown = (n: string): boolean => patientNames.includes(n) || searches[type]![n] !== undefined;
  if (isKnown(parameter)) return () => searchCase(type, parameter);
  const [, own = '', modifier = ''] = /^(.+):([^:]+)$/.exec(parameter) ?? [];
  return isKnown(own) ? () => searchCase(type, own, modifier) : undefined;
}

describe('4. Declared means working', () => {
  it('the statement that is served is the one that is walked here', async () => {
    const { body } = await stack.get<CapabilityStatement>('/metadata', 'doctor');
    expect(namesOf(body)).toEqual(declared);
    expect(declared.length).toBeGreaterThan(150);
  });

  it.each(declared)('%s', async (name) => {
    const run = caseOf(name);
    if (!run) throw new Error(`${name} is declared and has no case here`);
    await run();
  });
});
