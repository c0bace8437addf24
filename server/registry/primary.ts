/** The structure that the settings name: its entry, its certificates, and a registry that knows no other. */
import { readFileSync } from 'node:fs';
import { settingError, type Config } from '../config.ts';
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
  administrators: [],
  professionals: [],
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
