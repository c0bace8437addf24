/**
 * The rules of ITI-57 as the DMP uses it (IHE XDS Metadata Update, ITI TF-2 §3.57; shared facts on the DMP §1.4, §3.7),
 * in the order in which they are looked at: a step that has findings ends the examination.
 */
import { identifier, type RegistryObject, slotValue } from '../metadata.ts';
import type { StoredDocument } from '../registry.ts';
import { checkMetadata } from '../rules/metadata.ts';
import { checkAuthor, checkPatient } from '../rules/patient.ts';
import { collect, type Finding, type Report, type Rule, setOf } from '../rules/rule.ts';
import { isVisible } from '../visibility.ts';
import { setScheme, status } from '../vocabulary.ts';
import { baseLevel, differences } from './compare.ts';
import {
  masked,
  type Operation,
  type StatusOperation,
  type Update,
  type VersionOperation,
  visibilityChange,
} from './operation.ts';
import { deniedRight } from './rights.ts';

const metadata = (context: string): Rule => ({ code: 'XDSRegistryMetadataError', context });
const refused = (context: string): Rule => ({ code: 'XDSMetadataUpdateError', context });
const unsupported = (context: string): Rule => ({ code: 'XDSMetadataUpdateOperationError', context });

export const updateRules = {
  'update.incomplete': metadata('Enveloppe de mise à jour incomplète'),
  'update.unexpected': metadata('Élément inattendu : {name}'),
  'update.set': metadata('Un lot et un seul est attendu'),
  'update.id': metadata('Identifiant d’objet absent ou en double : {id}'),
  'update.operation': unsupported('Opération non prise en charge'),
  'update.end': metadata('Association {id} : objet inconnu {end}'),
  'update.slot.missing': metadata('Slot absent : {name}'),
  'update.slot.value': metadata('Slot invalide : {name}'),
  'update.duplicate': { code: 'XDSDuplicateUniqueIdInRegistry', context: 'uniqueId={uniqueId}' },
  'update.lid': refused('lid absent : {id} n’est pas une nouvelle version'),
  'update.unknown': refused('Document inconnu : {target}'),
  'update.patient': {
    code: 'XDSPatientIdDoesNotMatch',
    context: "Le patientId du lot n'est pas celui du document",
  },
  'update.right': { code: 'DMPAccessDenied', context: '{transaction} n’est pas permis sur ce document pour ce profil' },
  'update.deleted': refused('Document supprimé : {target}'),
  'version.previous': {
    code: 'XDSMetadataVersionError',
    context: 'PreviousVersion={sent} alors que la version courante est {current}',
  },
  'version.id': refused('Une nouvelle version ne reprend pas l’entryUUID d’un objet enregistré : {id}'),
  'version.status': refused('Le statut ne se modifie pas par une nouvelle version : {target}'),
  'version.fixed': refused('{name} ne peut être modifié : {target}'),
  'version.level': refused('Le niveau de confidentialité ne peut être modifié : {target}'),
  'version.same': refused('Rien n’est modifié : {target}'),
  'version.both': unsupported('Masquage et visibilité se modifient séparément : {target}'),
  'version.hide': refused('Un document visible ne peut plus être rendu invisible ({code}) : {target}'),
  'status.original': metadata('OriginalStatus ne correspond pas au statut courant'),
  'status.transition': refused('Passage de {from} à {to} non admis : {target}'),
} satisfies Record<string, Rule>;

type UpdateReport = Report<keyof typeof updateRules>;
const findings = (check: (report: UpdateReport) => void): Finding[] =>
  collect<keyof typeof updateRules>(updateRules, check);

/** What the statuses may become (FI-526 rows 3.3c and 3.3d). */
const transitions: [from: string, to: string][] = [
  [status.approved, status.archived],
  [status.archived, status.approved],
  [status.approved, status.deleted],
  [status.archived, status.deleted],
];

const steps: ((update: Update) => Finding[])[] = [
  checkEnvelope,
  ({ submission }) => checkMetadata(submission),
  checkAssociation,
  ({ submission }) => checkPatient(submission),
  ({ submission }) => checkAuthor(submission),
  checkTarget,
  checkRight,
  checkChange,
];

/** What is wrong with an update; empty when it can be done. */
export function examineUpdate(update: Update): Finding[] {
  for (const step of steps) {
    const found = step(update);
    if (found.length > 0) return found;
  }
  return [];
}

function checkEnvelope({ submission, operation }: Update): Finding[] {
  return findings((report) => {
    const { list } = submission;
    if (!submission.complete) return report('update.incomplete', '');
    for (const name of list.unexpected) report('update.unexpected', '', { name });
    const [set] = list.sets;
    if (set === undefined || list.sets.length > 1) return report('update.set', '');
    const seen = new Set<string>();
    for (const { id } of [...list.sets, ...list.documents, ...list.associations]) {
      if (id === '' || seen.has(id)) report('update.id', id, { id });
      seen.add(id);
    }
    if (operation === undefined) report('update.operation', set.id);
  });
}

