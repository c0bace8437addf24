/** A façade in a process of its own, to be killed: its settings are the environment. Says where it listens in a line of JSON. */
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';

const { url } = await startServer(loadConfig(process.env));
process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
