/**
 * The relations of a personalRelationship (dmp-wire §6: value set 2.16.840.1.113883.1.11.19579) as codes of v3-RoleCode, whose
 * they are. Displays: JDV_J11, except RESPRSN, which it lacks.
 */
import type { Coding } from '@medplum/fhirtypes';
import { sameSystem } from './terminology/systems.ts';

const roleCode = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

const relations: Readonly<Record<string, string>> = {
  FTH: 'Père',
  MTH: 'Mère',
  STPFTH: 'Beau-père',
  STPMTH: 'Belle-mère',
  GRFTH: 'Grand-père',
  GRMTH: 'Grand-mère',
  GGRFTH: 'Arrière-grand-père',
  GGRMTH: 'Arrière-grand-mère',
  AUNT: 'Tante',
  UNCLE: 'Oncle',
  BRO: 'Frère',
  SIS: 'Sœur',
  RESPRSN: 'Personne responsable',
};

/** The relations that the DMP knows. */
export const relationCodes = Object.keys(relations);

/** A code that nobody knows keeps the value set of the message as its system: nothing is claimed of it. */
export const relationCoding = (code: string): Coding => {
  const display = relations[code];
  return display === undefined
    ? { system: 'urn:oid:2.16.840.1.113883.1.11.19579', code }
    : { system: roleCode, code, display };
};

/** The relation that a coding says, when the DMP knows it. */
export function relationOf({ system, code }: Coding): string | undefined {
  return code !== undefined && Object.hasOwn(relations, code) && system !== undefined && sameSystem(system, roleCode)
    ? code
    : undefined;
}
