/** The authorities that may issue signature certificates: the same as for the VIHF. */
import { readFileSync } from 'node:fs';

import type { Settings } from '../settings.ts';
import { type Certificate, readPem } from '../vihf/certificate.ts';

const read = new WeakMap<Settings, Certificate[]>();

/** The certificates of `settings.vihfCa`, read once per settings. */
export function trustedAuthorities(settings: Settings): Certificate[] {
  const known = read.get(settings) ?? readPem(...settings.vihfCa.map((file) => readFileSync(file, 'utf8')));
  read.set(settings, known);
  return known;
}
