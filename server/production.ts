/**
 * What belongs to the demonstration is refused in production, when the façade starts: everything at once, each with its reason.
 * The settings of a demonstration are public, and so are its identifiers; documents fed under them could not be taken back.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, settings, type Config } from './config.ts';

/** Settings that are only good by default for the fictional care home. */
const own = [
  'STRUCTURE_ID',
  'STRUCTURE_NAME',
  'LPS_OID',
  'LPS_ID',
  'LPS_HOMOLOGATION',
  'LOCAL_ID_SYSTEMS',
] as const satisfies (keyof typeof settings)[];

const certificates = ['DMP_TLS_CERT', 'DMP_SIGN_CERT'] as const;

/** HL7's arc for examples (HL7 OID registry). */
const exampleArc = /(^|[:,])2\.16\.840\.1\.113883\.19\./;
/** Authorities of tests say so in their names: IGC-Santé's (`TEST AC IGC-SANTE …`, auth §1.4) and our throw-away ones. */
const testAuthority = /\b(TEST|FICTIVE|FICTIF)\b/;

const isHere = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(URL.canParse(url) ? new URL(url).hostname : '');

/** Clients that `npm start` registers for the demonstration: anybody may take their part. */
export const demonstrationClients: readonly string[] = [
  'demo-app',
  'demo-dui',
  'demo-web',
  'demo-docs',
  'demo-console',
];
/** Pro Santé Connect's « bac à sable », where anybody is a professional (auth §1.1). */
const isSandbox = (url: string): boolean => URL.canParse(url) && new URL(url).hostname.split('.').includes('bas');

const isDefault = (name: keyof typeof settings, value: unknown): boolean =>
  JSON.stringify(value) === JSON.stringify(settings[name][0].safeParse(undefined).data);

const isIn = (file: string, { dataDir }: Config, folder: string): boolean =>
  path.resolve(file).startsWith(path.join(dataDir, folder) + path.sep);

function ofTests(file: string): boolean {
  try {
    return testAuthority.test(new X509Certificate(readFileSync(file)).issuer);
  } catch {
    return false; // whoever reads certificates says what is wrong with the file
  }
}

/** Settings that must not name a stand-in; absent they name nothing. */
const elsewhere = ['DMP_WEB_URL', 'PSC_DISCOVERY', 'PSC_ISSUER', 'AUTH_SERVERS', 'AUTH_JWKS'] as const;

function* tokenObjections(config: Config): Generator<[keyof typeof settings, string]> {
  for (const name of elsewhere) {
    const urls = [config[name] ?? []].flat();
    if (urls.some(isHere)) yield [name, 'names this machine: a stand-in'];
    else if (urls.some((url) => url.startsWith('http:'))) yield [name, 'must be https'];
  }
  for (const name of ['PSC_DISCOVERY', 'PSC_ISSUER'] as const)
    if (isSandbox(config[name] ?? '')) yield [name, 'is the sandbox of Pro Santé Connect'];
  if (config.AUTH_JWKS !== undefined) {
    if (isIn(config.AUTH_JWKS, config, 'auth')) yield ['AUTH_JWKS', 'names keys of the demonstration'];
    if (isDefault('AUTH_ISSUER', config.AUTH_ISSUER)) yield ['AUTH_ISSUER', 'is that of the demonstration'];
  }
  for (const name of ['DOCS_CLIENT_ID', 'CONSOLE_CLIENT_ID'] as const)
    if (demonstrationClients.includes(config[name] ?? '')) yield [name, 'names a client of the demonstration'];
}

/** Setting → why its value is no value of a production. */
function* objections(config: Config): Generator<[keyof typeof settings, string]> {
  for (const name of own) {
    if (isDefault(name, config[name])) yield [name, 'is that of the demonstration'];
    else if (exampleArc.test(String(config[name]))) yield [name, 'is under the OID arc of examples'];
  }
  for (const name of certificates) {
    const file = config[name];
    if (file === undefined) yield [name, 'is required'];
    else if (isIn(file, config, 'pki') || ofTests(file)) yield [name, 'was issued by an authority of tests'];
  }
  if (config.DMP_URL === undefined) yield ['DMP_URL', 'must name the DMP'];
  else if (isHere(config.DMP_URL)) yield ['DMP_URL', 'names this machine: a stand-in'];
  if (!config.fhirBase.startsWith('https://')) yield ['PUBLIC_URL', 'must be https'];
  yield* tokenObjections(config);
}

/** @throws ConfigError naming each setting that is still the demonstration's, never its value */
export function refuseDemonstration(config: Config): void {
  if (config.ENVIRONMENT !== 'production') return;
  const found = [...objections(config)];
  if (found.length > 0)
    throw new ConfigError(
      `With ENVIRONMENT=production:\n  ${found.map(([name, why]) => `${name}: ${why} — ${settings[name][1]}`).join('\n  ')}`,
    );
}

/**
 * A database of the demonstration, taken over: its clients are refused while they are in force.
 * @param ids of the clients in force
 * @throws ConfigError naming them
 */
export function refuseDemonstrationClients({ ENVIRONMENT }: Config, ids: readonly string[]): void {
  const found = ENVIRONMENT === 'production' ? ids.filter((id) => demonstrationClients.includes(id)) : [];
  if (found.length > 0)
    throw new ConfigError(
      `With ENVIRONMENT=production clients of the demonstration are registered: ${found.join(', ')}. Withdraw them: npm run -s admin -- client withdraw ${found[0]}`,
    );
}

/**
 * How many exchanges are kept for integrators: of a demonstration alone, and where the console that shows them is served, for keeping
 * them costs every request. @returns undefined: none, ever
 */
export const exchangesKept = ({ ENVIRONMENT, CONSOLE_CLIENT_ID, CONSOLE_EXCHANGES }: Config): number | undefined =>
  ENVIRONMENT === 'production' || CONSOLE_CLIENT_ID === undefined || CONSOLE_EXCHANGES === 0
    ? undefined
    : CONSOLE_EXCHANGES;
