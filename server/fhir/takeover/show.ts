/** A take-over as Parameters: its status, in the manner of the Bulk Data status, which names its last members. */
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { livingStates } from '../../store/feed-types.ts';
import type { StoredTakeover, TakeoverCount } from '../../store/types.ts';
import type { Pause } from '../../feed/types.ts';
import type { Notice } from './notice.ts';

export interface TakeoverStatus {
  takeover: StoredTakeover;
  counts: readonly TakeoverCount[];
  pause?: Omit<Pause, 'until'> & { until?: Date };
  /** While it is unconfirmed. */
  notice?: Notice;
}

type Value = Omit<ParametersParameter, 'name' | 'part' | 'resource'>;
const value = (name: string, given: Value): ParametersParameter => ({ name, ...given });
const group = (name: string, ...part: ParametersParameter[]): ParametersParameter => ({ name, part });

/** `dmp:<code>` is no code of FHIR. */
export const reasonCode = (key: string): string => key.replace(/^dmp:/, 'dmp-');

const isPending = ({ state }: TakeoverCount): boolean =>
  (livingStates as readonly string[]).includes(state) || state === 'proposed';
export const pendingOf = (counts: readonly TakeoverCount[]): number => sum(counts.filter(isPending));
export const sum = (counts: readonly TakeoverCount[]): number => counts.reduce((n, { count }) => n + count, 0);
const rejected = (counts: readonly TakeoverCount[]): number => sum(counts.filter((c) => c.state === 'rejected'));

/** Where the status of a take-over stands. */
export const statusUrl = (base: string, id: string): string => `${base}/$import-status?takeover=${id}`;

export function statusParts(
  { takeover, counts, pause, notice }: TakeoverStatus,
  base: string,
  now: Date,
): ParametersParameter[] {
  const { id, state, content } = takeover;
  const { confirmation } = content;
  const tasks = `${base}/Task?group-identifier=${encodeURIComponent(`${uris}|urn:uuid:${id}`)}`;
  return [
    value('takeover', { valueId: id }),
    value('name', { valueString: content.name }),
    value('state', { valueCode: state }),
    value('complete', { valueBoolean: content.isComplete === true }),
    value('documents', { valueInteger: content.documents }),
    value('perDay', { valueInteger: content.perDay }),
    value('begin', { valueDate: content.begin }),
    value('received', { valueInteger: sum(counts) }),
    ...counts.map(({ state: s, reason, count }) =>
      group(
        'count',
        value('state', { valueCode: s }),
        ...(reason === undefined ? [] : [value('reason', { valueCode: reasonCode(reason) })]),
        value('count', { valueInteger: count }),
      ),
    ),
    ...(pause
      ? [
          group(
            'pause',
            value('reason', { valueCode: pause.reason }),
            ...(pause.until ? [value('until', { valueInstant: pause.until.toISOString() })] : []),
          ),
        ]
      : []),
    ...(notice ? [noticePart(notice)] : []),
    ...(confirmation
      ? [
          group(
            'confirmation',
            value('on', { valueDate: confirmation.on }),
            value('reference', { valueString: confirmation.reference }),
            value('at', { valueInstant: confirmation.at }),
          ),
        ]
      : []),
    value('transactionTime', { valueInstant: now.toISOString() }),
    value('request', { valueUrl: `${base}/$import` }),
    value('requiresAccessToken', { valueBoolean: true }),
    group('output', value('type', { valueCode: 'Task' }), value('url', { valueUrl: tasks })),
    group(
      'error',
      value('type', { valueCode: 'Parameters' }),
      value('url', { valueUrl: `${base}/$import-report?takeover=${id}&state=rejected,refused,exhausted` }),
      value('count', { valueInteger: rejected(counts) }),
    ),
  ];
}

const noticePart = ({ to, subject, text, eml }: Notice): ParametersParameter =>
  group(
    'notice',
    ...to.map((address: string) => value('to', { valueString: address })),
    value('subject', { valueString: subject }),
    value('text', { valueString: text }),
    value('eml', { valueString: eml }),
  );

export const asParameters = (parameter: ParametersParameter[]): Parameters => ({
  resourceType: 'Parameters',
  ...(parameter.length > 0 ? { parameter } : {}),
});

/** How far it is, in words that a program need not read (R4 async.html). */
export function progressOf({ takeover, counts }: TakeoverStatus): string {
  const [all, pending] = [sum(counts), pendingOf(counts)];
  return `${takeover.state}: ${all - pending} of ${all} lines at their end, ${takeover.content.documents} planned`;
}
