/** A message in plain text as RFC 5322 and MIME say it, to be opened and sent by a mail program. */
import { randomUUID } from 'node:crypto';

export interface Mail {
  from: { name: string; email: string };
  to: readonly string[];
  subject: string;
  text: string;
  date: Date;
}

/** RFC 2047: 36 octets are a word of 60 characters, which fits a line beside a header's name. No character is cut in two. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 36) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((w) => `=?utf-8?B?${Buffer.from(w).toString('base64')}?=`).join('\r\n ');
}

/** Day and month of RFC 5322 §3.3 are English; GMT is said as a number there. */
const dateOf = (date: Date): string => date.toUTCString().replace('GMT', '+0000');

/** A dot-atom in ASCII at a domain (RFC 5322 §3.4.1): it stands in a header as it is. */
export const isMailAddress = (text: string): boolean => /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+$/.test(text);

/**
 * @returns lines end in CRLF
 * @throws RangeError for an address that is none: it stands in a header
 */
export function mailOf({ from, to, subject, text, date }: Mail): string {
  if (!isMailAddress(from.email)) throw new RangeError('not a mail address');
  const body = Buffer.from(text.replace(/\r?\n/g, '\r\n')).toString('base64');
  return [
    `From: ${encodedWords(from.name)} <${from.email}>`,
    `To: ${to.join(',\r\n ')}`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${dateOf(date)}`,
    `Message-ID: <${randomUUID()}@${from.email.split('@')[1]}>`,
    // Mail programs open it as a draft.
    'X-Unsent: 1',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(body.match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}
