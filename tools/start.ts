/**
 * `npm start`: the façade with all that it needs. What is not configured is made or started: the database (in DATA_DIR), the
 * certificates, the DMP itself (its simulator, behind mutual TLS), Pro Santé Connect (its stand-in), the people and the applications of
 * the demonstration. With ENVIRONMENT=production nothing is.
 */
import path from 'node:path';
import { type Config, loadConfig } from '../server/config.ts';
import { startServer } from '../server/main.ts';
import { refuseDemonstration } from '../server/production.ts';
import { isRedirectUri } from '../server/registry/redirect-uris.ts';
import { sayWhy, untilTold } from '../server/until-told.ts';
import type { Child } from './demo/child-process.ts';
import { docsCallback, registerDemoClients } from './demo/clients.ts';
import { people } from './demo/people.ts';
import { startPscProcess } from './demo/psc-process.ts';
import { startSimulatorProcess } from './demo/simulator-process.ts';
import { ensurePki } from './pki.ts';

export interface Running {
  /** FHIR base. */
  url: string;
  /** Of the DMP. */
  dmpUrl: string;
  /** Resolves with a reason when a part has ended by itself. */
  failed: Promise<string>;
  close(): Promise<void>;
}

const certificates = ['DMP_TLS_CERT', 'DMP_TLS_KEY', 'DMP_SIGN_CERT', 'DMP_SIGN_KEY', 'DMP_CA'] as const;

/**
 * Starts everything.
 * @param env the settings, as `server/config.ts` and `simulator/settings.ts` name them
 * @throws Error whose message says what to do; nothing is left running then
 */
export async function start(env: NodeJS.ProcessEnv = process.env): Promise<Running> {
  const config = loadConfig(env);
  refuseDemonstration(config);
  const isDemonstration = config.ENVIRONMENT !== 'production';
  const pkiDir = path.join(config.dataDir, 'pki');
  const started: { name: string; child: Child }[] = [];
  const begun = <C extends Child>(name: string, child: C): C => {
    started.push({ name, child });
    return child;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ child }) => child.stop()));
  };
  try {
    const settings: NodeJS.ProcessEnv = {
      ...demoSettings(config),
      ...env,
      ...(await demoCertificates(config, pkiDir)),
    };
    if (config.DMP_URL === undefined) {
      const simulator = begun('The DMP simulator', await startSimulatorProcess(pkiDir, env));
      settings.DMP_URL = simulator.url;
      settings.DMP_WEB_URL ??= simulator.webUrl;
    }
    if (isDemonstration && config.PSC_DISCOVERY === undefined) {
      const psc = begun('The stand-in of Pro Santé Connect', await startPscProcess(pkiDir, env));
      settings.PSC_DISCOVERY = psc.discoveryUrl;
      settings.PSC_CLIENT_ID = psc.clientId;
      settings.PSC_CLIENT_AUTH = 'client_secret_basic';
      settings.PSC_CLIENT_SECRET_FILE = psc.clientSecretFile;
    }
    const actual = loadConfig(settings);
    const server = await startServer(actual);
    const close = async (): Promise<void> => {
      await server.close();
      await stop();
    };
    try {
      if (isDemonstration) await registerDemoClients(server.administration, actual, server.url);
    } catch (error) {
      await server.close();
      throw error;
    }
    const ends = started.map(({ name, child }) => child.ended.then(() => `${name} has ended.`));
    return { url: server.url, dmpUrl: actual.DMP_URL ?? '', failed: Promise.race([server.failed, ...ends]), close };
  } catch (error) {
    await stop();
    throw explained(error, config);
  }
}

/** Certificates of the throw-away PKI, unless any is given: own and throw-away ones do not go together. */
async function demoCertificates(config: Config, pkiDir: string): Promise<NodeJS.ProcessEnv> {
  const given = certificates.some((name) => config[name] !== undefined);
  if (config.ENVIRONMENT === 'production' || (given && config.DMP_URL !== undefined)) return {};
  const pki = await ensurePki(pkiDir, {
    id: config.STRUCTURE_ID,
    name: config.STRUCTURE_NAME,
  });
  return {
    DMP_TLS_CERT: pki.orgAuth.chain,
    DMP_TLS_KEY: pki.orgAuth.key,
    DMP_SIGN_CERT: pki.orgSign.chain,
    DMP_SIGN_KEY: pki.orgSign.key,
    DMP_CA: pki.root.cert,
  };
}

/** What the people and the applications of the demonstration need, where nothing else is said. */
function demoSettings({ ENVIRONMENT, fhirBase }: Config): NodeJS.ProcessEnv {
  if (ENVIRONMENT === 'production') return {};
  return {
    // Notifications may go to a receiver on this machine, and nowhere else.
    SUBSCRIPTION_ENDPOINTS: 'http://localhost',
    STRUCTURE_ADMINISTRATORS: people.admin.id,
    // Under another STRUCTURE_ID, too, where Pro Santé Connect knows nobody.
    STRUCTURE_PROFESSIONALS: `${people.doctor.id},${people.nurse.id}`,
    ...(isRedirectUri(docsCallback(fhirBase)) ? { DOCS_CLIENT_ID: 'demo-docs' } : {}),
  };
}

function explained(error: unknown, config: Config): unknown {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return new Error(`Port ${port ?? config.PORT} is taken: set PORT to another, e.g. PORT=8081 npm start`);
  if (code === 'EACCES' && port !== undefined)
    return new Error(`Port ${port} needs privileges: set PORT to one above 1023.`);
  return error;
}

async function main(): Promise<void> {
  const running = await start();
  console.log(`
Ready: ${running.url}  (DMP: ${running.dmpUrl})
Next:  curl -s ${running.url}/metadata
       TOKEN=$(npm run -s token)            an access token for the nurse; -- doctor for the doctor
       npm run -s token -- --browser        sign in yourself
       The README goes on from here. Ctrl-C stops everything.
`);
  await untilTold(running);
}

if (process.argv[1] === import.meta.filename) {
  main().catch(sayWhy);
}
