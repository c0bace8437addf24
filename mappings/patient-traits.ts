/** Who a patient of the DMP is, in FHIR: the INS and the identity traits (fr-core-patient 2.1.0). */
import type { Coding, Extension, Identifier, Patient } from '@medplum/fhirtypes';
import { frCoreIdentifierTypes, ours, v2IdentifierTypes } from './canonicals.ts';
import { dtm } from './codecs/dtm.ts';
import { v3Address, v3BirthDate, v3Gender, v3Name, v3Telecom } from './codecs/hl7v3.ts';
import { defined } from './defined.ts';
import type { PatientFacts, Relationship } from './hl7v3/facts.ts';
import { insOids, insTypes, type PatientId } from './ins.ts';
import { relationCoding } from './patient-relations.ts';

export const frCorePatient = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient';
export const birthPlaceUrl = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
/** Tags: where the identity traits come from; that they were left out. */
export const traitsFromDmp: Coding = {
  system: `${ours}/CodeSystem/traits-source`,
  code: 'dmp',
  display: 'Traits d’identité issus du DMP',
};
export const subsetted: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/** Whether the traits that the DMP said are given: software must not show them instead of its own (RG_0320). */
export type Traits = 'show' | 'withhold';

/** The tags and the profile of a Patient whose traits are the DMP's, or left out. */
export const patientMeta = (traits: Traits): NonNullable<Patient['meta']> => ({
  profile: [frCorePatient],
  tag: [traits === 'show' ? traitsFromDmp : subsetted],
});

/** `{ key: values }`, nothing when there is none. */
export const some = <K extends string, T>(key: K, values: T[]): { [k in K]?: T[] } =>
  (values.length === 0 ? {} : { [key]: values }) as { [k in K]?: T[] };

/**
 * An INS as an Identifier. The real NIR (.8) is in fr-core's slice NSS, whose type is NH; the others have their own type
 * only, for NH would put them into that slice, which wants .8. What is no INS (INS-C, unknown authorities) is left out.
 */
function identifierOf({ system, value }: { system: string; value: string }): Identifier | undefined {
  const type = insTypes[system];
  if (type === undefined) return undefined;
  const own = { system: frCoreIdentifierTypes, code: type };
  return {
    // A NIA is provisional by nature (fr-core-patient-ins: temp).
    use: system === insOids.nia ? 'temp' : 'official',
    type: { coding: system === insOids.nir ? [{ system: v2IdentifierTypes, code: 'NH' }, own] : [own] },
    system: `urn:oid:${system}`,
    value,
  };
}

/** The INS among identifiers of the DMP, as Identifiers; the INS-C is never given (spec auth §1.5). */
export const insIdentifiers = (identifiers: PatientFacts['identifiers']): Identifier[] =>
  identifiers.flatMap((id) => identifierOf(id) ?? []);

/** The first INS among identifiers of the DMP. */
export function insOf(identifiers: PatientFacts['identifiers']): PatientId | undefined {
  const found = identifiers.find(({ system }) => insTypes[system] !== undefined);
  return found && { value: found.value, oid: found.system };
}

/** Name, telecom, sex, birth, death and address. */
export function traitsOf(facts: PatientFacts): Partial<Patient> {
  const { name, telecom = [], sex, birthDate, deceasedTime, address } = facts;
  const deceasedAt = deceasedTime === undefined ? undefined : dtm.decode(deceasedTime);
  return {
    ...some('name', (name && v3Name.decode(name)) ?? []),
    ...some(
      'telecom',
      telecom.flatMap((t) => v3Telecom.decode(t) ?? []),
    ),
    ...defined<Partial<Patient>>({
      gender: sex === undefined ? undefined : v3Gender.decode(sex),
      birthDate: birthDate === undefined ? undefined : v3BirthDate(birthDate),
      deceasedDateTime: deceasedAt,
      deceasedBoolean: deceasedAt === undefined ? facts.deceased : undefined,
    }),
    ...some('address', address ? [v3Address.decode(address) ?? {}] : []),
  };
}

type Contact = NonNullable<Patient['contact']>[number];

/** A legal representative or relative. */
export function contactOf({ relation, name, telecom, address }: Relationship): Contact {
  const { prefix, given, family } = name;
  const human = defined({
    family,
    given: given === undefined ? undefined : [given],
    prefix: prefix === undefined ? undefined : [prefix],
  });
  return {
    ...some('relationship', relation === '' ? [] : [{ coding: [relationCoding(relation)] }]),
    ...(Object.keys(human).length === 0 ? {} : { name: human }),
    ...some(
      'telecom',
      telecom.flatMap((t) => v3Telecom.decode(t) ?? []),
    ),
    ...(address ? { address: v3Address.decode(address) ?? {} } : {}),
  };
}

export const birthPlaceOf = (facts: PatientFacts): Extension[] =>
  facts.birthPlace ? [{ url: birthPlaceUrl, valueAddress: v3Address.decode(facts.birthPlace) ?? {} }] : [];
