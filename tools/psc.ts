/**
 * `npm run psc`: the stand-in of Pro Santé Connect alone, with the throw-away PKI made first where no certificates are
 * given. Another program that runs it has it end with its parent (SIMULATOR_WITH_PARENT: standard input closes).
 */
import { readPscSettings } from '../simulator/psc/settings.ts';
import { ensurePki } from './pki.ts';

if (process.env.SIMULATOR_WITH_PARENT === '1') process.stdin.on('end', () => process.exit(0)).resume();
if (!process.env.SIMULATOR_PSC_TLS_CERT) await ensurePki(readPscSettings().pkiDir);
await import('../simulator/psc/main.ts');