const statuses: string[] = Object.values(status);
/** The slots of each operation's association and what they may hold. */
const associationSlots: Record<Operation['kind'], [name: string, valid: (value: string) => boolean][]> = {
  version: [
    ['SubmissionSetStatus', (text) => text === 'Original'],
    ['PreviousVersion', (text) => /^[1-9]\d{0,8}$/.test(text)],
  ],
  status: [
    ['OriginalStatus', (text) => statuses.includes(text)],
    ['NewStatus', (text) => statuses.includes(text)],
  ],
};

function checkAssociation({ submission, operation }: Update): Finding[] {
  return findings((report) => {
    if (operation === undefined) return;
    const { association } = operation;
    const { id, sourceObject, targetObject } = association;
    if (sourceObject !== setOf(submission).id) report('update.end', id, { id, end: sourceObject });
    if (operation.kind === 'version' && targetObject !== operation.entry.id)
      report('update.end', id, { id, end: targetObject });
    for (const [name, valid] of associationSlots[operation.kind]) {
      const values = association.slots.filter((s) => s.name === name).flatMap((s) => s.values);
      if (values.length === 0) report('update.slot.missing', id, { name });
      else if (values.length > 1 || !values.every(valid)) report('update.slot.value', id, { name });
    }
  });
}

/** What a finding calls the target, and where it stands: the lid of a version, the entryUUID of a status. */
const nameOf = (operation: Operation): string =>
  operation.kind === 'version' ? (operation.entry.lid ?? '') : operation.association.targetObject;

function checkTarget({ submission, operation }: Update): Finding[] {
  return findings((report) => {
    if (operation === undefined) return;
    const set = setOf(submission);
    const uniqueId = identifier(set, setScheme.uniqueId) ?? '';
    if (submission.world.registry.setByUniqueId(uniqueId) !== undefined)
      report('update.duplicate', set.id, { uniqueId });
    const target = nameOf(operation);
    const { target: document } = operation;
    if (operation.kind === 'version' && operation.entry.lid === undefined)
      report('update.lid', operation.entry.id, { id: operation.entry.id });
    else if (document === undefined) report('update.unknown', target, { target });
    else if (!isOfPatient(document, submission.vihf.patient)) report('update.patient', set.id);
    else if (!isVisible(document, submission)) report('update.unknown', target, { target });
    else if (document.entry.status === status.deleted) report('update.deleted', target, { target });
  });
}

const isOfPatient = ({ patient }: StoredDocument, vihf: { value: string; oid: string } | undefined): boolean =>
  patient.value === vihf?.value && patient.oid === vihf.oid;

function checkRight({ submission, operation }: Update): Finding[] {
  return findings((report) => {
    if (operation === undefined) return;
    const transaction = deniedRight(operation, submission);
    if (transaction !== undefined) report('update.right', nameOf(operation), { transaction });
  });
}

function checkChange({ submission, operation }: Update): Finding[] {
  return findings((report) => {
    if (operation?.target === undefined) return;
    if (operation.kind === 'version')
      checkVersion(operation, operation.target.entry, submission.world.settings.hidingLater, report);
    else checkStatus(operation, operation.target.entry, report);
    if (operation.kind === 'version' && submission.world.registry.has(operation.entry.id))
      report('version.id', operation.entry.id, { id: operation.entry.id });
  });
}

function checkVersion(
  { entry, association }: VersionOperation,
  current: RegistryObject,
  hidingLater: boolean,
  report: UpdateReport,
): void {
  const target = entry.lid ?? '';
  const sent = slotValue(association, 'PreviousVersion') ?? '';
  const version = current.version ?? '1';
  if (sent !== version) return report('version.previous', target, { sent, current: version });
  if (entry.status !== undefined && entry.status !== current.status) report('version.status', target, { target });
  for (const name of differences(current, entry)) report('version.fixed', target, { name, target });
  if (baseLevel(current) !== baseLevel(entry)) report('version.level', target, { target });
  const { added, removed } = visibilityChange(current, entry);
  const changed = [...added, ...removed];
  if (changed.length === 0) report('version.same', target, { target });
  if (changed.includes(masked) && changed.some((code) => code !== masked)) report('version.both', target, { target });
  if (!hidingLater)
    for (const code of added.filter((c) => c !== masked)) report('version.hide', target, { code, target });
}

const lastWord = (urn: string): string => urn.slice(urn.lastIndexOf(':') + 1);

function checkStatus({ association }: StatusOperation, current: RegistryObject, report: UpdateReport): void {
  const target = association.targetObject;
  const from = slotValue(association, 'OriginalStatus') ?? '';
  const to = slotValue(association, 'NewStatus') ?? '';
  if (from !== current.status) report('status.original', target);
  else if (!transitions.some(([a, b]) => a === from && b === to))
    report('status.transition', target, { from: lastWord(from), to: lastWord(to), target });
}
