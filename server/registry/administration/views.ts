/** What administrators are shown of the registry: everything but private keys, client secrets and homologation numbers. */
import type { StoredCertificate, StoredChange, StoredClient, StoredStructure } from '../../store/types.ts';
import { inForce, kindNames, leafOf } from '../certificate.ts';
import type { ClientContent } from '../client-input.ts';
import { partsOf } from '../primary.ts';
import type { Structure, StructureMaterial } from '../types.ts';
import type { StructureContent } from '../structure-input.ts';
import type { ChangeContent } from './author.ts';

export interface CertificateView {
  /** Absent for those of the settings. */
  id?: string;
  kind: 'AUTH_CLI' | 'SIGN';
  state: 'active' | 'withdrawn';
  /** Whether it is the one that is used now. */
  inForce: boolean;
  subject: string;
  issuer: string;
  serial: string;
  /** SHA-256 of the DER, hex. */
  fingerprint: string;
  notBefore: string;
  notAfter: string;
}

export type StructureView = Omit<Structure, 'lps'> & {
  lps: Omit<Structure['lps'], 'homologation'>;
  /** Whether it is the one of the settings, which is changed there. */
  isPrimary: boolean;
  state: 'active' | 'withdrawn';
  /** Whether the DMP can be called in its name. */
  inForce: boolean;
  /** Absent for the one of the settings. */
  version?: number;
  updatedAt?: string;
  certificates: CertificateView[];
};

export type ClientView = ClientContent & {
  id: string;
  state: 'active' | 'withdrawn';
  version: number;
  hasSecret: boolean;
  updatedAt: string;
};

export type ChangeView = ChangeContent & { number: number; at: string; action: string };

const leafView = (chain: string) => {
  const leaf = leafOf(chain);
  return {
    subject: leaf.subject.replaceAll('\n', ', '),
    issuer: leaf.issuer.replaceAll('\n', ', '),
    serial: leaf.serialNumber,
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: new Date(leaf.validFrom).toISOString(),
    notAfter: new Date(leaf.validTo).toISOString(),
  };
};

/** A structure's own data, without its secret. */
export function shownContent<S extends Pick<Structure, 'lps'>>(structure: S) {
  const { lps, ...rest } = structure;
  const { name, version, id, oid } = lps;
  return { ...rest, lps: { name, version, id, oid } };
}

export const certificateView = (
  { id, kind, state, chain }: StoredCertificate,
  used: StoredCertificate | undefined,
): CertificateView => ({ id, kind: kindNames[kind], state, inForce: used?.id === id, ...leafView(chain) });

export function structureView(
  { id, content, state, version, updatedAt, certificates }: StoredStructure,
  isInForce: boolean,
  now: Date,
): StructureView {
  return {
    id,
    ...shownContent(content as StructureContent),
    isPrimary: false,
    state,
    inForce: isInForce,
    version,
    updatedAt: updatedAt.toISOString(),
    certificates: certificates.map((one) => certificateView(one, inForce(certificates, one.kind, now))),
  };
}

export const primaryView = (structure: Structure, material: StructureMaterial | undefined): StructureView => ({
  ...shownContent(structure),
  isPrimary: true,
  state: 'active',
  inForce: true,
  certificates:
    material === undefined
      ? []
      : Object.entries(partsOf(material)).map(([kind, { chain }]) => ({
          kind: kindNames[kind as keyof typeof kindNames],
          state: 'active',
          inForce: true,
          ...leafView(chain),
        })),
});

export const clientView = ({ id, content, state, version, secret, updatedAt }: StoredClient): ClientView => ({
  id,
  ...(content as ClientContent),
  state,
  version,
  hasSecret: secret !== undefined,
  updatedAt: updatedAt.toISOString(),
});

export const changeView = ({ number, at, action, content }: StoredChange): ChangeView => ({
  number,
  at: at.toISOString(),
  action,
  ...(content as ChangeContent),
});
