/**
 * `npm start`: the façade with all that it needs. What is not configured is made or started: the database (in DATA_DIR),
 * the keys of the tokens, the certificates, and the DMP itself: its simulator, behind mutual TLS.
 */
import path from 'node:path';
import { type Config, loadConfig } from '../server/config.ts';
import { startServer } from '../server/main.ts';
import { refuseDemonstration } from '../server/production.ts';
import { ensureDemoKeys } from './demo/keys.ts';
import { type SimulatorProcess, startSimulatorProcess } from './demo/simulator-process.ts';
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
  let simulator: SimulatorProcess | undefined;
  try {
    await ensureTokens(config);
    const settings: NodeJS.ProcessEnv = { ...demoReceivers(config), ...env, ...(await demoCertificates(config)) };
    if (config.DMP_URL === undefined) {
      simulator = await startSimulatorProcess(path.join(config.dataDir, 'pki'), env);
      settings.DMP_URL = simulator.url;
      settings.DMP_WEB_URL ??= simulator.webUrl;
    }
    const server = await startServer(loadConfig(settings));
    return {
      url: server.url,
      dmpUrl: settings.DMP_URL ?? '',
      failed: Promise.race([
        server.failed,
        ...(simulator ? [simulator.ended.then(() => 'The DMP simulator has ended.')] : []),
      ]),
      close: async () => {
        await server.close();
        await simulator?.stop();
      },
    };
  } catch (error) {
    await simulator?.stop();
    throw explained(error, config);
  }
}

/** Anyone who reads DATA_DIR can make a token of the demonstration: good for a demonstration only. */
async function ensureTokens(config: Config): Promise<void> {
  if (config.AUTH_JWKS !== undefined) return;
  if (config.ENVIRONMENT === 'production')
    throw new Error('In production AUTH_JWKS must name the keys that verify tokens.');
  await ensureDemoKeys(config.dataDir);
}

/** Certificates of the throw-away PKI, unless any is given: own and throw-away ones do not go together. */
async function demoCertificates(config: Config): Promise<NodeJS.ProcessEnv> {
  const given = certificates.some((name) => config[name] !== undefined);
  if (config.ENVIRONMENT === 'production' || (given && config.DMP_URL !== undefined)) return {};
  const pki = await ensurePki(path.join(config.dataDir, 'pki'), {
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

/** Notifications of the demonstration may go to a receiver on this machine, and nowhere else. */
const demoReceivers = (config: Config): NodeJS.ProcessEnv =>
  config.ENVIRONMENT === 'production' ? {} : { SUBSCRIPTION_ENDPOINTS: 'http://localhost' };

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
       TOKEN=$(npm run -s token) gives access; the README goes on from here. Ctrl-C stops everything.
`);
  let closing = false;
  const close = async (exitCode: number): Promise<void> => {
    // A second Ctrl-C does not wait for requests under way.
    if (closing) process.exit(1);
    closing = true;
    await running.close();
    process.exit(exitCode);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void close(0));
  console.error(await running.failed);
  await close(1);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
