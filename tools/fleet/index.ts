/**
 * Several façades on one database, each a process of its own, and what they talk to: the simulated DMP behind mutual TLS and Pro Santé
 * Connect's stand-in, processes too. For what can only be shown with processes: rolling restarts, crashes, memory, speed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeToken, type TokenOptions } from '../../test/support/outside-issuer.ts';
import { outsideJwks } from '../../test/support/outside-keys.ts';
import { type Config, loadConfig } from '../../server/config.ts';
import { startPscProcess } from '../demo/psc-process.ts';
import { startSimulatorProcess } from '../demo/simulator-process.ts';
import { ensurePki } from '../pki.ts';
import { type Instance, startInstance } from './instance.ts';

export interface FleetOptions {
  databaseUrl: string;
  /** Where clients find the façades, e.g. `http://localhost:8080`. */
  publicUrl: string;
  /** Settings of the façades, beside those that the fleet makes. */
  settings?: Record<string, string>;
  /** Of the simulator. */
  simulator?: Record<string, string>;
  /** Whether the façades speak HTTPS. */
  tls?: boolean;
}

export interface Fleet {
  /** As the façades read their settings. */
  config: Config;
  /** PEM file of the authority that vouches for the façades' certificate. */
  ca: string;
  /** One more façade; not ready yet. @param more settings of this one alone @param flags of its Node */
  launch(more?: Record<string, string>, flags?: readonly string[]): Promise<Instance>;
  /** A request to the DMP's control port: `calls`, `faults`, `documents`… (simulator/README.md). */
  control<T = Record<string, unknown>>(method: string, route: string, body?: unknown): Promise<T>;
  /** Of an issuer that the façades trust. */
  token(options: TokenOptions): Promise<string>;
  close(): Promise<void>;
}

/** Ports that the system chooses. */
const anyPort = {
  SIMULATOR_PORT: '0',
  SIMULATOR_CONTROL_PORT: '0',
  SIMULATOR_PSC_PORT: '0',
  SIMULATOR_PSC_TLS_PORT: '0',
  SIMULATOR_PSC_CONTROL_PORT: '0',
};

/** Starts the far ends; façades are launched one by one. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dmp-fhir-fleet-'));
  const opened: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const pkiDir = path.join(dataDir, 'pki');
    const pki = await ensurePki(pkiDir);
    const ports = { ...process.env, ...anyPort, ...options.simulator };
    const dmp = await startSimulatorProcess(pkiDir, ports);
    opened.push(() => dmp.stop());
    const psc = await startPscProcess(pkiDir, ports);
    opened.push(() => psc.stop());
    const settings = {
      DATABASE_URL: options.databaseUrl,
      PUBLIC_URL: options.publicUrl,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      AUTH_JWKS: outsideJwks(dataDir),
      DMP_URL: dmp.url,
      DMP_WEB_URL: dmp.webUrl,
      DMP_TLS_CERT: pki.orgAuth.chain,
      DMP_TLS_KEY: pki.orgAuth.key,
      DMP_SIGN_CERT: pki.orgSign.chain,
      DMP_SIGN_KEY: pki.orgSign.key,
      DMP_CA: pki.root.cert,
      PSC_DISCOVERY: psc.discoveryUrl,
      PSC_CLIENT_ID: psc.clientId,
      PSC_CLIENT_AUTH: 'client_secret_basic',
      PSC_CLIENT_SECRET_FILE: psc.clientSecretFile,
      ...(options.tls ? { TLS_CERT: pki.server.chain, TLS_KEY: pki.server.key } : {}),
      ...options.settings,
    };
    const config = loadConfig(settings);
    await makeToken(config, {}); // the public keys exist before a façade reads them
    return {
      config,
      ca: pki.root.cert,
      async launch(more = {}, flags = []) {
        const instance = await startInstance({ ...settings, ...more }, flags);
        opened.push(() => instance.kill());
        return instance;
      },
      async control<T>(method: string, route: string, body?: unknown) {
        const answer = await fetch(`${dmp.webUrl}/control/${route}`, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`control ${route}: ${await answer.text()}`);
        return (await answer.json()) as T;
      },
      token: (who) => makeToken(config, who),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
