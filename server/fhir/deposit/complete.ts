/**
 * Is the entry complete for the DMP? CI-SIS « Partage de documents de santé » makes mandatory what FHIR leaves optional:
 * each attribute that is still missing is named by its FHIR element. Displays are filled in from the tables, since the
 * DMP wants one with each code.
 */
import { xcn } from '../../../mappings/codecs/people.ts';
import { isInsOid } from '../../../mappings/ins.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { displayOf, isMember, type ValueSetName } from '../../../mappings/terminology/valuesets.ts';
import type { DocumentEntry, XdsAuthor, XdsCode } from '../../../mappings/xds.ts';
import { isComplete } from './author.ts';
import { coded, confidentialityScheme } from './defaults.ts';

const rule = 'CI-SIS Partage de documents';

/** Attribute → FHIR element. dmp-wire §3.2–3.4. */
const mandatory: readonly (readonly [keyof DocumentEntry, string])[] = [
  ['title', 'content[0].attachment.title'],
  ['typeCode', 'type'],
  ['formatCode', 'content[0].format'],
  ['healthcareFacilityTypeCode', 'context.facilityType'],
  ['practiceSettingCode', 'context.practiceSetting'],
  ['creationTime', 'content[0].attachment.creation'],
  ['serviceStartTime', 'context.period.start'],
  ['languageCode', 'content[0].attachment.language'],
  ['legalAuthenticator', 'authenticator'],
  ['sourcePatientId', 'context.sourcePatientInfo'],
];

/** Code → value set of the DMP. The sets are those of 2024: a stranger is a warning, the DMP decides. */
const bound: readonly (readonly [
  'classCode' | 'typeCode' | 'formatCode' | 'healthcareFacilityTypeCode' | 'practiceSettingCode',
  ValueSetName,
  string,
])[] = [
  ['classCode', 'J57', 'category[0]'],
  ['typeCode', 'J66', 'type'],
  ['formatCode', 'J60', 'content[0].format'],
  ['healthcareFacilityTypeCode', 'J61', 'context.facilityType'],
  ['practiceSettingCode', 'J04', 'context.practiceSetting'],
];

/** dmp-wire §3.2 */
const language = /^[a-z]{2}-[A-Z]{2}$/;

/** What is missing or odd in an entry. @param path FHIRPath of the DocumentReference */
export function checkComplete(entry: DocumentEntry, path: string): Issue[] {
  const issues: Issue[] = [];
  for (const [name, element] of mandatory)
    if (entry[name] === undefined || entry[name] === '')
      issues.push({ key: 'required', expression: `${path}.${element}`, values: { element, rule } });
  if (entry.typeCode && !entry.classCode)
    issues.push({
      key: 'code-undetermined',
      expression: `${path}.category`,
      values: { code: entry.typeCode.code, element: 'DocumentReference.category' },
    });
  for (const [pid, element] of [
    ['PID-5|', 'name'],
    ['PID-7|', 'birthDate'],
    ['PID-8|', 'gender'],
  ] as const)
    if (!entry.sourcePatientInfo.some((info) => info.startsWith(pid))) {
      const where = `context.sourcePatientInfo → Patient.${element}`;
      issues.push({
        key: 'required',
        expression: `${path}.context.sourcePatientInfo`,
        values: { element: where, rule },
      });
    }
  entry.authors.forEach((author, i) => {
    const nobody = author.person === undefined && author.institutions.length === 0;
    if (nobody || (author.person !== undefined && !isComplete(author.person)))
      issues.push({ key: 'author-incomplete', expression: `${path}.author[${i}]` });
    else if (author.specialties.length === 0 || (author.institutions.length === 0 && !isPatient(author)))
      issues.push({ key: 'author-context', expression: `${path}.author[${i}]` });
  });
  if (entry.legalAuthenticator && !isComplete(entry.legalAuthenticator))
    issues.push({ key: 'author-incomplete', expression: `${path}.authenticator` });
  if (entry.languageCode && !language.test(entry.languageCode))
    issues.push({
      key: 'value-invalid',
      expression: `${path}.content[0].attachment.language`,
      values: { element: 'content.attachment.language', detail: `${entry.languageCode.slice(0, 20)} → fr-FR` },
    });
  for (const [name, valueSet, element] of bound) {
    const code = entry[name];
    if (code && !isMember(valueSet, code.code, code.scheme))
      issues.push({
        key: 'code-unknown',
        severity: 'warning',
        expression: `${path}.${element}`,
        values: { code: code.code, valueSet: `JDV_${valueSet}` },
      });
  }
  entry.confidentialityCodes.forEach((code, i) => {
    // A visibility that is not understood must not be lost: the document would be seen by whom it was to be hidden from.
    if (!isMember('J58', code.code, code.scheme))
      issues.push({
        key: 'code-unknown',
        expression: `${path}.securityLabel[${i}]`,
        values: { code: code.code, valueSet: 'JDV_J58' },
      });
  });
  const levels = entry.confidentialityCodes.filter((c) => c.scheme === confidentialityScheme).map((c) => c.code);
  if (levels.length > 1)
    issues.push({
      key: 'confidentiality-levels',
      expression: `${path}.securityLabel`,
      values: { given: levels.join(', ') },
    });
  return issues;
}

const isPatient = ({ person }: XdsAuthor): boolean => isInsOid(xcn.decode(person ?? '')?.authority?.oid ?? '');

/**
 * The confidentiality of an entry: one of N, R, V (N unless said) and any combination of the three visibilities, each once
 * (dmp-wire §3.4: 1..4 values).
 */
export function confidentialityOf(given: readonly XdsCode[]): XdsCode[] {
  const seen = new Set<string>();
  const codes = given.filter(({ code, scheme }) => !seen.has(`${scheme} ${code}`) && seen.add(`${scheme} ${code}`));
  return codes.some((c) => c.scheme === confidentialityScheme) ? codes : [coded('N', confidentialityScheme), ...codes];
}

/** Every code with a display: given, from our tables, or the code itself. */
export function withDisplays(entry: DocumentEntry): DocumentEntry {
  const fill = <T extends XdsCode | undefined>(code: T): T =>
    code && !code.display ? { ...code, display: displayOf(code.code, code.scheme) ?? code.code } : code;
  return {
    ...entry,
    classCode: fill(entry.classCode),
    typeCode: fill(entry.typeCode),
    formatCode: fill(entry.formatCode),
    healthcareFacilityTypeCode: fill(entry.healthcareFacilityTypeCode),
    practiceSettingCode: fill(entry.practiceSettingCode),
    confidentialityCodes: entry.confidentialityCodes.map(fill),
    eventCodes: entry.eventCodes.map(fill),
  };
}
