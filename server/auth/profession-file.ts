/** The deployer's professions, read once at start. Their format: docs/professions.md. */
import { readFileSync } from 'node:fs';
import { parseProfessions, type Professions } from '../../mappings/rights/professions.ts';
import { ConfigError, type Config } from '../config.ts';

/**
 * @returns none when PROFESSIONS_FILE is not set
 * @throws ConfigError when the file cannot be read or breaks the format, naming the place
 */
export function loadProfessions({ PROFESSIONS_FILE: file }: Pick<Config, 'PROFESSIONS_FILE'>): Professions {
  if (file === undefined) return new Map();
  try {
    return parseProfessions(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`PROFESSIONS_FILE: ${detail}`);
  }
}
