/**
 * The forms in which a verified document can leave: its own bytes, a FHIR Binary, what a CDA N1 wraps, and a CDA as a
 * page for a reader. MHD ITI-68 §3.68.4.1.3, FHIR R4 binary.html#rest, PDSm4DMP TD3.2 (spec/fhir.md A.7).
 */
import { extractEmbedded } from '../../mappings/cda/embedded.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { XmlError } from '../../mappings/xml/tree.ts';
import { binaryResource } from './binary-resource.ts';
import type { RawBody } from './interaction.ts';
import { fhirJson, fhirXml, quality, type MediaRange } from './negotiation.ts';
import type { Language } from './outcome.ts';
import { largestPage, readHead, sectionsPage, wrappedPage, type CdaHead } from './render/cda.ts';
import { htmlType } from './render/page.ts';
import { spool, type Spooled } from './spool.ts';

/** `type`: a media type, or one of ours: a Binary resource in JSON or XML, a page. */
export interface Rendition extends RawBody {
  type: string;
  length: number;
  /** strong: the bytes of a document never change */
  etag: string;
}

/** Forms that are no document: each counts only when it is asked for by name. */
const ours: Readonly<Record<string, readonly string[]>> = {
  'fhir+json': [fhirJson, 'application/json'],
  'fhir+xml': [fhirXml],
  page: ['text/html'],
};

/** What is there before the document is looked into. */
export const knownForms = (type: string): { type: string }[] => [{ type }, { type: 'fhir+json' }, { type: 'fhir+xml' }];

/** Registries write media types as they like; what is not one is sent as bytes. XML of a CDA has one name here. */
export function rawType(mimeType: string): string {
  const type = (mimeType.toLowerCase().split(';')[0] ?? '').trim();
  if (!/^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/.test(type)) return 'application/octet-stream';
  return type === 'application/xml' || type === 'application/hl7-v3+xml' ? 'text/xml' : type;
}

/** Types under which a CDA is registered: itself, or within its own stylesheet (« auto-présentable »). */
export const isCda = (type: string): boolean => type === 'text/xml' || type === 'application/xslt+xml';

/** How much a rendition is wanted. */
function wish(type: string, accept: readonly MediaRange[]): number {
  const names = ours[type];
  if (names) return Math.max(0, ...accept.filter((r) => names.includes(r.type)).map((r) => r.q));
  if (type !== 'text/xml') return quality(type, accept);
  // Its other name counts only when it is said: `application/*` asks for what is wrapped.
  const alias = accept.find((r) => r.type === 'application/xml')?.q ?? 0;
  return Math.max(quality(type, accept), alias);
}

/**
 * The most wanted; the first of equals.
 * @throws IssueError `rendition-unavailable`, listing what there is
 */
export function choose<T extends { type: string }>(renditions: readonly T[], accept: readonly MediaRange[]): T {
  const [best] = renditions.map((r) => ({ r, q: wish(r.type, accept) })).sort((a, b) => b.q - a.q);
  if (best && best.q > 0) return best.r;
  const given = accept
    .map((r) => r.type.replace(/[^\x20-\x7e]/g, '?'))
    .join(', ')
    .slice(0, 100);
  const available = renditions.map((r) => ours[r.type]?.[0] ?? r.type).join(', ');
  throw new IssueError({ key: 'rendition-unavailable', values: { given, available } });
}

export interface RenditionContext {
  id: string;
  type: string;
  accept: readonly MediaRange[];
  dataDir: string;
  language: Language;
  /** Address of the Binary. */
  url: string;
}

/** Every form of a document that was looked for, and the head of it when it is a CDA. */
export interface Renditions {
  all: Rendition[];
  head?: CdaHead;
}

/**
 * Every form of a spooled document; disposing of one disposes of all. What a CDA wraps, and its page, are made only when
 * the CDA itself is not what is wanted most; they are spooled too, so that their length is known and what is broken is
 * found before anything is sent.
 */
export async function renditionsOf(file: Spooled, context: RenditionContext): Promise<Renditions> {
  const { id, type, accept } = context;
  const files = [file];
  const dispose = async (): Promise<void> => {
    await Promise.all(files.map((f) => f.dispose()));
  };
  const spooled = (kind: string, contentType: string, content: Spooled): Rendition => ({
    type: kind,
    contentType,
    length: content.size,
    etag: `"${content.sha1}"`,
    open: content.read,
    dispose,
  });
  const all = [
    spooled(type, type, file),
    ...(['json', 'xml'] as const).map((format): Rendition => ({
      type: `fhir+${format}`,
      etag: `"${file.sha1}-${format}"`,
      ...binaryResource(file, id, type, format),
      dispose,
    })),
  ];
  if (!isCda(type)) return { all };
  try {
    const head = await readHead(file.read());
    const best = Math.max(...accept.map((r) => r.q), 0);
    if (head && accept.length > 0 && wish(type, accept) < best) {
      const inner = head.body === 'wrapped' ? await embedded(file, context.dataDir) : undefined;
      if (inner) {
        files.push(inner.file);
        all.splice(1, 0, spooled(inner.type, inner.type, inner.file));
      }
      const page = wish('page', accept) > 0 ? await pageOf(head, file, inner, context) : undefined;
      if (page) {
        files.push(page);
        all.push(spooled('page', htmlType, page));
      }
    }
    return { all, ...(head ? { head } : {}) };
  } catch (e) {
    await dispose();
    throw e;
  }
}

interface Inner {
  type: string;
  file: Spooled;
}

async function embedded(file: Spooled, dataDir: string): Promise<Inner | undefined> {
  const found = await extractEmbedded(file.read());
  return found && { type: rawType(found.mediaType), file: await spool(dataDir, found.body) };
}

/** The page of a CDA; undefined when it is one of sections that cannot be read, or too large for a page. */
async function pageOf(
  head: CdaHead,
  file: Spooled,
  inner: Inner | undefined,
  { dataDir, language, url }: RenditionContext,
): Promise<Spooled | undefined> {
  if (head.body === 'wrapped') {
    if (!inner) return undefined;
    const wrapped = { type: inner.type, size: inner.file.size, read: inner.file.read };
    const address = `${url}?_format=${encodeURIComponent(inner.type)}`;
    return spool(dataDir, encoded(wrappedPage(head, wrapped, { language, url: address })));
  }
  if (file.size > largestPage) return undefined;
  try {
    return await spool(dataDir, encoded(await sectionsPage(head, file.read(), language)));
  } catch (e) {
    if (e instanceof XmlError) return undefined;
    throw e;
  }
}

async function* encoded(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) if (piece !== '') yield Buffer.from(piece, 'utf8');
}
