import { describe, expect, it } from 'vitest';
import { DmpError, type DmpFailureKind } from '../../../server/dmp/types.ts';
import { alreadyRegistered, surelyNotRegistered } from '../../../server/fhir/deposit/failure.ts';

/** kind, code → did the DMP surely not register? */
const cases: [DmpFailureKind, string, boolean][] = [
  ['registry', 'XDSRegistryMetadataError', true],
  ['registry', 'PartialSuccess', false],
  ['rights', 'psc', true],
  ['hl7', 'AE', true],
  ['fault', 'DMPInvalidCertificate', true],
  ['fault', 'Sender', true],
  ['fault', 'Receiver', false],
  ['tls', 'CERT_HAS_EXPIRED', true],
  ['tls', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true],
  ['tls', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', false],
  ['tls', 'EPROTO', false],
  ['http', '503', false],
  ['http', '413', true],
  ['http', '500', false],
  ['http', '504', false],
  ['network', 'ECONNREFUSED', true],
  ['network', 'ENOTFOUND', true],
  ['network', 'ECONNRESET', false],
  ['network', 'UND_ERR_SOCKET', false],
  ['timeout', 'UND_ERR_CONNECT_TIMEOUT', true],
  ['timeout', 'UND_ERR_HEADERS_TIMEOUT', false],
  ['garbage', 'content', false],
  ['truncated', 'ECONNRESET', false],
  ['mismatch', 'RelatesTo', false],
  ['too-large', 'size', false],
];

describe('after a failed TD2.1', () => {
  it.each(cases)('%s %s: surely not registered: %s', (kind, code, sure) => {
    expect(surelyNotRegistered(new DmpError(kind, code, 'TD2.1'))).toBe(sure);
  });

  it.each<[DmpFailureKind, string, boolean]>([
    ['registry', 'XDSRegistryMetadataError', true],
    ['registry', 'XDSRegistryBusy', false],
    ['fault', 'Sender', true],
    ['rights', 'psc', false],
    ['tls', 'CERT_HAS_EXPIRED', false],
    ['http', '413', false],
    ['network', 'ECONNREFUSED', false],
    ['timeout', 'UND_ERR_CONNECT_TIMEOUT', false],
    ['timeout', 'UND_ERR_HEADERS_TIMEOUT', false],
  ])('%s %s, after one whose outcome is not known: surely not registered: %s', (kind, code, sure) => {
    expect(surelyNotRegistered(new DmpError(kind, code, 'TD2.1'), true)).toBe(sure);
  });

  it('a uniqueId that the registry has is an arrival, nothing else is', () => {
    const registered = (kind: DmpFailureKind, code: string): boolean =>
      alreadyRegistered(new DmpError(kind, code, 'TD2.1'));
    expect(registered('registry', 'XDSDuplicateUniqueIdInRegistry')).toBe(true);
    expect(registered('registry', 'XDSNonIdenticalHash')).toBe(true);
    expect(registered('registry', 'XDSRegistryMetadataError')).toBe(false);
    expect(registered('fault', 'XDSDuplicateUniqueIdInRegistry')).toBe(false);
  });
});
