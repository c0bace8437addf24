/** The associations of a submission, and the signature entry that must be among its members (§3.5, §3.8). */
import { codes, type RegistryObject, slotValue } from '../metadata.ts';
import { associationType, entryScheme, oid, signatureEntry } from '../vocabulary.ts';
import { isSignature } from './metadata.ts';
import { collect, type Finding, type Report, type Rule, setOf, type Submission } from './rule.ts';

const metadata = (context: string): Rule => ({ code: 'XDSRegistryMetadataError', context });

export const associationRules = {
  'association.type': metadata('Type d’association non pris en charge : {type}'),
  'association.end': metadata('Association {id} : objet inconnu {end}'),
  'member.missing': metadata('Association HasMember absente : {id}'),
  'member.status': metadata('SubmissionSetStatus absent ou différent de Original : {id}'),
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

const supported: string[] = [associationType.hasMember, associationType.replace, associationType.signs];

/** Findings about associations and the presence of the signature entry. */
export const checkAssociations = (submission: Submission): Finding[] =>
  collect<keyof typeof associationRules>(associationRules, (report) => {
    const { list } = submission;
    const set = setOf(submission);
    const local = new Set([set.id, ...list.documents.map((d) => d.id)]);
    for (const { id, associationType: type, sourceObject, targetObject } of list.associations) {
      if (!supported.includes(type)) report('association.type', id, { type });
      if (!local.has(sourceObject)) report('association.end', id, { id, end: sourceObject });
      // the target of a replacement is in the registry: rules/registry.ts looks for it there
      if (type !== associationType.replace && !local.has(targetObject))
        report('association.end', id, { id, end: targetObject });
    }
    for (const { id } of list.documents) {
      const member = list.associations.find(
        (a) => a.associationType === associationType.hasMember && a.sourceObject === set.id && a.targetObject === id,
      );
      if (member === undefined) report('member.missing', id, { id });
      else if (slotValue(member, 'SubmissionSetStatus') !== 'Original')
        report('member.status', member.id, { id: member.id });
    }
    checkSignature(submission, set.id, report);
  });

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
