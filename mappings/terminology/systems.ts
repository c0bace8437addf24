/**
 * Code systems: FHIR URL ↔ OID (the `codingScheme` of XDS, the `codeSystem` of CDA and HL7 V3).
 *
 * Source of the pairs: ANS nomenclatures (NOS/SMT, `identifier` of each CodeSystem; names read in 2024–2026 versions),
 * HL7 terminology and FHIR R4 terminologies-systems.html for the international ones.
 */

/** `TRE_A03-ClasseDocument` → the URL of that nomenclature in the NOS. */
const nos = (name: string): string => `https://mos.esante.gouv.fr/NOS/${name}/FHIR/${name.replace('_', '-')}`;
const v3 = (name: string): string => `http://terminology.hl7.org/CodeSystem/v3-${name}`;

/** URN and ASTM are no OIDs: XDS uses these words as codingScheme for the signature document (dmp-wire §3.4). */
export const codeSystemPairs: readonly (readonly [oid: string, url: string, ...synonyms: string[]])[] = [
  ['1.2.250.1.213.1.1.4.6', nos('TRE_A00-ProducteurDocNonPS')],
  ['1.2.250.1.213.1.1.4.9', nos('TRE_A01-CadreExercice')],
  ['1.2.250.1.213.1.1.4.5', nos('TRE_A02-ProfessionSavFaire-CISIS')],
  ['1.2.250.1.213.1.1.4.1', nos('TRE_A03-ClasseDocument')],
  ['1.2.250.1.213.1.1.4.12', nos('TRE_A05-TypeDocComplementaire')],
  ['1.2.250.1.213.1.1.4.2.282', nos('TRE_A06-FormatCodeComplementaire')],
  // The published PDSm examples spell it "Status": a system that does not exist, but is met (spec fhir A.4).
  ['1.2.250.1.213.1.1.4.13', nos('TRE_A07-StatutVisibiliteDocument'), nos('TRE_A07-StatusVisibiliteDocument')],
  // JDV_J08, to which PDSm binds securityLabel, names TRE_A08; PDSm4DMP writes v3-Confidentiality.
  ['2.16.840.1.113883.5.25', nos('TRE_A08-HL7Confidentiality'), v3('Confidentiality')],
  ['1.2.840.10008.2.6.1', nos('TRE_A09-DICOMuidRegistry')],
  ['URN', nos('TRE_A10-NomenclatureURN')],
  [
    '1.3.6.1.4.1.19376.1.2.3',
    nos('TRE_A11-IheFormatCode'),
    'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
    'http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem',
  ],
  ['ASTM', nos('TRE_A12-NomenclatureASTM')],
  ['1.2.250.1.71.4.2.6', nos('TRE_G05-SousSectionTableauCNOP')],
  ['1.2.250.1.71.1.2.7', nos('TRE_G15-ProfessionSante')],
  ['1.2.250.1.71.4.2.5', nos('TRE_R01-EnsembleSavoirFaire-CISIS')],
  ['1.2.250.1.71.4.2.4', nos('TRE_R02-SecteurActivite')],
  ['1.2.250.1.213.1.6.1.17', nos('TRE_R21-Fonction')],
  ['1.2.250.1.213.1.6.1.19', nos('TRE_R22-GenreActivite')],
  ['1.2.250.1.213.2.28', nos('TRE_R38-SpecialiteOrdinale')],
  ['1.2.250.1.213.1.6.1.107', nos('TRE_R85-RolePriseCharge')],
  ['1.2.250.1.213.1.6.1.4', nos('TRE_R94-ProfessionSocial')],
  ['1.2.250.1.213.1.6.1.109', nos('TRE_R95-UsagerTitre')],
  ['1.2.250.1.213.2.2', nos('TRE_R209-TypeActivite')],
  ['1.2.250.1.213.1.1.4.2.280', nos('TRE_R258-RelationPriseCharge')],
  ['1.2.250.1.213.1.6.1.128', nos('TRE_R276-FormeActivite')],
  ['1.2.250.1.213.1.6.1.140', nos('TRE_R291-AutreProfession')],
  ['2.16.840.1.113883.6.1', 'http://loinc.org'],
  ['2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
  ['2.16.840.1.113883.6.3', 'http://hl7.org/fhir/sid/icd-10'],
  ['2.16.840.1.113883.6.8', 'http://unitsofmeasure.org'],
  ['2.16.840.1.113883.6.73', 'http://www.whocc.no/atc'],
  ['1.2.840.10008.2.16.4', 'http://dicom.nema.org/resources/ontology/DCM'],
  ['2.16.840.1.113883.5.1', v3('AdministrativeGender')],
  ['2.16.840.1.113883.5.4', v3('ActCode')],
  ['2.16.840.1.113883.5.88', v3('ParticipationFunction')],
  ['2.16.840.1.113883.5.90', v3('ParticipationType')],
  ['2.16.840.1.113883.5.110', v3('RoleClass')],
  ['2.16.840.1.113883.5.111', v3('RoleCode')],
  ['2.16.840.1.113883.5.1008', v3('NullFlavor')],
];

const oids = new Map<string, string>();
const systems = new Map<string, string>();
for (const [oid, url, ...synonyms] of codeSystemPairs) {
  systems.set(oid, url);
  for (const each of [url, ...synonyms]) oids.set(each, oid);
}

const wordSystem = 'urn:x-coding-scheme:';
const oidForm = /^(?:0|1|2)(?:\.(?:0|[1-9]\d*))+$/;

/** Whether the text is an OID in dotted form (no `urn:oid:`). */
export function isOid(text: string): boolean {
  return oidForm.test(text);
}

/**
 * The XDS codingScheme of a FHIR `Coding.system`: the OID without prefix (or the words `URN`, `ASTM`).
 * Synonyms are accepted; `undefined` when the URL is not known and is no `urn:oid:`.
 */
export function systemToOid(url: string): string | undefined {
  const known = oids.get(url);
  if (known !== undefined) return known;
  if (url.startsWith(wordSystem)) return decodeURIComponent(url.slice(wordSystem.length));
  const oid = url.startsWith('urn:oid:') ? url.slice(8) : '';
  return isOid(oid) ? oid : undefined;
}

/**
 * The FHIR `Coding.system` of an XDS codingScheme: the canonical URL when the OID is known, else `urn:oid:<scheme>`.
 * A scheme that is neither known nor an OID (some registries hold words) becomes `urn:x-coding-scheme:<word>`, which
 * `systemToOid` reads back: nothing that a registry holds is lost.
 */
export function oidToSystem(oid: string): string {
  return systems.get(oid) ?? (isOid(oid) ? `urn:oid:${oid}` : `${wordSystem}${encodeURIComponent(oid)}`);
}

/** Whether two systems are the same code system, however it is written (URL, synonym, `urn:oid:`). */
export function sameSystem(a: string, b: string): boolean {
  if (a === b) return true;
  const oid = systemToOid(a);
  return oid !== undefined && oid === systemToOid(b);
}

/** OIDs that the mapping names. */
export const schemes = {
  loinc: '2.16.840.1.113883.6.1',
  class: '1.2.250.1.213.1.1.4.1',
  type: '1.2.250.1.213.1.1.4.12',
  confidentiality: '2.16.840.1.113883.5.25',
  visibility: '1.2.250.1.213.1.1.4.13',
  format: '1.3.6.1.4.1.19376.1.2.3',
  formatFrance: '1.2.250.1.213.1.1.4.2.282',
  facility: '1.2.250.1.71.4.2.4',
  practice: '1.2.250.1.213.1.1.4.9',
  activity: '1.2.250.1.213.2.2',
  producer: '1.2.250.1.213.1.1.4.6',
  professionSpecialty: '1.2.250.1.213.1.1.4.5',
  profession: '1.2.250.1.71.1.2.7',
  specialty: '1.2.250.1.71.4.2.5',
} as const;

/** Whether a codingScheme (OID) is one of the two of confidentialityCode: the levels (TRE_A08) or the visibilities (TRE_A07). */
export const isLabelScheme = (oid: string): boolean =>
  ([schemes.confidentiality, schemes.visibility] as string[]).includes(oid);
