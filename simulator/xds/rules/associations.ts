/** The associations of a submission, and the signature entry that must be among its members (§3.5, §3.8). */
import { type Association, codes, type RegistryObject, slotValue } from '../metadata.ts';
import { associationType, entryScheme, oid, signatureEntry } from '../vocabulary.ts';
import { folderMemberships, listedDocuments } from './folders.ts';
import { isSignature } from './metadata.ts';
import { collect, type Finding, type Report, type Rule, setOf, type Submission } from './rule.ts';

const metadata = (context: string): Rule => ({ code: 'XDSRegistryMetadataError', context });

export const associationRules = {
  'association.type': metadata('Type d’association non pris en charge : {type}'),
  'association.end': metadata('Association {id} : objet inconnu {end}'),
  'member.missing': metadata('Association HasMember absente : {id}'),
  'member.status': metadata('SubmissionSetStatus absent ou différent de Original : {id}'),
  'member.reference': metadata('SubmissionSetStatus absent ou différent de Reference : {id}'),
  'signature.missing': metadata('Signature du lot absente'),
  'signature.repeated': metadata('Signature du lot multiple'),
  'signature.signs': metadata('Association signs absente : {id}'),
  'signature.language': metadata('Signature du lot : languageCode'),
  'signature.classCode': metadata('Signature du lot : classCode'),
  'signature.typeCode': metadata('Signature du lot : typeCode'),
  'signature.formatCode': metadata('Signature du lot : formatCode'),
  'signature.eventCode': metadata('Signature du lot : eventCodeList'),
  'signature.visibility': metadata('Signature du lot : confidentialityCode'),
} satisfies Record<string, Rule>;

type AssociationReport = Report<keyof typeof associationRules>;

/** Where the ends of an association may be: in the message, by kind, or in the registry (looked for there later). */
type End = 'set' | 'document' | 'folder' | 'membership' | 'registry';
type Shape = [source: End[], target: End[]];

const replacement: Shape[] = [[['document'], ['registry']]];
const relation: Shape[] = [[['document'], ['document', 'registry']]];

/** ITI TF-3 §4.2.2; `signs`: shared facts on the DMP §3.8. */
const shapes: Record<string, Shape[]> = {
  [associationType.hasMember]: [
    // a registered document is listed by reference (SS-DE, SubmissionSetStatus Reference): folders.ts looks for it
    [['set'], ['document', 'folder', 'membership', 'registry']],
    [
      ['folder', 'registry'],
      ['document', 'registry'],
    ],
  ],
  [associationType.signs]: [[['document'], ['set', 'document']]], // checkSignature wants the set
  [associationType.replace]: replacement,
  [associationType.transformAndReplace]: replacement,
  [associationType.append]: relation,
  [associationType.transform]: relation,
};

/** What an id stands for: an object of the message first (`membership`: an association that fills a folder), a registered
 * one if it looks like an entryUUID. */
function endsOf(submission: Submission): (id: string) => End | undefined {
  const local = new Map<string, End>();
  const { list } = submission;
  for (const { id } of folderMemberships(submission)) local.set(id, 'membership');
  for (const { id } of list.folders) local.set(id, 'folder');
  for (const { id } of list.documents) local.set(id, 'document');
  for (const { id } of list.sets) local.set(id, 'set');
  return (id) => local.get(id) ?? (/^urn:uuid:/i.test(id) ? 'registry' : undefined);
}

/** Findings about associations and the presence of the signature entry. */
export const checkAssociations = (submission: Submission): Finding[] =>
  collect<keyof typeof associationRules>(associationRules, (report) => {
    const { list } = submission;
    const set = setOf(submission);
    const endOf = endsOf(submission);
    for (const { id, associationType: type, sourceObject, targetObject } of list.associations) {
      const candidates = shapes[type];
      if (candidates === undefined) {
        report('association.type', id, { type });
        continue;
      }
      const has = (ends: End[], end: string): boolean => ends.includes(endOf(end) as End);
      const shape = candidates.find(([source]) => has(source, sourceObject));
      if (shape === undefined) report('association.end', id, { id, end: sourceObject });
      else if (!has(shape[1], targetObject)) report('association.end', id, { id, end: targetObject });
    }
    for (const { id } of list.folders)
      if (membership(submission, set.id, id) === undefined) report('member.missing', id, { id });
    for (const { id } of list.documents) {
      const member = membership(submission, set.id, id);
      if (member === undefined) report('member.missing', id, { id });
      else if (slotValue(member, 'SubmissionSetStatus') !== 'Original')
        report('member.status', member.id, { id: member.id });
    }
    for (const listed of listedDocuments(submission))
      if (slotValue(listed, 'SubmissionSetStatus') !== 'Reference')
        report('member.reference', listed.id, { id: listed.id });
    checkSignature(submission, set.id, report);
  });

/** The association that makes an object a member of the set. */
const membership = ({ list }: Submission, setId: string, id: string): Association | undefined =>
  list.associations.find(
    (a) => a.associationType === associationType.hasMember && a.sourceObject === setId && a.targetObject === id,
  );

function checkSignature(submission: Submission, setId: string, report: AssociationReport): void {
  const [signature, ...others] = submission.list.documents.filter(isSignature);
  if (signature === undefined) {
    if (submission.world.settings.xadesRequired) report('signature.missing', setId);
    return;
  }
  for (const other of others) report('signature.repeated', other.id);
  const { id } = signature;
  const signs = submission.list.associations.some(
    (a) => a.associationType === associationType.signs && a.sourceObject === id && a.targetObject === setId,
  );
  if (!signs) report('signature.signs', id, { id });
  const has = (scheme: string, wanted: { code: string; system: string }): boolean =>
    codes(signature, scheme).some((c) => c.code === wanted.code && c.system === wanted.system);
  if (slotValue(signature, 'languageCode') !== signatureEntry.languageCode) report('signature.language', id);
  if (!has(entryScheme.classCode, signatureEntry.classCode)) report('signature.classCode', id);
  if (!has(entryScheme.typeCode, signatureEntry.typeCode)) report('signature.typeCode', id);
  if (!has(entryScheme.formatCode, signatureEntry.formatCode)) report('signature.formatCode', id);
  if (!has(entryScheme.eventCodeList, signatureEntry.eventCode)) report('signature.eventCode', id);
  for (const code of ['MASQUE_PS', 'INVISIBLE_PATIENT'])
    if (!has(entryScheme.confidentialityCode, { code, system: oid.visibility })) report('signature.visibility', id);
}

/** The signature entry of a submission, if any. */
export const signatureOf = (submission: Submission): RegistryObject | undefined =>
  submission.list.documents.find(isSignature);
