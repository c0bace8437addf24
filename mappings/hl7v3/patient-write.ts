/** A patient in an HL7 V3 request: the opposite of `patient-read.ts`. Order of the elements: wire/xsd, dmp-hl7v3.xsd. */
import { el, type Element } from '../xml/build.ts';
import {
  addressParts,
  type PatientFacts,
  type PersonName,
  type PostalAddress,
  type Relationship,
  type Telecom,
} from './facts.ts';

/** Traits, addresses and representatives that a request carries; a name at least. */
export type AdministrativePerson = { name: PersonName } & Pick<
  PatientFacts,
  'sex' | 'birthDate' | 'telecom' | 'address' | 'birthPlace' | 'relationships'
>;

/** Code system of personalRelationship (dmp-wire §6). */
const relations = '2.16.840.1.113883.1.11.19579';

const instance = { classCode: 'PSN', determinerCode: 'INSTANCE' };

export function writePerson(person: AdministrativePerson): Element {
  const { sex, birthDate, birthPlace } = person;
  return el('patientPerson', instance, [
    nameOf(person.name),
    ...(person.telecom ?? []).map(telecomOf),
    sex === undefined ? undefined : el('administrativeGenderCode', { code: sex }),
    birthDate === undefined ? undefined : el('birthTime', { value: birthDate }),
    person.address && addressOf(person.address),
    ...(person.relationships ?? []).map(relationshipOf),
    birthPlace && el('birthPlace', { classCode: 'BIRTHPL' }, [addressOf(birthPlace)]),
  ]);
}

function nameOf({ prefix, given, usage, birth }: PersonName): Element {
  return el('name', {}, [
    part('prefix', prefix),
    part('family', usage, { qualifier: 'SP' }),
    part('family', birth, { qualifier: 'BR' }),
    ...given.map((g) => part('given', g)),
  ]);
}

const part = (name: string, text: string | undefined, attrs: Record<string, string> = {}): Element | undefined =>
  text === undefined ? undefined : el(name, attrs, [text]);

const telecomOf = ({ value, use }: Telecom): Element => el('telecom', { use, value });

const addressOf = (address: PostalAddress): Element =>
  el(
    'addr',
    {},
    addressParts.flatMap((name) => address[name]?.split('\n').map((line) => part(name, line)) ?? []),
  );

const relationshipOf = ({ relation, name, telecom, address }: Relationship): Element =>
  el('personalRelationship', { classCode: 'PRS' }, [
    el('code', { code: relation, codeSystem: relations }),
    address && addressOf(address),
    ...telecom.map(telecomOf),
    el('relationshipHolder1', instance, [
      el('name', {}, [part('prefix', name.prefix), part('given', name.given), part('family', name.family)]),
    ]),
  ]);
