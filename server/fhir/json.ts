/**
 * Reading a JSON body strictly: UTF-8 without repair, no key twice in one object (FHIR R4 json.html: property names are
 * unique), bounded depth. `JSON.parse` does the reading; a scan before it sees what `JSON.parse` forgives.
 */
import { IssueError } from '../../mappings/outcome.ts';

/** Nesting of objects and arrays: far beyond any FHIR resource, far below the stack. */
export const maxDepth = 100;
/**
 * Braces, brackets, commas and strings of a body: a hundred documents with all their metadata have less than half of them. Each
 * costs time in every step after this one, and megabytes of `[],[],` would hold the process for many seconds.
 */
export const maxMarks = 500_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = (detail: string): IssueError => new IssueError({ key: 'body-malformed', values: { detail } });

/** @throws IssueError `body-malformed`; the detail gives a position or a rule, never content */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw malformed('UTF-8');
  }
  scan(text);
  try {
    return JSON.parse(text);
  } catch (e) {
    const position = /position (\d+)/.exec(e instanceof Error ? e.message : '')?.[1];
    throw malformed(position ? `position ${position}` : 'syntax');
  }
}

const quote = 0x22;

/**
 * Walks the structure, not the content: strings are skipped with `indexOf`, so that 20 MB of base64 cost next to
 * nothing. What is not JSON passes through here and is refused by the parser.
 */
function scan(text: string): void {
  /** The keys of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  const mark = /[{}[\]",]/g;
  let count = 0;
  for (let m = mark.exec(text); m; m = mark.exec(text)) {
    if (++count > maxMarks) throw malformed(`> ${maxMarks} elements`);
    const at = m.index;
    switch (m[0]) {
      case '{':
      case '[':
        if (open.length >= maxDepth) throw malformed(`depth > ${maxDepth}`);
        open.push(m[0] === '{' ? new Set() : undefined);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        break;
      default: {
        const end = endOfString(text, at);
        if (end < 0) return;
        mark.lastIndex = end + 1;
        const keys = open[open.length - 1];
        if (keys && isKey(text, end + 1)) addKey(keys, text.slice(at, end + 1), at);
      }
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return -1;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c && at - 1 - slashes > start) slashes++;
    if (slashes % 2 === 0 && text.charCodeAt(at) === quote) return at;
  }
}

function isKey(text: string, after: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = after;
  return colon.test(text);
}

function addKey(keys: Set<string>, literal: string, at: number): void {
  let key = literal.slice(1, -1);
  if (key.includes('\\')) {
    try {
      key = JSON.parse(literal) as string;
    } catch {
      throw malformed(`position ${at}`);
    }
  }
  if (key === '__proto__' || keys.has(key)) throw malformed(`duplicate or forbidden property, position ${at}`);
  keys.add(key);
}
