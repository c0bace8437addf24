/** The metadata of a set's signature document (dmp-wire §3.8): constants of the DMP, and what it shares with its set. */
import { dtmOfInstant } from '../../../mappings/codecs/dtm.ts';
import { oidPerson } from '../../../mappings/codecs/identifiers.ts';
import { xcn } from '../../../mappings/codecs/people.ts';
import { stableDocument } from '../../../mappings/ebrim/schemes.ts';
import type { DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';
import type { DmpEnvironment, Requester } from '../types.ts';
import { signaturePurpose } from '../xades.ts';

/** id of its ExtrinsicObject */
export const signatureId = 'Signature01';

/** An OID of at most 64 characters (§3.2) that no other document bears: the installation's arc, the instant, 32 random bits. */
function mintUniqueId(env: DmpEnvironment, time: string): string {
  const random = Number.parseInt(env.newUuid().slice(0, 8), 16);
  const oid = `${env.lps.oid}.51.${time}.${random}`;
  return oid.length <= 64 ? oid : `2.25.${BigInt(`0x${env.newUuid().replaceAll('-', '')}`)}`;
}

/** The person in whose name the set is signed: the author of the set that the VIHF names, else the requester. */
function signer(set: SubmissionSet, requester: Requester): string {
  const author = set.authors.find((a) => a.person !== undefined && xcn.decode(a.person)?.id === requester.personId);
  const { personId: id, family, given } = requester;
  const written =
    author?.person ?? xcn.encode({ id, family, given, authority: { oid: oidPerson }, nameType: 'D', type: 'IDNPS' });
  if (written === undefined) throw new RangeError('a requester without an identifier');
  return written;
}

/**
 * @param first a document of the set: the signature has its facility and practice setting
 * @param requester who submits
 */
export function signatureEntry(
  set: SubmissionSet,
  first: Pick<DocumentEntry, 'healthcareFacilityTypeCode' | 'practiceSettingCode'>,
  requester: Requester,
  env: DmpEnvironment,
): DocumentEntry {
  const time = set.submissionTime;
  return {
    id: signatureId,
    objectType: stableDocument,
    mimeType: 'text/xml',
    title: 'Source',
    languageCode: 'art',
    creationTime: time,
    serviceStartTime: time,
    serviceStopTime: time,
    legalAuthenticator: signer(set, requester),
    sourcePatientId: set.patientId,
    sourcePatientInfo: [],
    referenceIdList: [],
    authors: set.authors,
    classCode: { code: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1', scheme: 'URN', display: 'Digital Signature' },
    typeCode: { code: 'E1762', scheme: 'ASTM', display: 'Full Document' },
    formatCode: { code: 'http://www.w3.org/2000/09/xmldsig#', scheme: 'URN', display: 'Default Signature Style' },
    healthcareFacilityTypeCode: first.healthcareFacilityTypeCode,
    practiceSettingCode: first.practiceSettingCode,
    confidentialityCodes: [
      { code: 'N', scheme: '2.16.840.1.113883.5.25', display: 'Normal' },
      { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13', display: 'Masqué aux professionnels de santé' },
      { code: 'INVISIBLE_PATIENT', scheme: '1.2.250.1.213.1.1.4.13', display: 'Non visible par le patient' },
    ],
    eventCodes: [{ code: signaturePurpose, scheme: '1.2.840.10065.1.12', display: 'Source' }],
    patientId: set.patientId,
    uniqueId: mintUniqueId(env, dtmOfInstant(env.now().getTime())),
    slots: {},
  };
}
