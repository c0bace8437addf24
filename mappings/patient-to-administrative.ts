/**
 * A Patient as the administrative data of a DMP, for TD1.1 and TD1.3b: the opposite of `administrativePatient`. What the DMP
 * requires and the Patient lacks is an error; what it has no place for, a warning: nothing is left out in silence.
 *
 * Required: name, civility, sex and date of birth (dmp-wire §5: civility, name and date of birth; every golden request says
 * the sex).
 */
import type { Address, Extension, Patient } from '@medplum/fhirtypes';
import { saidNames, v3Address, v3Gender, v3Name, v3Telecom } from './codecs/hl7v3.ts';
import { dtmDate } from './codecs/dtm.ts';
import { defined } from './defined.ts';
import type { Relationship, Telecom } from './hl7v3/facts.ts';
import type { AdministrativePerson } from './hl7v3/patient-write.ts';
import { oppositionCodes, type Oppositions } from './hl7v3/registration.ts';
import { insFromToken, type PatientId } from './ins.ts';
import type { Issue } from './outcome.ts';
import { patientExtensions } from './patient-extensions.ts';
import { relationCodes, relationOf } from './patient-relations.ts';
import { birthPlaceUrl } from './patient-traits.ts';

/** What TD1.1 and TD1.3b say of a patient. */
export interface AdministrativeInput {
  patient: PatientId;
  person: AdministrativePerson;
  oppositions: Oppositions;
}

/** Elements that are read, and those that say nothing of the person: no warning is due for them. */
const understood = new Set<string>([
  ...['identifier', 'name', 'gender', 'birthDate', 'telecom', 'address', 'contact', 'extension'],
  ...['resourceType', 'id', 'meta', 'text', 'language', 'implicitRules', 'active'],
]);
const understoodOfContacts = new Set(['id', 'relationship', 'name', 'telecom', 'address']);

/** Extensions that are read, that the DMP alone writes, or that say how an identity was checked. */
const understoodExtensions = new Set<string>([
  birthPlaceUrl,
  ...Object.values(patientExtensions),
  'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
]);

/** Collects the issues of one Patient; each names its element. */
class Reading {
  readonly issues: Issue[] = [];
  missing(element: string): void {
    this.issues.push({ key: 'administrative-missing', expression: element, values: { element } });
  }
  refused(element: string, expected: string): void {
    this.issues.push({ key: 'administrative-value', expression: element, values: { element, expected } });
  }
  unsaid(element: string): void {
    this.issues.push({ key: 'administrative-unsaid', expression: element, values: { element }, severity: 'warning' });
  }
  /** A contact whose name or relation the DMP cannot say. */
  nobody(element: string): void {
    const values = { element, expected: relationCodes.join(', ') };
    this.issues.push({ key: 'administrative-contact', expression: element, values, severity: 'warning' });
  }
}

/**
 * @returns the input, unless an issue is an error; the issues, each with the element that it is about. Whether the INS is a
 *   right one is `checkIns`.
 */
export function patientToAdministrative(patient: Patient): { input?: AdministrativeInput; issues: Issue[] } {
  const reading = new Reading();
  const ins = insIn(patient, reading);
  const person = personOf(patient, reading);
  const oppositions = oppositionsIn(patient.extension);
  for (const element of Object.keys(patient))
    if (!understood.has(element)) reading.unsaid(`Patient.${pathOf(element)}`);
  if (patient.active === false) reading.refused('Patient.active', 'true');
  patient.extension?.forEach(({ url }, i) => {
    if (!understoodExtensions.has(url)) reading.unsaid(`Patient.extension[${i}]`);
  });
  const { issues } = reading;
  if (!ins || !person || issues.some((i) => i.severity === undefined)) return { issues };
  return { input: { patient: ins, person, oppositions }, issues };
}

/** FHIRPath of a property: a choice has no type in it, an extension of a primitive is one. */
const pathOf = (property: string): string =>
  property.startsWith('_')
    ? `${property.slice(1)}.extension`
    : property.replace(/^(deceased|multipleBirth)[A-Z].*$/, '$1');

/** The one INS; identifiers of other authorities are the sender's own. */
function insIn(patient: Patient, { issues }: Reading): PatientId | undefined {
  const found = (patient.identifier ?? [])
    .filter((i) => i.use !== 'old')
    .flatMap((i) => insFromToken(i.system, i.value) ?? []);
  const [ins] = found;
  if (!ins) issues.push({ key: 'patient-unidentified', expression: 'Patient.identifier' });
  else if (found.some((other) => other.value !== ins.value || other.oid !== ins.oid))
    issues.push({ key: 'patient-inconsistent', expression: 'Patient.identifier' });
  return ins;
}

