/**
 * How the store keeps what identifies a person: sealed by AES-256-GCM, found again by a keyed hash (blind index).
 *
 * Sealed value: format (1 byte) | key id (4) | nonce (12, random) | tag (16) | ciphertext. What is sealed is bound to its
 * table, column and row (additional authenticated data): moved elsewhere in the database, it no longer opens.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** A sealed value that does not open: another key, another place, or altered. */
export class SealError extends Error {
  override name = 'SealError';
}

/** The place of a sealed value: table, column, row id. */
export type Place = readonly [table: string, column: string, row: string];

export interface Cipher {
  /** Says which key this is, and nothing about it. */
  keyId: Uint8Array<ArrayBuffer>;
  /** Seals any JSON value. */
  seal(place: Place, value: unknown): Uint8Array<ArrayBuffer>;
  /** @throws SealError */
  open(place: Place, sealed: Uint8Array): unknown;
  /** HMAC-SHA-256 of the parts, by a key of its own for each purpose. */
  index(purpose: string, ...parts: string[]): Uint8Array<ArrayBuffer>;
}

/** @param master the store's key, 32 bytes: never used itself, every purpose has a key derived from it (HKDF-SHA-256) */
export function createCipher(master: Uint8Array): Cipher {
  const derive = (info: string, length: number) =>
    new Uint8Array(hkdfSync('sha256', master, '', `dmp-fhir/${info}`, length));
  const keyId = derive('key-id', KEY_ID_BYTES);
  const sealKey = derive('seal', 32);
  const indexKeys = new Map<string, Uint8Array>();
  const indexKey = (purpose: string) => {
    const key = indexKeys.get(purpose) ?? derive(`index/${purpose}`, 32);
    indexKeys.set(purpose, key);
    return key;
  };
  const bound = (place: Place) => Buffer.from(JSON.stringify([FORMAT, ...place]));

  return {
    keyId,
    seal(place, value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(bound(place));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.of(FORMAT), keyId, nonce, cipher.getAuthTag(), text]));
    },
    open(place, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < HEADER_BYTES || bytes[0] !== FORMAT) throw new SealError('Not a sealed value.');
      if (!bytes.subarray(1, 1 + KEY_ID_BYTES).equals(keyId)) throw new SealError('Sealed with another key.');
      const nonce = bytes.subarray(1 + KEY_ID_BYTES, HEADER_BYTES - TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: TAG_BYTES })
        .setAAD(bound(place))
        .setAuthTag(bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
      let text: string;
      try {
        text = decipher.update(bytes.subarray(HEADER_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new SealError(`Altered or misplaced: ${place[0]}.${place[1]}`, { cause: error });
      }
      return JSON.parse(text) as unknown;
    },
    index(purpose, ...parts) {
      return new Uint8Array(createHmac('sha256', indexKey(purpose)).update(JSON.stringify(parts)).digest());
    },
  };
}
