/**
 * A deposit of the feed as Task (FHIR R4 task.html; profile `deposit-task`): where it stands, in whose name, what came of it. No name
 * and no INS: the patient is an opaque reference, the requester is the structure. What a proposal is about: `described.ts`.
 */
import type {
  Bundle,
  CodeableConcept,
  DocumentReference,
  OperationOutcome,
  Reference,
  Resource,
  Task,
  TaskOutput,
} from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { oidStructure } from '../../../mappings/codecs/identifiers.ts';
import { errorRow, sentence } from '../../../mappings/errors.ts';
import {
  depositInputs,
  depositKinds,
  depositOutputs,
  depositStates,
  extAttempts,
  extNextAttempt,
  inputSystem,
  kindSystem,
  outputSystem,
  stateSystem,
  taskProfile,
  type DepositOutput,
} from '../../../mappings/feed/task.ts';
import type { Habilitations } from '../../../mappings/rights/habilitation.ts';
import type { Caller } from '../../auth/caller.ts';
import type { FeedItem } from '../../store/types.ts';
import { errorSystem, toOutcome, type Language } from '../outcome.ts';
import { describedResource, mayRead } from './described.ts';
import { readResult, type DepositResult } from './result.ts';

/** How a Task is shown: to whom, in which language. */
export interface Shown {
  language: Language;
  /** Who sees it: none of another structure. */
  caller: Caller;
  /** Whether who sees it gave it, or is a service of the client that did: what they said is no secret from them. */
  isOwn: boolean;
  /** The deployer's, if there are any. */
  habilitations?: Habilitations | undefined;
}

const coded = (
  system: string,
  code: string,
  words: { fr: string; en: string },
  language: Language,
): CodeableConcept => ({
  coding: [{ system, code, display: words.en }],
  text: words[language],
});

/** Why it is in its state: the row of the error table with its sentence, or what the person said who declined it. */
function reasonOf(
  item: FeedItem,
  { issues = [], comment }: DepositResult,
  language: Language,
): CodeableConcept | undefined {
  if (comment !== undefined) return { text: comment };
  if (item.reason === undefined) return undefined;
  const values = issues.find((issue) => issue.key === item.reason)?.values;
  return {
    coding: [{ system: errorSystem, code: item.reason.replace(/^dmp:/, 'dmp-') }],
    text: sentence(errorRow(item.reason), language, values),
  };
}

/** Statuses and locations of the response; as R4 asks of what is contained, without `meta.lastUpdated` (dom-4). */
const containedResponse = ({ meta, ...response }: Bundle): Bundle => ({
  ...response,
  id: 'response',
  ...(meta?.profile ? { meta: { profile: meta.profile } } : {}),
});

function outputs(
  { documents = [], set, response }: DepositResult,
  outcome: OperationOutcome | undefined,
  language: Language,
): TaskOutput[] {
  const output = (type: DepositOutput, reference: string): TaskOutput => ({
    type: coded(outputSystem, type, depositOutputs[type], language),
    valueReference: { reference },
  });
  return [
    ...(set === undefined ? [] : [output('submission-set', `List/${set}`)]),
    ...documents.map((id) => output('document', `DocumentReference/${id}`)),
    ...(response ? [output('response', '#response')] : []),
    ...(outcome ? [output('outcome', '#outcome')] : []),
  ];
}

function focusOf({ kind, state }: FeedItem, { documents, set }: DepositResult): Reference | undefined {
  if (state !== 'delivered') return undefined;
  const reference = kind === 'set' ? set && `List/${set}` : documents?.[0] && `DocumentReference/${documents[0]}`;
  return reference ? { reference } : undefined;
}

/** What is proposed, as far as the caller may know it; later states say what became of it instead. */
function proposedTo(
  { state }: FeedItem,
  { proposed = [] }: DepositResult,
  { caller, isOwn, habilitations }: Shown,
): DocumentReference[] {
  if (state !== 'proposed') return [];
  return proposed
    .filter((document) => isOwn || mayRead(document, caller, habilitations))
    .map((document, i) => describedResource(document, `proposed-${i + 1}`));
}

export function toTask(item: FeedItem, shown: Shown): Task {
  const { language } = shown;
  const { structure } = shown.caller;
  const result = readResult(item.result);
  const proposed = proposedTo(item, result, shown);
  const words = depositStates[item.state];
  const { code, ...kind } = depositKinds[item.kind];
  const issues = result.issues ?? [];
  const outcome = issues.length === 0 ? undefined : { ...toOutcome(issues, language), id: 'outcome' };
  const contained: Resource[] = [
    ...(result.response ? [containedResponse(result.response)] : []),
    ...(outcome ? [outcome] : []),
    ...proposed,
  ];
  const input = proposed.map(({ id }) => ({
    type: coded(inputSystem, 'proposed', depositInputs.proposed, language),
    valueReference: { reference: `#${id}` },
  }));
  const statusReason = reasonOf(item, result, language);
  const focus = focusOf(item, result);
  const output = outputs(result, outcome, language);
  return {
    resourceType: 'Task',
    id: item.id,
    meta: { versionId: String(item.version), lastUpdated: item.updatedAt.toISOString(), profile: [taskProfile] },
    language,
    ...(contained.length > 0 ? { contained } : {}),
    extension: [
      { url: extAttempts, valueUnsignedInt: item.attempts },
      ...(item.nextAt ? [{ url: extNextAttempt, valueInstant: item.nextAt.toISOString() }] : []),
    ],
    ...(item.takeoverId ? { groupIdentifier: { system: uris, value: `urn:uuid:${item.takeoverId}` } } : {}),
    status: words.status,
    ...(statusReason ? { statusReason } : {}),
    businessStatus: coded(stateSystem, item.state, words, language),
    intent: 'order',
    code: coded(kindSystem, code, kind, language),
    ...(focus ? { focus } : {}),
    for: { reference: `Patient/${item.patientId}` },
    ...(item.finishedAt ? { executionPeriod: { end: item.finishedAt.toISOString() } } : {}),
    authoredOn: item.createdAt.toISOString(),
    lastModified: item.updatedAt.toISOString(),
    requester: {
      type: 'Organization',
      identifier: { system: `urn:oid:${oidStructure}`, value: structure.id },
      display: structure.name,
    },
    ...(input.length > 0 ? { input } : {}),
    ...(output.length > 0 ? { output } : {}),
  };
}

/** ETag and Last-Modified of a deposit. */
export const versionOf = ({ version, updatedAt }: FeedItem): Record<string, string> => ({
  ETag: `W/"${version}"`,
  'Last-Modified': updatedAt.toUTCString(),
});
