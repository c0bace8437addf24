/**
 * What can be followed: the DocumentReference topics of IHE DSUBm 1.0 that depend on a patient, and what their filters may
 * name (ITI-110 §2:3.110.4.6.1). Those of many patients, of sets and of folders are not served: the DMP searches one
 * patient at a time.
 */
import type { ChangeCode } from '../news/changes.ts';

const base = 'https://profiles.ihe.net/ITI/DSUBm';

export interface Topic {
  /** canonical URL */
  url: string;
  /** What is told. */
  codes: readonly ChangeCode[];
}

const creation: readonly ChangeCode[] = ['new', 'replacement'];
const deletionAndStatus: readonly ChangeCode[] = ['replaced', 'archived', 'unarchived', 'deleted'];

const topicTable: readonly (Topic & { name: string })[] = [
  { name: 'DSUBm-SubscriptionTopic-DocumentReference-PatientDependent', codes: creation },
  {
    name: 'DSUBm-SubscriptionTopic-DocReference-PatientDependent-MinUpdate',
    codes: [...creation, ...deletionAndStatus],
  },
  {
    name: 'DSUBm-SubscriptionTopic-DocReference-PatientDependent-AllEvents',
    codes: [...creation, ...deletionAndStatus, 'updated'],
  },
].map((t) => ({ ...t, codes: t.codes as readonly ChangeCode[], url: `${base}/SubscriptionTopic/${t.name}` }));

export const topics: readonly Topic[] = topicTable;

/**
 * The topic of `Subscription.criteria`. DSUBm's pages write the canonical with and without `/SubscriptionTopic/`; its
 * instances have it. Both are understood, that of the instances is shown.
 */
export function topicOf(criteria: string): Topic | undefined {
  const [url] = criteria.split('|');
  return topicTable.find((t) => url === t.url || url === `${base}/${t.name}`);
}

/** Names that a filter may use: `canFilterBy` of the topics. */
export const filterNames: readonly string[] = [
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
