/**
 * `npm run simulator`: the simulated DMP alone, with the throw-away PKI made first where no certificates are given.
 * `npm start` runs it too, and has it end with its parent, however that one ends (SIMULATOR_WITH_PARENT: standard input
 * closes).
 */
import { readSettings } from '../simulator/settings.ts';
import { ensurePki } from './pki.ts';

if (process.env.SIMULATOR_WITH_PARENT === '1') process.stdin.on('end', () => process.exit(0)).resume();
if (!process.env.SIMULATOR_TLS_CERT) await ensurePki(readSettings().pkiDir);
await import('../simulator/main.ts');
