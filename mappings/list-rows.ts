/**
 * Rows that submission sets and folders share: both are RegistryPackages in ebRIM and Lists in FHIR. Sources: IHE MHD 4.2
 * (spec fhir B.1), PDSm (A.3), ITI TF-3 §4.2.3.3 and §4.2.3.4.
 */
import type { CodeableConcept, List } from '@medplum/fhirtypes';
import { extDesignationType, mhdIdentifierTypes, mhdListTypes, uris } from './canonicals.ts';
import { availability, entryUuid, homeCommunity } from './common-rows.ts';
import { dtm } from './codecs/dtm.ts';
import { oidUri } from './codecs/identifiers.ts';
import { statuses } from './ebrim/schemes.ts';
import type { Draft, Source } from './rows.ts';
import { extras, slotExtensions } from './slots.ts';
import type { Slots } from './xds.ts';

/** The two kinds of List: MHDlistTypes. */
export type ListKind = 'submissionset' | 'folder';

/** The resource that every row starts from: what PDSm fixes. */
export const listSkeleton = (kind: ListKind) => (): List => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  code: { coding: [{ system: mhdListTypes, code: kind }] },
});

/** availabilityStatus ↔ List.status and isArchived (MHD writes `superseded`, which is no List status: retired). */
export const listStatuses = [
  { urn: statuses.approved, status: 'current', archived: false },
  { urn: statuses.archived, status: 'current', archived: true },
  { urn: statuses.deprecated, status: 'retired', archived: false },
  { urn: statuses.deleted, status: 'entered-in-error', archived: false },
] as const;

/** The values of every designationType, in order. */
export const designationTypes = (list: List): CodeableConcept[] =>
  (list.extension ?? []).flatMap((e) => (e.url === extDesignationType ? [e.valueCodeableConcept ?? {}] : []));

/** A time of the package ↔ List.date. */
export const listDate = {
  fhir: 'List.date',
  codec: 'DTM',
  search: ['date'],
  write: (value: string, draft: Draft<List>): void => void (draft.resource.date = dtm.decode(value)),
  read(s: Source<List>): string | undefined {
    const given = s.resource.date;
    const wire = given === undefined ? undefined : dtm.encode(given);
    if (given !== undefined && wire === undefined) {
      const values = { element: 'date', detail: 'not a FHIR date or dateTime' };
      s.issue({ key: 'value-invalid', expression: 'List.date', values });
    }
    return wire;
  },
};

const uniqueIdPath = "List.identifier.where(use = 'usual')";

/**
 * The rows by which a registry names a package, and its own words.
 * @param object `XDSSubmissionSet` or `XDSFolder`
 */
export const identityRows = (object: string) =>
  [
    {
      xds: 'uniqueId',
      ebrim: `ExternalIdentifier ${object}.uniqueId`,
      fhir: uniqueIdPath,
      codec: 'OID',
      search: ['identifier'],
      write(value: string, draft: Draft<List>): void {
        const type = { coding: [{ system: mhdIdentifierTypes, code: 'uniqueId' }] };
        (draft.resource.identifier ??= []).push({ use: 'usual', type, system: uris, value: oidUri.decode(value) });
      },
      read(s: Source<List>): string | undefined {
        const given = s.resource.identifier?.find((i) => i.use === 'usual');
        if (given === undefined) return undefined;
        const oid = oidUri.encode(given.value ?? '');
        if (oid === undefined) s.issue({ key: 'unique-id-invalid', expression: uniqueIdPath });
        return oid;
      },
    },
    {
      xds: 'id',
      ebrim: 'RegistryPackage/@id',
      fhir: "List.identifier.where(use = 'official')",
      loss: 'Given by the registry.',
      ...entryUuid,
    },
    {
      xds: 'homeCommunityId',
      ebrim: 'RegistryPackage/@home',
      fhir: 'List.extension(ihe-HomeCommunityId)',
      ...homeCommunity,
    },
    {
      xds: 'availabilityStatus',
      ebrim: 'RegistryPackage/@status',
      fhir: 'List.status, extension(pdsm-ext-is-archived)',
      query: [`$${object}Status`],
      ...availability(listStatuses),
    },
    {
      xds: 'title',
      ebrim: 'Name',
      fhir: 'List.title',
      codec: 'string',
      search: ['title'],
      write: (value: string, draft: Draft<List>): void => void (draft.resource.title = value),
      read: (s: Source<List>): string | undefined => s.resource.title,
    },
    {
      xds: 'comments',
      ebrim: 'Description',
      fhir: 'List.note.text',
      codec: 'string',
      loss: 'Several notes become one text; their authors and times do not go.',
      write: (value: string, draft: Draft<List>): void => void (draft.resource.note = [{ text: value }]),
      read: (s: Source<List>): string | undefined =>
        s.resource.note === undefined ? undefined : s.resource.note.map((n) => n.text).join('\n'),
    },
  ] as const;

/** The rows of the patient, and of what a package holds beyond the model. @param object as for `identityRows` */
export const remainingRows = (object: string) =>
  [
    {
      xds: 'patientId',
      ebrim: `ExternalIdentifier ${object}.patientId`,
      fhir: 'List.subject',
      codec: 'CX',
      search: ['patient', 'patient.identifier'],
      query: [`$${object}PatientId`],
      context: true,
    },
    {
      xds: 'slots',
      ebrim: 'Slot (any other)',
      fhir: 'List.extension(xds-slot)',
      codec: 'strings',
      write(value: Slots, draft: Draft<List>): void {
        const extensions = slotExtensions.decode(value);
        if (extensions.length > 0) (draft.resource.extension ??= []).push(...extensions);
      },
      read: (s: Source<List>): Slots => slotExtensions.encode(s.resource.extension),
    },
    {
      xds: 'classifications',
      ebrim: 'Classification (any other)',
      fhir: 'List.extension(xds-exact)',
      codec: 'JSON',
      accepts: extras.classifications,
    },
    {
      xds: 'externalIdentifiers',
      ebrim: 'ExternalIdentifier (any other)',
      fhir: 'List.extension(xds-exact)',
      codec: 'JSON',
      accepts: extras.externalIdentifiers,
    },
  ] as const;

/** Elements of List that no value of the package fills. */
export const listOnlyInFhir = (
  kind: ListKind,
): readonly { fhir: string; reading: string; loss: string; search?: readonly string[] }[] => [
  { fhir: 'List.code', reading: `MHDlistTypes#${kind}`, loss: 'Constant.', search: ['code'] },
  {
    fhir: 'List.entry',
    reading: 'HasMember associations, by the caller',
    loss: `Travels as associations, not in the ${kind === 'folder' ? 'folder' : 'set'}.`,
  },
  { fhir: 'List.meta, text, implicitRules, language', reading: 'the façade’s own', loss: 'Not in XDS.' },
];
