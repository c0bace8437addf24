/** From what has happened in a record to what a subscription tells: its topic, its filters, and never the same thing twice. */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Criterion } from '../../../mappings/criteria.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { matches } from '../../../mappings/search.ts';
import type { StoredSubscription, SubscriptionEvent } from '../../store/types.ts';
import type { ChangeCode } from '../news/changes.ts';
import type { News, NewsHit, NewsItem } from '../news/news.ts';
import { toResource } from '../registry.ts';
import { readContent } from './content.ts';
import { filterCriteria } from './read.ts';
import { topicOf } from './topics.ts';

const creations: readonly ChangeCode[] = ['new', 'replacement'];

/**
 * What makes two pieces of news one. A document is created once, whoever says so: the deposit here, or the DMP later. Other
 * changes are told apart by the version that they made (`meta.versionId` counts statuses too).
 */
export function keyOf(documentId: string, code: ChangeCode, versionId?: string): string {
  if (creations.includes(code)) return `${documentId} created`;
  return code === 'deleted' || versionId === undefined ? `${documentId} ${code}` : `${documentId} ${code} ${versionId}`;
}

/** Whether a subscription tells of this change of this document. */
export type Interest = (code: ChangeCode, resource: () => DocumentReference | undefined) => boolean;

/** @param now for criteria about now */
export function interestOf(stored: StoredSubscription, now: Date): Interest {
  const { topic, filter } = readContent(stored.content);
  const found = topicOf(topic);
  const codes = found?.codes ?? [];
  const criteria: Criterion[] = found ? filterCriteria(found, filter) : [];
  return (code, resourceOf) => {
    if (!codes.includes(code)) return false;
    if (criteria.length === 0) return true;
    const resource = resourceOf();
    // What cannot be shown as a resource cannot be judged: its id alone is told.
    return resource === undefined || criteria.every((c) => matches(resource, c, now.getTime()));
  };
}

/** The events that a look into the record makes. */
export function eventsOf(news: News, interest: Interest, base: string): SubscriptionEvent[] {
  return news.items.flatMap((item): SubscriptionEvent[] => {
    const { change, at } = item;
    if (!interest(change, () => resourceOf(item, news.patient.id, base))) return [];
    const documentId = 'gone' in item ? item.gone.id : item.id;
    const versionId = 'gone' in item ? undefined : item.versionId;
    const key = keyOf(documentId, change, versionId);
    const event = { key, at: at === undefined ? news.next : new Date(at), documentId };
    const later = 'gone' in item ? undefined : sinceCreation(item);
    if (!later || !interest(later, () => resourceOf(item, news.patient.id, base))) return [event];
    return [event, { ...event, key: keyOf(documentId, later, versionId), after: key }];
  });
}

/**
 * What has happened to a document after it was created, when both are recent: a look finds it new as long as its first set
 * is recent, and who was told of that must be told of the rest.
 */
function sinceCreation({ change, entry, versionId }: NewsHit): ChangeCode | undefined {
  if (!creations.includes(change)) return undefined;
  if (entry.availabilityStatus === statuses.archived) return 'archived';
  const versions = Number(entry.version ?? 1);
  if (Number(versionId) > versions) return 'unarchived';
  return versions > 1 ? 'updated' : undefined;
}

function resourceOf(item: NewsItem, patientId: string, base: string): DocumentReference | undefined {
  if ('gone' in item) return undefined;
  try {
    return toResource(item, patientId, base);
  } catch (e) {
    if (e instanceof IssueError) return undefined;
    throw e;
  }
}
