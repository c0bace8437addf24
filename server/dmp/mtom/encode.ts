/**
 * MTOM/XOP requests: a `multipart/related` whose first part is the SOAP envelope (dmp-wire §1.3). The parts are handed on as
 * they are, never copied, with a Content-Length known beforehand.
 */
import type { OutgoingPart } from '../types.ts';

export interface OutgoingMultipart {
  /** Value of the HTTP header. */
  contentType: string;
  contentLength: number;
  /** A fresh sequence each time it is called, so that a request can be sent again. */
  chunks(): Iterable<Uint8Array>;
}

/** A Content-ID as the URL of xop:Include (RFC 2392: the reserved characters are escaped). */
export function cidUrl(cid: string): string {
  return `cid:${encodeURIComponent(cid).replaceAll('%40', '@')}`;
}

/**
 * @param envelope serialised SOAP envelope
 * @param uuid makes the boundary, which nothing else in the message can hold
 */
export function encodeMultipart(
  envelope: string,
  parts: readonly OutgoingPart[],
  action: string,
  uuid: string,
): OutgoingMultipart {
  const boundary = `uuid:${uuid}`;
  const start = `root.${uuid}@dmp-fhir.invalid`;
  const head = (contentType: string, cid: string): Buffer =>
    Buffer.from(
      `--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${cid}>\r\n\r\n`,
    );
  const list: Uint8Array[] = [
    head(`application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="${action}"`, start),
    Buffer.from(envelope, 'utf8'),
    ...parts.flatMap((p) => [Buffer.from('\r\n'), head(p.contentType, p.cid), p.body]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ];
  return {
    contentType: `multipart/related; type="application/xop+xml"; boundary="${boundary}"; start="<${start}>"; start-info="application/soap+xml"; action="${action}"`,
    contentLength: list.reduce((sum, b) => sum + b.byteLength, 0),
    chunks: () => list,
  };
}
