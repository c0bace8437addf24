/**
 * What a new document may be to one that is registered: its replacement, addendum or transformation (ITI TF-2
 * §3.42.4.1.3.3, TF-3 §4.2.2.2). The target is named by its current entryUUID and nothing else; an addendum and a
 * transformation may also concern a document of the same set.
 */
import { readIns } from '../composites.ts';
import { type Association, identifier } from '../metadata.ts';
import type { StoredDocument } from '../registry.ts';
import { isVisible } from '../visibility.ts';
import { associationType, entryScheme, status } from '../vocabulary.ts';
import { signatureOf } from './associations.ts';
import { collect, type Finding, type Report, type Rule, type Submission } from './rule.ts';

const failed = (context: string): Rule => ({ code: 'XDSReplaceFailed', context });

export const relationRules = {
  'replace.source': failed('{id} ne peut remplacer un document'),
  'replace.unknown': failed('{target} est inconnu'),
  'replace.patient': failed('{target} est celui d’un autre patient'),
  'replace.replaced': failed('{target} est déjà remplacé'),
  'replace.archived': failed('{target} est archivé'),
  'replace.deleted': failed('{target} est supprimé'),
  'replace.twice': failed('{target} est remplacé deux fois'),
  'relate.source': {
    code: 'XDSRegistryMetadataError',
    context: '{id} ne peut compléter ni transformer un document',
  },
  'relate.unknown': { code: 'UnresolvedReferenceException', context: '{target} est inconnu' },
  'relate.patient': { code: 'XDSPatientIdDoesNotMatch', context: '{target} est celui d’un autre patient' },
  'relate.status': { code: 'XDSRegistryDeprecatedDocumentError', context: '{target} n’est plus en vigueur' },
} satisfies Record<string, Rule>;

type RelationReport = Report<keyof typeof relationRules>;
type RelationRule = keyof typeof relationRules;

/** How the rules of a relation are called. */
const families: Record<string, 'replace' | 'relate'> = {
  [associationType.replace]: 'replace',
  [associationType.transformAndReplace]: 'replace',
  [associationType.append]: 'relate',
  [associationType.transform]: 'relate',
};

/** Only what is Approved may be replaced, completed or transformed. */
const statusRule: Record<'replace' | 'relate', Record<string, RelationRule>> = {
  replace: {
    [status.deprecated]: 'replace.replaced',
    [status.archived]: 'replace.archived',
    [status.deleted]: 'replace.deleted',
  },
  relate: {
    [status.deprecated]: 'relate.status',
    [status.archived]: 'relate.status',
    [status.deleted]: 'relate.status',
  },
};

/** Findings about the relations of new documents to registered ones. */
export const checkRelations = (submission: Submission): Finding[] =>
  collect<RelationRule>(relationRules, (report) => {
    const replaced = new Set<string>();
    for (const association of submission.list.associations) {
      const family = families[association.associationType];
      if (family === undefined) continue;
      checkRelation(submission, association, family, report);
      if (family !== 'replace') continue;
      const target = association.targetObject;
      if (replaced.has(target)) report('replace.twice', target, { target });
      replaced.add(target);
    }
  });

function checkRelation(
  submission: Submission,
  { sourceObject: id, targetObject: target }: Association,
  family: 'replace' | 'relate',
  report: RelationReport,
): void {
  const { list, world } = submission;
  const source = list.documents.find((d) => d.id === id);
  if (source === undefined || source === signatureOf(submission)) return report(`${family}.source`, id, { id });
  if (family === 'relate' && list.documents.some((d) => d.id === target)) return;
  const old = world.registry.byEntryUuid(target);
  const patient = readIns(identifier(source, entryScheme.patientId));
  if (old === undefined) return report(`${family}.unknown`, target, { target });
  if (old.patient.value !== patient?.id || old.patient.oid !== patient.authority)
    return report(`${family}.patient`, target, { target });
  if (!isVisible(old, submission)) return report(`${family}.unknown`, target, { target });
  const rule = ruleOf(old, family);
  if (rule !== undefined) report(rule, target, { target });
}

const ruleOf = ({ entry }: StoredDocument, family: 'replace' | 'relate'): RelationRule | undefined =>
  statusRule[family][entry.status ?? ''];
