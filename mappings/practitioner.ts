/** Who the caller is, as a Practitioner (fr-core-practitioner 2.1: identifiers, name, one qualification a role). */
import type { Practitioner } from '@medplum/fhirtypes';
import { practitionerOf } from './author.ts';
import { oidPerson } from './codecs/identifiers.ts';
import { oidToSystem } from './terminology/systems.ts';

export interface NamedPerson {
  /** PS_IdNat. */
  personId: string;
  family: string;
  given: string;
  /** Profession, then what it asks for; `system` is an OID. */
  roles: readonly { code: string; system: string; display: string }[];
}

/** @param id opaque */
export function callerToPractitioner(id: string, { personId, family, given, roles }: NamedPerson): Practitioner {
  const person = { id: personId, authority: { oid: oidPerson }, type: 'IDNPS', family, given, nameType: 'D' };
  return {
    ...practitionerOf(person, id),
    qualification: roles.map(({ system, code, display }) => ({
      code: { coding: [{ system: oidToSystem(system), code, display }] },
    })),
  };
}
