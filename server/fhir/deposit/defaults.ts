/**
 * What the façade says of a document when the client does not: the authentication context, what is registered of
 * the structure, the tables of the ANS. One row of the table an attribute.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { coding } from '../../../mappings/codecs/coded.ts';
import { dtm, dtmOfInstant } from '../../../mappings/codecs/dtm.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { metadataOfCda } from '../../../mappings/cda/metadata.ts';
import { classOfType, formatOfMedia } from '../../../mappings/terminology/associations.ts';
import { displayOf } from '../../../mappings/terminology/valuesets.ts';
import type { DocumentEntry, XdsCode } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Structure } from '../../registry/types.ts';
import { authorOf, personOf } from './author.ts';

export interface DefaultsInput {
  resource: DocumentReference;
  /** Canonical media type of what was deposited. */
  media: string;
  /** Header of a deposited CDA. */
  header?: CdaHeader;
  caller: Caller;
  /** The caller's. */
  structure: Structure;
  now: Date;
}

/** code and scheme, with the display that our tables hold. */
export function coded(code: string, scheme: string): XdsCode {
  const display = displayOf(code, scheme);
  return { code, scheme, ...(display === undefined ? {} : { display }) };
}

const facilityScheme = '1.2.250.1.71.4.2.4';
const settingScheme = '1.2.250.1.213.1.1.4.9';
export const confidentialityScheme = '2.16.840.1.113883.5.25';

/** Facility and practice setting of a structure. */
export const establishment = ({
  sector,
  practiceSetting,
}: Pick<Structure, 'sector' | 'practiceSetting'>): Pick<
  DocumentEntry,
  'healthcareFacilityTypeCode' | 'practiceSettingCode'
> => ({
  healthcareFacilityTypeCode: coded(sector, facilityScheme),
  practiceSettingCode: coded(practiceSetting, settingScheme),
});

/**
 * Values for what the resource leaves out; the header of a CDA comes before what is registered of the structure.
 * - authors, legalAuthenticator: the caller (EX_2.1-1140)
 * - class: from the type (ASS_X16, X04); format: from the media type (ASS_A12) or the CDA's templates (ASS_A11)
 * - facility, practice setting: those registered of the caller's structure (STRUCTURE_SECTOR, STRUCTURE_PRACTICE_SETTING of the primary)
 * - creationTime: attachment.creation, else `date`, else now (PDSm4DMP: creationTime is `date`); serviceStartTime: the same
 */
export function defaultsFor({
  resource,
  media,
  header,
  caller,
  structure,
  now,
}: DefaultsInput): Partial<DocumentEntry> {
  const fromCda: Partial<DocumentEntry> = header ? metadataOfCda(header) : {};
  const type = typeOf(resource) ?? fromCda.typeCode;
  const attachment = resource.content[0]?.attachment;
  const given = attachment?.creation ?? resource.date;
  const creationTime =
    attachment?.creation === undefined
      ? (fromCda.creationTime ?? (given ? dtm.encode(given) : undefined))
      : dtm.encode(attachment.creation);
  const written = creationTime ?? dtmOfInstant(now.getTime());
  return {
    languageCode: 'fr-FR',
    legalAuthenticator: personOf(caller),
    authors: [authorOf(caller)],
    serviceStartTime: written,
    classCode: type && classOfType(type.code, type.scheme),
    ...(header ? {} : { formatCode: formatOfMedia(media) }),
    ...establishment(structure),
    confidentialityCodes: [coded('N', confidentialityScheme)],
    ...fromCda,
    creationTime: written,
  };
}

/** The type that the resource gives, in XDS form. */
function typeOf(resource: DocumentReference): XdsCode | undefined {
  for (const each of resource.type?.coding ?? []) {
    const code = coding.encode(each);
    if (code) return code;
  }
  return undefined;
}
