/**
 * Canonical URLs: ours and those of the guides that we follow. One place, because they end up in every resource.
 */

/** Base of the project's own definitions. Reserved `.example` domain: it will move once, when the project has a home. */
export const ours = 'https://dmp-fhir.example';

/** A slot that no specification names: `name` and its `value`s (our definition). */
export const extSlot = `${ours}/StructureDefinition/xds-slot`;
/** The exact XDS value, in JSON, of a piece of metadata that the FHIR elements cannot say exactly (our definition). */
export const extExact = `${ours}/StructureDefinition/xds-exact`;
/** XDS metadata version (VersionInfo/@versionName) (our definition). */
export const extVersion = `${ours}/StructureDefinition/xds-version`;
/** authorSpecialty of an author whose FHIR type has no element for it: a patient (our definition). */
export const extAuthorSpecialty = `${ours}/StructureDefinition/xds-author-specialty`;
/** What has happened to a document of `$whats-new`, on `Bundle.entry.search`: `code` and `at` (our definition). */
export const extDocumentChange = `${ours}/StructureDefinition/document-change`;
/** The operation that tells what is new in a record (our definition). */
export const opWhatsNew = `${ours}/OperationDefinition/DocumentReference-whats-new`;
/** Our operation on DocumentReference: MHD's `$generate-metadata` with `persist` and the resource itself (our definition). */
export const opGenerateMetadata = `${ours}/OperationDefinition/DocumentReference-generate-metadata`;
/** The operation that tells a caller what they may do with the DMP (our definition). */
export const opMyRights = `${ours}/OperationDefinition/my-rights`;
/** Identifier types of our own: `logicalId`. */
export const ourIdentifierTypes = `${ours}/CodeSystem/identifier-type`;

const pdsm = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition';
export const pdsmDocumentReference = `${pdsm}/pdsm-comprehensive-document-reference`;
export const pdsmSubmissionSet = `${pdsm}/pdsm-submissionset-comprehensive`;
export const pdsmFolder = `${pdsm}/pdsm-folder-comprehensive`;
export const extIsArchived = `${pdsm}/pdsm-ext-is-archived`;
export const extIntendedRecipient = `${pdsm}/pdsm-ext-intended-recipient`;

const mhd = 'https://profiles.ihe.net/ITI/MHD';
export const extMhdIntendedRecipient = `${mhd}/StructureDefinition/ihe-intendedRecipient`;
export const extDesignationType = `${mhd}/StructureDefinition/ihe-designationType`;
export const extSourceId = `${mhd}/StructureDefinition/ihe-sourceId`;
export const extAuthorOrg = `${mhd}/StructureDefinition/ihe-authorOrg`;
/** MHD 4.2.4 (CP-ITI-1328). */
export const extHomeCommunityId = `${mhd}/StructureDefinition/ihe-HomeCommunityId`;
export const mhdIdentifierTypes = `${mhd}/CodeSystem/IHE.MHD.MHDIdentifierType`;
/** Warnings and errors that MHD names without a code system (ITI-65 §3.65.4.1.3): ours holds them. */
export const mhdCodes = `${ours}/CodeSystem/mhd-code`;
export const mhdListTypes = `${mhd}/CodeSystem/MHDlistTypes`;

export const frCoreIdentifierTypes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';
export const v2IdentifierTypes = 'http://terminology.hl7.org/CodeSystem/v2-0203';
export const uris = 'urn:ietf:rfc:3986';
export const rpps = 'https://rpps.esante.gouv.fr';
