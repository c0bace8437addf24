/** A façade in a process of its own, with the settings of the environment: says its FHIR base, and ends with its standard input. */
import { once } from 'node:events';
import { pino } from 'pino';
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';

const config = loadConfig();
const server = await startServer(
  { ...config, PORT: 0, fhirBase: config.fhirBase.replace(/:\d+\//, ':0/'), AUTH_AUDIENCE: config.fhirBase },
  { logger: pino({ level: 'silent' }) },
);
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await server.close();
