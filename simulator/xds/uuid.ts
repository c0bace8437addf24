/** Identifiers that the registry assigns: version 1 UUIDs, as the DMP's look (shared facts on the DMP §3.2). */
import { randomBytes } from 'node:crypto';

/** 100-ns ticks from 1582-10-15 to 1970-01-01. */
const gregorianOffset = 0x01b21dd213814000n;

/** A source of `urn:uuid:…` version 1 identifiers; never twice the same, even within one instant. */
export function uuidSource(): (now: Date) => string {
  const node = randomBytes(6);
  node[0] = (node[0] ?? 0) | 1; // multicast bit: not a real network card (RFC 4122 §4.5)
  const sequence = 0x8000 | (randomBytes(2).readUInt16BE() & 0x3fff);
  let last = 0n;
  return (now) => {
    const wanted = BigInt(now.getTime()) * 10000n + gregorianOffset;
    last = wanted > last ? wanted : last + 1n;
    const hex = last.toString(16).padStart(15, '0');
    const parts = [hex.slice(7), hex.slice(3, 7), `1${hex.slice(0, 3)}`, sequence.toString(16), node.toString('hex')];
    return `urn:uuid:${parts.join('-')}`;
  };
}
