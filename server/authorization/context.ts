/**
 * In whose name a grant acts (`GrantContext`): kept with the grant, and said by every token that is issued under it.
 */
import type { Structure, Structures, Client } from '../registry/types.ts';
import { oidToSystem } from '../../mappings/terminology/systems.ts';
import type { Config } from '../config.ts';
import type { GrantContext, Records } from './records.ts';
import type { TokenClaims } from './types.ts';

/** Keeps what a grant stands for. @param grantId `jti` of oidc-provider's Grant */
export const saveContext = (records: Records, grantId: string, context: GrantContext): Promise<void> =>
  records.put('Context', grantId, context, new Date(context.endsAt * 1000), { grant: grantId });

/** Whether what a grant stands for still holds: time, structure, the client's right to act there, and that of who is on its list. */
export function holds(context: GrantContext, client: Client | undefined, structures: Structures, now: Date): boolean {
  const { person, structure } = context;
  const current = structures.of(structure.id);
  if (!current || context.endsAt * 1000 <= now.getTime() || client?.structures.includes(structure.id) !== true)
    return false;
  return person.byList !== true || isListed(current, person.id);
}

export const isAdministrator = (structure: Structure, personId: string): boolean =>
  structure.administrators.includes(personId);

/** Whether a structure lets somebody act for it of whom Pro Santé Connect says nothing there. */
export const isListed = ({ professionals, administrators }: Structure, personId: string): boolean =>
  [...professionals, ...administrators].includes(personId);

const token = ({ oid, value }: { oid: string; value: string }): string => `urn:oid:${oid}|${value}`;

/** Absolute URL of who the user is, as `GET` serves it. */
export const fhirUserOf = (config: Config, practitionerId: string): string =>
  `${config.fhirBase}/Practitioner/${practitionerId}`;

/**
 * The claims of an access token (`server/auth/token.ts`), and beside them what the client is told of its launch.
 * @param practitionerId of the person
 */
export function claimsOf(context: GrantContext, practitionerId: string, config: Config): TokenClaims {
  const { person, structure, purpose, patient, emergency, secret } = context;
  return {
    ...(patient ? { patient: patient.id, need_patient_banner: true } : {}),
    fhirUser: fhirUserOf(config, practitionerId),
    auth_time: person.authenticatedAt,
    family_name: person.family,
    given_name: person.given,
    extensions: {
      ihe_iua: {
        subject_name: `${person.given} ${person.family}`,
        subject_role: person.roles.map((role) => ({ ...role, system: oidToSystem(role.system) })),
        subject_organization: structure.name,
        subject_organization_id: structure.id,
        national_provider_identifier: person.id,
        purpose_of_use: purpose,
        ...(emergency ? { person_id: token(emergency.patient) } : {}),
      },
      dmp: {
        authentication: person.strength,
        ...(person.isAdministrator ? { structure_administrator: true } : {}),
        ...(secret ? { secret_access: true } : {}),
        ...(patient ? { launch_patient: token(patient.ins) } : {}),
        ...(emergency
          ? {
              access_reason: emergency.reason,
              confirmed_patient: {
                family_name: emergency.confirmed.family,
                given_name: emergency.confirmed.given,
                birthdate: emergency.confirmed.birthDate,
              },
            }
          : {}),
      },
    },
  };
}
