/** The key of the demonstration's server (`demo-dui`), made on first use in `DATA_DIR/auth`. */
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { secretFile } from './secret-file.ts';

/** Of those that SMART Backend Services names. */
const alg = 'ES384';

export interface DuiKey {
  key: CryptoKey;
  alg: typeof alg;
  publicJwk: JWK & { kid: string };
}

/** @param dataDir DATA_DIR, absolute */
export async function ensureDuiKey(dataDir: string): Promise<DuiKey> {
  const text = await secretFile(path.join(dataDir, 'auth', 'demo-dui.jwk.json'), make);
  const { d, ...publicJwk } = JSON.parse(text) as JWK & { kid: string };
  return { alg, publicJwk, key: (await importJWK({ ...publicJwk, d }, alg)) as CryptoKey };
}

async function make(): Promise<string> {
  const jwk = await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);
  return JSON.stringify({ ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk) });
}
