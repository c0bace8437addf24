/**
 * What of an exchange may be shown. Nothing is taken out that was recognised as somebody's: what is not known to be harmless is left
 * out, by the place where it stands and by its form. So a name that nobody foresaw is masked like any other.
 */
import { withoutIns } from '../../../mappings/ins.ts';

export const masked = '•••';

/** Without anything that reads like an INS, wherever it stood. */
export const shown = (text: string): string => withoutIns(text);

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Identifiers that name a thing and no person: an OID, a URN of one or of a UUID, a reference by an opaque id. */
const opaque = new RegExp(
  `^(?:(?:urn:oid:)?(?:[0-2](?:\\.\\d+){4,}|2\\.25\\.\\d{10,})|(?:urn:uuid:)?${uuid}|[A-Z][A-Za-z]+/${uuid})$`,
  'i',
);

export const isOpaque = (text: string): boolean => opaque.test(text);

/** The value where it names a thing; else masked. */
export const opaqueOrMasked = (text: string): string => (isOpaque(text) ? text : masked);

/** An address without its query, and its path without what is no opaque id nor a word of the API. */
export function addressOf(text: string): string {
  const [, before = '', query] = /^([^?]*)(\?.*)?$/s.exec(text) ?? [];
  const [, origin = '', path = ''] = /^(https?:\/\/[\w.:-]+)?(.*)$/s.exec(before) ?? [];
  const parts = path.split('/').map((part, i, all) => (isPlainPart(part, all[i - 1]) ? part : masked));
  return `${origin}${parts.join('/')}${query === undefined ? '' : `?${queryOf(query.slice(1))}`}`;
}

/** What stands behind the name of a type is an id, and a client's own (`Patient/123456`, `Patient/Dupont`) names somebody. */
const isPlainPart = (part: string, before = ''): boolean =>
  part === '' || isOpaque(part) || (namesType(before) ? /^[$_][a-z-]+$/.test(part) : isWord(part));

/** Of the types whose instances are published, ids are words. */
const namesType = (part: string): boolean =>
  /^[A-Z][A-Za-z]{2,40}$/.test(part) && !/^(?:[A-Z][a-z]+(?:Definition|System|Topic|Parameter)|ValueSet)$/.test(part);

/** Names of types, operations and folders of the API, and of definitions: letters without accents, as they are declared. */
const isWord = (part: string): boolean => /^(?:\$?[a-z][a-z-]{1,40}|_[a-z]+|[A-Z][A-Za-z]{2,40}|\d{1,6})$/.test(part);

/** Parameters whose values say what is looked for, and nothing about a person. */
const harmless: ReadonlySet<string> = new Set(
  '_count _dryRun _elements _format _include _offset _pretty _revinclude _sort _summary category code persist security-label status subtype type'.split(
    ' ',
  ),
);

const isCoded = (value: string): boolean => /^[\w.:|,/%$*-]{0,200}$/.test(value);

/** `status=current&patient=•••`. @param text form or query */
export function queryOf(text: string): string {
  return [...new URLSearchParams(text)]
    .map(([name, value]) => {
      if (!/^[\w.:$-]{1,60}$/.test(name)) return `${masked}=${masked}`;
      return `${name}=${(harmless.has(name) && isCoded(value)) || isOpaque(value) ? value : masked}`;
    })
    .join('&');
}
