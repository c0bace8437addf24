/**
 * The private keys that sign the audit trail: those that the store made and keeps, sealed; or the operator's own (AUDIT_SIGNING_KEY),
 * which is never written to the database. Which one is in force, the checkpoints say.
 */
import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Config, ConfigError } from '../../config.ts';
import type { Cipher, Place } from '../cipher.ts';
import type { Database } from '../database.ts';
import { DatabaseError } from '../errors.ts';
import { type SigningKey, signingKey } from './checkpoint.ts';

export interface SigningKeys {
  /** The operator's own, which is to sign. */
  own?: SigningKey;
  /** @throws DatabaseError when the key is neither in the store nor given */
  byThumbprint(db: Database, thumbprint: string): Promise<SigningKey>;
  /** Makes one (Ed25519) and keeps it. */
  make(db: Database): Promise<SigningKey>;
}

type KeySettings = Partial<Pick<Config, 'AUDIT_SIGNING_KEY' | 'AUDIT_SIGNING_KEY_PREVIOUS'>>;

const placeOf = (id: string): Place => ['audit_key', 'private_sealed', id];

/** @throws ConfigError naming the setting, when a file is no private key of Ed25519 or P-256 */
async function readKey(
  name: 'AUDIT_SIGNING_KEY' | 'AUDIT_SIGNING_KEY_PREVIOUS',
  file: string | undefined,
): Promise<SigningKey | undefined> {
  if (file === undefined) return undefined;
  const pem = await readFile(file, 'utf8').catch(() => '');
  const key = tryTo(() => signingKey(createPrivateKey(pem)));
  if (key === undefined) throw new ConfigError(`${name}: not a file with the PEM of an Ed25519 or P-256 private key`);
  return key;
}

function tryTo<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** @throws ConfigError about AUDIT_SIGNING_KEY or AUDIT_SIGNING_KEY_PREVIOUS */
export async function openSigningKeys(config: KeySettings, cipher: Cipher): Promise<SigningKeys> {
  const own = await readKey('AUDIT_SIGNING_KEY', config.AUDIT_SIGNING_KEY);
  const previous = await readKey('AUDIT_SIGNING_KEY_PREVIOUS', config.AUDIT_SIGNING_KEY_PREVIOUS);
  const known = new Map<string, SigningKey>();
  for (const key of [own, previous]) if (key) known.set(key.thumbprint, key);

  return {
    ...(own ? { own } : {}),
    async byThumbprint(db, thumbprint) {
      const key = known.get(thumbprint) ?? (await kept(db, thumbprint));
      known.set(thumbprint, key);
      return key;
    },
    async make(db) {
      const { privateKey } = generateKeyPairSync('ed25519');
      const key = signingKey(privateKey)!;
      const id = randomUUID();
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
      await db.auditKey.create({
        data: { id, thumbprint: key.thumbprint, privateSealed: cipher.seal(placeOf(id), pem) },
      });
      return key;
    },
  };

  async function kept(db: Database, thumbprint: string): Promise<SigningKey> {
    const row = await db.auditKey.findUnique({ where: { thumbprint } });
    const key = row && signingKey(createPrivateKey(cipher.open(placeOf(row.id), row.privateSealed) as string));
    if (!key)
      throw new DatabaseError(
        `The key that signs the audit trail (${thumbprint}) is not at hand: give it as AUDIT_SIGNING_KEY, or as AUDIT_SIGNING_KEY_PREVIOUS beside a new one.`,
      );
    return key;
  }
}
