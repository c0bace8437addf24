/**
 * What can go wrong, as responses: one for each HTTP status, with the rows of the error table that have it. An operation refers to
 * those that its kind can end in.
 */
import { errors, type ErrorRow } from '../../../mappings/errors.ts';
import type { Interaction } from '../definition.ts';
import { toOutcome } from '../outcome.ts';
import type { BodyKind } from '../router.ts';
import { alwaysHeaders, byStatus, errorName } from '../../openapi/refs.ts';
import { ref, type Json, type Media, type Ref, type Response, type Schema } from '../../openapi/types.ts';

/** Of the table, what is no success. */
const rowsOf = (status: number): [string, ErrorRow][] =>
  Object.entries(errors as Record<string, ErrorRow>).filter(([, row]) => row.status === status);

/** Every status from 400 on that the table has. */
export const errorStatuses: readonly number[] = [
  ...new Set(Object.values(errors as Record<string, ErrorRow>).map((row) => row.status)),
]
  .filter((status) => status >= 400)
  .sort((a, b) => a - b);

/** Example of each: the first row that has the status. */
export const errorExamples = (): Record<string, { summary: string; value: Json }> =>
  Object.fromEntries(
    errorStatuses.map((status) => {
      const key = rowsOf(status)[0]?.[0] ?? 'internal';
      const value = toOutcome([{ key }], 'fr', '2f9c1a34-77aa-4a53-9f3b-6f0f0d1c9a55') as unknown as Json;
      return [errorName(status), { summary: key, value }];
    }),
  );

/** @param outcome schema of an OperationOutcome */
export function errorResponses(outcome: Schema): Record<string, Response> {
  return Object.fromEntries(
    errorStatuses.map((status) => {
      const rows = rowsOf(status);
      const retry = rows.some(([, row]) => row.retry);
      const list = rows.map(([key, row]) => `- \`${key.replace(/^dmp:/, 'dmp-')}\` (${row.code}): ${row.en}`);
      const content: Record<string, Media> = {
        'application/fhir+json': { schema: outcome, examples: { example: ref('examples', errorName(status)) } },
        'application/fhir+xml': { schema: { type: 'string' } },
        'text/html': { schema: { type: 'string' } },
      };
      const headers = [
        ...alwaysHeaders,
        ...(retry ? ['Retry-After'] : []),
        ...(status === 401 || status === 403 ? ['WWW-Authenticate'] : []),
        ...(status === 405 ? ['Allow'] : []),
        ...(status === 416 ? ['Accept-Ranges', 'Content-Range'] : []),
      ];
      return [
        errorName(status),
        {
          description: `\`issue.details.coding\` names one of these rows:\n\n${list.join('\n')}`,
          headers: Object.fromEntries(headers.map((name) => [name, ref('headers', name)])),
          content,
        },
      ];
    }),
  );
}

/** What any closed route can end in, before its interaction begins or in its store. */
const anywhere = [400, 401, 403, 406, 408, 429, 431, 500, 503];

/** Statuses of the failures of an interaction, from what it reads, writes and asks of the DMP. */
function statusesOf(path: string, body: BodyKind, { code, dmp, operation }: Interaction): number[] {
  const writes = ['create', 'update', 'patch', 'delete', 'transaction'].includes(code) || operation !== undefined;
  return [
    ...anywhere,
    ...(path.includes(':') || dmp.length > 0 || writes ? [404, 410] : []),
    ...(code === 'search-type' ? [404, 410, 422] : []),
    ...(code === 'patch' || operation !== undefined ? [405] : []),
    ...(body === 'none' ? [] : [413, 415]),
    ...(writes ? [409, 412, 422, 501] : []),
    ...(path.startsWith('/Binary/') ? [416] : []),
    ...(dmp.length > 0 ? [409, 422, 501, 502, 504] : []),
    ...(code === 'create' ? [502] : []),
  ];
}

export const errorsOf = (path: string, body: BodyKind, interaction: Interaction): Record<string, Ref> =>
  byStatus(statusesOf(path, body, interaction));
