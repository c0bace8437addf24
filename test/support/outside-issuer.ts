/**
 * An outside issuer, for tests and measurements: another authorization server, whose tokens are signed JWTs (RFC 9068) that the façade
 * takes because AUTH_JWKS names its keys. The claims are those that `server/auth/token.ts` reads.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Config } from '../../server/config.ts';
import { patients, people, type ConfirmedPatient, type Person } from '../../tools/demo/people.ts';
import { type OutsideAlgorithm, outsideKeys } from './outside-keys.ts';

export interface TokenOptions {
  person?: keyof typeof people;
  /** Lifetime in jose's words: `1h`, `10 minutes`, `-5s` for one that has expired. By default 1 h; 10 minutes in an emergency. */
  expires?: string;
  algorithm?: OutsideAlgorithm;
  /** Instead of the person's own. */
  scope?: string;
  /** Instead of the person's own. */
  roles?: Person['roles'];
  /** `normal` when absent. */
  purpose?: string;
  /** Free text, with `bris_de_glace`. */
  reason?: string;
  /** The one patient of `bris_de_glace`: an INS of the test authority, or a whole `person_id`. */
  patient?: string;
  /** What was confirmed of the patient; by default the traits of the story, when the story has this patient. Null: nothing. */
  confirmed?: ConfirmedPatient | null;
  /** « Connexion secrète ». */
  secret?: boolean;
  /** By default as the person is. */
  administrator?: boolean;
  /** Whose professional the person is now; by default the one that the settings name. */
  structure?: { id: string; name: string };
  /** What the token is bound to (RFC 7800), e.g. `{ 'x5t#S256': … }`. By default nothing. */
  cnf?: Record<string, unknown>;
}

const bare = /^[0-9AB]{15}$/;
const testOid = '1.2.250.1.213.1.4.10';

/** The claims of a purpose other than `normal` and of a secret access, as far as the options say them. */
function purposeClaims({ purpose, reason, patient, secret, confirmed = patients[patient ?? ''] }: TokenOptions) {
  return {
    iua: {
      ...(purpose === undefined ? {} : { purpose_of_use: purpose }),
      ...(patient === undefined ? {} : { person_id: bare.test(patient) ? `${patient}^^^&${testOid}&ISO` : patient }),
    },
    dmp: {
      ...(secret ? { secret_access: true } : {}),
      ...(reason === undefined ? {} : { access_reason: reason }),
      ...(confirmed
        ? {
            confirmed_patient: {
              family_name: confirmed.family,
              given_name: confirmed.given,
              birthdate: confirmed.birthDate,
            },
          }
        : {}),
    },
  };
}

/** Whose tokens they are. */
export const outsideClient = 'urn:dmp-fhir:outside-client';

/** A signed access token (RFC 9068, IHE IUA 2.4). */
export async function makeToken(config: Config, options: TokenOptions = {}): Promise<string> {
  const { person = 'nurse', algorithm = 'ES256', scope, purpose } = options;
  const { expires = purpose === 'bris_de_glace' ? '10 minutes' : '1h' } = options;
  const who: Person = people[person];
  const { id, family, given, authentication, scopes } = who;
  const { administrator = who.administrator ?? false, roles = who.roles } = options;
  const { structure = { id: config.STRUCTURE_ID, name: config.STRUCTURE_NAME } } = options;
  const claims = purposeClaims(options);
  const { key, kid } = (await outsideKeys(config.dataDir))[algorithm];
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    client_id: outsideClient,
    scope: scope ?? scopes.join(' '),
    auth_time: now,
    ...(options.cnf ? { cnf: options.cnf } : {}),
    family_name: family,
    given_name: given,
    extensions: {
      ihe_iua: {
        subject_name: `${given} ${family}`,
        subject_role: roles,
        subject_organization: structure.name,
        subject_organization_id: structure.id,
        national_provider_identifier: id,
        ...claims.iua,
      },
      dmp: { authentication, ...(administrator ? { structure_administrator: true } : {}), ...claims.dmp },
    },
  })
    .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid })
    .setIssuer(config.AUTH_ISSUER)
    .setAudience(config.AUTH_AUDIENCE ?? config.fhirBase)
    .setSubject(id)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(expires)
    .sign(key);
}
