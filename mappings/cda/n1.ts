/**
 * Builds a CDA R2 N1: a document (PDF, text, RTF, JPEG, TIFF) wrapped in the header that the CI-SIS asks for.
 *
 * Source: CI-SIS « Structuration minimale de documents de santé », IHE XDS-SD; the order of elements is the CDA.xsd's.
 * What XDS holds and a header has no room for: a second institution or specialty of an author, visibility codes,
 * comments, class (it follows from the type).
 */
import { cx, oidStructure } from '../codecs/identifiers.ts';
import { insFromCx } from '../ins.ts';
import { IssueError, type Issue } from '../outcome.ts';
import { schemes } from '../terminology/systems.ts';
import { displayOf } from '../terminology/valuesets.ts';
import { el, serialize, type Element } from '../xml/build.ts';
import { author, coded, ii, legalAuthenticator, masked, orders, performer } from './actors.ts';
import { traitsOfSourceInfo } from './metadata.ts';
import { idOfUniqueId, relatedDocuments } from './related.ts';
import { dtmToTs } from './time.ts';
import type { CdaId, CdaN1Input, PatientTraits } from './types.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
/** HL7 France; CI-SIS minimal structure; IHE XDS-SD (the N1 of the CI-SIS). */
export const n1Templates = ['2.16.840.1.113883.2.8.2.1', '1.2.250.1.213.1.1.1.1', '1.3.6.1.4.1.19376.1.2.20'] as const;

/**
 * The wrapped document, UTF-8. The content is encoded piece by piece into the one buffer that is returned.
 * @throws IssueError `required` for metadata without which there is no header, `value-invalid` for what XML cannot hold
 */
export function writeCdaN1(input: CdaN1Input): Uint8Array {
  let text: string;
  try {
    text = declaration + serialize(header(input));
  } catch (error) {
    if (error instanceof RangeError)
      throw new IssueError({ key: 'value-invalid', values: { element: 'DocumentReference', detail: error.message } });
    throw error;
  }
  // The body's text is the last one of the document: one character holds its place.
  const tail = text.slice(text.lastIndexOf('-</text></nonXMLBody>') + 1);
  const head = Buffer.from(text.slice(0, -tail.length - 1), 'utf8');
  const content = Buffer.from(input.content.buffer, input.content.byteOffset, input.content.byteLength);
  const length = 4 * Math.ceil(content.length / 3);
  const out = Buffer.allocUnsafe(head.length + length + tail.length);
  head.copy(out);
  const piece = 3 * 65_536;
  for (let from = 0, to = head.length; from < content.length; from += piece)
    to += out.write(content.toString('base64', from, Math.min(from + piece, content.length)), to, 'latin1');
  out.write(tail, head.length + length, 'latin1');
  return out;
}

