/** Small CDA R2 documents for the seed: the CI-SIS header reduced to what the simulator's own rules ask for. */
import { escapeXml } from '../dom.ts';
import { readIns, readXcn, readXon } from '../xds/composites.ts';
import type { CodeSeed, EntrySeed } from './entry.ts';

/** An encoded file (N1) or titled paragraphs. */
export type CdaBody = { media: string; base64: string } | { sections: [title: string, text: string][] };

const coded = (element: string, [code, system, display]: CodeSeed): string =>
  `<${element} code="${escapeXml(code)}" codeSystem="${escapeXml(system)}" displayName="${escapeXml(display)}"/>`;

function person(xcn: string, xon: string | undefined): { id: string; name: string; organization: string } {
  const who = readXcn(xcn);
  if (who === undefined) throw new Error('seed: not an XCN');
  const where = readXon(xon);
  return {
    id: `<id root="${who.authority}" extension="${escapeXml(who.id)}"/>`,
    name: `<name><given>${escapeXml(who.given)}</given><family>${escapeXml(who.family)}</family></name>`,
    organization:
      where === undefined
        ? ''
        : `<id root="1.2.250.1.71.4.2.2" extension="${where.id}"/><name>${escapeXml(where.name)}</name>`,
  };
}

const paragraphs = (sections: [string, string][]): string =>
  sections
    .map(
      ([title, text]) =>
        `<component><section><title>${escapeXml(title)}</title><text><paragraph>${escapeXml(text)}</paragraph></text></section></component>`,
    )
    .join('');

/** The octets of a document that agrees with its entry. `names`: family and given of the patient. */
export function cdaOf(entry: EntrySeed, names: { family: string; given: string }, body: CdaBody): Uint8Array {
  const cx = readIns(entry.patientId);
  const [author] = entry.authors;
  if (cx === undefined || author === undefined) throw new Error('seed: entry without patient or author');
  const time = `${[entry.slots['creationTime']].flat()[0] ?? ''}+0000`;
  const by = person(author.person, author.institution);
  const responsible = person([entry.slots['legalAuthenticator']].flat()[0] ?? '', author.institution);
  // what a patient deposits is kept by the DMP itself
  const custodian = by.organization === '' ? '<id root="1.2.250.1.213.4.1"/><name>DMP</name>' : by.organization;
  const [level = ['N', '2.16.840.1.113883.5.25', 'Normal'] satisfies CodeSeed] = entry.confidentialityCodes;
  const component =
    'media' in body
      ? `<nonXMLBody><text mediaType="${body.media}" representation="B64">${body.base64}</text></nonXMLBody>`
      : `<structuredBody>${paragraphs(body.sections)}</structuredBody>`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="${entry.uniqueId}"/>${coded('code', entry.typeCode)}<title>${escapeXml(entry.title)}</title>
<effectiveTime value="${time}"/>${coded('confidentialityCode', level)}<languageCode code="fr-FR"/>
<recordTarget><patientRole><id root="${cx.authority}" extension="${cx.id}"/><addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/>
<patient><name><given>${escapeXml(names.given)}</given><family qualifier="BR">${escapeXml(names.family)}</family></name></patient></patientRole></recordTarget>
<author><time value="${time}"/><assignedAuthor>${by.id}<addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/><assignedPerson>${by.name}</assignedPerson>${
    by.organization === '' ? '' : `<representedOrganization>${by.organization}</representedOrganization>`
  }</assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization>${custodian}</representedCustodianOrganization></assignedCustodian></custodian>
<legalAuthenticator><time value="${time}"/><signatureCode code="S"/><assignedEntity>${responsible.id}<addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/><assignedPerson>${responsible.name}</assignedPerson></assignedEntity></legalAuthenticator>
<component>${component}</component>
</ClinicalDocument>
`;
  return Buffer.from(xml);
}
