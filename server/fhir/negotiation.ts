/**
 * What the client can read and what it sends: `Accept`, `_format`, `fhirVersion`, `_pretty`, `Prefer`, `Content-Type`.
 * FHIR R4 http.html §3.1.0.1.10–11 (content types), §3.1.0.1.9 (`_format` wins over Accept).
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Pair } from '../search/pairs.ts';

export const fhirJson = 'application/fhir+json';
const jsonTypes: readonly string[] = [fhirJson, 'application/json', 'text/json'];
const formats: Record<string, string> = {
  json: fhirJson,
  xml: 'application/fhir+xml',
  html: 'text/html',
  ttl: 'text/turtle',
};

/** One range of an Accept header. */
export interface MediaRange {
  /** lower case, without parameters: `application/pdf`, or a range */
  type: string;
  q: number;
  parameters: Record<string, string>;
}

/** An Accept header, best first; what the client excludes (`q=0`) stays, with its q. */
export function parseAccept(header: string | undefined): MediaRange[] {
  return (header ?? '')
    .slice(0, 4000)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const media = parseMedia(part);
      const q = Number(media.parameters['q'] ?? '1');
      return { ...media, q: Number.isFinite(q) ? q : 0 };
    })
    .sort((a, b) => b.q - a.q);
}

/** `type/subtype; a=b` in lower case. A `+` that a query string turned into a blank is put back. */
export function parseMedia(text: string): { type: string; parameters: Record<string, string> } {
  const [type = '', ...rest] = text.toLowerCase().split(';');
  const parameters: Record<string, string> = {};
  for (const p of rest) {
    const [name = '', value = ''] = p.split('=');
    parameters[name.trim()] = value.trim().replace(/^"|"$/g, '');
  }
  return { type: type.trim().replace(' ', '+'), parameters };
}

/** Whether a media type falls into a range. */
export function inRange(type: string, range: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

/** How much the client wants a media type: the q of the most specific range that covers it; 0 when none does. */
export function quality(type: string, accept: readonly MediaRange[]): number {
  if (accept.length === 0) return 1;
  const covering = accept.filter((r) => inRange(type, r.type));
  const specificity = (r: string): number => (r === '*/*' ? 0 : r.endsWith('/*') ? 1 : 2);
  covering.sort((a, b) => specificity(b.type) - specificity(a.type));
  return covering[0]?.q ?? 0;
}

/** The ranges that count for a request: `_format` alone when it is given. */
export function wanted(accept: string | undefined, pairs: readonly Pair[]): MediaRange[] {
  const format = pairs.find(([name]) => name === '_format')?.[1];
  if (format === undefined || format === '') return parseAccept(accept);
  const { type, parameters } = parseMedia(formats[format.toLowerCase()] ?? format);
  return [{ type, parameters, q: 1 }];
}

/** Only R4 is spoken here; a version parameter that says otherwise cannot be met. */
const isR4 = (parameters: Record<string, string>): boolean => /^4\.0(\.\d+)?$/.test(parameters['fhirversion'] ?? '4.0');

/** @throws IssueError `not-acceptable` when no JSON of FHIR R4 can be sent */
export function requireJson(ranges: readonly MediaRange[]): void {
  const usable = ranges.filter((r) => isR4(r.parameters));
  if (ranges.length > 0 && !jsonTypes.some((t) => usable.length > 0 && quality(t, usable) > 0)) {
    throw new IssueError({ key: 'not-acceptable', values: { available: `${fhirJson}; fhirVersion=4.0` } });
  }
}

/** `_pretty=true` */
export const isPretty = (pairs: readonly Pair[]): boolean =>
  pairs.some(([name, value]) => name === '_pretty' && value === 'true');

/** @throws IssueError `media-type` unless the body is JSON of FHIR R4 in UTF-8 */
export function requireJsonBody(contentType: string | undefined): void {
  requireBody(contentType, jsonTypes, `${fhirJson}; charset=utf-8; fhirVersion=4.0`);
}

/** @throws IssueError `media-type` unless the body is a form in UTF-8 */
export function requireForm(contentType: string | undefined): void {
  requireBody(contentType, ['application/x-www-form-urlencoded'], 'application/x-www-form-urlencoded');
}

function requireBody(contentType: string | undefined, types: readonly string[], expected: string): void {
  const { type, parameters } = parseMedia(contentType ?? '');
  const charset = parameters['charset'] ?? 'utf-8';
  if (types.includes(type) && (charset === 'utf-8' || charset === 'utf8') && isR4(parameters)) return;
  const given = (contentType ?? '—').replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
  throw new IssueError({ key: 'media-type', values: { given, expected } });
}

/** `Prefer` (RFC 7240) as FHIR uses it. */
export interface Preferences {
  handling: 'strict' | 'lenient';
  return: 'minimal' | 'representation' | 'OperationOutcome';
}

/** Unknown preferences are ignored, as RFC 7240 asks. */
export function parsePrefer(header: string | undefined): Preferences {
  const said = (header ?? '').split(/[,;]/).map((p) => p.trim());
  const find = <T extends string>(values: readonly T[], name: string): T | undefined =>
    values.find((v) => said.some((s) => s.toLowerCase() === `${name}=${v}`.toLowerCase()));
  return {
    handling: find(['strict', 'lenient'] as const, 'handling') ?? 'lenient',
    return: find(['minimal', 'representation', 'OperationOutcome'] as const, 'return') ?? 'representation',
  };
}
