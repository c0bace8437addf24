/**
 * The structure of the settings: always there. Its certificates are the files of DMP_TLS_CERT …; when they are replaced, the new ones
 * are used as soon as they go together.
 */
import { readFile } from 'node:fs/promises';
import type { Issue } from '../../mappings/outcome.ts';
import type { Config } from '../config.ts';
import type { CertificateKind } from '../store/types.ts';
import { examine } from './certificate.ts';
import type { Structure, StructureMaterial } from './types.ts';

export function primaryStructure(config: Config): Structure {
  return {
    id: config.STRUCTURE_ID,
    name: config.STRUCTURE_NAME,
    sector: config.STRUCTURE_SECTOR,
    practiceSetting: config.STRUCTURE_PRACTICE_SETTING,
    contentType: config.STRUCTURE_CONTENT_TYPE,
    lps: {
      name: config.LPS_NAME,
      version: config.LPS_VERSION,
      id: config.LPS_ID,
      homologation: config.LPS_HOMOLOGATION,
      oid: config.LPS_OID,
    },
    administrators: config.STRUCTURE_ADMINISTRATORS ?? [],
    professionals: config.STRUCTURE_PROFESSIONALS ?? [],
  };
}

const files = ['DMP_TLS_CERT', 'DMP_TLS_KEY', 'DMP_SIGN_CERT', 'DMP_SIGN_KEY'] as const;

/**
 * Reads the files.
 * @returns undefined when they are not all named, or cannot all be read (at start that is said by `createDmpClient`)
 */
export async function readPrimaryMaterial(config: Config): Promise<StructureMaterial | undefined> {
  const texts = await Promise.all(files.map((name) => readFile(config[name] ?? '', 'utf8').catch(() => undefined)));
  const [cert, tlsKey, chain, sealKey] = texts;
  if (cert === undefined || tlsKey === undefined || chain === undefined || sealKey === undefined) return undefined;
  return { tls: { cert, key: tlsKey }, seal: { chain, key: sealKey } };
}

/** Both certificates with their keys, by kind. */
export const partsOf = ({ tls, seal }: StructureMaterial): Record<CertificateKind, { chain: string; key: string }> => ({
  tls: { chain: tls.cert, key: tls.key },
  seal,
});

/** What keeps certificates from being used in place of those that are. */
export function materialIssues(material: StructureMaterial, structure: string, now: Date): Issue[] {
  return Object.entries(partsOf(material)).flatMap(([kind, part]) => {
    const examined = examine({ kind: kind as CertificateKind, ...part }, structure, now);
    return 'issues' in examined ? examined.issues : [];
  });
}
