/**
 * What can be followed: the DocumentReference topics of IHE DSUBm 1.0 that depend on a patient, and what their filters may
 * name (ITI-110 §2:3.110.4.6.1). Those of many patients, of sets and of folders are not served: the DMP searches one
 * patient at a time. And a topic of ours: what becomes of deposits that are made later, of one patient or of all.
 */
import { taskTopic } from '../../../mappings/feed/task.ts';
import type { ChangeCode } from '../news/changes.ts';

const base = 'https://profiles.ihe.net/ITI/DSUBm';

export interface Topic {
  /** canonical URL */
  url: string;
  /** What its filters search, and its notifications name. */
  about: 'DocumentReference' | 'Task';
  /** What is told of documents. Of Tasks: that they are proposed, and every end (migration `…_task_events`). */
  codes: readonly ChangeCode[];
  /** Names that a filter may use (`canFilterBy`). */
  filters: readonly string[];
}

const creation: readonly ChangeCode[] = ['new', 'replacement'];
const deletionAndStatus: readonly ChangeCode[] = ['replaced', 'archived', 'unarchived', 'deleted'];

/** Of the topics on documents. */
const documentFilters: readonly string[] = [
  'author.given',
  'author.family',
  'category',
  'event',
  'facility',
  'format',
  'patient',
  'patient.identifier',
  'security-label',
  'setting',
  'status',
  'type',
];

const topicTable: readonly (Topic & { alias?: string })[] = [
  ...(
    [
      ['DSUBm-SubscriptionTopic-DocumentReference-PatientDependent', creation],
      ['DSUBm-SubscriptionTopic-DocReference-PatientDependent-MinUpdate', [...creation, ...deletionAndStatus]],
      [
        'DSUBm-SubscriptionTopic-DocReference-PatientDependent-AllEvents',
        [...creation, ...deletionAndStatus, 'updated'],
      ],
    ] as const
  ).map(([name, codes]) => ({
    url: `${base}/SubscriptionTopic/${name}`,
    // DSUBm's pages write the canonical with and without `/SubscriptionTopic/`; its instances have it.
    alias: `${base}/${name}`,
    about: 'DocumentReference' as const,
    codes,
    filters: documentFilters,
  })),
  { url: taskTopic, about: 'Task', codes: [], filters: ['patient', 'patient.identifier'] },
];

export const topics: readonly Topic[] = topicTable;

/** The topic of `Subscription.criteria`: a canonical, with or without its version. */
export function topicOf(criteria: string): Topic | undefined {
  const [url] = criteria.split('|');
  return topicTable.find((t) => url === t.url || url === t.alias);
}
