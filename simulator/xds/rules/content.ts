/**
 * The documents themselves: a CDA R2 that agrees with its entry and the CI-SIS minimal structure, N1 (a body that is
 * one encoded file) or structured. An imaging manifest and a self-displaying page are not opened.
 * Sources: HL7 CDA R2; ANS CI-SIS volet Structuration minimale and its table of XDS attributes from the header.
 */
import { attr, findAll, findOne, withXml, type XmlElement, XmlRefused } from '../../dom.ts';
import { formatOfMedia } from '../codes/index.ts';
import { readIns, readXcn, toDtm } from '../composites.ts';
import { codes, identifier, type RegistryObject, slotValue, uniqueIdOf } from '../metadata.ts';
import { replacing } from '../registry.ts';
import { entryScheme, oid } from '../vocabulary.ts';
import { signatureOf } from './associations.ts';
import { collect, type Finding, type Report, type Rule, type Submission } from './rule.ts';

const invalid = (context: string): Rule => ({ code: 'XDSInvalidDocumentContent', context });

export const contentRules = {
  'cda.xml': invalid('Le document n’est pas du XML lisible'),
  'cda.root': invalid('Le document n’est pas un CDA'),
  'cda.typeId': invalid('Le CDA n’est pas de la version R2 (typeId)'),
  'cda.id': invalid('L’identifiant du CDA diffère du uniqueId'),
  'cda.patient': invalid('Le CDA ne désigne pas le patient du lot'),
  'cda.code': invalid('Le code du CDA diffère du typeCode'),
  'cda.time': invalid('La date du CDA diffère du creationTime'),
  'cda.confidentiality': invalid('La confidentialité du CDA diffère du confidentialityCode'),
  'cda.author': invalid('Le CDA n’a pas d’auteur'),
  'cda.custodian': invalid('Le CDA n’a pas d’organisation conservatrice'),
  'cda.legalAuthenticator': invalid('Le responsable du CDA diffère du legalAuthenticator'),
  'cda.body': invalid('Le CDA n’a pas un corps et un seul'),
  'cda.media': invalid('Le corps du CDA n’est pas d’un format admis'),
  'cda.encoding': invalid('Le corps du CDA n’est pas en base64'),
  'cda.format': invalid('Le format du corps du CDA diffère du formatCode'),
  'cda.replaces': invalid('Le CDA ne désigne pas le document qu’il remplace'),
} satisfies Record<string, Rule>;

type ContentReport = Report<keyof typeof contentRules>;

/** Findings about the documents of a submission, its signature excepted. */
export const checkContent = (submission: Submission): Finding[] =>
  collect<keyof typeof contentRules>(contentRules, (report) => {
    const signature = signatureOf(submission);
    for (const entry of submission.list.documents) {
      if (entry === signature || entry.mimeType !== 'text/xml') continue;
      const bytes = submission.documents.find((d) => d.id === entry.id)?.bytes ?? new Uint8Array();
      try {
        withXml(bytes, (root) => checkCda(root, entry, replacedBy(submission, entry), report));
      } catch (error) {
        if (!(error instanceof XmlRefused)) throw error;
        report('cda.xml', entry.id);
      }
    }
  });

/** uniqueId of the document that an entry replaces and must name; nothing when the setting does not ask for it. */
function replacedBy(submission: Submission, entry: RegistryObject): string | undefined {
  if (!submission.world.settings.parentDocument) return undefined;
  const association = submission.list.associations.find(
    (a) => replacing.includes(a.associationType) && a.sourceObject === entry.id,
  );
  const old = association && submission.world.registry.byEntryUuid(association.targetObject);
  return old && uniqueIdOf(old.entry);
}

