/** Turns what can go wrong on the way into the kinds of DmpError (design, idea 4). */
import { errors as undici } from 'undici';
import { withoutIns } from '../../mappings/ins.ts';
import { XmlError } from '../../mappings/xml/tree.ts';
import { MultipartError } from './mtom/decode.ts';
import { SoapError, type SoapFault } from './soap.ts';
import { DmpError, type DmpFailureKind } from './types.ts';
import type { RegistryResponse } from '../../mappings/xds.ts';

const codeOf = (e: unknown): string => {
  const code = (e as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
};

/** Codes with which OpenSSL and Node refuse a certificate or a handshake. */
const tlsCode =
  /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|CRL_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

/**
 * A failure of the socket or of HTTP itself, on sending or on receiving.
 * @param answered whether the answer had begun: then a broken connection means a truncated answer
 */
export function transportFailure(transaction: string, e: unknown, answered = false): DmpError {
  const made = (kind: DmpFailureKind, code: string): DmpError =>
    new DmpError(kind, code, transaction, undefined, [], { cause: e });
  if (e instanceof DmpError) return e;
  const code = codeOf(e) || codeOf((e as Error | undefined)?.cause);
  if (
    e instanceof undici.HeadersTimeoutError ||
    e instanceof undici.BodyTimeoutError ||
    e instanceof undici.ConnectTimeoutError ||
    code === 'ETIMEDOUT'
  ) {
    return made('timeout', code);
  }
  if (tlsCode.test(code)) return made('tls', code);
  if (e instanceof undici.HeadersOverflowError) return made('too-large', code);
  if (e instanceof undici.HTTPParserError) return made('garbage', code.startsWith('HPE_') ? code : 'HTTP');
  return made(answered ? 'truncated' : 'network', code || 'UND_ERR');
}

/** An answer that was received but cannot be read. */
export function unreadable(transaction: string, e: unknown): DmpError {
  if (e instanceof DmpError) return e;
  const made = (kind: DmpFailureKind, code: string): DmpError =>
    new DmpError(kind, code, transaction, undefined, [], { cause: e });
  if (e instanceof MultipartError) return made(e.reason === 'malformed' ? 'garbage' : e.reason, 'multipart');
  if (e instanceof XmlError)
    return made(e.reason === 'size' || e.reason === 'nodes' ? 'too-large' : 'garbage', e.reason);
  return made('garbage', e instanceof SoapError ? 'soap' : 'content');
}

/** Takes identifiers of persons out of a sentence of the DMP: INS, INS-C, and professionals' numbers. */
export function withoutIdentifiers(text: string): string {
  return withoutIns(text).replace(/(?<!\d|\d\.)(\d{22}|8\d{11})(?!\d|\.\d)/g, '…');
}

/** A code that another party wrote, as a word that may stand in a log line. */
export function safeCode(code: string): string {
  return /^[\w.:-]{1,80}$/.test(code) && withoutIdentifiers(code) === code ? code : 'unknown';
}

export function faultError(transaction: string, fault: SoapFault): DmpError {
  const reason = fault.reasons['fr'] ?? Object.values(fault.reasons)[0];
  return new DmpError(
    'fault',
    safeCode(fault.subcode ?? fault.code),
    transaction,
    reason === undefined ? undefined : withoutIdentifiers(reason),
  );
}

/** The errors of a registry answer, without identifiers of persons. */
export const registryErrors = (response: RegistryResponse): RegistryResponse['errors'] =>
  response.errors.map((e) => ({
    ...e,
    code: safeCode(e.code),
    ...(e.context === undefined ? {} : { context: withoutIdentifiers(e.context) }),
  }));

/** @throws DmpError kind `registry` unless the answer is a success, whose code is that of the first error (not warning) */
export function requireSuccess<T extends RegistryResponse>(transaction: string, response: T): T {
  if (response.status === 'Success') return response;
  const errors = registryErrors(response);
  const first = errors.find((e) => e.severity === 'Error') ?? errors[0];
  throw new DmpError('registry', first?.code ?? response.status, transaction, first?.context, errors);
}
