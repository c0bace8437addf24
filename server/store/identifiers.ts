/** How identifiers are compared. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids of ours are UUIDs: anything else is unknown, and would be an error for the database. */
export const isUuid = (id: string): boolean => UUID.test(id);

/** One spelling for an entryUUID, logicalId or uniqueId: without `urn:uuid:` or `urn:oid:`, UUIDs in lower case. */
export function plainIdentifier(value: string): string {
  const plain = value.replace(/^urn:(uuid|oid):/i, '');
  return isUuid(plain) ? plain.toLowerCase() : plain;
}
