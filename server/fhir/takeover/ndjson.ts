/** NDJSON (`application/fhir+ndjson`): lines out of the bytes of a request, one at a time, and resources into an answer. */
import type { Resource } from '@medplum/fhirtypes';
import { fhirNdjson } from '../negotiation.ts';
import type { Reply } from '../interaction.ts';

const lineFeed = 0x0a;

/** The lines that hold something, as parts of the bytes: nothing is copied. */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (!isBlank(line)) yield line;
    start = end + 1;
  }
}

const isBlank = (line: Uint8Array): boolean => line.every((b) => b === 0x20 || (b >= 0x09 && b <= 0x0d));

export function ndjsonReply(resources: readonly Resource[], headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers,
    raw: {
      contentType: fhirNdjson,
      async *open() {
        for (const resource of resources) yield Buffer.from(`${JSON.stringify(resource)}\n`, 'utf8');
      },
      dispose: () => Promise.resolve(),
    },
  };
}
