/**
 * ITI-68: the document itself. One TD3.2 (and a TD3.1a before it when the registry's hash is not known here yet); the
 * bytes are spooled, verified against the registry's SHA-1 and size, and only then sent — raw, as a Binary resource, or,
 * for a CDA, as what it wraps or as a page; the whole or a part.
 */
import type { CdaHeader } from '../../mappings/cda/types.ts';
import type { Issue } from '../../mappings/outcome.ts';
import { dispositionOf } from './binary-name.ts';
import { choose, isCda, knownForms, rawType, renditionsOf, type Rendition } from './binary-renditions.ts';
import { retrieve } from './binary-retrieve.ts';
import { absent, documentOf } from './document-read.ts';
import { idOf, type Call, type Handler, type Reply } from './interaction.ts';
import { toOutcome } from './outcome.ts';
import { cut, isUnchanged, rangeOf } from './range.ts';
import { deleted } from './registry.ts';
import { pageHeaders } from './render/page.ts';
import type { Services } from './services.ts';

export const readBinary: Handler = async (call, services) => {
  const known = await documentOf(idOf(call), services, 'Binary');
  if (known.availabilityStatus === deleted) throw absent(known, 'Binary');
  // What cannot be wanted is refused before the DMP is asked; what a CDA wraps is known only afterwards.
  const type = rawType(known.mimeType);
  if (!isCda(type)) choose(knownForms(type), call.accept);
  const file = await retrieve(known, call, services);
  let { dispose } = file;
  try {
    const { all, head } = await renditionsOf(file, {
      id: known.id,
      type,
      accept: call.accept,
      dataDir: services.config.dataDir,
      language: call.language,
      url: `${services.config.fhirBase}/Binary/${known.id}`,
    });
    dispose = () => disposeAll(all);
    return await reply(choose(all, call.accept), head?.header, call, services);
  } catch (e) {
    await dispose();
    throw e;
  }
};

/** Each disposes of all that was spooled for any. */
const disposeAll = async ([first]: readonly Rendition[]): Promise<void> => first?.dispose();

async function reply(
  rendition: Rendition,
  header: CdaHeader | undefined,
  call: Call,
  { config }: Services,
): Promise<Reply> {
  const { contentType, length, open, dispose, etag, type } = rendition;
  const isPage = type === 'page';
  const headers: Record<string, string> = {
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    ...(isPage ? pageHeaders : {}),
  };
  if (!type.startsWith('fhir+')) {
    const named = isPage ? 'text/html' : type;
    headers['Content-Disposition'] = dispositionOf(idOf(call), named, header, isPage ? 'inline' : 'attachment');
    headers['X-Security-Context'] = `${config.fhirBase}/DocumentReference/${idOf(call)}`;
  }
  if (isUnchanged(call.ifNoneMatch, etag)) return { status: 304, headers, raw: { contentType, open, dispose } };
  const range = rangeOf(call, etag, length);
  if (range === undefined) return { status: 200, headers, raw: { contentType, length, open, dispose } };
  if (range === 'unsatisfiable') {
    await dispose();
    const issue: Issue = { key: 'range-unsatisfiable', values: { length } };
    return {
      status: 416,
      headers: { 'Accept-Ranges': 'bytes', 'Content-Range': `bytes */${length}` },
      resource: toOutcome([issue], call.language, call.requestId),
    };
  }
  headers['Content-Range'] = `bytes ${range.start}-${range.end}/${length}`;
  return {
    status: 206,
    headers,
    raw: { contentType, length: range.end - range.start + 1, open: () => cut(open(), range), dispose },
  };
}
