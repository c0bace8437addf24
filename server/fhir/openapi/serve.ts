/** `/openapi.json`: the document with the addresses of this server. */
import type { Config } from '../../config.ts';
import { openApiDocument } from './document.ts';
import type { DocumentPart } from '../../openapi/types.ts';

/** @returns the document as it is when asked: the port may be chosen late, and then nothing in it changes */
export function openApiServer(config: Config, parts: readonly DocumentPart[] = []): () => string {
  let made: { base: string; text: string } | undefined;
  return () => {
    if (made?.base !== config.fhirBase)
      made = { base: config.fhirBase, text: JSON.stringify(openApiDocument(config, parts)) };
    return made.text;
  };
}
