/** The keys of the outside issuer (`outside-issuer.ts`), made on first use in a folder of DATA_DIR: private halves (0600), public JWKS. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { secretFile } from '../../tools/demo/secret-file.ts';

/** Both kinds that the façade accepts: elliptic curves by default, RSA for clients that know nothing else. */
const algorithms = ['ES256', 'RS256'] as const;
export type OutsideAlgorithm = (typeof algorithms)[number];

export interface OutsideKey {
  key: CryptoKey;
  kid: string;
}

/** For AUTH_JWKS. @param dataDir DATA_DIR */
export const outsideJwks = (dataDir: string): string => path.join(dataDir, 'outside-issuer', 'jwks.json');

/**
 * The signing keys of a data folder; also writes the public JWKS when it is not there.
 * @param dataDir DATA_DIR, absolute
 */
export async function outsideKeys(dataDir: string): Promise<Record<OutsideAlgorithm, OutsideKey>> {
  const publicFile = outsideJwks(dataDir);
  const privateFile = path.join(path.dirname(publicFile), 'signing-keys.json');
  const { keys } = JSON.parse(await secretFile(privateFile, make)) as {
    keys: (JWK & { alg: OutsideAlgorithm; kid: string })[];
  };
  await writeFile(publicFile, `${JSON.stringify({ keys: keys.map(publicHalf) }, null, 2)}\n`);
  const entries = keys.map(async (jwk) => [
    jwk.alg,
    { kid: jwk.kid, key: (await importJWK(jwk, jwk.alg)) as CryptoKey },
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<OutsideAlgorithm, OutsideKey>;
}

async function make(): Promise<string> {
  const keys = await Promise.all(
    algorithms.map(async (alg) => {
      const jwk = await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);
      return { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
    }),
  );
  return JSON.stringify({ keys });
}

/** Only the members that are public: of an elliptic curve (crv, x, y) and of RSA (n, e). */
function publicHalf({ kty, crv, x, y, n, e, alg, kid, use }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, alg, kid, use })) as JWK;
}
