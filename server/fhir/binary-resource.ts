/**
 * A document as a FHIR Binary, in JSON or XML, streamed: the resource is written without its data, and the base64 put
 * where it belongs, last in both.
 */
import type { Binary } from '@medplum/fhirtypes';
import { base64 } from './base64.ts';
import { fhirJson, fhirXml } from './negotiation.ts';
import type { Spooled } from './spool.ts';
import { writeFhirXml } from './xml/write.ts';

/** The wire form of a Binary with its length. */
export interface BinaryBody {
  contentType: string;
  length: number;
  open: () => AsyncGenerator<Buffer>;
}

/** @param type media type of the document */
export function binaryResource(file: Spooled, id: string, type: string, format: 'json' | 'xml'): BinaryBody {
  const resource: Binary = {
    resourceType: 'Binary',
    id,
    contentType: type,
    securityContext: { reference: `DocumentReference/${id}` },
  };
  const whole = format === 'json' ? JSON.stringify(resource) : writeFhirXml(resource);
  const tail = format === 'json' ? '}' : '</Binary>';
  const [before, after] = (format === 'json' ? [',"data":"', '"'] : ['<data value="', '"/>']).map((part, i) =>
    Buffer.from(i === 0 ? whole.slice(0, -tail.length) + part : part + tail, 'utf8'),
  ) as [Buffer, Buffer];
  // XML has no empty value: an empty document has no data at all.
  const empty = format === 'xml' && file.size === 0;
  return {
    contentType: `${format === 'json' ? fhirJson : fhirXml}; charset=utf-8`,
    length: empty ? Buffer.byteLength(whole) : before.length + Math.ceil(file.size / 3) * 4 + after.length,
    async *open() {
      if (empty) {
        yield Buffer.from(whole, 'utf8');
        return;
      }
      yield before;
      for await (const piece of base64(file.read())) yield Buffer.from(piece, 'latin1');
      yield after;
    },
  };
}
