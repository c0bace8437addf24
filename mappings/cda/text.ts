/**
 * Character data of one element without children, as it streams: an XML parser would gather it all before giving it.
 * References, CDATA sections, comments and processing instructions are understood (XML 1.0 §2.4–2.7, §4.1, §2.11).
 */
import { XmlError } from '../xml/tree.ts';

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const closers = { comment: '-->', instruction: '?>', cdata: ']]>' } as const;
const openers = [
  ['<!--', 'comment'],
  ['<![CDATA[', 'cdata'],
  ['<?', 'instruction'],
] as const;
/** `&#x10FFFF;` with some leading zeros */
const longestReference = 16;

export class XmlText {
  /** The closing tag of the element has been met: what follows is not ours. */
  ended = false;
  private mode: 'text' | keyof typeof closers = 'text';
  private carry = '';

  /** @returns the characters that this chunk completes @throws XmlError on a child element or an ill-formed reference */
  write(chunk: string): string {
    let rest = this.carry + chunk;
    this.carry = '';
    // A carriage return may be half of a line end.
    if (rest.endsWith('\r')) [rest, this.carry] = [rest.slice(0, -1), '\r'];
    let out = '';
    while (rest !== '' && !this.ended) {
      if (this.mode === 'text') {
        const stop = rest.search(/[<&]/);
        out += lines(stop < 0 ? rest : rest.slice(0, stop));
        if (stop < 0) break;
        rest = rest.slice(stop);
        const after = rest.startsWith('&') ? this.reference(rest) : this.markup(rest);
        if (after === undefined) {
          this.carry = rest + this.carry;
          break;
        }
        out += after.text;
        rest = after.rest;
      } else {
        const close = closers[this.mode];
        const stop = rest.indexOf(close);
        // Without its end, what may be the beginning of the end waits.
        const keep = stop < 0 ? Math.min(rest.length, close.length - 1) : 0;
        if (this.mode === 'cdata') out += lines(stop < 0 ? rest.slice(0, rest.length - keep) : rest.slice(0, stop));
        if (stop < 0) {
          this.carry = rest.slice(rest.length - keep) + this.carry;
          break;
        }
        rest = rest.slice(stop + close.length);
        this.mode = 'text';
      }
    }
    return out;
  }

  private reference(rest: string): { text: string; rest: string } | undefined {
    const end = rest.indexOf(';');
    if (end < 0) {
      if (rest.length > longestReference) throw new XmlError('syntax', 'reference');
      return undefined;
    }
    const name = rest.slice(1, end);
    const number = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name);
    const point = number ? parseInt((number[1] ?? number[2]) as string, number[1] === undefined ? 10 : 16) : undefined;
    const text =
      point === undefined
        ? Object.hasOwn(entities, name)
          ? entities[name]
          : undefined
        : point <= 0x10ffff
          ? String.fromCodePoint(point)
          : undefined;
    if (text === undefined) throw new XmlError('syntax', 'reference');
    return { text, rest: rest.slice(end + 1) };
  }

  private markup(rest: string): { text: string; rest: string } | undefined {
    if (rest.startsWith('</')) {
      this.ended = true;
      return { text: '', rest };
    }
    for (const [opener, mode] of openers) {
      if (rest.startsWith(opener)) {
        this.mode = mode;
        return { text: '', rest: rest.slice(opener.length) };
      }
      if (opener.startsWith(rest)) return undefined;
    }
    throw new XmlError('syntax', 'a child element');
  }
}

/** Line ends, as an XML reader gives them. */
function lines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
