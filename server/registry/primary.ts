/** The structure that the settings name: its entry, and its certificates, which are the files of DMP_TLS_CERT …. */
import { readFileSync } from 'node:fs';
import type { Issue } from '../../mappings/outcome.ts';
import { settingError, type Config } from '../config.ts';
import type { CertificateKind } from '../store/types.ts';
import { examine } from './certificate.ts';
import type { Structure, StructureMaterial, Structures } from './types.ts';

export const primaryOf = (config: Config): Structure => ({
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
});

type FileSetting = 'DMP_TLS_CERT' | 'DMP_TLS_KEY' | 'DMP_SIGN_CERT' | 'DMP_SIGN_KEY';

function file(config: Config, name: FileSetting): string {
  const path = config[name];
  if (path === undefined) throw settingError(name, 'is required');
  try {
    return readFileSync(path, 'utf8');
  } catch (e) {
    throw settingError(name, `cannot be read (${(e as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

/** @throws ConfigError naming the file that is missing or cannot be read */
export const primaryMaterial = (config: Config): StructureMaterial => ({
  tls: { cert: file(config, 'DMP_TLS_CERT'), key: file(config, 'DMP_TLS_KEY') },
  seal: { chain: file(config, 'DMP_SIGN_CERT'), key: file(config, 'DMP_SIGN_KEY') },
});

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

/** The primary alone, for as long as the process runs. Its certificates are read when they are asked for. */
export function onlyPrimary(config: Config): Structures {
  const primary = primaryOf(config);
  return {
    primary,
    of: (id) => (id === primary.id ? primary : undefined),
    all: () => [primary],
    materialOf(id) {
      if (id !== primary.id) throw new RangeError('This structure is not in force.');
      return primaryMaterial(config);
    },
    onChange: () => () => undefined,
  };
}
