/** Reading the golden messages of `shared/wire`: the body of a SOAP message, plain or inside multipart. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { at, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';

/** The raw message. */
export function golden(dir: string, file: string): Buffer {
  return readFileSync(path.join(dir, 'wire', file));
}

/** What SOAP's Body holds. `.http` files have HTTP headers and MIME parts around the envelope: the first part is taken. */
export function goldenBody(dir: string, file: string): XmlNode {
  let text = golden(dir, file).toString('utf8');
  if (file.endsWith('.http')) {
    const end = /<\/([\w-]+:)?Envelope>/.exec(text);
    const start = /<(\?xml|([\w-]+:)?Envelope)/.exec(text);
    if (!end || !start) throw new Error(`no envelope in ${file}`);
    text = text.slice(start.index, end.index + end[0].length);
  }
  const body = at(parseXml(text), 'Body')?.children[0];
  if (!body) throw new Error(`no body in ${file}`);
  return body;
}

/** `expected.json`, the part about messages. */
export function expectedMessages(dir: string): Record<string, Record<string, unknown>> {
  const all = JSON.parse(golden(dir, 'expected.json').toString('utf8')) as {
    messages: Record<string, Record<string, unknown>>;
  };
  return all.messages;
}
