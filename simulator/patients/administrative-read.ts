/** A 201311 or 201314 as read, once its grammar and rules have been checked. */
import { attr, findAll, findOne, type XmlElement } from '../dom.ts';
import type { PatientKey } from '../vihf/types.ts';
import type { Address, LegalRepresentative, PatientRecord, PersonName, Telecom } from '../world.ts';
import {
  type Administrative,
  administrativeGrammar,
  administrativeOf,
  administrativeRows,
  type Observation,
} from './administrative.ts';
import { administrativeRules, places } from './administrative-rules.ts';
import { named, said } from './forms.ts';
import { check, defined, required, text } from './reading.ts';
import { readHead, type RequestHead } from './transport.ts';

export interface Organization {
  id: string;
  name: string;
}

export interface Author {
  id: string;
  role: { code: string; codeSystem: string; displayName?: string };
  name: PersonName;
  organization: Organization;
}

/** What is said of the person: the name always, the rest as far as the message does. */
export type Person = Pick<PatientRecord, 'name'> &
  Partial<Pick<PatientRecord, 'sex' | 'birthDate' | 'birthPlace' | 'telecom' | 'address' | 'representatives'>>;

export interface AdministrativeRequest extends RequestHead {
  transaction: Administrative;
  patient: PatientKey;
  person: Person;
  observations: Partial<Record<Observation, boolean>>;
  /** yyyyMMdd */
  consentDate?: string;
  /** Who creates the DMP (TD1.1). */
  provider?: Organization;
  author: Author;
  /** Motive of closure (TD1.4). */
  closure?: { code: string; text?: string };
}

const part = (element: XmlElement, name: string): string | undefined => said(named(element, name)[0]);

const nonEmpty = <T>(list: T[]): T[] | undefined => (list.length === 0 ? undefined : list);

function readName(element: XmlElement): PersonName {
  const family = (qualifier: string) =>
    said(named(element, 'family').find((f) => (attr(f, 'qualifier') ?? 'SP') === qualifier));
  return defined<PersonName>({
    prefix: part(element, 'prefix'),
    given: named(element, 'given').map((g) => said(g) ?? ''),
    usage: family('SP'),
    birth: family('BR'),
  });
}

const readAddress = (element: XmlElement | undefined): Address | undefined =>
  element === undefined
    ? undefined
    : defined<Address>({
        lines: nonEmpty(named(element, 'streetAddressLine').map((line) => said(line) ?? '')),
        locator: part(element, 'additionalLocator'),
        postalCode: part(element, 'postalCode'),
        city: part(element, 'city') ?? '',
        country: part(element, 'country'),
      });

const readTelecoms = (element: XmlElement): Telecom[] | undefined =>
  nonEmpty(named(element, 'telecom').map((t) => defined<Telecom>({ value: text(t, 'value'), use: attr(t, 'use') })));

const readRepresentative = (element: XmlElement): LegalRepresentative =>
  defined<LegalRepresentative>({
    relationship: text(required(element, 'hl7:code'), 'code'),
    name: readName(required(element, 'hl7:relationshipHolder1/hl7:name')),
    telecom: readTelecoms(element),
    address: readAddress(findOne(element, 'hl7:addr')),
  });

const readPerson = (element: XmlElement): Person =>
  defined<Person>({
    name: readName(required(element, 'hl7:name')),
    sex: attr(findOne(element, 'hl7:administrativeGenderCode'), 'code') as PatientRecord['sex'] | undefined,
    birthDate: attr(findOne(element, 'hl7:birthTime'), 'value'),
    birthPlace: readAddress(findOne(element, 'hl7:birthPlace/hl7:addr')),
    telecom: readTelecoms(element),
    address: readAddress(findOne(element, 'hl7:addr')),
    representatives: nonEmpty(named(element, 'personalRelationship').map(readRepresentative)),
  });

const readOrganization = (element: XmlElement): Organization => ({
  id: text(required(element, 'hl7:id'), 'extension'),
  name: part(element, 'name') ?? '',
});

function readAuthor(element: XmlElement): Author {
  const code = required(element, 'hl7:code');
  return {
    id: text(required(element, 'hl7:id'), 'extension'),
    role: defined<Author['role']>({
      code: text(code, 'code'),
      codeSystem: text(code, 'codeSystem'),
      displayName: attr(code, 'displayName'),
    }),
    name: readName(required(element, 'hl7:assignedPerson/hl7:name')),
    organization: readOrganization(required(element, 'hl7:representedOrganization')),
  };
}

function readClosure(body: XmlElement): AdministrativeRequest['closure'] {
  const code = findOne(body, `${places.issue}/hl7:detectedIssueEvent/hl7:code`);
  if (code === undefined) return undefined;
  const explanation = said(findOne(body, `${places.issue}/hl7:detectedIssueEvent/hl7:text`));
  return defined<{ code: string; text?: string }>({ code: text(code, 'code'), text: explanation });
}

const consentDay = `${places.observation}[starts-with(hl7:code/@code, 'CONSENTEMENT_')]/hl7:effectiveTime`;

/** Reads the request. @throws SoapFault with the code of the first rule that it breaks */
export function readAdministrative(body: XmlElement): AdministrativeRequest {
  const transaction = administrativeOf(body);
  check(body, administrativeGrammar(administrativeRows[transaction]), administrativeRules(transaction));
  const patient = required(body, places.patient);
  const ins = required(patient, 'hl7:id');
  const provider = findOne(patient, 'hl7:providerOrganization');
  const observations = findAll(body, places.observation);
  const code = (element: XmlElement) => text(required(element, 'hl7:code'), 'code');
  return defined<AdministrativeRequest>({
    ...readHead(body),
    transaction,
    patient: { oid: text(ins, 'root'), value: text(ins, 'extension') },
    person: readPerson(required(body, places.person)),
    observations: Object.fromEntries(
      observations.map((o) => [code(o), text(required(o, 'hl7:value'), 'value') === 'true']),
    ),
    consentDate: attr(findOne(body, consentDay), 'value'),
    provider: provider === undefined ? undefined : readOrganization(provider),
    author: readAuthor(required(body, places.entity)),
    closure: readClosure(body),
  });
}
