/** Base64 in pieces: only whole groups of three bytes are encoded before the end. */
export async function* base64(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const whole = all.length - (all.length % 3);
    if (whole > 0) yield all.subarray(0, whole).toString('base64');
    rest = Buffer.from(all.subarray(whole));
  }
  if (rest.length > 0) yield rest.toString('base64');
}
