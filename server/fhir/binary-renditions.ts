/**
 * The forms in which a verified document can leave: its own bytes, a FHIR Binary, and what a CDA N1 wraps.
 * MHD ITI-68 §3.68.4.1.3, FHIR R4 binary.html#rest, PDSm4DMP TD3.2 (spec/fhir.md A.7).
 */
import { extractEmbedded } from '../../mappings/cda/embedded.ts';
import { IssueError } from '../../mappings/outcome.ts';
import type { RawBody } from './interaction.ts';
import { fhirJson, quality, type MediaRange } from './negotiation.ts';
import { spool, type Spooled } from './spool.ts';

/** `type`: a media type, or `fhir` for the Binary resource. */
export interface Rendition extends RawBody {
  type: string;
  /** strong: the bytes of a document never change */
  etag: string;
}

/** Registries write media types as they like; what is not one is sent as bytes. XML of a CDA has one name here. */
export function rawType(mimeType: string): string {
  const type = (mimeType.toLowerCase().split(';')[0] ?? '').trim();
  if (!/^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/.test(type)) return 'application/octet-stream';
  return type === 'application/xml' || type === 'application/hl7-v3+xml' ? 'text/xml' : type;
}

/** Types under which a CDA is registered: itself, or within its own stylesheet (« auto-présentable »). */
export const isCda = (type: string): boolean => type === 'text/xml' || type === 'application/xslt+xml';

/** How much a rendition is wanted. A FHIR resource only when it is asked for by name. */
function wish(type: string, accept: readonly MediaRange[]): number {
  if (type === 'fhir')
    return Math.max(0, ...accept.filter((r) => r.type === fhirJson || r.type === 'application/json').map((r) => r.q));
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
  const available = renditions.map((r) => (r.type === 'fhir' ? fhirJson : r.type)).join(', ');
  throw new IssueError({ key: 'rendition-unavailable', values: { given, available } });
}

export interface RenditionContext {
  id: string;
  type: string;
  accept: readonly MediaRange[];
  dataDir: string;
}

/**
 * Every form of a spooled document; disposing of one disposes of all. What a CDA wraps is taken out only when the CDA itself is not what is wanted most;
 * it is spooled too, so that its length is known and a broken wrapping is found before anything is sent.
 */
export async function renditionsOf(file: Spooled, context: RenditionContext): Promise<Rendition[]> {
  const { id, type, accept } = context;
  const files = [file];
  const dispose = async (): Promise<void> => {
    await Promise.all(files.map((f) => f.dispose()));
  };
  const own: Rendition = {
    type,
    contentType: type,
    length: file.size,
    etag: `"${file.sha1}"`,
    open: file.read,
    dispose,
  };
  const renditions = [own, { ...asResource(file, id, type), dispose }];
  const best = Math.max(...accept.map((r) => r.q), 0);
  if (isCda(type) && accept.length > 0 && wish(type, accept) < best) {
    const inner = await embedded(file, context.dataDir);
    if (inner) {
      files.push(inner.file);
      const { size, sha1, read } = inner.file;
      renditions.splice(1, 0, {
        type: inner.type,
        contentType: inner.type,
        length: size,
        etag: `"${sha1}"`,
        open: read,
        dispose,
      });
    }
  }
  return renditions;
}

async function embedded(file: Spooled, dataDir: string): Promise<{ type: string; file: Spooled } | undefined> {
  const found = await extractEmbedded(file.read());
  return found && { type: rawType(found.mediaType), file: await spool(dataDir, found.body) };
}

function asResource(file: Spooled, id: string, type: string): Omit<Rendition, 'dispose'> {
  const head = JSON.stringify({
    resourceType: 'Binary',
    id,
    contentType: type,
    securityContext: { reference: `DocumentReference/${id}` },
  });
  const before = Buffer.from(`${head.slice(0, -1)},"data":"`, 'utf8');
  const after = Buffer.from('"}', 'utf8');
  return {
    type: 'fhir',
    contentType: `${fhirJson}; charset=utf-8`,
    length: before.length + Math.ceil(file.size / 3) * 4 + after.length,
    etag: `"${file.sha1}-fhir"`,
    async *open() {
      yield before;
      yield* base64(file.read());
      yield after;
    },
  };
}

/** Each disposes of all that was spooled for any. */
export const disposeAll = async ([first]: readonly Rendition[]): Promise<void> => first?.dispose();

/** Base64 as a stream: only whole groups of three bytes are encoded before the end. */
async function* base64(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const whole = all.length - (all.length % 3);
    if (whole > 0) yield Buffer.from(all.subarray(0, whole).toString('base64'), 'latin1');
    rest = Buffer.from(all.subarray(whole));
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}
