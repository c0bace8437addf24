/**
 * Rows that documents and sets share: what ebRIM says of every registry object, in the same FHIR elements.
 */
import type { Extension, Identifier } from '@medplum/fhirtypes';
import { extHomeCommunityId, mhdIdentifierTypes, uris } from './canonicals.ts';

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

/** homeCommunityId ↔ MHD's extension (4.2.4). */
export const homeCommunity = {
  codec: 'OID',
  write(value: string, { resource }: { resource: { extension?: Extension[] } }): void {
    if (value.startsWith('urn:oid:')) (resource.extension ??= []).push({ url: extHomeCommunityId, valueOid: value });
  },
  read: ({ resource }: { resource: { extension?: Extension[] } }): string | undefined =>
    resource.extension?.find((e) => e.url === extHomeCommunityId)?.valueOid,
};
