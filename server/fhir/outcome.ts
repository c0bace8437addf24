/**
 * The one place where a problem becomes an OperationOutcome and an HTTP status: issues raised here, failures of the DMP
 * client, and everything unforeseen (which says nothing but "internal" and the request id).
 *
 * - `details.text` is in the language of the answer, the other language in a `translation` extension: each error can be
 *   read in French and in English.
 * - `details.coding` names the row of the error table and keeps the DMP's own code beside it.
 * - What was built of the client's own words (a parameter's name, a property, a media type) is freed of whatever looks like an INS.
 * - `diagnostics` holds the X-Request-Id and, for XML, line and column; nothing else.
 */
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import { ours } from '../../mappings/canonicals.ts';
import { dmpKey, errorRow, sentence } from '../../mappings/errors.ts';
import { withoutIns } from '../../mappings/ins.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { RecordUnavailable } from '../audit/record.ts';
import { DmpError } from '../dmp/types.ts';
import { isDatabaseAway } from '../store/away.ts';

export type Language = 'fr' | 'en';

/** Code system of the rows of `mappings/errors.ts`. */
export const errorSystem = `${ours}/CodeSystem/error`;
/** Code system of the codes that the DMP gave, by kind of answer: no public list names one (spec/dmp-wire.md §5). */
export const upstreamSystem = (kind: string): string => `${ours}/CodeSystem/dmp-${kind}`;

const translation = 'http://hl7.org/fhir/StructureDefinition/translation';

/** A problem, ready to be sent. */
export interface Problem {
  status: number;
  issues: Issue[];
  headers: Record<string, string>;
}

/** The language of an answer: the first of French and English that `Accept-Language` prefers; French when it says nothing. */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: { language: Language; q: number } | undefined;
  for (const part of (acceptLanguage ?? '').slice(0, 1000).split(',')) {
    const [tag = '', ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const language = /^(fr|en)(-|$)/.exec(tag)?.[1] as Language | undefined;
    const q = Number(parameters.find((p) => p.startsWith('q='))?.slice(2) ?? 1);
    if (language && q > (best?.q ?? 0)) best = { language, q };
  }
  return best?.language ?? 'fr';
}

function diagnosticsOf({ position }: Issue, requestId: string | undefined): { diagnostics?: string } {
  const said = [
    ...(requestId ? [`X-Request-Id: ${requestId}`] : []),
    ...(position ? [`line ${position.line}, column ${position.column}`] : []),
  ];
  return said.length > 0 ? { diagnostics: said.join('; ') } : {};
}

function toIssue(issue: Issue, language: Language, requestId: string | undefined): OperationOutcomeIssue {
  const row = errorRow(issue.key);
  const other = language === 'fr' ? 'en' : 'fr';
  const upstream = issue.upstream ? [{ system: issue.upstream.system, code: issue.upstream.code }] : [];
  return {
    severity: issue.severity ?? 'error',
    code: row.code as OperationOutcomeIssue['code'],
    details: {
      coding: [...upstream, { system: errorSystem, code: issue.key.replace(/^dmp:/, 'dmp-') }],
      text: withoutIns(sentence(row, language, issue.values)),
      _text: {
        extension: [
          {
            url: translation,
            extension: [
              { url: 'lang', valueCode: other },
              { url: 'content', valueString: withoutIns(sentence(row, other, issue.values)) },
            ],
          },
        ],
      },
    } as OperationOutcomeIssue['details'],
    ...diagnosticsOf(issue, requestId),
    ...(issue.expression ? { expression: [withoutIns(issue.expression)] } : {}),
  };
}

/** As many as anybody reads: tens of thousands of them would make an answer larger than any request. */
export const mostIssues = 200;

/** The issues as a resource, errors before warnings when not all can be said. */
export function toOutcome(issues: readonly Issue[], language: Language, requestId?: string): OperationOutcome {
  const isError = (i: Issue): boolean => (i.severity ?? 'error') === 'error';
  const said =
    issues.length <= mostIssues
      ? issues
      : [...issues.filter(isError), ...issues.filter((i) => !isError(i))].slice(0, mostIssues);
  return { resourceType: 'OperationOutcome', language, issue: said.map((i) => toIssue(i, language, requestId)) };
}

