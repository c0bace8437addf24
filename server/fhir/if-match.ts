/** `If-Match` of an update or a deletion of what the store versions by numbers (RFC 9110 §13.1.1, with FHIR's weak tags). */
import { IssueError } from '../../mappings/outcome.ts';
import type { Call } from './interaction.ts';

/** The version that is named; undefined: any. @throws IssueError if-match when it names none of ours */
export function expectedVersion({ ifMatch }: Pick<Call, 'ifMatch'>): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"([1-9]\d{0,8})"$/.exec(ifMatch.trim())?.[1];
  if (version !== undefined) return Number(version);
  const given = ifMatch.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
  throw new IssueError({ key: 'if-match', values: { given } });
}
