/** What tests register: invented structures with certificates of a throw-away authority, and applications. */
import { generateKeyPairSync } from 'node:crypto';
import type {
  CertificateView,
  ChangeView,
  ClientView,
  StructureView,
} from '../../server/registry/administration/index.ts';
import type { CertificateInput } from '../../server/registry/certificate.ts';
import type { WatchedCertificate } from '../../server/registry/expiry.ts';
import type { CertificateKind } from '../../server/store/index.ts';
import { createPki, issueOrganisation, type Pki } from '../../tools/pki.ts';
import { pem } from '../../tools/pki/issue.ts';

/** What the admin API answers, whichever of them: a test knows what it asked. */
export interface AdminAnswer {
  id: string;
  inForce: boolean;
  kind: string;
  structures: StructureView[];
  clients: ClientView[];
  certificates: (CertificateView & Pick<WatchedCertificate, 'structure'>)[];
  changes: ChangeView[];
  /** Of an OperationOutcome. */
  issue: { expression: string[]; details: { text: string; coding: { code: string }[] } }[];
}

/** The structure of the default settings, and two others. */
export const verger = { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' };
export const saules = { id: '1990100117', name: 'EHPAD FICTIF LES SAULES' };
export const tilleuls = { id: '1990100125', name: 'SAVS FICTIF LES TILLEULS' };

export const homologation = 'HOMOL-FICTIVE-SECRETE-0042';

/** What an administrator sends for a structure. */
export const structureInput = ({ id, name } = saules) => ({
  id,
  name,
  sector: 'SA17',
  practiceSetting: 'ESSMS',
  contentType: '11',
  lps: { name: 'SAULES-DUI', version: '3.2', id: 'SAULES-0001', homologation, oid: '2.16.840.1.113883.19.7604' },
  administrators: ['3990100117/DIR-01'],
  professionals: ['899700307715'],
});

/** What an administrator sends for an application: a web app with a login, without a secret. */
export const clientInput = (structures: readonly string[] = [saules.id]) => ({
  id: 'app.saules',
  name: 'Carnet des Saules',
  structures,
  authMethod: 'none',
  grants: ['authorization_code', 'refresh_token'],
  scopes: ['openid', 'fhirUser', 'user/DocumentReference.rs'],
  redirectUris: ['https://app.saules.example/retour'],
  origins: ['https://app.saules.example'],
});

/** A public key in JWK, with its name. */
export function publicJwk(kid: string, curve = 'P-384'): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' };
}

export interface TestAuthority {
  pki: Pki;
  /** A certificate with its chain and key, as an administrator sends it; its validity by default the authority's. */
  issue(
    kind: CertificateKind,
    of?: { id: string; name: string },
    validity?: Partial<Validity>,
  ): Promise<CertificateInput>;
}
interface Validity {
  notBefore: Date;
  notAfter: Date;
}

export async function testAuthority(): Promise<TestAuthority> {
  const pki = await createPki(verger);
  return {
    pki,
    async issue(kind, of = saules, validity = {}) {
      const issuer = { ...pki.organisations, validity: { ...pki.organisations.validity, ...validity } };
      const issued = await issueOrganisation(issuer, of, kind === 'tls' ? 'clientAuth' : 'sign');
      return { kind, chain: issued.certificate + pem(pki.organisations.certificate), key: issued.key };
    },
  };
}

/** As the admin API and the command line name the kinds. */
export const named = ({ kind, ...rest }: CertificateInput) => ({ kind: kind === 'tls' ? 'AUTH_CLI' : 'SIGN', ...rest });
