/** What is fed: invented people with a DMP, and for each a line of documents, of which some replace the one before. */
import { insKey } from '../../mappings/ins.ts';
import { text } from '../../test/support/documents.ts';
import { INS_TEST, newOid, simplified, type Someone } from '../../test/support/resources.ts';

export interface FedDocument {
  uniqueId: string;
  /** Of the document that it takes the place of. */
  replaces?: string;
  /** JSON of the request: the same at every try. */
  body: string;
}

/** One of so many in a line replaces the one before. */
const REPLACES_EVERY = 5;

/** @param count at most 90 */
export const people = (count: number): Someone[] =>
  Array.from({ length: count }, (_, i) => {
    const body = `2${40 + Math.floor(i / 10)}01990010${String(10 + (i % 90)).padStart(2, '0')}`;
    return {
      ins: body + insKey(body),
      family: `FICTIVE-${String.fromCharCode(65 + Math.floor(i / 10))}${String.fromCharCode(65 + (i % 10))}`,
      given: 'MARTHE',
      gender: 'female',
      birthDate: `19${40 + Math.floor(i / 10)}-01-01`,
    };
  });

/** As the simulator takes them for a seed (simulator/README.md). */
export const asSeed = (all: readonly Someone[]): object => ({
  name: 'crash',
  patients: all.map(({ ins, family, given, birthDate }) => ({
    identifiers: [{ value: ins, oid: INS_TEST.replace('urn:oid:', '') }],
    name: { given: [given], usage: family, birth: family },
    sex: 'F',
    birthDate: birthDate.replaceAll('-', ''),
  })),
});

/** The documents of one person, in their order. */
export function lineOf(who: Someone, count: number): FedDocument[] {
  const line: FedDocument[] = [];
  for (let i = 0; i < count; i++) {
    const uniqueId = newOid();
    const replaces = i % REPLACES_EVERY === REPLACES_EVERY - 1 ? line[i - 1]!.uniqueId : undefined;
    const resource = simplified({ who, uniqueId, content: text(`Note ${i}`), contentType: 'text/plain' });
    const target = { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${replaces}` } };
    const body = JSON.stringify({ ...resource, ...(replaces ? { relatesTo: [{ code: 'replaces', target }] } : {}) });
    line.push({ uniqueId, body, ...(replaces === undefined ? {} : { replaces }) });
  }
  return line;
}
