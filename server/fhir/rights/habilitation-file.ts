/** The deployer's matrix of habilitations, read once at start. Its format: docs/habilitations.md. */
import { readFileSync } from 'node:fs';
import { parseHabilitations, type Habilitations } from '../../../mappings/rights/habilitation.ts';
import { ConfigError, type Config } from '../../config.ts';

/**
 * @returns undefined when HABILITATION_MATRIX is not set
 * @throws ConfigError when the file cannot be read or breaks the format, naming the place
 */
export function loadHabilitations({ HABILITATION_MATRIX: file }: Config): Habilitations | undefined {
  if (file === undefined) return undefined;
  try {
    return parseHabilitations(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`HABILITATION_MATRIX: ${detail}`);
  }
}
