/**
 * Whether a CDA's header and the metadata under which it is deposited say the same.
 *
 * The CI-SIS derives the metadata from the header (« Partage de documents de santé »): what identifies document,
 * patient, kind, time, responsibility and confidentiality must agree; a difference elsewhere is pointed out. A header
 * that is silent contradicts nothing, but for the patient: a CDA that does not name its patient by INS is not shown to
 * be about the subject.
 */
import { samePatient } from '../codecs/identifiers.ts';
import { xcn } from '../codecs/people.ts';
import { insFromCx, isInsOid } from '../ins.ts';
import type { Issue } from '../outcome.ts';
import { schemes } from '../terminology/systems.ts';
import type { DocumentEntry, XdsCode } from '../xds.ts';
import { metadataOfCda, traitsOf, traitsOfSourceInfo, uniqueIdOf } from './metadata.ts';
import type { CdaHeader } from './types.ts';

interface Row {
  /** where it stands in the header */
  element: string;
  /** FHIRPath of the metadata */
  expression: string;
  severity: 'error' | 'warning';
  differs(said: Partial<DocumentEntry>, entry: DocumentEntry, header: CdaHeader): boolean;
}

const doc = 'DocumentReference';
const attachment = `${doc}.content[0].attachment`;

/** Both are there and are not the same code. */
const code = (a: XdsCode | undefined, b: XdsCode | undefined): boolean =>
  a !== undefined && b !== undefined && (a.code !== b.code || (a.scheme !== '' && a.scheme !== b.scheme));

/** Both are there and are not the same text. */
const text = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** Both are there and do not agree as far as both are precise. Both are UTC. */
const time = (a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined) return false;
  const length = Math.min(a.length, b.length);
  return a.slice(0, length) !== b.slice(0, length);
};

const personId = (wire: string | undefined): string | undefined =>
  wire === undefined ? undefined : xcn.decode(wire)?.id;

const rows: readonly Row[] = [
  {
    element: 'ClinicalDocument/id',
    expression: `${doc}.masterIdentifier`,
    severity: 'error',
    differs: (_, entry, { id }) =>
      entry.uniqueId !== '' &&
      entry.uniqueId !== uniqueIdOf(id) &&
      entry.uniqueId !== `${id.root}^${id.extension ?? ''}`,
  },
  {
    element: 'ClinicalDocument/code',
    expression: `${doc}.type`,
    severity: 'error',
    differs: (said, entry) => code(said.typeCode, entry.typeCode),
  },
  {
    element: 'ClinicalDocument/effectiveTime',
    expression: `${attachment}.creation`,
    severity: 'error',
    differs: (said, entry) => time(said.creationTime, entry.creationTime),
  },
  {
    element: 'ClinicalDocument/confidentialityCode',
    expression: `${doc}.securityLabel`,
    severity: 'error',
    differs: (said, entry) => {
      // Visibility (masked, hidden) is metadata only; N, R, V must be the header's.
      const level = entry.confidentialityCodes.filter((c) => c.scheme === schemes.confidentiality);
      const own = said.confidentialityCodes?.[0];
      return own !== undefined && level.some((c) => c.code !== own.code);
    },
  },
  {
    element: 'ClinicalDocument/documentationOf/serviceEvent/effectiveTime/low',
    expression: `${doc}.context.period.start`,
    severity: 'error',
    differs: (said, entry) => time(said.serviceStartTime, entry.serviceStartTime),
  },
  {
    element: 'ClinicalDocument/documentationOf/serviceEvent/effectiveTime/high',
    expression: `${doc}.context.period.end`,
    severity: 'error',
    differs: (said, entry) => time(said.serviceStopTime, entry.serviceStopTime),
  },
  {
    element: 'ClinicalDocument/templateId',
    expression: `${doc}.content[0].format`,
    severity: 'error',
    differs: (said, entry) => code(said.formatCode, entry.formatCode),
  },
  {
    element: 'ClinicalDocument/legalAuthenticator',
    expression: `${doc}.authenticator`,
    severity: 'error',
    differs: (said, entry) => text(personId(said.legalAuthenticator), personId(entry.legalAuthenticator)),
  },
  {
    element: 'ClinicalDocument/author',
    expression: `${doc}.author`,
    severity: 'warning',
    differs: (said, entry) => {
      const ids = (said.authors ?? []).map((a) => personId(a.person));
      return entry.authors.some((a) => personId(a.person) !== undefined && !ids.includes(personId(a.person)));
    },
  },
  {
    element: 'ClinicalDocument/title',
    expression: `${attachment}.title`,
    severity: 'warning',
    differs: (said, entry) => text(said.title, entry.title?.replace(/\s+/g, ' ').trim()),
  },
  {
    element: 'ClinicalDocument/languageCode',
    expression: `${attachment}.language`,
    severity: 'warning',
    differs: (said, entry) => text(said.languageCode?.toLowerCase(), entry.languageCode?.toLowerCase()),
  },
  {
    element: 'ClinicalDocument/documentationOf/serviceEvent/performer/…/standardIndustryClassCode',
    expression: `${doc}.context.practiceSetting`,
    severity: 'warning',
    differs: (said, entry) => code(said.practiceSettingCode, entry.practiceSettingCode),
  },
  {
    element: 'ClinicalDocument/componentOf/encompassingEncounter/location/healthCareFacility/code',
    expression: `${doc}.context.facilityType`,
    severity: 'warning',
    differs: (said, entry) => code(said.healthcareFacilityTypeCode, entry.healthcareFacilityTypeCode),
  },
];

/** Whether the INS of the header is that of the entry, and the birth dates, where both are given, agree. */
function patientDiffers(said: Partial<DocumentEntry>, entry: DocumentEntry, header: CdaHeader): boolean {
  if (header.patients.length !== 1 || said.patientId === undefined || !samePatient(said.patientId, entry.patientId))
    return true;
  const patient = header.patients[0];
  // A second INS would be believed by whoever reads the last.
  const ins = insFromCx(entry.patientId)?.value;
  if (patient?.ids.some((id) => isInsOid(id.root) && id.extension?.toUpperCase() !== ins)) return true;
  return (
    patient !== undefined && time(traitsOf(patient).birthDate, traitsOfSourceInfo(entry.sourcePatientInfo).birthDate)
  );
}

/**
 * Compares a CDA header with the metadata of its deposit. `cda-patient` when it is about another patient (or does not
 * say), `cda-mismatch` per contradiction, naming the element of the header and the FHIRPath of the metadata.
 */
export function checkCdaAgainst(header: CdaHeader, entry: DocumentEntry): Issue[] {
  const said = metadataOfCda(header);
  const issues: Issue[] = [];
  if (patientDiffers(said, entry, header)) issues.push({ key: 'cda-patient', expression: `${doc}.subject` });
  for (const row of rows) {
    const { element, expression, severity } = row;
    if (row.differs(said, entry, header))
      issues.push({ key: 'cda-mismatch', expression, severity, values: { element } });
  }
  return issues;
}
