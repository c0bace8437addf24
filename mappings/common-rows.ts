/**
 * Rows that documents and sets share: what ebRIM says of every registry object, in the same FHIR elements.
 */
import type { Extension, Identifier } from '@medplum/fhirtypes';
import {
  extHomeCommunityId,
  extIsArchived,
  extVersion,
  mhdIdentifierTypes,
  ourIdentifierTypes,
  uris,
} from './canonicals.ts';

/** entryUUID ↔ identifier with use official (MHD 4.2.3) and its type (MHD 4.2.4). */
export const entryUuid = {
  codec: 'entryUUID',
  search: ['identifier'],
  write(value: string, { resource }: { resource: { identifier?: Identifier[] } }): void {
    if (!value.startsWith('urn:uuid:')) return;
    const type = { coding: [{ system: mhdIdentifierTypes, code: 'entryUUID' }] };
    (resource.identifier ??= []).push({ use: 'official', type, system: uris, value });
  },
  read: ({ resource }: { resource: { identifier?: Identifier[] } }): string | undefined =>
    resource.identifier?.find((i) => i.use === 'official' && i.value?.startsWith('urn:uuid:'))?.value,
};

/** logicalId ↔ identifier with use secondary and a type of ours. */
export const logicalId = {
  codec: 'logicalId',
  search: ['identifier'],
  loss: 'Given by the registry.',
  write(value: string, { resource }: { resource: { identifier?: Identifier[] } }): void {
    const type = { coding: [{ system: ourIdentifierTypes, code: 'logicalId' }] };
    (resource.identifier ??= []).push({ use: 'secondary', type, system: uris, value });
  },
  read: ({ resource }: { resource: { identifier?: Identifier[] } }): string | undefined =>
    resource.identifier?.find((i) =>
      i.type?.coding?.some((c) => c.system === ourIdentifierTypes && c.code === 'logicalId'),
    )?.value,
};

/** Metadata version ↔ an extension of ours. */
export const version = {
  codec: 'string',
  loss: 'Given by the registry.',
  write: (value: string, { resource }: { resource: { extension?: Extension[] } }): void =>
    void (resource.extension ??= []).push({ url: extVersion, valueString: value }),
  read: ({ resource }: { resource: { extension?: Extension[] } }): string | undefined =>
    resource.extension?.find((e) => e.url === extVersion)?.valueString,
};

/** homeCommunityId ↔ MHD's extension (4.2.4). */
export const homeCommunity = {
  codec: 'OID',
  write(value: string, { resource }: { resource: { extension?: Extension[] } }): void {
    if (value.startsWith('urn:oid:')) (resource.extension ??= []).push({ url: extHomeCommunityId, valueOid: value });
  },
  read: ({ resource }: { resource: { extension?: Extension[] } }): string | undefined =>
    resource.extension?.find((e) => e.url === extHomeCommunityId)?.valueOid,
};

/**
 * availabilityStatus ↔ status and isArchived, by the table of the resource; its first row is what an unknown status is.
 * The registry has one status: what is superseded or deleted is not archived as well.
 */
export function availability<Status extends string>(
  table: readonly { urn: string; status: Status; archived: boolean }[],
) {
  interface Shown {
    resource: { status?: Status; extension?: Extension[] };
  }
  return {
    codec: 'availabilityStatus',
    search: ['status', 'isArchived'],
    write(value: string, { resource }: Shown): void {
      const row = table.find((r) => r.urn === value);
      resource.status = (row ?? table[0])?.status;
      // First of all, always: clients patch `/extension/0/valueBoolean`.
      (resource.extension ??= []).unshift({ url: extIsArchived, valueBoolean: row?.archived ?? false });
    },
    read({ resource }: Shown): string | undefined {
      const archived = resource.extension?.find((e) => e.url === extIsArchived)?.valueBoolean ?? false;
      const rows = table.filter((r) => r.status === resource.status);
      return (rows.find((r) => r.archived === archived) ?? rows[0])?.urn;
    },
  };
}
