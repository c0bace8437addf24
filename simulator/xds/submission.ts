/** Reads an ITI-41 message into a Submission, without judging it. */
import { attr, children, findOne, type XmlElement } from '../dom.ts';
import type { Exchange } from '../exchange.ts';
import { decodeCid, partOf } from '../mtom.ts';
import { type ObjectList, readObjectList } from './metadata.ts';
import type { Submission, SubmittedDocument } from './rules/index.ts';
import { ns } from './vocabulary.ts';

const nothing: ObjectList = { documents: [], sets: [], folders: [], associations: [], objectRefs: [], unexpected: [] };

/** The submission that a request carries (ITI TF-2 §3.41.4.1.2). */
export function readSubmission(exchange: Exchange): Submission {
  const { body, parts, vihf, trusted, world, now } = exchange;
  const list = findOne(body, 'lcm:SubmitObjectsRequest/rim:RegistryObjectList');
  const elements = children(body).filter((e) => e.namespaceUri === ns.xdsb && e.name === 'Document');
  const used = new Set<string>();
  const documents = elements.map((element) => readDocument(element, exchange, used));
  return {
    complete: list !== undefined,
    list: list === undefined ? nothing : readObjectList(list),
    documents,
    orphans: [...parts.keys()].filter((cid) => !used.has(cid)),
    vihf,
    trusted,
    world,
    now,
  };
}

function readDocument(element: XmlElement, { parts }: Exchange, used: Set<string>): SubmittedDocument {
  const id = attr(element, 'id') ?? '';
  const href = attr(findOne(element, 'xop:Include'), 'href');
  if (href === undefined) return { id, transport: 'inline' };
  used.add(decodeCid(href));
  const part = partOf(parts, href);
  return part === undefined ? { id, transport: 'no-part' } : { id, transport: 'xop', bytes: part.body };
}
