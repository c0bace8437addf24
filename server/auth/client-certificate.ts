/**
 * The certificate with which a request was made: proven by TLS here, or said by a proxy of ours that ended the TLS.
 *
 * From a trusted proxy only its `Client-Cert` (RFC 9440) counts: the certificate of its own connection is the proxy's. From
 * anybody else that header is not looked at: it proves nothing (RFC 9440 §3, §4).
 */
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { IssueError } from '../../mappings/outcome.ts';
import type { IsTrusted } from './proxies.ts';

/** One Byte Sequence (RFC 8941 §3.3.5), alone. */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

/**
 * @returns undefined when there is none, or none that TLS_CLIENT_CA vouches for
 * @throws IssueError `client-certificate-malformed` when a trusted proxy says something else than one certificate in DER
 */
export function clientCertificateOf(req: IncomingMessage, isTrusted: IsTrusted): X509Certificate | undefined {
  const { socket } = req;
  if (isTrusted(socket.remoteAddress)) {
    const said = req.headersDistinct['client-cert'];
    return said === undefined ? undefined : read(said);
  }
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
}

function read(said: readonly string[]): X509Certificate {
  try {
    const base64 = said.length === 1 ? byteSequence.exec((said[0] ?? '').trim())?.[1] : undefined;
    const der = Buffer.from(base64 ?? '', 'base64');
    const certificate = new X509Certificate(der);
    // node:crypto also reads PEM, and leaves alone what follows the certificate.
    if (certificate.raw.equals(der)) return certificate;
  } catch {
    // said below
  }
  throw new IssueError({ key: 'client-certificate-malformed' });
}
