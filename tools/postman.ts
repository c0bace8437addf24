/**
 * `npm run postman`: starts the demonstration afresh, as `npm start` does, in a folder of its own and on free ports, runs the Postman
 * collection against it, and ends it. Fails when an assertion does.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../server/config.ts';
import { demoTokens, runCollection } from './postman/run.ts';
import { start } from './start.ts';

/** A token names the address of the façade: the port must be known before it starts. */
async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function main(): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dmp-fhir-postman-'));
  const settings = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    SIMULATOR_PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    SIMULATOR_PSC_PORT: '0',
    SIMULATOR_PSC_TLS_PORT: '0',
    SIMULATOR_PSC_CONTROL_PORT: '0',
    LOG_LEVEL: 'silent',
  };
  try {
    const running = await start(settings);
    try {
      const tokens = await demoTokens(loadConfig(settings));
      const { run } = await runCollection({ baseUrl: running.url.replace(/\/fhir$/, ''), ...tokens }, ['cli']);
      if (run.failures.length > 0) process.exitCode = 1;
    } finally {
      await running.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
