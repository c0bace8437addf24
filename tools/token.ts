/**
 * `npm run -s token`: prints an access token for the fictional care home's nurse, and nothing else;
 * `npm run -s token -- doctor` for the doctor. Works before the first start too: the keys are made when absent.
 *
 * The claims are those that `server/auth/token.ts` reads.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { type Config, loadConfig } from '../server/config.ts';
import { type DemoAlgorithm, ensureDemoKeys } from './demo/keys.ts';
import { people } from './demo/people.ts';

export interface TokenOptions {
  person?: keyof typeof people;
  /** Lifetime in jose's words: `1h`, `10 minutes`, `-5s` for one that has expired. */
  expires?: string;
  algorithm?: DemoAlgorithm;
  /** Instead of the person's own. */
  scope?: string;
  /** `normal` when absent. */
  purpose?: string;
  /** Free text, with `bris_de_glace`. */
  reason?: string;
}

const CLIENT = 'urn:dmp-fhir:demo-client';

/** A signed access token (RFC 9068, IHE IUA 2.4). */
export async function makeToken(config: Config, options: TokenOptions = {}): Promise<string> {
  const { person = 'nurse', expires = '1h', algorithm = 'ES256', scope, purpose, reason } = options;
  const { id, family, given, roles, authentication, scopes } = people[person];
  const { key, kid } = (await ensureDemoKeys(config.dataDir))[algorithm];
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    client_id: CLIENT,
    scope: scope ?? scopes.join(' '),
    auth_time: now,
    family_name: family,
    given_name: given,
    extensions: {
      ihe_iua: {
        subject_name: `${given} ${family}`,
        subject_role: roles,
        subject_organization: config.STRUCTURE_NAME,
        subject_organization_id: config.STRUCTURE_ID,
        national_provider_identifier: id,
        ...(purpose === undefined ? {} : { purpose_of_use: purpose }),
      },
      dmp: { authentication, ...(reason === undefined ? {} : { access_reason: reason }) },
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

const isOne = <K extends string>(name: string, among: Record<K, unknown>): name is K => Object.hasOwn(among, name);

const usage = `npm run -s token -- [${Object.keys(people).join(' | ')}] [--expires 1h] [--alg ES256 | RS256]
  [--scope "user/Patient.rs …"] [--purpose normal | bris_de_glace | centre_15] [--reason "…"]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      expires: { type: 'string' },
      alg: { type: 'string' },
      scope: { type: 'string' },
      purpose: { type: 'string' },
      reason: { type: 'string' },
    },
  });
  const [person = 'nurse', ...rest] = positionals;
  const { alg = 'ES256', ...others } = values;
  if (!isOne(person, people) || !isOne(alg, { ES256: 0, RS256: 0 }) || rest.length > 0) throw new Error(usage);
  const options = { ...others, person, algorithm: alg };
  process.stdout.write(`${await makeToken(loadConfig(), options)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
