/** The certificates of a structure, checked before anything is sent with them: keys that are theirs, an owner that is the structure. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { StructureMaterial } from '../registry/types.ts';
import type { TlsMaterial } from './pool.ts';
import { createSeal, type Seal } from './seal.ts';

/** What is wrong with which of the two certificates; says nothing of what they hold. */
export class MaterialError extends Error {
  override name = 'MaterialError';
  constructor(
    readonly certificate: 'tls' | 'seal',
    /** `pair`: no certificate in PEM that goes with the key; `owner`: not the structure's. */
    readonly problem: 'pair' | 'owner',
  ) {
    super(`${certificate}: ${problem}`);
  }
}

/** Whether a structure's certificate is the structure's: its one OU is the Struct_IdNat (auth §1.4), which the DMP compares. */
function isOf(structure: string, pem: string): boolean {
  try {
    const units = new X509Certificate(pem).subject.split('\n').filter((line) => line.startsWith('OU='));
    return units.length === 1 && units[0] === `OU=${structure}`;
  } catch {
    return false; // no certificate at all
  }
}

/**
 * @param ca PEM of the authorities that vouch for the DMP; the system's own when absent
 * @throws MaterialError
 */
export function openMaterial(
  structure: string,
  { tls, seal: sealing }: StructureMaterial,
  ca?: string,
): { tls: TlsMaterial; seal: Seal } {
  const material = { ...tls, ...(ca === undefined ? {} : { ca }) };
  try {
    createSecureContext(material);
  } catch {
    throw new MaterialError('tls', 'pair');
  }
  let seal: Seal;
  try {
    seal = createSeal(sealing.key, sealing.chain);
  } catch {
    throw new MaterialError('seal', 'pair');
  }
  if (!isOf(structure, tls.cert)) throw new MaterialError('tls', 'owner');
  if (!isOf(structure, sealing.chain)) throw new MaterialError('seal', 'owner');
  return { tls: material, seal };
}
