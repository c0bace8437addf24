/**
 * `npm run serve`: the façade alone, as a service runs it (docs/operations.md). Every part that it needs is named by the settings;
 * nothing of a demonstration is started or made.
 */
import { loadConfig } from './config.ts';
import { startServer } from './main.ts';
import { sayWhy, untilTold } from './until-told.ts';

const main = async (): Promise<void> => untilTold(await startServer(loadConfig()));

main().catch(sayWhy);
