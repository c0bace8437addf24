/**
 * Values of parameters that a reader can try: of the invented people, or of the type of the parameter when its name asks for
 * nothing special. A test sends each to the server, which must understand it.
 */

/** Those of the demonstration's story. */
export const demo = {
  ins: 'urn:oid:1.2.250.1.213.1.4.10|236046999012376',
  localId: 'urn:oid:2.16.840.1.113883.19.7602.9|IPP-000042',
} as const;

/** With these a search is usually made: a reference that can try calls fills them in. */
const usual: Readonly<Record<string, readonly string[]>> = {
  DocumentReference: ['patient.identifier', 'status'],
  List: ['patient.identifier', 'code', 'status'],
  Patient: ['identifier'],
  Consent: ['patient.identifier'],
};
export const isUsual = (type: string, name: string): boolean => usual[type]?.includes(name) ?? false;

/** By `Type.name`, or by name whatever the type. */
const values: Readonly<Record<string, string>> = {
  'patient.identifier': demo.ins,
  'subject.identifier': demo.ins,
  'Patient.identifier': demo.ins,
  sourceIdentifier: demo.localId,
  targetSystem: 'urn:oid:1.2.250.1.213.1.4.10',
  status: 'current',
  'Consent.status': 'active',
  'Subscription.status': 'active',
  'Task.status': 'ready',
  'Task.business-status': 'queued',
  'Task.code': 'deposit-document',
  'Task.group-identifier': 'urn:ietf:rfc:3986|urn:uuid:0b2f6f0e-6a0c-4c52-9d7e-3f6d0c3d5a11',
  'List.code': 'submissionset',
  'Patient.birthdate': '1936-04-12',
  'Patient.gender': 'female',
  'Patient.family': 'BASTIDE',
  'Patient.given': 'ODETTE',
  'Patient.address-city': 'SAINT-FICTIF-LES-VALS',
  'Patient.address-postalcode': '38990',
  'AuditEvent.type': '110113',
  'AuditEvent.outcome': '0',
  'AuditEvent.subtype': 'break-glass',
  since: '2026-11-01T00:00:00Z',
  by: 'authorization',
  owner: '899700101233',
  page: 'Documents',
  consentedOn: '2026-11-20',
  motive: 'FERMETURE_DEMANDE_PATIENT',
  mode: 'profile',
  takeover: '6f9619ff-8b86-4d01-b42d-00c04fc964ff',
  state: 'delivered',
  after: '1',
  _count: '100',
  profile: 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish',
};

/** By the type of a search parameter, or of an operation's. */
const byType: Readonly<Record<string, string>> = {
  token: 'code',
  date: '2026-11',
  string: 'texte',
  reference: 'Patient/0b2f6f0e-6a0c-4c52-9d7e-3f6d0c3d5a11',
  uri: 'https://dmp-fhir.example/CodeSystem/error',
  boolean: 'false',
  integer: '10',
};

/** @param type of resource; empty for an operation's parameter */
export const exampleOf = (
  type: string,
  parameter: { name: string; type: string; codes?: readonly string[] },
): string =>
  values[`${type}.${parameter.name}`] ??
  values[parameter.name] ??
  parameter.codes?.[0] ??
  byType[parameter.type] ??
  'x';
