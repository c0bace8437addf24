/** `npm run simulator`: the simulated DMP alone, until it is told to stop. Settings: simulator/settings.ts. */
import { existsSync } from 'node:fs';

import { startSimulator } from './server.ts';
import { readSettings } from './settings.ts';

const settings = readSettings();
const missing = [settings.tlsKey, settings.tlsCert, ...settings.tlsClientCa, ...settings.vihfCa].filter(
  (f) => !existsSync(f),
);
if (missing.length > 0) {
  process.stderr.write(`simulator: certificates not found: ${[...new Set(missing)].join(', ')}\n`);
  process.exit(1);
}
const simulator = await startSimulator(settings);
process.stdout.write(
  `DMP simulator: ${simulator.url} (mutual TLS), control: ${simulator.controlUrl}, web site: ${simulator.webUrl}, seed: ${settings.seed}\n`,
);

const stop = () => void simulator.close().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
