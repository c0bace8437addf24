/**
 * The identity of a line: worked out from the structure, the patient and the document's bytes, so that whoever reads the same
 * manifest again, from another machine and in another order, comes to the same. UUID version 5 (RFC 9562 §5.5).
 */
import { createHash } from 'node:crypto';
import { oidOfUuid } from '../../mappings/codecs/uuid.ts';

/** RFC 9562 §6.6 */
const oidNamespace = '6ba7b812-9dad-11d1-80b4-00c04fd430c8';

export function uuid5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replace(/-/g, ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param digest SHA-256 of the bytes, hex */
export function identityOf(structure: string, patient: { system: string; value: string }, digest: string) {
  const uuid = uuid5(uuid5(oidNamespace, structure), [patient.system, patient.value, digest].join('\n'));
  return { reference: uuid, uniqueId: oidOfUuid(uuid) };
}
