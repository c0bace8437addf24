/**
 * The keys that sign demonstration tokens, made on first use: the private halves in `DATA_DIR/auth` (0600), the public
 * ones in the JWKS that the façade reads when AUTH_JWKS is not set.
 */
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { demoJwks } from '../../server/auth/token.ts';

/** Both kinds that the façade accepts: elliptic curves by default, RSA for clients that know nothing else. */
const algorithms = ['ES256', 'RS256'] as const;
export type DemoAlgorithm = (typeof algorithms)[number];

export interface DemoKey {
  key: CryptoKey;
  kid: string;
}

/**
 * The signing keys of a data folder; also writes the public JWKS when it is not there.
 * @param dataDir DATA_DIR, absolute
 */
export async function ensureDemoKeys(dataDir: string): Promise<Record<DemoAlgorithm, DemoKey>> {
  const publicFile = path.join(dataDir, demoJwks);
  const privateFile = path.join(path.dirname(publicFile), 'signing-keys.json');
  const text = await readFile(privateFile, 'utf8').catch(() => undefined);
  const { keys } = JSON.parse(text ?? (await make(privateFile))) as {
    keys: (JWK & { alg: DemoAlgorithm; kid: string })[];
  };
  await writeFile(publicFile, `${JSON.stringify({ keys: keys.map(publicHalf) }, null, 2)}\n`);
  const entries = keys.map(async (jwk) => [
    jwk.alg,
    { kid: jwk.kid, key: (await importJWK(jwk, jwk.alg)) as CryptoKey },
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<DemoAlgorithm, DemoKey>;
}

async function make(file: string): Promise<string> {
  const keys = await Promise.all(
    algorithms.map(async (alg) => {
      const jwk = await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);
      return { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
    }),
  );
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await chmod(path.dirname(file), 0o700);
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify({ keys }), { mode: 0o600 });
  try {
    // Linked into place: of two first uses at once, both read the same keys.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

/** Only the members that are public: of an elliptic curve (crv, x, y) and of RSA (n, e). */
function publicHalf({ kty, crv, x, y, n, e, alg, kid, use }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, alg, kid, use })) as JWK;
}
