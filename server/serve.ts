/**
 * `npm run serve`: the façade alone, as a service runs it (docs/operations.md). Every part that it needs is named by the settings;
 * nothing of a demonstration is started or made.
 */
import { ConfigError, loadConfig } from './config.ts';
import { startServer } from './main.ts';
import { sayWhy, untilTold } from './until-told.ts';

const main = async (): Promise<void> => untilTold(await startServer(loadConfig()));

/** EX_CONFIG of sysexits.h: no new start makes a setting right (`RestartPreventExitStatus` of the unit). */
const WRONG_SETTING = 78;

main().catch((error: unknown) => {
  sayWhy(error);
  if (error instanceof ConfigError) process.exitCode = WRONG_SETTING;
});