function header(input: CdaN1Input): Element {
  const { entry } = input;
  const issues: Issue[] = [];
  const need = <T>(value: T | undefined, element: string): T => {
    if (value === undefined) issues.push({ key: 'required', expression: element, values: { element, rule: 'CI-SIS' } });
    return value as T;
  };
  const time = (dtm: string | undefined): string | undefined =>
    dtm === undefined ? undefined : dtmToTs(dtm, input.timeZone);
  const id = idOfUniqueId(entry.uniqueId);
  const type = need(entry.typeCode, 'DocumentReference.type');
  const created = need(time(entry.creationTime), 'DocumentReference.content.attachment.creation');
  const patient = need(insFromCx(entry.patientId), 'DocumentReference.subject');
  need(entry.uniqueId === '' ? undefined : entry.uniqueId, 'DocumentReference.masterIdentifier');
  if (entry.authors.length === 0) need(undefined, 'DocumentReference.author');
  if (input.content.length === 0)
    issues.push({ key: 'document-empty', expression: 'DocumentReference.content.attachment.data' });
  if (issues.length > 0) throw new IssueError(issues);

  const low = time(entry.serviceStartTime);
  const high = time(entry.serviceStopTime);
  const period = (): Element =>
    low === undefined && high === undefined
      ? el('effectiveTime', { nullFlavor: 'UNK' })
      : el('effectiveTime', {}, [
          low === undefined ? undefined : el('low', { value: low }),
          high === undefined ? undefined : el('high', { value: high }),
        ]);
  const confidentiality = entry.confidentialityCodes.find((c) => c.scheme === schemes.confidentiality) ?? {
    code: 'N',
    scheme: schemes.confidentiality,
    display: 'Normal',
  };
  const setId = input.setId === undefined ? id : { root: input.setId };
  return el('ClinicalDocument', { xmlns: 'urn:hl7-org:v3', 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance' }, [
    el('realmCode', { code: 'FR' }),
    el('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    ...n1Templates.map((root) => el('templateId', { root })),
    ii('id', id),
    coded('code', type),
    el('title', {}, [entry.title ?? type.display ?? displayOf(type.code, type.scheme) ?? type.code]),
    el('effectiveTime', { value: created }),
    coded('confidentialityCode', confidentiality),
    el('languageCode', { code: entry.languageCode ?? 'fr-FR' }),
    ii('setId', setId),
    el('versionNumber', { value: String(input.versionNumber ?? 1) }),
    recordTarget(
      { root: patient.oid, extension: patient.value },
      entry.sourcePatientId,
      input.patient ?? traitsOfSourceInfo(entry.sourcePatientInfo),
    ),
    ...entry.authors.map((a) => author(a, created)),
    el('custodian', {}, [
      el('assignedCustodian', {}, [
        el('representedCustodianOrganization', {}, [
          ii('id', { root: oidStructure, extension: input.custodian.id }),
          el('name', {}, [input.custodian.name]),
        ]),
      ]),
    ]),
    entry.legalAuthenticator === undefined
      ? undefined
      : legalAuthenticator(entry.legalAuthenticator, entry.authors, created),
    ...orders(entry.referenceIdList),
    el('documentationOf', {}, [
      el('serviceEvent', {}, [
        entry.eventCodes[0] && coded('code', entry.eventCodes[0]),
        period(),
        entry.practiceSettingCode && performer(entry.authors, entry.practiceSettingCode),
      ]),
    ]),
    ...entry.eventCodes
      .slice(1)
      .map((code) => el('documentationOf', {}, [el('serviceEvent', {}, [coded('code', code)])])),
    ...relatedDocuments(input.related ?? []),
    el('componentOf', {}, [
      el('encompassingEncounter', {}, [
        period(),
        entry.healthcareFacilityTypeCode &&
          el('location', {}, [el('healthCareFacility', {}, [coded('code', entry.healthcareFacilityTypeCode)])]),
      ]),
    ]),
    el('component', {}, [
      el('nonXMLBody', {}, [el('text', { mediaType: input.mediaType, representation: 'B64' }, ['-'])]),
    ]),
  ]);
}

function recordTarget(ins: CdaId, sourcePatientId: string | undefined, traits: PatientTraits): Element {
  const local = sourcePatientId === undefined ? undefined : cx.decode(sourcePatientId);
  const other =
    local?.authority.oid !== undefined && local.authority.oid !== ins.root
      ? { root: local.authority.oid, extension: local.id }
      : undefined;
  const part = (name: string, value: string | undefined, qualifier?: string): Element | undefined =>
    value === undefined ? undefined : el(name, { qualifier }, [value]);
  const all = [traits.given, traits.otherGiven].filter((g) => g !== undefined).join(' ');
  const named = traits.birthFamily !== undefined || traits.usageFamily !== undefined || traits.given !== undefined;
  const sex = { M: 'Masculin', F: 'Féminin', U: 'Inconnu' }[traits.sex ?? ''];
  return el('recordTarget', {}, [
    el('patientRole', {}, [
      ii('id', ins),
      other && ii('id', other),
      ...masked,
      el('patient', {}, [
        named
          ? el('name', {}, [
              part('family', traits.birthFamily, 'BR'),
              part('given', all === '' ? undefined : all),
              part('given', traits.given, 'BR'),
              part('family', traits.usageFamily, 'CL'),
              part(
                'given',
                traits.usageFamily === undefined ? traits.usageGiven : (traits.usageGiven ?? traits.given),
                'CL',
              ),
            ])
          : el('name', { nullFlavor: 'UNK' }),
        traits.sex === undefined
          ? el('administrativeGenderCode', { nullFlavor: 'UNK' })
          : el('administrativeGenderCode', { code: traits.sex, codeSystem: '2.16.840.1.113883.5.1', displayName: sex }),
        el('birthTime', traits.birthDate === undefined ? { nullFlavor: 'UNK' } : { value: traits.birthDate }),
      ]),
    ]),
  ]);
}
