/** Sending a body that is read bit by bit: nobody has all of it before it has ended. */
import { once } from 'node:events';
import type { Response } from 'express';
import { abortSignal } from './request.ts';

/**
 * Writes what a source yields, and ends the answer with its last part. A client that counts the octets of Content-Length may leave as
 * soon as it has them: were the end to come later, an answer that arrived whole would be taken, and put on record, for one that was cut.
 * @throws what the source throws: the last part was not sent then. AbortError when the client has left
 */
export async function writeWhole(source: AsyncIterable<Uint8Array>, res: Response): Promise<void> {
  const signal = abortSignal(res);
  let last: Uint8Array | undefined;
  for await (const part of source) {
    signal.throwIfAborted();
    if (last !== undefined && !res.write(last)) await once(res, 'drain', { signal });
    last = part;
  }
  signal.throwIfAborted();
  res.end(last);
}
