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

/** A sealed value whose key is not at hand. */
export class UnknownKeyError extends SealError {
  override name = 'UnknownKeyError';
}

/** The place of a sealed value: table, column, row id. */
export type Place = readonly [table: string, column: string, row: string];

export interface Sealer {
  /** Seals any JSON value. */
  seal(place: Place, value: unknown): Uint8Array<ArrayBuffer>;
  /** @throws SealError, UnknownKeyError */
  open(place: Place, sealed: Uint8Array): unknown;
}

export interface Indexer {
  /** HMAC-SHA-256 of the parts, by a key of its own for each purpose. */
  index(purpose: string, ...parts: string[]): Uint8Array<ArrayBuffer>;
}

export interface Cipher extends Sealer, Indexer {}

/** A key is never used itself: every purpose has a key derived from it (HKDF-SHA-256). */
const derive = (key: Uint8Array, purpose: string, length: number) =>
  new Uint8Array(hkdfSync('sha256', key, '', `dmp-fhir/${purpose}`, length));

/** Says which key this is, and nothing about it: 4 bytes. */
export const keyIdOf = (key: Uint8Array): Uint8Array<ArrayBuffer> => derive(key, 'key-id', KEY_ID_BYTES);

/** The id of the key that a value was sealed with; undefined when it is no sealed value. */
export const sealedWith = (sealed: Uint8Array): Uint8Array | undefined =>
  sealed.length < HEADER_BYTES || sealed[0] !== FORMAT ? undefined : sealed.subarray(1, 1 + KEY_ID_BYTES);

/**
 * @param key 32 bytes
 * @param purpose `seal` for values, `wrap` for other keys
 */
export function createSealer(key: Uint8Array, purpose: 'seal' | 'wrap' = 'seal'): Sealer {
  const keyId = keyIdOf(key);
  const sealKey = derive(key, purpose, 32);
  const bound = (place: Place) => Buffer.from(JSON.stringify([FORMAT, ...place]));
  return {
    seal(place, value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(bound(place));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.of(FORMAT), keyId, nonce, cipher.getAuthTag(), text]));
    },
    open(place, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const id = sealedWith(bytes);
      if (id === undefined) throw new SealError('Not a sealed value.');
      if (Buffer.compare(id, keyId) !== 0) throw new UnknownKeyError('Sealed with another key.');
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
  };
}

/** @param key 32 bytes */
export function createIndexer(key: Uint8Array): Indexer {
  const keys = new Map<string, Uint8Array>();
  const keyOf = (purpose: string) => {
    const known = keys.get(purpose) ?? derive(key, `index/${purpose}`, 32);
    keys.set(purpose, known);
    return known;
  };
  return {
    index: (purpose, ...parts) =>
      new Uint8Array(createHmac('sha256', keyOf(purpose)).update(JSON.stringify(parts)).digest()),
  };
}