function personOf(patient: Patient, reading: Reading): AdministrativePerson | undefined {
  const name = v3Name.encode(patient.name ?? []);
  if (name?.usage === undefined) reading.missing('Patient.name.family');
  if (!name || name.given.length === 0) reading.missing('Patient.name.given');
  if (name?.prefix === undefined) reading.missing('Patient.name.prefix');
  const said = saidNames(patient.name ?? []);
  patient.name?.forEach((n, i) => {
    if (!said.includes(n)) reading.unsaid(`Patient.name[${i}]`);
  });
  if (!name) return undefined;
  const birthPlace = patient.extension?.find((e) => e.url === birthPlaceUrl)?.valueAddress;
  return defined<AdministrativePerson>({
    name,
    sex: sexOf(patient, reading),
    birthDate: birthDateOf(patient, reading),
    telecom: telecomsOf(patient.telecom, 'Patient.telecom', reading),
    address: addressOf(patient.address ?? [], 'Patient.address', reading),
    birthPlace: birthPlace && addressOf([birthPlace], `Patient.extension('${birthPlaceUrl}')`, reading),
    relationships: relationshipsOf(patient, reading),
  });
}

function sexOf({ gender }: Patient, reading: Reading): string | undefined {
  if (gender === undefined) reading.missing('Patient.gender');
  const sex = gender === undefined ? undefined : v3Gender.encode(gender);
  if (gender !== undefined && sex === undefined) reading.refused('Patient.gender', 'male, female, unknown');
  return sex;
}

function birthDateOf({ birthDate }: Patient, reading: Reading): string | undefined {
  if (birthDate === undefined) reading.missing('Patient.birthDate');
  const wire = birthDate === undefined ? undefined : dtmDate.encode(birthDate);
  if (birthDate !== undefined && wire?.length !== 8) reading.refused('Patient.birthDate', 'AAAA-MM-JJ');
  return wire;
}

function telecomsOf(given: Patient['telecom'], path: string, reading: Reading): Telecom[] | undefined {
  const said = (given ?? []).flatMap((telecom, i) => {
    const wire = v3Telecom.encode(telecom);
    if (!wire) reading.unsaid(`${path}[${i}]`);
    return wire ?? [];
  });
  return said.length === 0 ? undefined : said;
}

/** The first address that has a part of the DMP's: it holds one. */
function addressOf(given: readonly Address[], path: string, reading: Reading): ReturnType<typeof v3Address.encode> {
  const wires = given.map((a) => v3Address.encode(a));
  const chosen = wires.findIndex((w) => w !== undefined);
  wires.forEach((_, i) => {
    if (i !== chosen) reading.unsaid(given.length === 1 ? path : `${path}[${i}]`);
  });
  return wires[chosen];
}

type Contact = NonNullable<Patient['contact']>[number];

function relationshipsOf(patient: Patient, reading: Reading): Relationship[] | undefined {
  const said = (patient.contact ?? []).flatMap((contact, i) => {
    const path = `Patient.contact[${i}]`;
    const relation = (contact.relationship ?? []).flatMap((r) => r.coding ?? []).flatMap((c) => relationOf(c) ?? [])[0];
    if (relation === undefined || contact.name === undefined) {
      reading.nobody(path);
      return [];
    }
    return [relationshipOf(contact, relation, path, reading)];
  });
  return said.length === 0 ? undefined : said;
}

function relationshipOf(contact: Contact, relation: string, path: string, reading: Reading): Relationship {
  for (const element of Object.keys(contact))
    if (!understoodOfContacts.has(element)) reading.unsaid(`${path}.${element}`);
  const { family, given, prefix } = contact.name ?? {};
  return defined<Relationship>({
    relation,
    name: defined({ family, given: given?.join(' '), prefix: prefix?.[0] }),
    telecom: telecomsOf(contact.telecom, `${path}.telecom`, reading) ?? [],
    address: contact.address && addressOf([contact.address], `${path}.address`, reading),
  });
}

/** What the extensions dmp-observation say of oppositions. */
function oppositionsIn(extensions: readonly Extension[] = []): Oppositions {
  const said = new Map<string, boolean>();
  for (const { url, extension = [] } of extensions) {
    const code = extension.find((e) => e.url === 'code')?.valueCode;
    const value = extension.find((e) => e.url === 'value')?.valueBoolean;
    if (url === patientExtensions.observation && code !== undefined && value !== undefined) said.set(code, value);
  }
  return defined<Oppositions>({
    breakGlass: said.get(oppositionCodes.breakGlass),
    regulation: said.get(oppositionCodes.regulation),
  });
}
