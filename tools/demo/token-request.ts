/** What somebody asks a token of the demonstration for, and how the ways to one say no. */
import { emergency, patients, people, type ConfirmedPatient, type Person } from './people.ts';

/** Who, or what, asks: the nurse by the care home's server, in `user/` or (`backend`) `system/` scopes; others sign in. */
export const askers = {
  nurse: people.nurse,
  doctor: people.doctor,
  admin: people.admin,
  backend: people.nurse,
} satisfies Record<string, Person>;

export interface TokenRequest {
  asker: keyof typeof askers;
  /** Blank separated. */
  scope: string;
  /** `normal`, `bris_de_glace`, `centre_15` */
  purpose: string;
  /** With `bris_de_glace`. */
  reason?: string;
  /** As a search has it: `urn:oid:OID|INS`. With `bris_de_glace`, or for an app that is launched for a patient. */
  patient?: string;
  confirmed?: ConfirmedPatient;
  /** « Connexion secrète ». */
  secret: boolean;
}

/** A message for who asked, with what to do. */
export class TokenError extends Error {}

const testAuthority = 'urn:oid:1.2.250.1.213.1.4.10';

/** @param given what is asked for; of an emergency, what is not said is the story's */
export function requestOf(
  given: Partial<TokenRequest> & Pick<TokenRequest, 'asker'>,
  defaultScope: string,
): TokenRequest {
  const isEmergency = given.purpose === 'bris_de_glace';
  const named = given.patient ?? (isEmergency ? emergency.patient : undefined);
  const confirmed = given.confirmed ?? (isEmergency ? patients[named?.split('|').pop() ?? ''] : undefined);
  return {
    scope: defaultScope,
    purpose: 'normal',
    secret: false,
    ...(isEmergency ? { reason: emergency.reason } : {}),
    ...given,
    ...(named === undefined ? {} : { patient: named.includes('|') ? named : `${testAuthority}|${named}` }),
    ...(confirmed ? { confirmed } : {}),
  };
}

/** An answer of the token endpoint that is no token. */
export function refused({ error, error_description: why }: { error?: string; error_description?: string }): TokenError {
  const remedy =
    error === 'invalid_client'
      ? 'This start has not registered the demonstration’s clients with these keys: DATA_DIR must be that of `npm start`.'
      : '';
  return new TokenError([`${error ?? 'no token'}: ${why ?? ''}`, remedy].join('\n').trim());
}
