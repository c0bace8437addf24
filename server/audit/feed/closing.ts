/**
 * Whether a TLS connection was closed by a word or broke. Node tells no difference between the end that the other side says
 * (close_notify, RFC 8446 §6.1) and a connection that is cut: the records are looked at on their way in. The close is the last
 * record before the end, and an alert: by its type up to TLS 1.2, by its length in TLS 1.3, which hides the type (two bytes of alert,
 * one of type, sixteen of tag). An alert that is an error makes Node say so.
 */
import type net from 'node:net';
import { Duplex } from 'node:stream';

const HEADER_BYTES = 5;
const ALERT = 21;
const APPLICATION_DATA = 23;
const ALERT_BYTES = 2 + 1 + 16;

/** Follows TLS records: type (1 byte), version (2), length (2), content. */
export function recordFollower(): { follow(chunk: Buffer): void; isClosed(): boolean } {
  let header = Buffer.alloc(0);
  let missing = 0;
  let last: { type: number; length: number } | undefined;
  return {
    follow(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        if (missing > 0) {
          const taken = Math.min(missing, rest.length);
          missing -= taken;
          rest = rest.subarray(taken);
          continue;
        }
        const wanted = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (header.length < HEADER_BYTES) return;
        last = { type: header.readUInt8(0), length: header.readUInt16BE(3) };
        missing = last.length;
        header = Buffer.alloc(0);
      }
    },
    isClosed: () =>
      missing === 0 &&
      header.length === 0 &&
      last !== undefined &&
      (last.type === ALERT || (last.type === APPLICATION_DATA && last.length === ALERT_BYTES)),
  };
}

/** A socket to speak TLS over, which knows how it was closed. */
export function tapped(socket: net.Socket): Duplex & { isClosed: () => boolean } {
  const records = recordFollower();
  const tap = new Duplex({
    read: () => void socket.resume(),
    write: (chunk, encoding, done) => void socket.write(chunk as Buffer, encoding, done),
    final: (done) => void socket.end(() => done()),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    records.follow(chunk);
    if (!tap.push(chunk)) socket.pause();
  });
  socket.on('end', () => tap.push(null));
  socket.on('error', (error) => tap.destroy(error));
  return Object.assign(tap, { isClosed: records.isClosed });
}
