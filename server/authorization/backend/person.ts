/**
 * The person in whose name a server asks, asserted inside its signed assertion (IHE IUA 2.4 `extensions.ihe_iua`, and
 * `extensions.dmp`; `server/auth/token.ts` lists the claims). The DMP's indirect mode demands a named person (auth §1.3): without one
 * there is no token, not even for an automaton, whose VIHF names the person who answers for it.
 *
 * The client answers for having authenticated that person: `authentication` is `local`, whatever it says. It names structures that
 * are its own, and as an administrator only who is on the structure's list.
 */
import { decodeJwt } from 'jose';
import { IssueError } from '../../../mappings/outcome.ts';
import { claims } from '../../auth/claims.ts';
import { toCaller } from '../../auth/token.ts';
import type { Professions } from '../../../mappings/rights/professions.ts';
import type { Config } from '../../config.ts';
import type { Client, Structures } from '../../registry/types.ts';
import { isAdministrator } from '../context.ts';
import type { GrantContext } from '../records.ts';
import { invalidGrant, invalidRequest, oauthError } from '../refusals.ts';

export interface PersonRules {
  config: Config;
  structures: Structures;
  professions: Professions;
  now: () => Date;
}

const asserted = claims.pick({ family_name: true, given_name: true, auth_time: true, extensions: true });

const missing =
  'The DMP demands a named person: add extensions.ihe_iua to the client_assertion, with subject_name (or family_name and ' +
  'given_name beside extensions), national_provider_identifier, subject_role and subject_organization_id.';

const malformed = (places: string) =>
  invalidRequest(`The client_assertion does not name a person as it should: ${places}.`);

/**
 * @param assertion verified
 * @param seconds that the token will live
 * @throws OIDCProviderError `invalid_request` naming what is missing or malformed, `invalid_grant` for what the client may not say
 */
export function assertedPerson(
  assertion: string,
  client: Client,
  seconds: number,
  { config, structures, professions, now }: PersonRules,
): GrantContext {
  const payload = decodeJwt(assertion);
  const extensions = payload['extensions'] as { ihe_iua?: unknown } | null | undefined;
  if (extensions?.ihe_iua === undefined) throw invalidRequest(missing);
  const read = asserted.safeParse(payload);
  if (!read.success) throw malformed([...new Set(read.error.issues.map((issue) => issue.path.join('.')))].join(', '));
  const iat = Math.floor(now().getTime() / 1000);
  const token = { sub: client.id, client_id: client.id, iat, exp: iat + seconds, jti: 'to be made' };
  const caller = attempt(() => toCaller({ ...read.data, ...token }, config, structures, professions));
  const structure = structures.of(caller.structure.id);
  if (!structure || !client.structures.includes(structure.id))
    throw invalidGrant('subject_organization_id is not a structure of this client.');
  if (caller.isAdministrator && !isAdministrator(structure, caller.personId))
    throw invalidGrant('structure_administrator: the person is not on the list of the structure.');
  const { personId: id, family, given, roles, authenticatedAt, purpose, reason, emergency, secret } = caller;
  return {
    person: {
      id,
      family,
      given,
      roles,
      strength: 'local',
      authenticatedAt: Math.floor(authenticatedAt.getTime() / 1000),
      isAdministrator: caller.isAdministrator === true,
    },
    structure: { id: structure.id, name: structure.name },
    purpose,
    endsAt: iat + seconds,
    ...(emergency && reason !== undefined
      ? { emergency: { reason, patient: emergency.patient, confirmed: emergency.confirmed } }
      : {}),
    ...(secret ? { secret } : {}),
  };
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [issue] = error instanceof IssueError ? error.issues : [];
    if (issue?.key !== 'token-invalid') throw oauthError(error);
    throw malformed(String(issue.values?.['reason']));
  }
}
