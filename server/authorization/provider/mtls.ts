/**
 * Clients that authenticate by their certificate (RFC 8705 §2.1), and tokens that are bound to it (§3): the certificate is the one
 * of the request as the API sees it.
 */
import 'reflect-metadata';
import { Name, X509Certificate } from '@peculiar/x509';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { clientCertificateOf } from '../../auth/client-certificate.ts';
import type { IsTrusted } from '../../auth/proxies.ts';

type MutualTls = NonNullable<NonNullable<Configuration['features']>['mTLS']>;

/** The relative names of a distinguished name, each with its attributes in one order. */
const partsOf = (name: Name): string[] =>
  name.toJSON().map((rdn) => JSON.stringify(Object.entries(rdn).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Whether a certificate is about a subject. RFC 4514 writes names from their end; many tools do not: the order may be either. */
function isAbout(certificate: Uint8Array<ArrayBuffer>, subject: string): boolean {
  const held = partsOf(new X509Certificate(certificate).subjectName);
  const expected = partsOf(new Name(subject));
  const same = (some: readonly string[]) => some.length === held.length && some.every((part, i) => part === held[i]);
  return same(expected) || same([...expected].reverse());
}

export function mutualTls(isTrusted: IsTrusted): MutualTls {
  const held = ({ req }: KoaContextWithOIDC) => clientCertificateOf(req, isTrusted);
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    tlsClientAuth: true,
    getCertificate: held,
    // What nobody vouches for is not seen at all.
    certificateAuthorized: (ctx) => held(ctx) !== undefined,
    certificateSubjectMatches(ctx, property, expected) {
      const certificate = held(ctx);
      return property === 'tls_client_auth_subject_dn' && certificate !== undefined
        ? isAbout(new Uint8Array(certificate.raw), expected)
        : false;
    },
  };
}
