/**
 * OIDs: minted under the installation's arc, and read from a FHIR identifier. XDS uniqueIds and sourceIds are OIDs of 64
 * characters at most (dmp-wire §3.2).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Identifier } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { isUuid, oidOfUuid } from '../../../mappings/codecs/uuid.ts';
import { IssueError } from '../../../mappings/outcome.ts';

const maxLength = 64;
const form = /^[0-2](\.(0|[1-9]\d*))+$/;

/**
 * A new OID under `root`, random: as many bits as 64 characters leave room for (122 at most, 64 at least).
 * @param seed random itself: the same gives the same
 * @throws RangeError when the root is too long to hold a random leaf
 */
export function mintOid(root: string, seed?: string): string {
  const digits = Math.min(37, maxLength - root.length - 1);
  if (digits < 20) throw new RangeError(`LPS_OID is too long: ${root.length} characters`);
  const bits = seed === undefined ? randomBytes(32) : createHash('sha256').update(seed).digest();
  const leaf = BigInt(`0x${bits.toString('hex')}`) % 10n ** BigInt(digits);
  return `${root}.${leaf}`;
}

/**
 * The OID that an identifier holds: `urn:oid:…`, or `urn:uuid:…` turned into 2.25.<integer> (the official PDSm examples
 * carry UUIDs, which XDS cannot).
 * @param path FHIRPath of the identifier
 * @throws IssueError `unique-id-invalid`
 */
export function oidOf(identifier: Identifier | undefined, path: string): string {
  const oid = identifier?.system === uris ? oidOfUrn(identifier.value ?? '') : undefined;
  if (oid === undefined) throw new IssueError({ key: 'unique-id-invalid', expression: `${path}.value` });
  return oid;
}

/** The same of a bare value; undefined when it is no OID of at most 64 characters, nor a UUID. */
export function oidOfUrn(value: string): string | undefined {
  const [, scheme, rest = ''] = /^urn:(oid|uuid):(.*)$/.exec(value) ?? [];
  const oid = scheme === 'oid' ? rest : scheme === 'uuid' && isUuid(rest) ? oidOfUuid(rest) : undefined;
  return oid !== undefined && form.test(oid) && oid.length <= maxLength ? oid : undefined;
}
