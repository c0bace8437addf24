/**
 * What the client can read and what it sends: `Accept`, `_format`, `fhirVersion`, `_pretty`, `Prefer`, `Content-Type`.
 * FHIR R4 http.html §3.1.0.1.10–11 (content types), §3.1.0.1.9 (`_format` wins over Accept).
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Pair } from '../search/pairs.ts';

export const fhirJson = 'application/fhir+json';
export const fhirXml = 'application/fhir+xml';

/** How a resource can be written. */
export type Format = 'json' | 'xml' | 'html';

/** The names of each form, FHIR's own first; in the order in which we prefer them. */
const names: Readonly<Record<Format, readonly string[]>> = {
  json: [fhirJson, 'application/json', 'text/json'],
  xml: [fhirXml, 'application/xml', 'text/xml'],
  html: ['text/html'],
};
/** Short names in `_format`. */
const formats: Record<string, string> = {
  json: fhirJson,
  xml: fhirXml,
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

const specificity = (range: string): number => (range === '*/*' ? 0 : range.endsWith('/*') ? 1 : 2);

/** The most specific range that covers a media type. */
function covering(type: string, accept: readonly MediaRange[]): MediaRange | undefined {
  const [first] = accept.filter((r) => inRange(type, r.type)).sort((a, b) => specificity(b.type) - specificity(a.type));
  return first;
}

/** How much the client wants a media type: the q of the most specific range that covers it; 0 when none does. */
export function quality(type: string, accept: readonly MediaRange[]): number {
  return accept.length === 0 ? 1 : (covering(type, accept)?.q ?? 0);
}

/** The ranges that count for a request: `_format` alone when it is given. */
export function wanted(accept: string | undefined, pairs: readonly Pair[]): MediaRange[] {
  const format = pairs.find(([name]) => name === '_format')?.[1];
  if (format === undefined || format === '') return parseAccept(accept);
  const { type, parameters } = parseMedia(formats[format.toLowerCase()] ?? format);
  return [{ type, parameters, q: 1 }];
}

/** What is read and written, for a sentence. */
const readable = `${fhirJson}, ${fhirXml} (charset=utf-8; fhirVersion=4.0)`;

/** Only R4 is spoken here; a version parameter that says otherwise cannot be met. */
const isR4 = (parameters: Record<string, string>): boolean => /^4\.0(\.\d+)?$/.test(parameters['fhirversion'] ?? '4.0');

/**
 * The form that the client wants most; of equals the one that it names, then JSON before XML. A page of HTML is for who
 * asks for it by its name, as browsers do: a range that happens to cover it does not.
 * @throws IssueError `not-acceptable` when FHIR R4 can be sent in none of the forms
 */
export function formatOf(ranges: readonly MediaRange[]): Format {
  if (ranges.length === 0) return 'json';
  const usable = ranges.filter((r) => isR4(r.parameters));
  const best = (Object.keys(names) as Format[])
    .map((format) => ({ format, ...wish(format, usable) }))
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || b.named - a.named)[0];
  if (best) return best.format;
  throw new IssueError({ key: 'not-acceptable', values: { available: readable } });
}

/** Like `formatOf`, for an answer that must go out whatever was asked for. */
export function formatOrJson(ranges: readonly MediaRange[]): Format {
  try {
    return formatOf(ranges);
  } catch {
    return 'json';
  }
}

function wish(format: Format, usable: readonly MediaRange[]): { q: number; named: number } {
  let most = { q: 0, named: 0 };
  for (const type of names[format]) {
    const range = covering(type, usable);
    if (!range || (format === 'html' && range.type !== type)) continue;
    const named = specificity(range.type);
    if (range.q > most.q || (range.q === most.q && named > most.named)) most = { q: range.q, named };
  }
  return most;
}

/** `_pretty=true` */
export const isPretty = (pairs: readonly Pair[]): boolean =>
  pairs.some(([name, value]) => name === '_pretty' && value === 'true');

/** The form of a body. @throws IssueError `media-type` unless it is JSON or XML of FHIR R4 in UTF-8 */
export function bodyFormat(contentType: string | undefined): 'json' | 'xml' {
  requireBody(contentType, [...names.json, ...names.xml], readable);
  return names.xml.includes(parseMedia(contentType ?? '').type) ? 'xml' : 'json';
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
  /** `respond-async`: accepted now, made later (RFC 7240 §4.1, FHIR R4 async.html). */
  async: boolean;
}

/** Unknown preferences are ignored, as RFC 7240 asks. */
export function parsePrefer(header: string | undefined): Preferences {
  const said = (header ?? '').split(/[,;]/).map((p) => p.trim());
  const find = <T extends string>(values: readonly T[], name: string): T | undefined =>
    values.find((v) => said.some((s) => s.toLowerCase() === `${name}=${v}`.toLowerCase()));
  return {
    handling: find(['strict', 'lenient'] as const, 'handling') ?? 'lenient',
    return: find(['minimal', 'representation', 'OperationOutcome'] as const, 'return') ?? 'representation',
    async: said.some((s) => s.toLowerCase() === 'respond-async'),
  };
}
