/**
 * ITI-68: the document itself. One TD3.2 (and a TD3.1a before it when the registry's hash is not known here yet); the
 * bytes are spooled, verified against the registry's SHA-1 and size, and only then sent — raw, as a Binary resource, or,
 * for a CDA that wraps a document, as what it wraps.
 */
import { retrieve } from './binary-retrieve.ts';
import { choose, disposeAll, isCda, rawType, renditionsOf, type Rendition } from './binary-renditions.ts';
import { documentOf } from './document-read.ts';
import { idOf, type Call, type Handler, type Reply } from './interaction.ts';
import type { Services } from './services.ts';

export const readBinary: Handler = async (call, services) => {
  const known = await documentOf(idOf(call), services, 'Binary');
  // What cannot be wanted is refused before the DMP is asked; what a CDA wraps is known only afterwards.
  const type = rawType(known.mimeType);
  if (!isCda(type)) choose([{ type }, { type: 'fhir' }], call.accept);
  const file = await retrieve(known, call, services);
  let dispose = file.dispose;
  try {
    const renditions = await renditionsOf(file, {
      id: known.id,
      type,
      accept: call.accept,
      dataDir: services.config.dataDir,
    });
    dispose = () => disposeAll(renditions);
    return reply(choose(renditions, call.accept), call, services);
  } catch (e) {
    await dispose();
    throw e;
  }
};

const extensions: Record<string, string> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'text/rtf': 'rtf',
  'application/rtf': 'rtf',
  'text/plain': 'txt',
  'text/xml': 'xml',
  'application/xslt+xml': 'xsl',
};

function reply(rendition: Rendition, call: Call, { config }: Services): Reply {
  const { contentType, length, open, dispose, etag, type } = rendition;
  const headers: Record<string, string> = { ETag: etag, 'X-Content-Type-Options': 'nosniff' };
  if (type !== 'fhir') {
    headers['Content-Disposition'] = `attachment; filename="${idOf(call)}.${extensions[type] ?? 'bin'}"`;
    headers['X-Security-Context'] = `${config.fhirBase}/DocumentReference/${idOf(call)}`;
  }
  const unchanged = (call.ifNoneMatch ?? '').split(',').some((t) => t.trim() === etag || t.trim() === '*');
  return {
    status: unchanged ? 304 : 200,
    headers,
    raw: { contentType, length: unchanged ? undefined : length, open, dispose },
  };
}
