/**
 * `npm run -s token`: prints an access token for the fictional care home's nurse, and nothing else;
 * `npm run -s token -- doctor` for the doctor, `-- admin` for the establishment's administrator. Works before the first start
 * too: the keys are made when absent.
 *
 * An emergency: `npm run -s token -- doctor --purpose bris_de_glace` opens the record of the story's patient, who is
 * ANGE-TOUSSAINT CAVALLINI, for ten minutes and for the story's reason. `--patient <INS>` takes another one of the story, whose
 * traits count as confirmed; `--confirmed FAMILY,GIVEN,yyyy-mm-dd` says others; `--reason` says why. `--secret` asks for the
 * « connexion secrète », for minors.
 *
 * The claims are those that `server/auth/token.ts` reads.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { type Config, loadConfig } from '../server/config.ts';
import { type DemoAlgorithm, ensureDemoKeys } from './demo/keys.ts';
import { emergency, patients, people, type ConfirmedPatient, type Person } from './demo/people.ts';

export interface TokenOptions {
  person?: keyof typeof people;
  /** Lifetime in jose's words: `1h`, `10 minutes`, `-5s` for one that has expired. By default 1 h; 10 minutes in an emergency. */
  expires?: string;
  algorithm?: DemoAlgorithm;
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

const CLIENT = 'urn:dmp-fhir:demo-client';

/** A signed access token (RFC 9068, IHE IUA 2.4). */
export async function makeToken(config: Config, options: TokenOptions = {}): Promise<string> {
  const { person = 'nurse', algorithm = 'ES256', scope, purpose } = options;
  const { expires = purpose === 'bris_de_glace' ? '10 minutes' : '1h' } = options;
  const who: Person = people[person];
  const { id, family, given, authentication, scopes } = who;
  const { administrator = who.administrator ?? false, roles = who.roles } = options;
  const { structure = { id: config.STRUCTURE_ID, name: config.STRUCTURE_NAME } } = options;
  const claims = purposeClaims(options);
  const { key, kid } = (await ensureDemoKeys(config.dataDir))[algorithm];
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    client_id: CLIENT,
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

const isOne = <K extends string>(name: string, among: Record<K, unknown>): name is K => Object.hasOwn(among, name);

const usage = `npm run -s token -- [${Object.keys(people).join(' | ')}] [--expires 1h] [--alg ES256 | RS256]
  [--scope "user/Patient.rs …"] [--purpose normal | bris_de_glace | centre_15] [--secret]
  with bris_de_glace: [--patient INS] [--reason "…"] [--confirmed FAMILY,GIVEN,yyyy-mm-dd]`;

/** What the command line says, completed by the story where it asks for an emergency. @throws Error with the usage */
function optionsOf(argv: string[]): TokenOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      expires: { type: 'string' },
      alg: { type: 'string' },
      scope: { type: 'string' },
      purpose: { type: 'string' },
      reason: { type: 'string' },
      patient: { type: 'string' },
      confirmed: { type: 'string' },
      secret: { type: 'boolean' },
    },
  });
  const [person = 'nurse', ...rest] = positionals;
  const { alg = 'ES256', confirmed, ...others } = values;
  if (!isOne(person, people) || !isOne(alg, { ES256: 0, RS256: 0 }) || rest.length > 0) throw new Error(usage);
  const options = { ...(others.purpose === 'bris_de_glace' ? emergency : {}), ...others, person, algorithm: alg };
  if (confirmed === undefined) return options;
  const [family, given, birthDate, ...more] = confirmed.split(',');
  if (!family || !given || !birthDate || more.length > 0) throw new Error(usage);
  return { ...options, confirmed: { family, given, birthDate } };
}

async function main(): Promise<void> {
  process.stdout.write(`${await makeToken(loadConfig(), optionsOf(process.argv.slice(2)))}\n`);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
