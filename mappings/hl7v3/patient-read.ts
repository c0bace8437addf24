/** The patient of an HL7 V3 answer: identifiers, person, relationships, indicators. Source: dmp-wire §6. */
import { defined } from '../defined.ts';
import { at, child, childrenOf, type XmlNode } from '../xml/tree.ts';
import {
  addressParts,
  type PatientFacts,
  type PersonName,
  type PostalAddress,
  type Relationship,
  type Telecom,
} from './facts.ts';

export function readPatient(patient: XmlNode): PatientFacts {
  const person = child(patient, 'patientPerson');
  const telecom = readTelecom(person);
  const relationships = childrenOf(person, 'personalRelationship').map(readRelationship);
  const observations: Record<string, boolean> = {};
  let matchPercent: number | undefined;
  for (const subject of patient.children.filter((c) => /^subjectOf\d?$/.test(c.name))) {
    const observation = child(subject, 'administrativeObservation');
    const code = child(observation, 'code')?.attrs.code;
    const value = boolean(child(observation, 'value')?.attrs.value);
    if (code !== undefined && value !== undefined) observations[code] = value;
    const match = at(subject, 'queryMatchObservation', 'value')?.attrs.value;
    if (match !== undefined) matchPercent = Number(match);
  }
  return defined<PatientFacts>({
    identifiers: childrenOf(patient, 'id').map((id) => ({
      system: id.attrs.root ?? '',
      value: id.attrs.extension ?? '',
    })),
    status: child(patient, 'statusCode')?.attrs.code,
    name: name(child(person, 'name')),
    sex: child(person, 'administrativeGenderCode')?.attrs.code,
    birthDate: child(person, 'birthTime')?.attrs.value,
    deceased: boolean(child(person, 'deceasedInd')?.attrs.value),
    deceasedTime: child(person, 'deceasedTime')?.attrs.value,
    telecom: telecom.length > 0 ? telecom : undefined,
    address: address(child(person, 'addr')),
    birthPlace: address(at(person, 'birthPlace', 'addr')),
    relationships: relationships.length > 0 ? relationships : undefined,
    observations: Object.keys(observations).length > 0 ? observations : undefined,
    matchPercent,
  });
}

function readRelationship(r: XmlNode): Relationship {
  const holder = at(r, 'relationshipHolder1', 'name');
  return defined<Relationship>({
    relation: child(r, 'code')?.attrs.code ?? '',
    name: defined({
      prefix: textOf(child(holder, 'prefix')),
      given: textOf(child(holder, 'given')),
      family: textOf(child(holder, 'family')),
    }),
    telecom: readTelecom(r),
    address: address(child(r, 'addr')),
  });
}

const readTelecom = (node: XmlNode | undefined): Telecom[] =>
  childrenOf(node, 'telecom').flatMap((t) =>
    t.attrs.value === undefined ? [] : [defined({ value: t.attrs.value, use: t.attrs.use })],
  );

function name(node: XmlNode | undefined): PersonName | undefined {
  if (!node) return undefined;
  const families = childrenOf(node, 'family');
  // A qualifier is a set of codes (EN.family); '' is the code of none.
  const family = (...codes: string[]): string | undefined =>
    textOf(
      families.find((f) =>
        (f.attrs.qualifier ?? '')
          .trim()
          .split(/\s+/)
          .some((code) => codes.includes(code)),
      ),
    );
  return defined<PersonName>({
    prefix: textOf(child(node, 'prefix')),
    given: childrenOf(node, 'given').flatMap((g) => textOf(g) ?? []),
    // A family name without qualifier is the one in use (HL7: the name as it is written).
    usage: family('SP', 'CL', ''),
    birth: family('BR'),
  });
}

function address(node: XmlNode | undefined): PostalAddress | undefined {
  if (!node) return undefined;
  const found: PostalAddress = {};
  for (const part of addressParts) {
    const lines = childrenOf(node, part).flatMap((n) => textOf(n) ?? []);
    if (lines.length > 0) found[part] = lines.join('\n');
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

export const boolean = (value: string | undefined): boolean | undefined =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : undefined;

export function textOf(node: XmlNode | undefined): string | undefined {
  const text = node?.text.trim();
  return text === undefined || text === '' ? undefined : text;
}