/**
 * The HTTP status of several issues: an upstream or internal failure before a refusal, access before content, and 400
 * when issues of several 4xx kinds come together.
 */
export function statusOf(issues: readonly Issue[]): number {
  const statuses = issues.filter((i) => (i.severity ?? 'error') === 'error').map((i) => errorRow(i.key).status);
  if (statuses.length === 0) return 500;
  const first = (wanted: (s: number) => boolean): number | undefined => statuses.find(wanted);
  return (
    first((s) => s >= 500) ??
    first((s) => s === 401) ??
    first((s) => s === 403) ??
    (new Set(statuses).size === 1 ? (statuses[0] ?? 400) : 400)
  );
}

const longest = 2000;

/**
 * What the DMP said, as far as it can be passed on: identifiers of persons (INS, RPPS) and HL7 composites, which hold
 * names, are masked; long texts are cut.
 */
export function speakable(context: string | undefined): string | undefined {
  if (context === undefined) return undefined;
  // The first pattern is quadratic, and nobody bounds the DMP's sentences; a word that is cut might no longer be masked.
  const short = context.length > longest ? context.slice(0, longest).replace(/\S{0,200}$/, '') : context;
  const text = withoutIns(short)
    .replace(/[^\s'"(]*\^[^\s'")]*/g, '…')
    .replace(/(?<![\w-]|\d\.)\d[\dABab]{10,21}(?![\w-]|\.\d)/g, '…')
    .trim();
  return text ? text.slice(0, 300) : undefined;
}

/** A failure of the DMP as issues, one for each error of its answer: the row of its own code, else of its kind. */
export function dmpIssues(error: DmpError): Issue[] {
  const errors = error.errors.filter((e) => e.severity !== 'Warning');
  const all: readonly { code: string; context?: string; expression?: string }[] =
    errors.length > 0 ? errors : [{ code: error.code, context: error.context }];
  return all.map(({ code, context, expression }) => {
    const found = dmpKey(error.kind, code);
    const key = found === 'internal' && error.kind === 'rights' ? 'right-missing' : found;
    const said = speakable(context) ?? code;
    const values: Record<string, string> = { code, transaction: error.transaction, context: said, right: said };
    return {
      key,
      values,
      ...(expression === undefined ? {} : { expression }),
      ...(code ? { upstream: { system: upstreamSystem(error.kind), code } } : {}),
    };
  });
}

/** How long a client is asked to wait when trying again can help, in seconds: as the issue says, if one knows. */
const retryAfter = (issues: readonly Issue[]): string =>
  String(issues.find((i) => i.values?.['seconds'] !== undefined)?.values?.['seconds'] ?? 30);

/** Whether the same request can succeed later: nothing in it has to be changed first (RFC 9110 §10.2.3). */
function canRetry(issues: readonly Issue[]): boolean {
  const errors = issues.filter((i) => (i.severity ?? 'error') === 'error');
  return errors.length > 0 && errors.every((i) => errorRow(i.key).retry === true);
}

/** Whatever was thrown, as something that can be sent. Nothing of an unforeseen error reaches the client. */
export function toProblem(error: unknown): Problem {
  const issues: Issue[] =
    error instanceof IssueError
      ? [...error.issues]
      : error instanceof DmpError
        ? dmpIssues(error)
        : [{ key: ourOwn(error) }];
  const status = statusOf(issues);
  const headers = {
    ...(canRetry(issues) ? { 'Retry-After': retryAfter(issues) } : {}),
    // RFC 9110 §15.5.6: a 405 says what is allowed, also where PDSm asks for it because of an element.
    ...(issues.some((i) => i.key === 'patch-element') ? { Allow: 'GET, HEAD, PATCH' } : {}),
  };
  return { status, issues, headers };
}

/** Of the spool: no room, no more of what this account may use, read only (POSIX errno). */
const diskFailures: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS'];

function ourOwn(error: unknown): Issue['key'] {
  if (error instanceof RecordUnavailable) return 'audit-unavailable';
  if (isDatabaseAway(error)) return 'database-unavailable';
  if (diskFailures.includes((error as NodeJS.ErrnoException | undefined)?.code)) return 'disk-unavailable';
  return 'internal';
}
