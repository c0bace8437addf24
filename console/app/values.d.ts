/** Made by `server/console/values.ts`. */
export interface Choice {
  system: string;
  code: string;
  display: string;
}
export const types: readonly Choice[];
export const confidentiality: readonly Choice[];
/** FHIR systems of the INS, by their names. */
export const ins: Readonly<Record<'nir' | 'nia' | 'test' | 'demo', string>>;
