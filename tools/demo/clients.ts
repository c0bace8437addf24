/**
 * Applications of the demonstration, which `npm start` registers: apps that sign people in, in and beside the browser, the server of a DUI,
 * the interactive reference of the API, and the console. Never in production (`server/production.ts` refuses them): anybody may take their
 * part.
 */
import { isDeepStrictEqual } from 'node:util';
import { IssueError } from '../../mappings/outcome.ts';
import type { Config } from '../../server/config.ts';
import type { Administration } from '../../server/registry/administration/index.ts';
import { isRedirectUri } from '../../server/registry/redirect-uris.ts';
import { adminScopes } from '../../server/registry/scopes.ts';
import type { Client } from '../../server/registry/types.ts';
import { ensureDuiKey, type DuiKey } from './dui-key.ts';
import { people } from './people.ts';

/** Where the app listens for its user's browser (RFC 8252 §7.3): the first of these ports that is free. */
export const demoCallbacks = [8090, 8091, 8092].map((port) => `http://127.0.0.1:${port}/callback`);

const identity = ['openid', 'fhirUser', 'profile', 'online_access'];
const launch = [
  'launch/patient',
  'offline_access',
  ...['Patient', 'DocumentReference', 'List', 'Binary'].map(ofPatient),
];
const transactions = ['ITI-65', 'ITI-66', 'ITI-67', 'ITI-68'];
const distinct = (scopes: readonly string[]): string[] => [...new Set(scopes)];
function ofPatient(type: string): string {
  return `patient/${type}.rs`;
}
/** Where the recipe's browser app is served (docs/recipes/show-a-residents-dmp): the first of these ports that is free. */
export const webApps = [8093, 8094, 8095].map((port) => `http://127.0.0.1:${port}`);

/** For servers, where nobody is signed in. */
export const asSystem = (scope: string): string => scope.replace(/^user\//, 'system/');

/** Where the interactive reference is called back. @param fhirBase FHIR base of the façade */
export const docsCallback = (fhirBase: string): string => fhirBase.replace(/\/fhir$/, '/docs/api/oauth2-redirect.html');

/** Where the console is called back: at its page. @param fhirBase FHIR base of the façade */
export const consoleCallback = (fhirBase: string): string => fhirBase.replace(/\/fhir$/, '/console');

/** @param fhirBase with the port that was taken */
export function demoClients(
  { STRUCTURE_ID }: Pick<Config, 'STRUCTURE_ID'>,
  fhirBase: string,
  key: DuiKey['publicJwk'],
) {
  const { nurse, doctor, admin } = people;
  const common = {
    structures: [STRUCTURE_ID],
    postLogoutRedirectUris: [],
    origins: [],
    boundTokens: false,
    dpopRequired: false,
  };
  const clients: Client[] = [
    {
      ...common,
      id: 'demo-app',
      name: 'Application de démonstration',
      authMethod: 'none',
      grants: ['authorization_code', 'refresh_token'],
      scopes: distinct([
        ...[...identity, ...launch, ...transactions, ...doctor.scopes, ...admin.scopes],
        ...Object.values(adminScopes),
      ]),
      redirectUris: demoCallbacks,
    },
    {
      ...common,
      id: 'demo-dui',
      name: 'DUI de démonstration',
      authMethod: 'private_key_jwt',
      grants: ['client_credentials'],
      scopes: [...nurse.scopes, ...nurse.scopes.map(asSystem)],
      redirectUris: [],
      jwks: { keys: [{ ...key }] },
    },
  ];
  clients.push({
    ...common,
    id: 'demo-web',
    name: 'Application web de démonstration',
    authMethod: 'none',
    grants: ['authorization_code'],
    scopes: [...identity.slice(0, 3), ...launch.filter((scope) => scope !== 'offline_access')],
    redirectUris: webApps.map((origin) => `${origin}/`),
    origins: webApps,
  });
  const everything = distinct([...nurse.scopes, ...doctor.scopes, ...admin.scopes]);
  const pages: Client[] = [
    {
      ...common,
      id: 'demo-docs',
      name: 'Référence interactive de l’API',
      authMethod: 'none',
      grants: ['authorization_code'],
      scopes: [...identity.slice(0, 3), ...everything],
      redirectUris: [docsCallback(fhirBase)],
    },
    {
      ...common,
      id: 'demo-console',
      name: 'Console',
      authMethod: 'none',
      grants: ['authorization_code', 'refresh_token'],
      scopes: distinct([...identity, 'launch/patient', ...everything, 'user/Task.rus', ...Object.values(adminScopes)]),
      redirectUris: [consoleCallback(fhirBase)],
      postLogoutRedirectUris: [consoleCallback(fhirBase)],
    },
  ];
  // Plain HTTP to another machine is no place to be sent back to: there, the reference takes pasted tokens, and there is no console.
  return clients.concat(pages.filter(({ redirectUris }) => redirectUris.every(isRedirectUri)));
}

/** In whose name they are registered; what anybody else changed is theirs. */
const author = { by: 'cli', account: 'npm start' } as const;

/**
 * Registers them, and brings up to date (another port, another key) those that nobody else has changed or withdrawn.
 * @throws IssueError
 */
export async function registerDemoClients(admin: Administration, config: Config, fhirBase: string): Promise<void> {
  const { publicJwk } = await ensureDuiKey(config.dataDir);
  for (const wanted of demoClients(config, fhirBase, publicJwk)) await register(admin, wanted);
}

async function register(admin: Administration, wanted: Client): Promise<void> {
  const { id, ...content } = wanted;
  try {
    const known = admin.clients.list().find((client) => client.id === id);
    if (!known) await admin.clients.add(wanted, { author });
    else if (!isAs(known, content) && (await admin.history('client', id)).every((change) => isOurs(change.author)))
      await admin.clients.set(id, content, { author });
  } catch (error) {
    // Another instance that starts at this moment was faster.
    const faster = ['registry-exists', 'registry-version'];
    if (!(error instanceof IssueError && error.issues.every(({ key }) => faster.includes(key)))) throw error;
  }
}

const isOurs = (by: object): boolean => isDeepStrictEqual({ ...by }, { ...author });
const isAs = (known: object, content: object): boolean =>
  Object.entries(content).every(([name, value]) => isDeepStrictEqual((known as Record<string, unknown>)[name], value));