function checkCda(root: XmlElement, entry: RegistryObject, replaced: string | undefined, report: ContentReport): void {
  const broken = (rule: keyof typeof contentRules): void => report(rule, entry.id);
  if (root.name !== 'ClinicalDocument' || root.namespaceUri !== 'urn:hl7-org:v3') return broken('cda.root');

  const typeId = findOne(root, 'hl7:typeId');
  if (attr(typeId, 'root') !== '2.16.840.1.113883.1.3' || attr(typeId, 'extension') !== 'POCD_HD000040')
    broken('cda.typeId');
  const id = findOne(root, 'hl7:id');
  if (attr(id, 'root') !== uniqueIdOf(entry) || attr(id, 'extension') !== undefined) broken('cda.id');

  const patient = readIns(identifier(entry, entryScheme.patientId));
  const targets = findAll(root, 'hl7:recordTarget/hl7:patientRole');
  const ids = targets.flatMap((target) => findAll(target, 'hl7:id'));
  const names = ids.some((i) => attr(i, 'root') === patient?.authority && attr(i, 'extension') === patient?.id);
  if (targets.length !== 1 || !names) broken('cda.patient');

  if (!sameCode(findOne(root, 'hl7:code'), codes(entry, entryScheme.typeCode)[0])) broken('cda.code');
  if (!sameInstant(attr(findOne(root, 'hl7:effectiveTime'), 'value'), slotValue(entry, 'creationTime')))
    broken('cda.time');
  const base = codes(entry, entryScheme.confidentialityCode).find((c) => c.system === oid.confidentiality);
  if (!sameCode(findOne(root, 'hl7:confidentialityCode'), base)) broken('cda.confidentiality');

  if (findOne(root, 'hl7:author/hl7:assignedAuthor/hl7:id') === undefined) broken('cda.author');
  if (findOne(root, 'hl7:custodian//hl7:representedCustodianOrganization/hl7:id') === undefined)
    broken('cda.custodian');
  const responsible = readXcn(slotValue(entry, 'legalAuthenticator'));
  const authenticators = findAll(root, 'hl7:legalAuthenticator/hl7:assignedEntity/hl7:id');
  if (
    !authenticators.some((a) => attr(a, 'extension') === responsible?.id && attr(a, 'root') === responsible?.authority)
  )
    broken('cda.legalAuthenticator');

  checkBody(root, entry, report);
  const parents = findAll(root, "hl7:relatedDocument[@typeCode='RPLC']/hl7:parentDocument/hl7:id");
  if (replaced !== undefined && !parents.some((p) => attr(p, 'root') === replaced)) broken('cda.replaces');
}

function checkBody(root: XmlElement, entry: RegistryObject, report: ContentReport): void {
  const bodies = findAll(root, 'hl7:component/hl7:nonXMLBody | hl7:component/hl7:structuredBody');
  const [body] = bodies;
  if (body === undefined || bodies.length !== 1) return report('cda.body', entry.id);
  if (body.name === 'structuredBody') return;
  const text = findOne(body, 'hl7:text');
  const format = formatOfMedia[attr(text, 'mediaType') ?? ''];
  if (format === undefined) return report('cda.media', entry.id);
  const content = (text?.content ?? '').replace(/\s/g, '');
  const base64 = content !== '' && content.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(content);
  if (attr(text, 'representation') !== 'B64' || !base64) report('cda.encoding', entry.id);
  if (codes(entry, entryScheme.formatCode)[0]?.code !== format) report('cda.format', entry.id);
}

const sameCode = (element: XmlElement | undefined, coded: { code: string; system: string } | undefined): boolean =>
  coded !== undefined && attr(element, 'code') === coded.code && attr(element, 'codeSystem') === coded.system;

/**
 * CDA time and DTM in UTC: the same instant as far as the coarser of the two says. A CDA time without zone or hour can
 * only be compared by the day, give or take the offset of its unknown zone.
 */
function sameInstant(cda: string | undefined, dtm: string | undefined): boolean {
  const match = /^(\d{4,14})(?:\.\d+)?([+-]\d{4})?$/.exec(cda ?? '');
  if (match === null || dtm === undefined) return false;
  const [, digits = '', zone] = match;
  const shared = Math.min(digits.length, dtm.length);
  if (shared < 8) return digits.slice(0, shared) === dtm.slice(0, shared);
  if (zone === undefined || digits.length < 12) return Math.abs(day(digits) - day(dtm)) <= 1;
  const utc = new Date(`${iso(digits.padEnd(14, '0'))}${zone.slice(0, 3)}:${zone.slice(3)}`);
  return toDtm(utc).slice(0, shared) === dtm.slice(0, shared);
}

const iso = (dtm: string): string => dtm.replace(/(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6');
const day = (dtm: string): number => Date.parse(`${iso(`${dtm.slice(0, 8)}000000`)}Z`) / 86_400_000;
