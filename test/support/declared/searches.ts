/** Declared search parameters: for each a value that some have and others have not. */
import { dsubmTopic, patients } from '../resources.ts';
import { base, known } from './world.ts';

export type Value = string | (() => string);
export const empty = 'nothing is found';
const nos = (name: string): string => `https://mos.esante.gouv.fr/NOS/${name}/FHIR/${name.replace('_', '-')}`;
const rpps = '899700101233';

interface SearchCase {
  value: Value;
  /** Nothing has it, and everything lacks it: that nothing is found is what shows that it counts. */
  expects?: typeof empty;
  modifiers?: Record<string, Value>;
}
export const searches: Record<string, Record<string, SearchCase>> = {
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
export const definitions: Record<string, { id: string; name: string; upper: string; part: string }> = {
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
