/** Profession and specialty in one code: TRE_A02, `G15_10/SM26`, from the roles that a VIHF or a token says apart. */
import { schemes } from './systems.ts';
import { displayOf } from './valuesets.ts';

/** `system` is an OID. */
export interface Role {
  code: string;
  system: string;
  display: string;
}

/**
 * The profession (TRE_G15) with its specialty, where TRE_A02 has them together, else alone; a profession of another list
 * stays as it is. `undefined` without a role.
 */
export function professionSpecialty([first, second]: readonly Role[]): Role | undefined {
  if (!first || first.system !== schemes.profession) return first;
  const candidates = second ? [`G15_${first.code}/${second.code}`, `G15_${first.code}`] : [`G15_${first.code}`];
  for (const code of candidates) {
    const display = displayOf(code, schemes.professionSpecialty);
    if (display !== undefined) return { code, system: schemes.professionSpecialty, display };
  }
  return first;
}
