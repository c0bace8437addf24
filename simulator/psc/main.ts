/** `npm run psc`: the stand-in of Pro Santé Connect alone, until it is told to stop. Settings: simulator/psc/settings.ts. */
import { startPsc } from './server.ts';

const psc = await startPsc();
process.stdout.write(
  `Pro Santé Connect (stand-in): ${psc.discoveryUrl}, mutual TLS: ${psc.tlsUrl}, e-CPS: ${psc.phoneUrl}, control: ${psc.controlUrl}\n`,
);

const stop = () => void psc.close().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
